#pragma once

#include <cstddef>

namespace inkling::kernels {

// Large dense matrices are worked on in square blocks of this many rows and columns: two of them fit the first cache.
inline constexpr std::size_t kBlockSize = 64;

// out -= leftᵀ right. left, right: (kBlockSize, kBlockSize), row-major, no padding; out: the same shape, rows
// out_stride apart. 2 * kBlockSize³ flops, from tiles of sums that stay in registers.
void subtract_block_product(const float* left, const float* right, float* out, std::size_t out_stride);
void subtract_block_product_naive(const float* left, const float* right, float* out, std::size_t out_stride);

// out = fromᵀ. from, out: blocks, rows from_stride and out_stride apart, that do not overlap.
void transpose_block(const float* from, std::size_t from_stride, float* out, std::size_t out_stride);

}  // namespace inkling::kernels
