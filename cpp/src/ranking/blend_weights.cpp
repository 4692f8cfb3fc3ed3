#include <algorithm>
#include <cmath>

#include "inkling/hybrid.h"

namespace inkling {

namespace {

// Hats whose tops are at the knots, over log(1 + count).
BlendWeights::Hats hats(const BlendWeights::Hats& knots, double count) {
  BlendWeights::Hats out{};
  const double x = std::log1p(std::max(0.0, count));
  const auto place = [&](std::size_t n) { return std::log1p(static_cast<double>(knots[n])); };
  const std::size_t last = knots.size() - 1;
  if (x <= place(0)) {
    out[0] = 1;
  } else if (x >= place(last)) {
    out[last] = 1;
  } else {
    std::size_t n = 0;
    while (x > place(n + 1)) ++n;
    const auto share = static_cast<float>((x - place(n)) / (place(n + 1) - place(n)));
    out[n] = 1 - share;
    out[n + 1] = share;
  }
  return out;
}

}  // namespace

BlendWeights::Hats BlendWeights::of_events(double count) { return hats(kEvents, count); }
BlendWeights::Hats BlendWeights::of_users(double count) { return hats(kUsers, count); }

float BlendWeights::score(std::span<const float> z, const Hats& events, const Hats& users) const {
  const std::size_t width = num_parts() + 1;
  float sum = 0;
  for (std::size_t n = 0; n < kRows; ++n) {
    const float share = n == 0 ? 1 : n <= kKnots ? events[n - 1] : users[n - 1 - kKnots];
    if (share == 0) continue;
    const float* row = numbers.data() + n * width;
    float of_row = row[z.size()];
    for (std::size_t p = 0; p < z.size(); ++p) of_row += row[p] * z[p];
    sum += share * of_row;
  }
  return sum;
}

}  // namespace inkling
