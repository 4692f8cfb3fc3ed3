#include "inkling/off_policy.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "expect.h"
#include "inkling/random.h"
#include "off_policy_columns.h"

namespace inkling {

namespace {

using Log = OffPolicyColumns;

}  // namespace

TEST_CASE("estimates, computed by hand") {
  const Log log{{0.5, 0.25, 1}, {1, 0.5, 0.25}, {1, 0, 2}, {0.5, 0.5, 1}, {0.5, 0.25, 1}};  // weights 2, 2, 1/4
  const OffPolicyEstimate ips = value_of(inverse_propensity(log.view()));
  CHECK(ips.value == doctest::Approx(2.5 / 3));
  // Terms 2, 0, 1/2: squares about the mean sum to 13/6.
  CHECK(ips.standard_error == doctest::Approx(std::sqrt(13.0 / 36)));
  CHECK(ips.interval.low == doctest::Approx(2.5 / 3 - 1.959964 * std::sqrt(13.0 / 36)));
  CHECK(ips.interval.high == doctest::Approx(2.5 / 3 + 1.959964 * std::sqrt(13.0 / 36)));
  CHECK(ips.effective_events == doctest::Approx(4.25 * 4.25 / 8.0625));
  CHECK(ips.clipped == 0);
  const OffPolicyEstimate snips = value_of(self_normalized(log.view()));
  CHECK(snips.value == doctest::Approx(10.0 / 17));
  // Terms about it: 3/4.25 of 2 · 7/17, 2 · -10/17, 1/4 · 24/17.
  const double squares = (14.0 * 14 + 20 * 20 + 6 * 6) / (17 * 17) * (9 / (4.25 * 4.25));
  CHECK(snips.standard_error == doctest::Approx(std::sqrt(squares / 6)));
  const OffPolicyEstimate dr = value_of(doubly_robust(log.view()));
  CHECK(dr.value == doctest::Approx((0.5 + 1 + 0.25 - 1 + 1 + 0.25) / 3));

  SUBCASE("with weights clipped at 1") {
    const OffPolicyEstimate clipped = value_of(inverse_propensity(log.view(), 1));
    CHECK(clipped.clipped == 2);
    CHECK(clipped.value == doctest::Approx(1.5 / 3));
    CHECK(value_of(self_normalized(log.view(), 1)).value == doctest::Approx(1.5 / 2.25));
    CHECK(value_of(doubly_robust(log.view(), 1)).value == doctest::Approx((0.5 + 0.5 + 0.25 - 0.5 + 1 + 0.25) / 3));
  }
}

TEST_CASE("a policy that is in question itself has the mean reward, by all three") {
  Log log;
  Random random(2);
  double mean = 0;
  for (int n = 0; n < 50; ++n) {
    log.propensities.push_back(0.1 + 0.9 * static_cast<double>(random.uniform()));
    log.rewards.push_back(static_cast<double>(random.below(2)));
    mean += log.rewards.back() / 50;
  }
  log.targets = log.propensities;
  log.chosen_estimates.assign(50, 0.3);
  log.target_estimates = log.chosen_estimates;
  for (const OffPolicyEstimate& estimate :
       {value_of(inverse_propensity(log.view())), value_of(self_normalized(log.view())),
        value_of(doubly_robust(log.view()))}) {
    CHECK(estimate.value == doctest::Approx(mean));
    CHECK(estimate.standard_error == doctest::Approx(std::sqrt(mean * (1 - mean) / 49)));
    CHECK(estimate.effective_events == doctest::Approx(50));
  }
}

TEST_CASE("logs that cannot be are refused") {
  const Log good{{0.5, 0.5}, {1, 0}, {1, 0}, {1, 0}, {0.5, 0.5}};
  const auto all_refuse = [](const Log& log, ErrorCode code, const char* part, double most_weight = kNoClipping) {
    return fails(inverse_propensity(log.view(), most_weight), code, {part}) &&
           fails(self_normalized(log.view(), most_weight), code, {part}) &&
           fails(doubly_robust(log.view(), most_weight), code, {part});
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(succeeds(doubly_robust(good.view())));
  for (const double bad : {0.0, -0.5, 1.5, nan, infinity}) {
    Log log = good;
    log.propensities[1] = bad;
    CHECK(all_refuse(log, ErrorCode::kInvalidArgument, "propensity of event 1"));
  }
  for (const double bad : {-0.5, 1.5, nan}) {
    Log log = good;
    log.targets[1] = bad;
    CHECK(all_refuse(log, ErrorCode::kInvalidArgument, "target of event 1"));
  }
  for (const double bad : {nan, infinity}) {
    Log log = good;
    log.rewards[0] = bad;
    CHECK(all_refuse(log, ErrorCode::kNotFinite, "reward"));
    log = good;
    log.target_estimates[0] = bad;
    CHECK(fails(doubly_robust(log.view()), ErrorCode::kNotFinite, {"estimate"}));
    log = good;
    log.chosen_estimates[1] = bad;
    CHECK(fails(doubly_robust(log.view()), ErrorCode::kNotFinite, {"estimate"}));
  }
  for (const double bad : {0.0, -1.0, nan}) CHECK(all_refuse(good, ErrorCode::kInvalidArgument, "clipped", bad));
  CHECK(all_refuse({{1}, {1}, {1}, {1}, {1}}, ErrorCode::kInvalidArgument, "two events"));
  CHECK(all_refuse({{1, 1}, {1}, {1, 1}, {1, 1}, {1, 1}}, ErrorCode::kInvalidArgument, "targets"));
  CHECK(all_refuse({{1}, {1, 1}, {1, 1}, {1, 1}, {1, 1}}, ErrorCode::kInvalidArgument, "propensities"));
  CHECK(fails(doubly_robust(Log{{1, 1}, {1, 1}, {1, 1}, {1}, {1, 1}}.view()), ErrorCode::kInvalidArgument));
  CHECK(fails(doubly_robust(Log{{1, 1}, {1, 1}, {1, 1}, {}, {}}.view()), ErrorCode::kInvalidArgument));
  CHECK(fails(inverse_propensity(Log{{1e-300, 1}, {1, 1}, {1, 1}, {}, {}}.view()), ErrorCode::kNotFinite, {"clip"}));
  Log unseen = good;
  unseen.targets = {0, 0};
  CHECK(value_of(inverse_propensity(unseen.view())).value == 0);
  CHECK(fails(self_normalized(unseen.view()), ErrorCode::kInvalidArgument, {"nothing"}));
}

}  // namespace inkling
