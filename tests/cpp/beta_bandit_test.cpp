#include "inkling/beta_bandit.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "expect.h"
#include "inkling/random.h"

namespace inkling {

namespace {

using Arms = std::vector<std::int32_t>;
using Bytes = std::vector<std::uint8_t>;
using Floats = std::vector<float>;

}  // namespace

TEST_CASE("arms begin at what the publisher counted, scaled to the stated strengths") {
  SUBCASE("nothing counted: all rates are equally likely") {
    const BetaBandit bandit = value_of(BetaBandit::make(2, {}));
    CHECK(bandit.counts(1).taken == 1);
    CHECK(bandit.counts(1).passed == 1);
  }
  SUBCASE("a rate for all") {
    BetaPrior prior;
    prior.rate = 0.1;
    prior.shared_strength = 30;
    const BetaBandit bandit = value_of(BetaBandit::make(2, prior));
    CHECK(bandit.counts(0).taken == doctest::Approx(3));
    CHECK(bandit.counts(0).passed == doctest::Approx(27));
    CHECK(bandit.mean(0) == doctest::Approx(0.1));
  }
  SUBCASE("counts of each") {
    const Floats shown{88, 10, 0};
    const Floats taken{22, 2, 0};
    BetaPrior prior{shown, taken};
    prior.shared_strength = 4;
    const BetaBandit bandit = value_of(BetaBandit::make(3, prior));  // all in all 25 of 100
    CHECK(bandit.counts(0).taken == doctest::Approx(1 + 5));
    CHECK(bandit.counts(0).passed == doctest::Approx(3 + 15));
    CHECK(bandit.counts(1).taken == doctest::Approx(1 + 2));
    CHECK(bandit.counts(1).passed == doctest::Approx(3 + 8));
    CHECK(bandit.counts(2).taken == doctest::Approx(1));
    CHECK(bandit.counts(2).passed == doctest::Approx(3));
    prior.arm_strength = 0;
    CHECK(value_of(BetaBandit::make(3, prior)).counts(0).passed == doctest::Approx(3));
  }
}

TEST_CASE("events add up, whatever their order") {
  Random random(1);
  Arms arms;
  Bytes taken;
  Floats weights;
  std::vector<BetaCounts> expected(7);
  for (int n = 0; n < 500; ++n) {
    arms.push_back(static_cast<std::int32_t>(random.below(7)));
    taken.push_back(static_cast<std::uint8_t>(random.below(2)));
    weights.push_back(random.uniform());
    BetaCounts& counts = expected[static_cast<std::size_t>(arms.back())];
    (taken.back() != 0 ? counts.taken : counts.passed) += static_cast<double>(weights.back());
  }
  BetaBandit forwards = value_of(BetaBandit::make(7, {}));
  REQUIRE(succeeds(forwards.update(arms, taken, weights)));
  BetaBandit backwards = value_of(BetaBandit::make(7, {}));
  for (std::size_t n = arms.size(); n-- > 0;) {
    REQUIRE(succeeds(backwards.update({&arms[n], 1}, {&taken[n], 1}, {&weights[n], 1})));
  }
  for (std::size_t arm = 0; arm < 7; ++arm) {
    CHECK(forwards.counts(arm).taken == doctest::Approx(expected[arm].taken).epsilon(1e-12));
    CHECK(backwards.counts(arm).taken == doctest::Approx(expected[arm].taken).epsilon(1e-12));
    CHECK(forwards.counts(arm).passed == doctest::Approx(backwards.counts(arm).passed).epsilon(1e-12));
  }
  REQUIRE(succeeds(forwards.update(Arms{3, 3}, Bytes{1, 2})));
  CHECK(forwards.counts(3).taken == doctest::Approx(expected[3].taken + 2));
}

TEST_CASE("draws are of what is known of each arm that is asked for, and hang on the seed alone") {
  const Floats shown{200, 0, 200};
  const Floats taken{20, 0, 180};
  BetaPrior prior{shown, taken};
  prior.arm_strength = std::numeric_limits<double>::infinity();
  const BetaBandit bandit = value_of(BetaBandit::make(3, prior));
  const Arms arms{2, 0};
  Random random(5);
  const Floats draws = value_of(bandit.draw(arms, 4000, random));
  REQUIRE(draws.size() == 8000);
  for (std::size_t column = 0; column < 2; ++column) {
    const BetaCounts& counts = bandit.counts(static_cast<std::size_t>(arms[column]));
    const double total = counts.taken + counts.passed;
    const double mean = counts.taken / total;
    double sum = 0;
    double squares = 0;
    for (std::size_t n = 0; n < 4000; ++n) {
      const double rate = 1 / (1 + std::exp(-static_cast<double>(draws[2 * n + column])));
      sum += rate / 4000;
      squares += (rate - mean) * (rate - mean) / 4000;
    }
    const double variance = mean * (1 - mean) / (total + 1);
    CHECK(sum == doctest::Approx(bandit.mean(static_cast<std::size_t>(arms[column]))).epsilon(0.01));
    CHECK(squares == doctest::Approx(variance).epsilon(0.1));
  }
  Random same(5);
  CHECK(value_of(bandit.draw(arms, 4000, same)) == draws);
  Random other(6);
  CHECK(value_of(bandit.draw(arms, 4000, other)) != draws);
  CHECK(value_of(bandit.draw({}, 3, other)).empty());
  CHECK(value_of(bandit.draw(arms, 0, other)).empty());
}

TEST_CASE("priors, events and arms that cannot be are refused, and change nothing") {
  const Floats two{2, 2};
  const Floats three{3, 3};
  for (const BetaPrior& prior : {BetaPrior{two, {}}, BetaPrior{{}, two}, BetaPrior{two, three}}) {
    CHECK(fails(BetaBandit::make(2, prior), ErrorCode::kInvalidArgument));
  }
  CHECK(fails(BetaBandit::make(3, {three, two}), ErrorCode::kInvalidArgument, {"3 arms"}));
  const Floats negative{-1, 1};
  const Floats nothing{NAN, 1};
  const Floats endless{INFINITY, 1};
  for (const Floats& bad : {negative, nothing, endless}) {
    CHECK(fails(BetaBandit::make(2, {two, bad}), ErrorCode::kInvalidArgument, {"arm 0"}));
    CHECK(fails(BetaBandit::make(2, {bad, bad}), ErrorCode::kInvalidArgument, {"arm 0"}));
  }
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const double bad : {-1.0, nan}) {
    BetaPrior prior;
    prior.arm_strength = bad;
    CHECK(fails(BetaBandit::make(2, prior), ErrorCode::kInvalidArgument, {"strengths"}));
    prior = {};
    prior.shared_strength = bad;
    CHECK(fails(BetaBandit::make(2, prior), ErrorCode::kInvalidArgument, {"strengths"}));
    prior = {};
    prior.rate = bad;
    CHECK(fails(BetaBandit::make(2, prior), ErrorCode::kInvalidArgument, {"rate"}));
  }
  BetaPrior weak;
  weak.shared_strength = 1e-9;
  CHECK(fails(BetaBandit::make(2, weak), ErrorCode::kInvalidArgument, {"too weak"}));

  BetaBandit bandit = value_of(BetaBandit::make(2, {}));
  CHECK(fails(bandit.update(Arms{0, 2}, Bytes{1, 1}), ErrorCode::kUnknownItem, {"arm 2"}));
  CHECK(fails(bandit.update(Arms{0, -1}, Bytes{1, 1}), ErrorCode::kUnknownItem));
  CHECK(fails(bandit.update(Arms{0, 1}, Bytes{1}), ErrorCode::kInvalidArgument));
  CHECK(fails(bandit.update(Arms{0, 1}, Bytes{1, 0}, Floats{1}), ErrorCode::kInvalidArgument));
  for (const float weight : {-1.0f, NAN, INFINITY}) {
    CHECK(fails(bandit.update(Arms{0, 1}, Bytes{1, 0}, Floats{1, weight}), ErrorCode::kInvalidArgument, {"weighs"}));
  }
  CHECK(bandit.counts(0).taken == 1);
  Random random(1);
  CHECK(fails(bandit.draw(Arms{2}, 1, random), ErrorCode::kUnknownItem));
}

}  // namespace inkling
