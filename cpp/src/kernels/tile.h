#pragma once

#include <cstddef>

#include "kernels/simd.h"

namespace inkling::kernels {

// out[a][b] = combine(left[r][a], right[r][b], out[a][b]) for r < length in turn, with combine one of
// simd::multiply_add and simd::multiply_subtract: kRows × kVectors vectors of a matrix product, kept in registers.
// left, right: (length, stride), from the tile's first row and column; out: row-major, rows out_stride apart.
template <auto combine, std::size_t kRows, std::size_t kVectors>
inline void accumulate_tile(const float* left, const float* right, std::size_t length, std::size_t stride, float* out,
                            std::size_t out_stride) {
  simd::Vector sums[kRows][kVectors];
  for (std::size_t a = 0; a < kRows; ++a) {
    for (std::size_t b = 0; b < kVectors; ++b) sums[a][b] = simd::load(out + a * out_stride + b * simd::kLanes);
  }
  for (std::size_t r = 0; r < length; ++r, left += stride, right += stride) {
    simd::Vector columns[kVectors];
    for (std::size_t b = 0; b < kVectors; ++b) columns[b] = simd::load(right + b * simd::kLanes);
    for (std::size_t a = 0; a < kRows; ++a) {
      const simd::Vector scale = simd::splat(left[a]);
      for (std::size_t b = 0; b < kVectors; ++b) sums[a][b] = combine(scale, columns[b], sums[a][b]);
    }
  }
  for (std::size_t a = 0; a < kRows; ++a) {
    for (std::size_t b = 0; b < kVectors; ++b) simd::store(out + a * out_stride + b * simd::kLanes, sums[a][b]);
  }
}

}  // namespace inkling::kernels
