#include "inkling/exploration.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "expect.h"
#include "inkling/beta_bandit.h"
#include "online/draws.h"
#include "sample_data.h"

namespace inkling {

namespace {

using PolicyKind = SlotPolicy::Kind;
using Candidates = std::vector<std::int32_t>;
using Floats = std::vector<float>;

SlotPolicy policy_of(PolicyKind kind, std::size_t num_candidates, const Floats& values, double epsilon = 0) {
  SlotPolicy policy;
  policy.kind = kind;
  policy.num_candidates = num_candidates;
  policy.values = values;
  policy.epsilon = epsilon;
  return policy;
}

Candidates candidates_of(const std::vector<ExploredSlot>& slots) {
  Candidates out;
  for (const ExploredSlot& slot : slots) out.push_back(slot.candidate);
  return out;
}

// How often each ordered pair of four candidates comes first, in shares.
template <class TwoSlots>
std::vector<double> shares_of_pairs(int repeats, const TwoSlots& two_slots) {
  std::vector<double> shares(16);
  for (int n = 0; n < repeats; ++n) {
    const Candidates pair = two_slots();
    shares[static_cast<std::size_t>(4 * pair[0] + pair[1])] += 1.0 / repeats;
  }
  return shares;
}

// Four standard errors of a share.
double tolerance(double share, int repeats) { return 4 * std::sqrt(share * (1 - share) / repeats) + 1e-9; }

void check_pairs(const std::vector<double>& shares, const SlotPolicy& policy, int repeats) {
  for (std::int32_t a = 0; a < 4; ++a) {
    for (std::int32_t b = 0; b < 4; ++b) {
      if (a == b) continue;
      CAPTURE(a);
      CAPTURE(b);
      const std::vector<double> propensities = value_of(slot_propensities(policy, Candidates{a, b}));
      const double expected = propensities[0] * propensities[1];
      CHECK(std::abs(shares[static_cast<std::size_t>(4 * a + b)] - expected) <= tolerance(expected, repeats));
    }
  }
}

}  // namespace

TEST_CASE("slots hold distinct candidates, their propensities are those of the policy, and a seed decides") {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const std::size_t count = random_below(12, random);
    const PolicyKind kind = random.below(2) == 0 ? PolicyKind::kSoftmax : PolicyKind::kDraws;
    Floats values(count * (kind == PolicyKind::kDraws ? 1 + random_below(9, random) : 1));
    for (float& value : values) value = static_cast<float>(random.below(6)) - 2;
    SlotPolicy policy =
        policy_of(kind, count, values, random.below(2) == 0 ? 0 : static_cast<double>(random.uniform()));
    policy.temperature = 0.1 + static_cast<double>(random.uniform());
    const std::size_t wanted = random_below(15, random);
    Random choosing(seed);
    const std::vector<ExploredSlot> slots = value_of(explore(policy, wanted, choosing));
    CHECK(slots.size() == std::min(wanted, count));
    Candidates sorted = candidates_of(slots);
    std::sort(sorted.begin(), sorted.end());
    CHECK(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end());
    const std::vector<double> propensities = value_of(slot_propensities(policy, candidates_of(slots)));
    for (std::size_t slot = 0; slot < slots.size(); ++slot) {
      CHECK(slots[slot].candidate >= 0);
      CHECK(static_cast<std::size_t>(slots[slot].candidate) < count);
      CHECK(slots[slot].propensity > 0);
      CHECK(slots[slot].propensity <= 1 + 1e-12);
      CHECK(slots[slot].propensity >= policy.epsilon / static_cast<double>(count - slot));
      CHECK(slots[slot].propensity == propensities[slot]);
    }
    Random same(seed);
    CHECK(candidates_of(value_of(explore(policy, wanted, same))) == candidates_of(slots));
  }
}

TEST_CASE("the probabilities of all that a slot may hold sum to 1") {
  Random random(3);
  Floats values(7 * 5);
  for (float& value : values) value = random.normal();
  for (const PolicyKind kind : {PolicyKind::kSoftmax, PolicyKind::kDraws}) {
    const Floats own(values.begin(), values.begin() + (kind == PolicyKind::kDraws ? 35 : 5));
    const SlotPolicy policy = policy_of(kind, 5, own, 0.2);
    for (const Candidates& before : {Candidates{}, Candidates{3}, Candidates{3, 0, 1}}) {
      double sum = 0;
      for (std::int32_t next = 0; next < 5; ++next) {
        if (std::find(before.begin(), before.end(), next) != before.end()) continue;
        Candidates chosen = before;
        chosen.push_back(next);
        sum += value_of(slot_propensities(policy, chosen)).back();
      }
      CHECK(sum == doctest::Approx(1).epsilon(1e-12));
    }
  }
}

