#pragma once

#include <cstddef>

namespace inkling::kernels {

// Factors a symmetric positive definite matrix as UᵀU in place; only its upper triangle is read and written.
// matrix: (size, stride), row-major; stride a multiple of gram_padding() and not below size.
// Returns false, with the matrix in an unspecified state, when a pivot is not positive or not finite.
// size³ / 3 flops; four pivot rows at a time, so each trailing row is loaded and stored once in four.
bool cholesky_factor(float* matrix, std::size_t size, std::size_t stride);
bool cholesky_factor_naive(float* matrix, std::size_t size, std::size_t stride);

// Solves UᵀU x = right_hand_side in place, with the factor that cholesky_factor left. 2 * size² flops.
void cholesky_solve(const float* factor, std::size_t size, std::size_t stride, float* right_hand_side);
void cholesky_solve_naive(const float* factor, std::size_t size, std::size_t stride, float* right_hand_side);

// Makes the factor of A that of A + row rowᵀ, by one rotation of each of its rows with `row`, which is lost.
// row: room for as many numbers as a row of the factor has. 3 * size² flops.
void cholesky_update(float* factor, std::size_t size, std::size_t stride, float* row);
void cholesky_update_naive(float* factor, std::size_t size, std::size_t stride, float* row);

}  // namespace inkling::kernels
