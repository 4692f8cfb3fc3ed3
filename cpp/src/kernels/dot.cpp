#include "kernels/dot.h"

#include "kernels/simd.h"

namespace inkling::kernels {

using simd::kLanes;
using simd::Vector;

float dot(const float* a, const float* b, std::size_t length) {
  Vector s0{};
  Vector s1{};
  Vector s2{};
  Vector s3{};
  std::size_t i = 0;
  for (; i + 4 * kLanes <= length; i += 4 * kLanes) {
    s0 = simd::multiply_add(simd::load(a + i), simd::load(b + i), s0);
    s1 = simd::multiply_add(simd::load(a + i + kLanes), simd::load(b + i + kLanes), s1);
    s2 = simd::multiply_add(simd::load(a + i + 2 * kLanes), simd::load(b + i + 2 * kLanes), s2);
    s3 = simd::multiply_add(simd::load(a + i + 3 * kLanes), simd::load(b + i + 3 * kLanes), s3);
  }
  for (; i + kLanes <= length; i += kLanes) {
    s0 = simd::multiply_add(simd::load(a + i), simd::load(b + i), s0);
  }
  float total = simd::sum((s0 + s1) + (s2 + s3));
  INKLING_FEW_TURNS
  for (; i < length; ++i) total += a[i] * b[i];
  return total;
}

float dot_naive(const float* a, const float* b, std::size_t length) {
  float total = 0;
  for (std::size_t i = 0; i < length; ++i) total += a[i] * b[i];
  return total;
}

void axpy(float scale, const float* x, float* y, std::size_t length) {
  const Vector scales = simd::splat(scale);
  std::size_t i = 0;
  for (; i + kLanes <= length; i += kLanes) {
    simd::store(y + i, simd::multiply_add(scales, simd::load(x + i), simd::load(y + i)));
  }
  INKLING_FEW_TURNS
  for (; i < length; ++i) y[i] += scale * x[i];
}

void scaled_copy(float scale, const float* x, float* y, std::size_t length) {
  const Vector scales = simd::splat(scale);
  std::size_t i = 0;
  for (; i + kLanes <= length; i += kLanes) simd::store(y + i, scales * simd::load(x + i));
  INKLING_FEW_TURNS
  for (; i < length; ++i) y[i] = scale * x[i];
}

void scaled_copy_naive(float scale, const float* x, float* y, std::size_t length) {
  for (std::size_t i = 0; i < length; ++i) y[i] = scale * x[i];
}

void axpy_naive(float scale, const float* x, float* y, std::size_t length) {
  for (std::size_t i = 0; i < length; ++i) y[i] += scale * x[i];
}

void gemv(const float* matrix, std::size_t rows, std::size_t columns, const float* vector, float* out) {
  std::size_t r = 0;
  for (; r + 4 <= rows; r += 4) {
    const float* row0 = matrix + r * columns;
    const float* row1 = row0 + columns;
    const float* row2 = row1 + columns;
    const float* row3 = row2 + columns;
    Vector s0{};
    Vector s1{};
    Vector s2{};
    Vector s3{};
    std::size_t c = 0;
    for (; c + kLanes <= columns; c += kLanes) {
      const Vector v = simd::load(vector + c);
      s0 = simd::multiply_add(simd::load(row0 + c), v, s0);
      s1 = simd::multiply_add(simd::load(row1 + c), v, s1);
      s2 = simd::multiply_add(simd::load(row2 + c), v, s2);
      s3 = simd::multiply_add(simd::load(row3 + c), v, s3);
    }
    float totals[4] = {simd::sum(s0), simd::sum(s1), simd::sum(s2), simd::sum(s3)};
    INKLING_FEW_TURNS
    for (; c < columns; ++c) {
      totals[0] += row0[c] * vector[c];
      totals[1] += row1[c] * vector[c];
      totals[2] += row2[c] * vector[c];
      totals[3] += row3[c] * vector[c];
    }
    for (std::size_t lane = 0; lane < 4; ++lane) out[r + lane] = totals[lane];
  }
  INKLING_FEW_TURNS
  for (; r < rows; ++r) out[r] = dot(matrix + r * columns, vector, columns);
}

void gemv_naive(const float* matrix, std::size_t rows, std::size_t columns, const float* vector, float* out) {
  for (std::size_t r = 0; r < rows; ++r) out[r] = dot_naive(matrix + r * columns, vector, columns);
}

}  // namespace inkling::kernels
