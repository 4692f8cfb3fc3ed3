#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace inkling::kernels {

// out += Σ (row·vector - target) row, over the rows of a matrix that `entries` names: what the entries of a normal
// equation contribute to its product with a vector.
// matrix: (rows, columns), row-major; columns: a multiple of gram_padding(); vector, out: columns. 4 * columns flops an
// entry. Every number is loaded twice, from wherever the row lies and then from the first-level cache, for one
// multiply-add each, so loads are the bound.
void add_normal_product(const float* matrix, std::size_t columns, std::span<const std::int32_t> entries,
                        const float* vector, float target, float* out);
void add_normal_product_naive(const float* matrix, std::size_t columns, std::span<const std::int32_t> entries,
                              const float* vector, float target, float* out);

}  // namespace inkling::kernels
