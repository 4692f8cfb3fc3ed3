#include "kernels/cholesky.h"

#include <algorithm>
#include <cmath>

#include "kernels/rotate.h"
#include "kernels/simd.h"
#include "kernels/tile.h"

namespace inkling::kernels {

namespace {

using simd::kLanes;
using simd::Vector;

constexpr std::size_t kBlock = 4;

bool is_usable_pivot(float pivot) { return pivot > 0 && std::isfinite(pivot); }

// Finishes rows i to i + kRows of the factor, given those above.
template <std::size_t kRows>
bool finish_rows(float* matrix, std::size_t size, std::size_t stride, std::size_t i) {
  // Starts at the vector that holds the diagonal; what it writes left of the diagonal is never read.
  const std::size_t first = i / kLanes * kLanes;
  std::size_t c = first;
  float* out = matrix + i * stride;
  for (; c + kLanes < size; c += 2 * kLanes) {
    accumulate_tile<simd::multiply_subtract, kRows, 2>(matrix + i, matrix + c, i, stride, out + c, stride);
  }
  if (c < size) accumulate_tile<simd::multiply_subtract, kRows, 1>(matrix + i, matrix + c, i, stride, out + c, stride);

  float* rows[kRows];
  for (std::size_t a = 0; a < kRows; ++a) rows[a] = matrix + (i + a) * stride;
  // The triangle on the diagonal, in scalars.
  float triangle[kRows][kRows];
  float reciprocals[kRows];
  for (std::size_t a = 0; a < kRows; ++a) {
    for (std::size_t b = a; b < kRows; ++b) {
      float value = rows[a][i + b];
      for (std::size_t k = 0; k < a; ++k) value -= triangle[k][a] * triangle[k][b];
      if (b == a) {
        if (!is_usable_pivot(value)) return false;
        reciprocals[a] = 1.0f / std::sqrt(value);
      }
      triangle[a][b] = value * reciprocals[a];
    }
  }
  for (c = first; c < size; c += kLanes) {
    Vector values[kRows];
    for (std::size_t a = 0; a < kRows; ++a) {
      values[a] = simd::load(rows[a] + c);
      for (std::size_t k = 0; k < a; ++k) {
        values[a] = simd::multiply_subtract(simd::splat(triangle[k][a]), values[k], values[a]);
      }
      values[a] *= simd::splat(reciprocals[a]);
      simd::store(rows[a] + c, values[a]);
    }
  }
  return true;
}

}  // namespace

bool cholesky_factor(float* matrix, std::size_t size, std::size_t stride) {
  std::size_t i = 0;
  for (; i + kBlock <= size; i += kBlock) {
    if (!finish_rows<kBlock>(matrix, size, stride, i)) return false;
  }
  for (; i < size; ++i) {
    if (!finish_rows<1>(matrix, size, stride, i)) return false;
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
  std::size_t j = 0;
  for (; j < size; j += kBlock) {
    const float* pivot = factor + j * stride;
    const std::size_t rows = std::min(kBlock, size - j);
    for (std::size_t a = 0; a < rows; ++a) {
      const float reciprocal = 1.0f / pivot[a * stride + j + a];
      INKLING_FEW_TURNS
      for (std::size_t k = 0; k < a; ++k) x[j + a] -= pivot[k * stride + j + a] * x[j + k];
      x[j + a] *= reciprocal;
    }
    if (rows < kBlock) break;
    std::size_t c = j + kBlock;
    for (; c + kLanes <= size; c += kLanes) {
      Vector value = simd::load(x + c);
      for (std::size_t a = 0; a < kBlock; ++a) {
        value = simd::multiply_subtract(simd::splat(x[j + a]), simd::load(pivot + a * stride + c), value);
      }
      simd::store(x + c, value);
    }
    INKLING_FEW_TURNS
    for (; c < size; ++c) {
      for (std::size_t a = 0; a < kBlock; ++a) x[c] -= pivot[a * stride + c] * x[j + a];
    }
  }
  for (j = (size + kBlock - 1) / kBlock * kBlock; j > 0;) {
    j -= kBlock;
    const float* pivot = factor + j * stride;
    const std::size_t rows = std::min(kBlock, size - j);
    Vector sums[kBlock] = {};
    std::size_t c = j + kBlock;
    for (; c + kLanes <= size; c += kLanes) {
      const Vector value = simd::load(x + c);
      for (std::size_t a = 0; a < kBlock; ++a) {
        sums[a] = simd::multiply_add(simd::load(pivot + a * stride + c), value, sums[a]);
      }
    }
    for (std::size_t a = rows; a-- > 0;) {
      const float reciprocal = 1.0f / pivot[a * stride + j + a];
      float sum = simd::sum(sums[a]);
      INKLING_FEW_TURNS
      for (std::size_t rest = c; rest < size; ++rest) sum += pivot[a * stride + rest] * x[rest];
      INKLING_FEW_TURNS
      for (std::size_t k = a + 1; k < rows; ++k) sum += pivot[a * stride + j + k] * x[j + k];
      x[j + a] = (x[j + a] - sum) * reciprocal;
    }
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

void cholesky_update(float* factor, std::size_t size, std::size_t stride, float* row) {
  for (std::size_t i = 0; i < size; ++i) {
    float* pivot = factor + i * stride;
    const float reciprocal = 1.0f / std::sqrt(pivot[i] * pivot[i] + row[i] * row[i]);
    // As above, what is left of the diagonal is never read.
    const std::size_t first = i / kLanes * kLanes;
    rotate(pivot[i] * reciprocal, row[i] * reciprocal, pivot + first, row + first, size - first);
  }
}

void cholesky_update_naive(float* factor, std::size_t size, std::size_t stride, float* row) {
  for (std::size_t i = 0; i < size; ++i) {
    float* pivot = factor + i * stride;
    const float length = std::sqrt(pivot[i] * pivot[i] + row[i] * row[i]);
    const float cosine = pivot[i] / length;
    const float sine = row[i] / length;
    for (std::size_t c = i; c < size; ++c) {
      const float kept = pivot[c];
      pivot[c] = cosine * kept + sine * row[c];
      row[c] = cosine * row[c] - sine * kept;
    }
  }
}

}  // namespace inkling::kernels
