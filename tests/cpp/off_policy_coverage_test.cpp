// Whether the intervals of off-policy estimates hold what is true, in worlds that are made up.

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "expect.h"
#include "inkling/beta_bandit.h"
#include "inkling/exploration.h"
#include "inkling/off_policy.h"
#include "off_policy_columns.h"
#include "online/draws.h"
#include "sample_data.h"

namespace inkling {

namespace {

using Log = OffPolicyColumns;

constexpr std::size_t kLoggedArms = 5;
constexpr std::size_t kContexts = 3;

// Arms whose rates hang on the context; a policy logs, another is in question.
struct World {
  explicit World(std::uint64_t seed) {
    Random random(seed);
    Draws draws(random);
    for (std::size_t context = 0; context < kContexts; ++context) {
      double total = 0;
      for (std::size_t arm = 0; arm < kLoggedArms; ++arm) {
        rates.push_back(0.1 + 0.8 * draws.uniform());
        likings.push_back(static_cast<float>(draws.normal()));
        targets.push_back(-std::log(draws.uniform()));
        total += targets.back();
      }
      for (std::size_t arm = 0; arm < kLoggedArms; ++arm) {
        targets[context * kLoggedArms + arm] /= total;
        truth += targets[context * kLoggedArms + arm] * rates[context * kLoggedArms + arm] / kContexts;
      }
    }
  }

  // Adds an event to a log. estimates: of the rates.
  void add(Log& log, std::size_t context, const ExploredSlot& slot, const Doubles& estimates, Draws& draws) const {
    const std::size_t place = context * kLoggedArms + static_cast<std::size_t>(slot.candidate);
    log.propensities.push_back(slot.propensity);
    log.targets.push_back(targets[place]);
    log.rewards.push_back(draws.uniform() < rates[place] ? 1 : 0);
    log.chosen_estimates.push_back(estimates[place]);
    double expected = 0;
    for (std::size_t arm = 0; arm < kLoggedArms; ++arm) {
      expected += targets[context * kLoggedArms + arm] * estimates[context * kLoggedArms + arm];
    }
    log.target_estimates.push_back(expected);
  }

  // Events chosen by softmax of the likings.
  Log softmax_log(std::size_t num_events, const Doubles& estimates, Random& random) const {
    Log log;
    Draws draws(random);
    for (std::size_t n = 0; n < num_events; ++n) {
      const std::size_t context = random_below(kContexts, random);
      SlotPolicy policy;
      policy.kind = SlotPolicy::Kind::kSoftmax;
      policy.num_candidates = kLoggedArms;
      policy.values = std::span(likings).subspan(context * kLoggedArms, kLoggedArms);
      policy.epsilon = 0.1;
      add(log, context, value_of(explore(policy, 1, random))[0], estimates, draws);
    }
    return log;
  }

  Doubles rates;    // (kContexts, kLoggedArms)
  Doubles targets;  // likewise, of the policy in question; each row sums to 1
  std::vector<float> likings;
  double truth = 0;
};

// How many intervals of each kind hold the truth, and how far the estimates are from it on average.
struct Coverage {
  void add(const Log& log, double truth) {
    const OffPolicyEstimate estimates[] = {value_of(inverse_propensity(log.view())),
                                           value_of(self_normalized(log.view())), value_of(doubly_robust(log.view()))};
    for (std::size_t kind = 0; kind < 3; ++kind) {
      const OffPolicyEstimate& estimate = estimates[kind];
      held[kind] += estimate.interval.low <= truth && truth <= estimate.interval.high ? 1 : 0;
      bias[kind] += estimate.value - truth;
      width[kind] += estimate.standard_error;
    }
    ++logs;
  }
  double share(std::size_t kind) const { return held[kind] / logs; }

