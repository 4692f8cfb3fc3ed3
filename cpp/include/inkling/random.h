#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace inkling {

// SplitMix64 (Steele, Lea & Flood 2014): small, fast, and the same on every machine. Not for secrets.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ull;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }

  // Uniform in [0, 1), a multiple of 2^-24, so that float holds it exactly.
  float uniform() { return static_cast<float>(next() >> 40) * 0x1p-24f; }

  // Uniform in [0, bound); bound from 1 to 2^32. The bias is below bound / 2^32.
  std::uint64_t below(std::uint64_t bound) { return ((next() >> 32) * bound) >> 32; }

  // Mean 0, variance 1, nearly normal: twelve uniforms less six, so that no library's log or cos decides
  // the last bit.
  float normal() {
    float total = -6;
    for (int n = 0; n < 12; ++n) total += uniform();
    return total;
  }

  // 0 … count - 1 in random order.
  std::vector<std::uint32_t> permutation(std::size_t count) {
    std::vector<std::uint32_t> order(count);
    for (std::size_t i = 0; i < count; ++i) order[i] = static_cast<std::uint32_t>(i);
    for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[static_cast<std::size_t>(below(i))]);
    return order;
  }

 private:
  std::uint64_t state_;
};

}  // namespace inkling
