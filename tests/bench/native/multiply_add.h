#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "measuring.h"

namespace inkling::bench {

// Billions of operations a second of one thread that does nothing but multiply and add, in vectors of this type.
// Whether the two are one instruction is for the compiler to say: see CMakeLists.txt.
template <class Vector>
double multiply_add_rate() {
  constexpr std::size_t kChains = 16;  // enough that no result is waited for
  constexpr std::int64_t kSteps = 2'000'000;
  constexpr std::size_t kLanes = sizeof(Vector) / sizeof(float);
  Vector sums[kChains] = {};
  Vector factor = {};
  Vector term = {};
  factor += 0.999f;
  term += 0.001f;
  double best = 0;
  for (int round = 0; round < 5; ++round) {
    const Clock clock;
    for (std::int64_t step = 0; step < kSteps; ++step) {
      for (Vector& sum : sums) sum = sum * factor + term;
    }
    const double operations = 2.0 * kChains * kLanes * kSteps;
    best = std::max(best, operations / clock.seconds() / 1e9);
  }
  // Looked at, so that the work is not left out.
  float total = 0;
  for (const Vector& sum : sums) total += sum[0];
  return total > 0 ? best : 0;
}

using VectorOf4 = float __attribute__((vector_size(16)));
using VectorOf8 = float __attribute__((vector_size(32)));
using VectorOf16 = float __attribute__((vector_size(64)));

// In vectors as WebAssembly has them, without a fused instruction.
double rate_of_4_floats();

}  // namespace inkling::bench
