#include "inkling/linear_bandit.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "dense_matrix.h"
#include "expect.h"

namespace inkling {

namespace {

using Floats = std::vector<float>;

Floats normal_floats(std::size_t count, Random& random) {
  Floats out;
  for (std::size_t n = 0; n < count; ++n) out.push_back(random.normal());
  return out;
}

// Events of a bandit with a prior, and what the formulas make of them in doubles, by the inverse.
struct BanditSample {
  BanditSample(std::size_t num_features, std::size_t num_events, std::uint64_t seed) : width(num_features) {
    Random random(seed);
    mean = normal_floats(width, random);
    const Floats past = normal_floats(2 * width * width, random);
    const Matrix rows = Matrix::of(past, width);
    const Matrix gram = rows.transpose() * rows;
    for (std::size_t i = 0; i < width; ++i) {
      // What is below the diagonal is not read.
      for (std::size_t j = 0; j < width; ++j) precision.push_back(j < i ? kNotRead : static_cast<float>(gram(i, j)));
    }
    features = normal_floats(num_events * width, random);
    rewards = normal_floats(num_events, random);
    for (std::size_t n = 0; n < num_events; ++n) weights.push_back(random.below(5) == 0 ? 0 : 2 * random.uniform());

    const Matrix x = Matrix::of(features, width);
    const Matrix mu = Matrix::of(mean, 1);
    Matrix a = gram + static_cast<double>(ridge) * Matrix::identity(width);
    Matrix pulls(width);
    for (std::size_t n = 0; n < num_events; ++n) {
      const Matrix row = x.row(n);
      const double weight = static_cast<double>(weights[n]);
      a += weight * (row * row.transpose());
      pulls += weight * (static_cast<double>(rewards[n]) - row.dot(mu)) * row;
    }
    inverse = inverse_of(a);
    theta = mu + inverse * pulls;
  }

  LinearPrior prior() const { return {mean, precision, ridge}; }
  DenseVectors events() const { return {features, width}; }
  // Events from first on.
  Status feed(LinearBandit& bandit, std::size_t first, std::size_t count) const {
    return bandit.update({std::span(features).subspan(first * width, count * width), width},
                         std::span(rewards).subspan(first, count), std::span(weights).subspan(first, count));
  }
  double furthest(const LinearBandit& bandit) const {
    Furthest furthest;
    for (std::size_t i = 0; i < width; ++i) furthest.add(bandit.weights()[i], theta(i));
    return furthest.value();
  }

