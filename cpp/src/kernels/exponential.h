#pragma once

#include <cstddef>
#include <cstdint>
#include <numbers>

#include "kernels/simd.h"

namespace inkling::kernels {

// e^x of each lane, off by less than 2e-7 of it; x below -87 gives e^-87, above 88 gives e^88. By x = n ln 2 + r with
// |r| <= ln 2 / 2, and Taylor's polynomial of e^r; ln 2 is taken off in two parts, so that r keeps its digits.
inline simd::Vector exponential(simd::Vector x) {
  typedef std::int32_t Integers __attribute__((vector_size(sizeof(simd::Vector))));  // NOLINT(modernize-use-using)
  const simd::Vector lowest = simd::splat(-87.0f);
  const simd::Vector highest = simd::splat(88.0f);
  x = x < lowest ? lowest : x;
  x = x > highest ? highest : x;
  // Beyond 1.5 * 2^23 a float's last bit is worth one: the sum is rounded to an integer, which its last bits are.
  const simd::Vector round = simd::splat(12582912.0f);
  const simd::Vector rounded = simd::multiply_add(x, simd::splat(std::numbers::log2e_v<float>), round);
  const simd::Vector n = rounded - round;
  constexpr float kFirst = 355.0f / 512;  // of ln 2: few digits, so that n times it is exact
  constexpr float kSecond = -2.12194440e-4f;
  simd::Vector r = simd::multiply_subtract(n, simd::splat(kFirst), x);
  r = simd::multiply_subtract(n, simd::splat(kSecond), r);
  simd::Vector power = simd::splat(1.0f / 720);
  power = simd::multiply_add(power, r, simd::splat(1.0f / 120));
  power = simd::multiply_add(power, r, simd::splat(1.0f / 24));
  power = simd::multiply_add(power, r, simd::splat(1.0f / 6));
  power = simd::multiply_add(power, r, simd::splat(0.5f));
  power = simd::multiply_add(power, r, simd::splat(1.0f));
  power = simd::multiply_add(power, r, simd::splat(1.0f));
  Integers bits;
  Integers exponent;
  std::memcpy(&bits, &power, sizeof bits);
  std::memcpy(&exponent, &rounded, sizeof exponent);
  bits += exponent << 23;  // times 2^n
  std::memcpy(&power, &bits, sizeof power);
  return power;
}

}  // namespace inkling::kernels
