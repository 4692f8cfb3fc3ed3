#include "kernels/cholesky.h"

#include <algorithm>
#include <cmath>

#include "kernels/dot.h"
#include "kernels/simd.h"

namespace inkling::kernels {

namespace {

using simd::kLanes;
using simd::Vector;

constexpr std::size_t kBlock = 4;

bool is_usable_pivot(float pivot) { return pivot > 0 && std::isfinite(pivot); }

}  // namespace

bool cholesky_factor(float* matrix, std::size_t size, std::size_t stride) {
  for (std::size_t block = 0; block < size; block += kBlock) {
    const std::size_t block_end = std::min(block + kBlock, size);
    for (std::size_t j = block; j < block_end; ++j) {
      float* pivot_row = matrix + j * stride;
      if (!is_usable_pivot(pivot_row[j])) return false;
      const float scale = 1.0f / std::sqrt(pivot_row[j]);
      for (std::size_t c = j; c < size; ++c) pivot_row[c] *= scale;
      for (std::size_t i = j + 1; i < block_end; ++i) {
        axpy(-pivot_row[i], pivot_row + i, matrix + i * stride + i, size - i);
      }
    }
    if (block_end - block < kBlock) break;
    const float* pivot0 = matrix + block * stride;
    const float* pivot1 = pivot0 + stride;
    const float* pivot2 = pivot1 + stride;
    const float* pivot3 = pivot2 + stride;
    for (std::size_t i = block_end; i < size; ++i) {
      float* row = matrix + i * stride;
      const Vector scale0 = simd::splat(pivot0[i]);
      const Vector scale1 = simd::splat(pivot1[i]);
      const Vector scale2 = simd::splat(pivot2[i]);
      const Vector scale3 = simd::splat(pivot3[i]);
      // Starts at the vector that holds the diagonal; what it writes left of the diagonal is never read.
      for (std::size_t c = i / kLanes * kLanes; c < size; c += kLanes) {
        Vector value = simd::load(row + c);
        value = simd::multiply_subtract(scale0, simd::load(pivot0 + c), value);
        value = simd::multiply_subtract(scale1, simd::load(pivot1 + c), value);
        value = simd::multiply_subtract(scale2, simd::load(pivot2 + c), value);
        value = simd::multiply_subtract(scale3, simd::load(pivot3 + c), value);
        simd::store(row + c, value);
      }
    }
  }
  return true;
}

bool cholesky_factor_naive(float* matrix, std::size_t size, std::size_t stride) {
  for (std::size_t j = 0; j < size; ++j) {
    for (std::size_t k = 0; k < j; ++k) {
      for (std::size_t c = j; c < size; ++c) {
        matrix[j * stride + c] -= matrix[k * stride + j] * matrix[k * stride + c];
      }
    }
    if (!is_usable_pivot(matrix[j * stride + j])) return false;
    const float scale = 1.0f / std::sqrt(matrix[j * stride + j]);
    for (std::size_t c = j; c < size; ++c) matrix[j * stride + c] *= scale;
  }
  return true;
}

void cholesky_solve(const float* factor, std::size_t size, std::size_t stride, float* right_hand_side) {
  float* x = right_hand_side;
  for (std::size_t j = 0; j < size; ++j) {
    const float* row = factor + j * stride;
    x[j] /= row[j];
    axpy(-x[j], row + j + 1, x + j + 1, size - j - 1);
  }
  for (std::size_t j = size; j-- > 0;) {
    const float* row = factor + j * stride;
    x[j] = (x[j] - dot(row + j + 1, x + j + 1, size - j - 1)) / row[j];
  }
}

void cholesky_solve_naive(const float* factor, std::size_t size, std::size_t stride, float* right_hand_side) {
  float* x = right_hand_side;
  for (std::size_t j = 0; j < size; ++j) {
    for (std::size_t k = 0; k < j; ++k) x[j] -= factor[k * stride + j] * x[k];
    x[j] /= factor[j * stride + j];
  }
  for (std::size_t j = size; j-- > 0;) {
    for (std::size_t k = j + 1; k < size; ++k) x[j] -= factor[j * stride + k] * x[k];
    x[j] /= factor[j * stride + j];
  }
}

}  // namespace inkling::kernels
