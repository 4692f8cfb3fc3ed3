#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "inkling/random.h"

namespace inkling {

// Dropout: Srivastava, Hinton, Krizhevsky, Sutskever & Salakhutdinov, JMLR 15, 2014. Numbers become 0 with the
// probability `rate`, rounded to 1/256; the others are scaled up, so that sums stay what they were on average.
class Dropout {
 public:
  Dropout(float rate, Random random)
      : threshold_(static_cast<std::uint32_t>(std::lround(rate * 256))),
        scale_(256.0f / static_cast<float>(256 - threshold_)),
        random_(random) {}

  bool active() const { return threshold_ > 0; }
  float scale() const { return scale_; }

  // Draws which numbers stay: mask[i] is 1 for those, 0 for the others.
  void draw(std::uint8_t* mask, std::size_t count) {
    for (std::size_t i = 0; i < count; i += 8) {
      std::uint64_t bits = random_.next();
      const std::size_t end = i + 8 < count ? i + 8 : count;
      for (std::size_t n = i; n < end; ++n, bits >>= 8) mask[n] = (bits & 255) >= threshold_ ? 1 : 0;
    }
  }

  // from, to: count, may be the same.
  void apply(const std::uint8_t* mask, std::size_t count, const float* from, float* to) const {
    for (std::size_t i = 0; i < count; ++i) to[i] = from[i] * (static_cast<float>(mask[i]) * scale_);
  }

 private:
  std::uint32_t threshold_;
  float scale_;
  Random random_;
};

}  // namespace inkling
