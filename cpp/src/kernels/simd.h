#pragma once

// The one place that knows how wide a vector is. Everything else in kernels/ is written once against this.
//
// GCC and clang's vector extensions give +, -, *, / on whole vectors for every target: 4 lanes on
// WebAssembly and SSE, 8 on AVX, 16 on AVX-512. Only the fused multiply-add needs saying by hand, because
// the WebAssembly compiler never makes one of a multiplication and an addition.

#include <cstddef>
#include <cstring>

#if defined(__wasm_relaxed_simd__)
#include <wasm_simd128.h>
#endif

// Stands before a loop over what whole vectors have left: fewer turns than a vector has lanes, where unrolling and
// making vectors of it would take bytes and no less time.
#if defined(__clang__)
#define INKLING_FEW_TURNS _Pragma("clang loop vectorize(disable) unroll(disable)")  // NOLINT(*-macro-usage)
#else
#define INKLING_FEW_TURNS  // NOLINT(*-macro-usage)
#endif

namespace inkling::simd {

#if defined(__AVX512F__)
inline constexpr std::size_t kLanes = 16;
#elif defined(__AVX__)
inline constexpr std::size_t kLanes = 8;
#else
inline constexpr std::size_t kLanes = 4;
#endif

typedef float Vector __attribute__((vector_size(kLanes * sizeof(float))));  // NOLINT(modernize-use-using)

inline Vector load(const float* from) {
  Vector value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

inline void store(float* to, Vector value) { std::memcpy(to, &value, sizeof value); }

inline Vector splat(float value) { return value - Vector{}; }

// a * b + c, rounded once where the target can.
inline Vector multiply_add(Vector a, Vector b, Vector c) {
#if defined(__wasm_relaxed_simd__)
  return (Vector)wasm_f32x4_relaxed_madd((v128_t)a, (v128_t)b, (v128_t)c);
#else
  return a * b + c;
#endif
}

// c - a * b, rounded once where the target can.
inline Vector multiply_subtract(Vector a, Vector b, Vector c) {
#if defined(__wasm_relaxed_simd__)
  return (Vector)wasm_f32x4_relaxed_nmadd((v128_t)a, (v128_t)b, (v128_t)c);
#else
  return c - a * b;
#endif
}

// The sum of all lanes, pairwise: halves are added until one lane is left.
inline float sum(Vector value) {
  typedef float Four __attribute__((vector_size(4 * sizeof(float))));  // NOLINT(modernize-use-using)
  Four parts[kLanes / 4];
  std::memcpy(parts, &value, sizeof value);
  for (std::size_t width = kLanes / 8; width > 0; width /= 2) {
    for (std::size_t part = 0; part < width; ++part) parts[part] += parts[part + width];
  }
  const Four pairs = parts[0] + __builtin_shufflevector(parts[0], parts[0], 2, 3, 2, 3);
  return pairs[0] + pairs[1];
}

// The smallest multiple of `multiple` that is not below `count`.
constexpr std::size_t round_up(std::size_t count, std::size_t multiple) {
  return (count + multiple - 1) / multiple * multiple;
}

}  // namespace inkling::simd
