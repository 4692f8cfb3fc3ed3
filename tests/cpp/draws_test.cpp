#include "online/draws.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace inkling {

namespace {

constexpr std::size_t kCount = 20000;

// What the Kolmogorov–Smirnov distance of kCount numbers exceeds once in a thousand times when they are of the
// distribution.
const double kMostDistance = 1.95 / std::sqrt(static_cast<double>(kCount));

// The largest difference between the share of the numbers below x and what the distribution says of x.
template <class Distribution>
double distance(std::vector<double> numbers, const Distribution& distribution) {
  std::sort(numbers.begin(), numbers.end());
  const auto count = static_cast<double>(numbers.size());
  double largest = 0;
  for (std::size_t n = 0; n < numbers.size(); ++n) {
    const double expected = distribution(numbers[n]);
    largest =
        std::max({largest, expected - static_cast<double>(n) / count, static_cast<double>(n + 1) / count - expected});
  }
  return largest;
}

// p, or 1 - p, which is 1 but for rounding where b is small.
std::vector<double> beta_numbers(double a, double b, std::uint64_t seed, double sign = 1) {
  Random random(seed);
  Draws draws(random);
  std::vector<double> numbers;
  for (std::size_t n = 0; n < kCount; ++n) numbers.push_back(1 / (1 + std::exp(-sign * draws.beta_log_odds(a, b))));
  return numbers;
}

// P(p <= x) of Beta(a, b) with whole a and b: that at least a of a + b - 1 uniform numbers are at most x.
double beta_distribution(int a, int b, double x) {
  const int count = a + b - 1;
  double sum = 0;
  double choose = 1;  // count over j
  for (int j = 0; j <= count; ++j) {
    if (j >= a) sum += choose * std::pow(x, j) * std::pow(1 - x, count - j);
    choose *= static_cast<double>(count - j) / (j + 1);
  }
  return sum;
}

}  // namespace

TEST_CASE("uniform draws are inside of 0 to 1, and normal draws are normal") {
  Random random(1);
  Draws draws(random);
  std::vector<double> uniform;
  std::vector<double> normal;
  for (std::size_t n = 0; n < kCount; ++n) {
    uniform.push_back(draws.uniform());
    normal.push_back(draws.normal());
  }
  CHECK(*std::min_element(uniform.begin(), uniform.end()) > 0);
  CHECK(*std::max_element(uniform.begin(), uniform.end()) < 1);
  CHECK(distance(uniform, [](double x) { return x; }) < kMostDistance);
  CHECK(distance(normal, [](double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }) < kMostDistance);
}

TEST_CASE("gamma draws have the moments of their shape, also below 1") {
  for (const double shape : {0.05, 0.3, 0.99, 1.0, 1.5, 7.0, 300.0, 1e6}) {
    CAPTURE(shape);
    Random random(2);
    Draws draws(random);
    double sum = 0;
    double squares = 0;
    double logarithms = 0;
    for (std::size_t n = 0; n < kCount; ++n) {
      const double logarithm = draws.log_gamma(shape);
      const double off = std::exp(logarithm) - shape;
      sum += off;
      squares += off * off;
      logarithms += logarithm;
    }
    // Four standard errors; the fourth central moment is 3 shape² + 6 shape.
    CHECK(std::abs(sum / kCount) < 4 * std::sqrt(shape / kCount));
    CHECK(std::abs(squares / kCount - shape) < 4 * std::sqrt((2 * shape * shape + 6 * shape) / kCount));
    // The mean logarithm is the derivative of log Γ, which is known to 1e-6 by differences.
    const double step = 1e-4 * shape;
    const double digamma = (std::lgamma(shape + step) - std::lgamma(shape - step)) / (2 * step);
    CHECK(std::abs(logarithms / kCount - digamma) < 4 * (1 / shape + 1 / std::sqrt(shape)) / std::sqrt(kCount * 1.0));
  }
}

TEST_CASE("beta draws are of their distribution") {
  const struct {
    int a, b;
  } whole[] = {{1, 1}, {1, 5}, {3, 5}, {20, 2}, {40, 60}};
  for (const auto& [a, b] : whole) {
    CAPTURE(a);
    CAPTURE(b);
    const int one = a;
    const int other = b;
    CHECK(distance(beta_numbers(a, b, 3), [&](double x) { return beta_distribution(one, other, x); }) < kMostDistance);
  }
  CHECK(distance(beta_numbers(0.5, 0.5, 4), [](double x) { return 2 * std::asin(std::sqrt(x)) / std::numbers::pi; }) <
        kMostDistance);
  for (const double a : {0.01, 0.3, 2.7}) {
    CAPTURE(a);
    CHECK(distance(beta_numbers(a, 1, 5), [&](double x) { return std::pow(x, a); }) < kMostDistance);
    CHECK(distance(beta_numbers(1, a, 6, -1), [&](double x) { return std::pow(x, a); }) < kMostDistance);
  }
  // The bound can tell: of Beta(3, 5.5).
  CHECK(distance(beta_numbers(3, 5.5, 3), [](double x) { return beta_distribution(3, 5, x); }) > kMostDistance);
}

TEST_CASE("counts near 0 give rates that are told apart, where the rates themselves are all 0 or 1") {
  Random random(7);
  Draws draws(random);
  std::vector<double> odds;
  for (int n = 0; n < 1000; ++n) odds.push_back(draws.beta_log_odds(1e-9, 1e-9));
  std::sort(odds.begin(), odds.end());
  CHECK(std::isfinite(odds.front()));
  CHECK(std::isfinite(odds.back()));
  CHECK(std::adjacent_find(odds.begin(), odds.end()) == odds.end());
}

}  // namespace inkling