  double held[3] = {};
  double bias[3] = {};
  double width[3] = {};
  double logs = 0;
};

constexpr std::size_t kIps = 0;
constexpr std::size_t kSnips = 1;
constexpr std::size_t kDr = 2;

}  // namespace

TEST_CASE(
    "intervals hold the truth at least nine times in ten, whatever the reward model, and not with wrong propensities") {
  const World world(3);
  Doubles wrong_estimates;  // as wrong as can be: turned round
  for (const double rate : world.rates) wrong_estimates.push_back(1 - rate);
  Coverage right;
  Coverage wrong_model;
  Coverage forgotten;  // propensities as if all arms had been as likely
  Coverage forgotten_with_model;
  Random random(4);
  const auto forget = [](Log log) {
    for (double& propensity : log.propensities) propensity = 1.0 / kLoggedArms;
    return log;
  };
  for (int repeat = 0; repeat < 400; ++repeat) {
    const Log log = world.softmax_log(800, world.rates, random);
    right.add(log, world.truth);
    forgotten_with_model.add(forget(log), world.truth);
    const Log modelled = world.softmax_log(800, wrong_estimates, random);
    wrong_model.add(modelled, world.truth);
    forgotten.add(forget(modelled), world.truth);
  }
  for (const std::size_t kind : {kIps, kSnips, kDr}) {
    CAPTURE(kind);
    CHECK(right.share(kind) >= 0.9);
    CHECK(right.share(kind) <= 0.99);  // no wider than they need be
    CHECK(wrong_model.share(kind) >= 0.9);
    CHECK(forgotten.share(kind) < 0.8);
    // Four standard errors of the mean of 400.
    CHECK(std::abs(right.bias[kind]) < 4 * right.width[kind] / 20);
  }
  CHECK(forgotten_with_model.share(kDr) >= 0.9);  // doubly robust
  CHECK(right.width[kDr] < 0.9 * right.width[kIps]);
  CHECK(right.width[kSnips] < 0.9 * right.width[kIps]);
}

TEST_CASE("the propensities of Thompson sampling are such that intervals hold the truth, with few draws and many") {
  const World world(5);
  const std::vector<float> shown(kContexts * kLoggedArms, 12);
  std::vector<float> taken;
  for (const double rate : world.rates) taken.push_back(static_cast<float>(12 * rate));
  const BetaBandit bandit = value_of(BetaBandit::make(kContexts * kLoggedArms, {shown, taken}));
  Random random(6);
  Draws draws(random);
  // propensity_rows: 0 = the propensity is that of the rows by which was chosen; others are of other draws.
  const auto coverage_of = [&](std::size_t rows, std::size_t propensity_rows) {
    Coverage coverage;
    for (int repeat = 0; repeat < 200; ++repeat) {
      Log log;
      for (std::size_t n = 0; n < 400; ++n) {
        const std::size_t context = random_below(kContexts, random);
        std::vector<std::int32_t> arms(kLoggedArms);
        std::iota(arms.begin(), arms.end(), static_cast<std::int32_t>(context * kLoggedArms));
        std::vector<float> values = value_of(bandit.draw(arms, rows, random));
        SlotPolicy policy;
        policy.num_candidates = kLoggedArms;
        policy.values = values;
        policy.epsilon = 0.3;
        ExploredSlot slot = value_of(explore(policy, 1, random))[0];
        if (propensity_rows > 0) {
          values = value_of(bandit.draw(arms, propensity_rows, random));
          policy.values = values;
          slot.propensity = value_of(slot_propensities(policy, {&slot.candidate, 1}))[0];
        }
        world.add(log, context, slot, world.rates, draws);
      }
      coverage.add(log, world.truth);
    }
    return coverage;
  };
  for (const std::size_t rows : {1u, 8u}) {
    CAPTURE(rows);
    const Coverage coverage = coverage_of(rows, 0);
    for (const std::size_t kind : {kIps, kSnips, kDr}) {
      CAPTURE(kind);
      CHECK(coverage.share(kind) >= 0.9);
      CHECK(std::abs(coverage.bias[kind]) < 4 * coverage.width[kind] / std::sqrt(200.0));
    }
  }
  // Estimated from draws that did not choose: the mean of 1 / estimate is above 1 / propensity.
  const Coverage after = coverage_of(1, 8);
  CHECK(after.bias[kIps] > 4 * after.width[kIps] / std::sqrt(200.0));
}

}  // namespace inkling
