#pragma once

#include <cstddef>

#include "kernels/simd.h"

namespace inkling::kernels {

// Turns the pair: x[i] = cosine * x[i] + sine * y[i] and y[i] = cosine * y[i] - sine * x[i], both of the old ones, for
// i < length, rounded up to whole vectors.
inline void rotate(float cosine, float sine, float* x, float* y, std::size_t length) {
  const simd::Vector cosines = simd::splat(cosine);
  const simd::Vector sines = simd::splat(sine);
  for (std::size_t i = 0; i < length; i += simd::kLanes) {
    const simd::Vector old_x = simd::load(x + i);
    const simd::Vector old_y = simd::load(y + i);
    simd::store(x + i, simd::multiply_add(cosines, old_x, sines * old_y));
    simd::store(y + i, simd::multiply_subtract(sines, old_x, cosines * old_y));
  }
}

inline void rotate_naive(float cosine, float sine, float* x, float* y, std::size_t length) {
  for (std::size_t i = 0; i < length; ++i) {
    const float old = x[i];
    x[i] = cosine * old + sine * y[i];
    y[i] = cosine * y[i] - sine * old;
  }
}

}  // namespace inkling::kernels
