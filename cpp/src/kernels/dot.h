#pragma once

#include <cstddef>

namespace inkling::kernels {

// sum over i < length of a[i] * b[i]. Four accumulators hide the latency of the additions.
float dot(const float* a, const float* b, std::size_t length);
float dot_naive(const float* a, const float* b, std::size_t length);

// y[i] += scale * x[i] for i < length.
void axpy(float scale, const float* x, float* y, std::size_t length);
void axpy_naive(float scale, const float* x, float* y, std::size_t length);

// y[i] = scale * x[i] for i < length.
void scaled_copy(float scale, const float* x, float* y, std::size_t length);
void scaled_copy_naive(float scale, const float* x, float* y, std::size_t length);

// out[r] = dot(matrix row r, vector) for r < rows.
// matrix: (rows, columns), row-major, no padding; vector: columns; out: rows. Runs at memory speed: four rows
// at a time share each load of the vector.
void gemv(const float* matrix, std::size_t rows, std::size_t columns, const float* vector, float* out);
void gemv_naive(const float* matrix, std::size_t rows, std::size_t columns, const float* vector, float* out);

}  // namespace inkling::kernels