TEST_CASE("lists come as often as the product of their propensities says, and softmax's as Gumbel noise orders them") {
  constexpr int kRepeats = 20000;
  Random random(11);
  const Floats scores{1, 0.5f, -1, 0};
  SlotPolicy softmax = policy_of(PolicyKind::kSoftmax, 4, scores);
  softmax.temperature = 0.7;
  const auto explored = [&](const SlotPolicy& policy) {
    return shares_of_pairs(kRepeats, [&] { return candidates_of(value_of(explore(policy, 2, random))); });
  };
  check_pairs(explored(softmax), softmax, kRepeats);
  Draws draws(random);
  const std::vector<double> by_noise = shares_of_pairs(kRepeats, [&] {
    std::vector<double> noisy;
    for (const float score : scores)
      noisy.push_back(static_cast<double>(score) / 0.7 - std::log(-std::log(draws.uniform())));
    Candidates order{0, 1, 2, 3};
    std::sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
      return noisy[static_cast<std::size_t>(a)] > noisy[static_cast<std::size_t>(b)];
    });
    return order;
  });
  check_pairs(by_noise, softmax, kRepeats);

  Floats rows(4 * 6);
  for (float& value : rows) value = random.normal();
  const SlotPolicy thompson = policy_of(PolicyKind::kDraws, 4, rows, 0.3);
  check_pairs(explored(thompson), thompson, kRepeats);
  SlotPolicy wrong = softmax;  // the check can fail
  wrong.temperature = 0.8;
  const double expected = value_of(slot_propensities(wrong, Candidates{0, 1}))[0];
  const double other = value_of(slot_propensities(softmax, Candidates{0, 1}))[0];
  CHECK(std::abs(expected - other) > tolerance(expected, kRepeats));
}

TEST_CASE("over the draws, few rows choose as often as an arm is likely to be the best") {
  const Floats shown{30, 10, 20, 5};
  const Floats taken{10, 5, 4, 2};
  const BetaBandit bandit = value_of(BetaBandit::make(4, {shown, taken}));
  const Candidates arms{0, 1, 2, 3};
  Random random(5);
  const Floats many = value_of(bandit.draw(arms, 20000, random));
  constexpr int kRepeats = 20000;
  std::vector<double> shares(4);
  for (int n = 0; n < kRepeats; ++n) {
    const Floats rows = value_of(bandit.draw(arms, 3, random));
    const auto slots = value_of(explore(policy_of(PolicyKind::kDraws, 4, rows), 1, random));
    shares[static_cast<std::size_t>(slots[0].candidate)] += 1.0 / kRepeats;
  }
  for (const std::int32_t arm : arms) {
    const double likely = value_of(slot_propensities(policy_of(PolicyKind::kDraws, 4, many), {&arm, 1}))[0];
    CHECK(std::abs(shares[static_cast<std::size_t>(arm)] - likely) < 1.5 * tolerance(likely, kRepeats));
  }
}

TEST_CASE("one row without epsilon is the order of its values, ties by index") {
  const Floats scores{1, 5, 3, 5, -2};
  Random random(1);
  const auto slots = value_of(explore(policy_of(PolicyKind::kDraws, 5, scores), 9, random));
  CHECK(candidates_of(slots) == Candidates{1, 3, 2, 0, 4});
  for (const ExploredSlot& slot : slots) CHECK(slot.propensity == 1);
  CHECK(value_of(slot_propensities(policy_of(PolicyKind::kDraws, 5, scores), Candidates{3, 1})) ==
        std::vector<double>{0, 1});
  CHECK(value_of(slot_propensities(policy_of(PolicyKind::kDraws, 5, scores, 0.5), Candidates{3, 1}))[0] ==
        doctest::Approx(0.1));
}

TEST_CASE("values as far apart as floats can be, and temperatures near 0 and beyond all values") {
  const float most = std::numeric_limits<float>::max();
  const Floats scores{-most, 0, most, 1};
  SlotPolicy policy = policy_of(PolicyKind::kSoftmax, 4, scores);
  for (const double temperature : {1e-300, 1e-30, 1.0}) {
    CAPTURE(temperature);
    policy.temperature = temperature;
    Random random(1);
    const auto slots = value_of(explore(policy, 2, random));
    CHECK(slots[0].candidate == 2);
    CHECK(slots[0].propensity == 1);
    if (temperature < 1) CHECK(candidates_of(value_of(explore(policy, 4, random))) == Candidates{2, 3, 1, 0});
  }
  policy.temperature = std::numeric_limits<double>::max();
  CHECK(value_of(slot_propensities(policy, Candidates{0}))[0] == doctest::Approx(0.25));
}

TEST_CASE("explorations that do not fit together are refused") {
  const Floats three{1, 2, 3};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Random random(1);
  const auto refused = [&](const SlotPolicy& policy, const char* part) {
    return fails(explore(policy, 1, random), ErrorCode::kInvalidArgument, {part}) &&
           fails(slot_propensities(policy, Candidates{0}), ErrorCode::kInvalidArgument, {part});
  };
  CHECK(refused(policy_of(static_cast<PolicyKind>(7), 3, three), "kind"));
  for (const PolicyKind kind : {PolicyKind::kSoftmax, PolicyKind::kDraws}) {
    CHECK(refused(policy_of(kind, 2, three), "2 candidates"));
    CHECK(refused(policy_of(kind, 3, {}), "3 candidates"));
    for (const double epsilon : {-0.1, 1.1, nan}) CHECK(refused(policy_of(kind, 3, three, epsilon), "epsilon"));
    const Floats broken{1, 2, NAN};
    CHECK(fails(explore(policy_of(kind, 3, broken), 1, random), ErrorCode::kNotFinite));
  }
  for (const double temperature : {0.0, -1.0, nan, std::numeric_limits<double>::infinity()}) {
    SlotPolicy policy = policy_of(PolicyKind::kSoftmax, 3, three);
    policy.temperature = temperature;
    CHECK(refused(policy, "temperature"));
  }
  for (const Candidates& chosen : {Candidates{3}, Candidates{-1}, Candidates{1, 1}}) {
    CHECK(fails(slot_propensities(policy_of(PolicyKind::kDraws, 3, three), chosen), ErrorCode::kInvalidArgument,
                {"chosen"}));
  }
}

}  // namespace inkling
