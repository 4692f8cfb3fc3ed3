#include "kernels/softmax.h"

#include <algorithm>
#include <cmath>

#include "kernels/exponential.h"
#include "kernels/simd.h"
#include "kernels/top_k.h"

namespace inkling::kernels {

using simd::kLanes;
using simd::Vector;

float softmax(float* values, std::size_t length) {
  const float top = largest(values, length);
  const Vector tops = simd::splat(top);
  Vector sums[2] = {};
  std::size_t i = 0;
  for (; i + 2 * kLanes <= length; i += 2 * kLanes) {
    for (std::size_t b = 0; b < 2; ++b) {
      const Vector power = exponential(simd::load(values + i + b * kLanes) - tops);
      simd::store(values + i + b * kLanes, power);
      sums[b] += power;
    }
  }
  float rest[2 * kLanes];
  const std::size_t left = length - i;
  std::fill(std::copy_n(values + i, left, rest), rest + 2 * kLanes, top - 100);
  for (std::size_t b = 0; b < 2; ++b) simd::store(rest + b * kLanes, exponential(simd::load(rest + b * kLanes) - tops));
  std::fill(rest + left, rest + 2 * kLanes, 0.0f);
  for (std::size_t b = 0; b < 2; ++b) sums[b] += simd::load(rest + b * kLanes);
  std::copy_n(rest, left, values + i);

  const float sum = simd::sum(sums[0] + sums[1]);
  const Vector scale = simd::splat(1 / sum);
  for (i = 0; i + kLanes <= length; i += kLanes) simd::store(values + i, simd::load(values + i) * scale);
  for (; i < length; ++i) values[i] *= scale[0];
  return top + std::log(sum);
}

float softmax_naive(float* values, std::size_t length) {
  const float top = *std::max_element(values, values + length);
  double sum = 0;
  for (std::size_t i = 0; i < length; ++i) sum += std::exp(static_cast<double>(values[i] - top));
  for (std::size_t i = 0; i < length; ++i) {
    values[i] = static_cast<float>(std::exp(static_cast<double>(values[i] - top)) / sum);
  }
  return top + static_cast<float>(std::log(sum));
}

}  // namespace inkling::kernels
