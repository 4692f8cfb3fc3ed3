#include "online/draws.h"

#include <cmath>

namespace inkling {

double Draws::normal() {
  has_spare_ = !has_spare_;
  if (!has_spare_) return spare_;
  double x = 0;
  double y = 0;
  double square = 0;
  do {
    x = 2 * uniform() - 1;
    y = 2 * uniform() - 1;
    square = x * x + y * y;
  } while (square >= 1 || square == 0);
  const double scale = std::sqrt(-2 * std::log(square) / square);
  spare_ = y * scale;
  return x * scale;
}

double Draws::log_gamma(double shape) {
  // Gamma(shape) is Gamma(shape + 1) times a uniform number to the power of 1 / shape.
  double boost = 0;
  if (shape < 1) {
    boost = std::log(uniform()) / shape;
    shape += 1;
  }
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = normal();
    const double root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    const double u = uniform();
    const double square = x * x;
    // The first is implied by the second, and spares the logarithms nearly always.
    if (u < 1 - 0.0331 * square * square || std::log(u) < square / 2 + d * (1 - v + std::log(v))) {
      return std::log(d * v) + boost;
    }
  }
}

}  // namespace inkling
