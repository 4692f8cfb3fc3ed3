#pragma once

#include <cmath>
#include <span>

namespace inkling {

// What makes scores comparable: (score - mean) * scale has mean 0 and deviation 1. A scale of 0 means that all scores
// are alike.
struct Standard {
  float mean = 0;
  float scale = 0;
};

inline Standard standard_of(std::span<const float> scores) {
  double sum = 0;
  for (const float score : scores) sum += score;
  const double mean = sum / static_cast<double>(scores.size());
  double square_sum = 0;
  for (const float score : scores) square_sum += (score - mean) * (score - mean);
  const double deviation = std::sqrt(square_sum / static_cast<double>(scores.size()));
  const bool alike = !(deviation > 1e-7 * std::abs(mean)) || !(deviation > 1e-30);
  return {static_cast<float>(mean), alike ? 0.0f : static_cast<float>(1 / deviation)};
}

}  // namespace inkling
