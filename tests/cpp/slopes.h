#pragma once

#include <cmath>
#include <cstddef>
#include <functional>
#include <vector>

#include "inkling/random.h"

namespace inkling {

// How far a gradient is from the slope that finite differences find along a random direction of some of its numbers,
// as a share of what either is large: the mean over several directions, so that a kink here and there does not matter.
// loss: of the parameters.
inline double error_of_slope(const std::function<double(const std::vector<float>&)>& loss,
                             const std::vector<float>& parameters, const std::vector<float>& gradient,
                             std::size_t begin, std::size_t end, float step, Random& random) {
  constexpr int kDirections = 6;
  double errors = 0;
  for (int n = 0; n < kDirections; ++n) {
    std::vector<float> above = parameters;
    std::vector<float> below = parameters;
    double slope = 0;
    double size = 0;
    for (std::size_t i = begin; i < end; ++i) {
      const float direction = random.uniform() < 0.5f ? -1.0f : 1.0f;
      above[i] += step * direction;
      below[i] -= step * direction;
      const double run = static_cast<double>(above[i]) - static_cast<double>(below[i]);
      slope += static_cast<double>(gradient[i]) * run;
      size += std::abs(static_cast<double>(gradient[i]) * run) * std::abs(static_cast<double>(gradient[i]) * run);
    }
    errors += std::abs(loss(above) - loss(below) - slope) / (std::sqrt(size) + 1e-12);
  }
  return errors / kDirections;
}

}  // namespace inkling