  static constexpr float kNotRead = 1e6f;
  std::size_t width;
  float ridge = 0.5f;
  Floats mean;
  Floats precision;
  Floats features;
  Floats rewards;
  Floats weights;
  Matrix inverse;
  Matrix theta;
};

constexpr std::size_t kBanditSizes[] = {1, 2, 3, 7, 8, 9, 16, 17, 33, 63, 64};

}  // namespace

TEST_CASE("weights and bounds are those of the formulas with a dense inverse") {
  for (const std::size_t width : kBanditSizes) {
    for (const std::size_t count : {0u, 1u, 5u, 200u}) {
      CAPTURE(width);
      CAPTURE(count);
      const BanditSample sample(width, count, width + count);
      LinearBandit bandit = value_of(LinearBandit::make(width, sample.prior()));
      REQUIRE(succeeds(sample.feed(bandit, 0, count)));
      CHECK(sample.furthest(bandit) < 2e-4);
      Random random(count);
      const Floats items = normal_floats(300 * width, random);  // more than a block
      const Floats means = value_of(bandit.upper_bounds({items, width}, 0));
      const Floats bounds = value_of(bandit.upper_bounds({items, width}, 1.5f));
      Furthest furthest;
      for (std::size_t item = 0; item < 300; ++item) {
        const Matrix x = Matrix::of(std::span(items).subspan(item * width, width), 1);
        furthest.add(means[item], x.dot(sample.theta));
        furthest.add(bounds[item], x.dot(sample.theta) + 1.5 * std::sqrt(x.dot(sample.inverse * x)));
      }
      CHECK(furthest.value() < 2e-3);
    }
  }
}

TEST_CASE("events in any order and any pieces give the same but for rounding") {
  for (const std::size_t width : {5u, 64u}) {
    const BanditSample sample(width, 300, 9);
    const auto fed = [&](std::size_t piece, bool backwards) {
      LinearBandit bandit = value_of(LinearBandit::make(width, sample.prior()));
      for (std::size_t first = 0; first < 300; first += piece) {
        REQUIRE(succeeds(sample.feed(bandit, backwards ? 300 - piece - first : first, piece)));
      }
      return bandit;
    };
    for (const std::size_t piece : {1u, 3u, 100u}) {
      for (const bool backwards : {false, true}) {
        CAPTURE(piece);
        CAPTURE(backwards);
        const LinearBandit bandit = fed(piece, backwards);
        CHECK(sample.furthest(bandit) < 2e-4);
        const Floats expected = value_of(fed(300, false).upper_bounds(sample.events(), 1));
        const Floats bounds = value_of(bandit.upper_bounds(sample.events(), 1));
        Furthest furthest;
        for (std::size_t n = 0; n < 300; ++n) furthest.add(bounds[n], expected[n]);
        CHECK(furthest.value() < 2e-3);
      }
    }
  }
}

TEST_CASE("an event of weight 2 is two events, and one of weight 0 none") {
  const Floats x{1, 2, 0.5f, -1, 0, 3};
  const Floats rewards{1, 0};
  LinearBandit weighted = value_of(LinearBandit::make(3, {}));
  REQUIRE(succeeds(weighted.update({x, 3}, rewards, Floats{2, 0})));
  LinearBandit twice = value_of(LinearBandit::make(3, {}));
  const std::span<const float> first = std::span(x).first(3);
  for (int n = 0; n < 2; ++n) REQUIRE(succeeds(twice.update({first, 3}, Floats{1})));
  for (std::size_t i = 0; i < 3; ++i) CHECK(weighted.weights()[i] == doctest::Approx(twice.weights()[i]));
}

TEST_CASE("draws have the mean and the covariance of the posterior, and hang on the seed alone") {
  const BanditSample sample(6, 12, 3);
  LinearBandit bandit = value_of(LinearBandit::make(6, sample.prior()));
  REQUIRE(succeeds(sample.feed(bandit, 0, 12)));
  Random random(4);
  const Floats items = normal_floats(3 * 6, random);
  constexpr std::size_t kDraws = 8000;
  const Floats draws = value_of(bandit.draw({items, 6}, 0.5f, kDraws, random));
  REQUIRE(draws.size() == 3 * kDraws);
  const Matrix x = Matrix::of(items, 6);
  const Matrix means = x * sample.theta;
  const Matrix covariance = 0.25 * (x * sample.inverse * x.transpose());
  for (std::size_t a = 0; a < 3; ++a) {
    double sum = 0;
    for (std::size_t n = 0; n < kDraws; ++n) sum += static_cast<double>(draws[3 * n + a]) - means(a);
    CHECK(std::abs(sum / kDraws) < 4 * std::sqrt(covariance(a, a) / kDraws));
    for (std::size_t b = 0; b < 3; ++b) {
      double product = 0;
      for (std::size_t n = 0; n < kDraws; ++n) {
        product +=
            (static_cast<double>(draws[3 * n + a]) - means(a)) * (static_cast<double>(draws[3 * n + b]) - means(b));
      }
      const double size = std::sqrt(covariance(a, a) * covariance(b, b));
      CHECK(std::abs(product / kDraws - covariance(a, b)) < 6 * size / std::sqrt(kDraws * 1.0));
    }
  }
  Random one(8);
  Random same(8);
  Random other(9);
  const Floats of_one = value_of(bandit.draw({items, 6}, 1, 5, one));
  CHECK(value_of(bandit.draw({items, 6}, 1, 5, same)) == of_one);
  CHECK(value_of(bandit.draw({items, 6}, 1, 5, other)) != of_one);
}

TEST_CASE("priors, events and items that cannot be are refused, and change nothing") {
  CHECK(fails(LinearBandit::make(0, {}), ErrorCode::kInvalidArgument, {"from 1 to 64"}));
  CHECK(fails(LinearBandit::make(65, {}), ErrorCode::kInvalidArgument, {"from 1 to 64"}));
  const Floats three{1, 2, 3};
  CHECK(fails(LinearBandit::make(2, {three, {}, 1}), ErrorCode::kInvalidArgument));
  CHECK(fails(LinearBandit::make(2, {{}, three, 1}), ErrorCode::kInvalidArgument));
  const Floats broken{1, NAN};
  CHECK(fails(LinearBandit::make(2, {broken, {}, 1}), ErrorCode::kNotFinite));
  for (const float ridge : {0.0f, -1.0f, NAN, INFINITY}) {
    CHECK(fails(LinearBandit::make(2, {{}, {}, ridge}), ErrorCode::kInvalidArgument, {"positive definite"}));
  }

  LinearBandit bandit = value_of(LinearBandit::make(2, {}));
  const Floats x{1, 1};
  REQUIRE(succeeds(bandit.update({x, 2}, Floats{1})));
  const Floats before(bandit.weights().begin(), bandit.weights().end());
  CHECK(fails(bandit.update({x, 1}, Floats{1, 1}), ErrorCode::kInvalidArgument, {"1 features"}));
  CHECK(fails(bandit.update({three, 2}, Floats{1}), ErrorCode::kInvalidArgument));
  CHECK(fails(bandit.update({x, 2}, Floats{1, 1}), ErrorCode::kInvalidArgument));
  CHECK(fails(bandit.update({x, 2}, Floats{1}, Floats{1, 1}), ErrorCode::kInvalidArgument));
  for (const float weight : {-1.0f, NAN}) {
    CHECK(fails(bandit.update({x, 2}, Floats{1}, Floats{weight}), ErrorCode::kInvalidArgument, {"weighs"}));
  }
  CHECK(fails(bandit.update({x, 2}, Floats{1}, Floats{INFINITY}), ErrorCode::kNotFinite));
  for (const float reward : {NAN, INFINITY}) {
    CHECK(fails(bandit.update({x, 2}, Floats{reward}), ErrorCode::kNotFinite));
  }
  const Floats huge{1e30f, 1};
  CHECK(fails(bandit.update({broken, 2}, Floats{1}), ErrorCode::kNotFinite));
  CHECK(fails(bandit.update({huge, 2}, Floats{1}), ErrorCode::kNotFinite));
  CHECK(Floats(bandit.weights().begin(), bandit.weights().end()) == before);
  Random random(1);
  CHECK(fails(bandit.upper_bounds({broken, 2}, 1), ErrorCode::kNotFinite));
  CHECK(fails(bandit.upper_bounds({x, 2}, -1), ErrorCode::kInvalidArgument));
  CHECK(fails(bandit.upper_bounds({x, 2}, INFINITY), ErrorCode::kNotFinite));
  CHECK(fails(bandit.draw({x, 2}, NAN, 1, random), ErrorCode::kInvalidArgument));
  CHECK(value_of(bandit.upper_bounds({{}, 2}, 1)).empty());
}

}  // namespace inkling
