#include "inkling/beta_bandit.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "data/indices.h"
#include "online/draws.h"
#include "online/invalid.h"

namespace inkling {

namespace {

constexpr double kLeastCount = 1e-9;

}  // namespace

Result<BetaBandit> BetaBandit::make(std::size_t num_arms, const BetaPrior& prior) {
  const bool counted = !prior.shown.empty();
  if (prior.taken.size() != prior.shown.size() || (counted && prior.shown.size() != num_arms)) {
    return invalid("the prior has " + std::to_string(prior.shown.size()) + " counts of shows and " +
                   std::to_string(prior.taken.size()) + " of those taken; give one of each for the " +
                   std::to_string(num_arms) + " arms, or none");
  }
  if (!(prior.arm_strength >= 0 && prior.shared_strength > 0 && std::isfinite(prior.shared_strength) &&
        prior.rate >= 0 && prior.rate < 1)) {
    return invalid("the prior needs strengths above 0 and a rate from 0 to 1");
  }
  double shown = 2;
  double taken = 1;
  for (std::size_t arm = 0; arm < prior.shown.size(); ++arm) {
    if (!(prior.taken[arm] >= 0 && prior.taken[arm] <= prior.shown[arm] && std::isfinite(prior.shown[arm]))) {
      return invalid("arm " + std::to_string(arm) +
                     " of the prior was taken more often than shown, or less than never");
    }
    shown += static_cast<double>(prior.shown[arm]);
    taken += static_cast<double>(prior.taken[arm]);
  }
  const double rate = prior.rate > 0 ? prior.rate : taken / shown;
  const BetaCounts shared{prior.shared_strength * rate, prior.shared_strength * (1 - rate)};
  if (!(std::min(shared.taken, shared.passed) >= kLeastCount)) {
    return invalid("the prior is too weak, or its rate too near 0 or 1, to draw from; use a larger shared strength");
  }
  BetaBandit bandit(num_arms);
  for (std::size_t arm = 0; arm < num_arms; ++arm) {
    BetaCounts& counts = bandit.counts_[arm];
    counts = shared;
    if (!counted || prior.shown[arm] == 0) continue;
    const auto arm_shown = static_cast<double>(prior.shown[arm]);
    const auto arm_taken = static_cast<double>(prior.taken[arm]);
    const double scale = std::min(1.0, prior.arm_strength / arm_shown);
    counts.taken += scale * arm_taken;
    counts.passed += scale * (arm_shown - arm_taken);
  }
  return bandit;
}

Status BetaBandit::check(std::span<const std::int32_t> arms) const {
  for (const std::int32_t arm : arms) {
    if (arm >= 0 && at(arm) < counts_.size()) continue;
    return {ErrorCode::kUnknownItem,
            "arm " + std::to_string(arm) + " is none of the " + std::to_string(counts_.size()) + " there are"};
  }
  return {};
}

Status BetaBandit::update(std::span<const std::int32_t> arms, std::span<const std::uint8_t> taken,
                          std::span<const float> weights) {
  if (taken.size() != arms.size() || (!weights.empty() && weights.size() != arms.size())) {
    return invalid("events need an arm, whether it was taken, and a weight or none; there are " +
                   std::to_string(arms.size()) + ", " + std::to_string(taken.size()) + " and " +
                   std::to_string(weights.size()));
  }
  if (!std::all_of(weights.begin(), weights.end(), [](float weight) { return weight >= 0 && std::isfinite(weight); })) {
    return invalid("an event weighs less than 0, or is not a number");
  }
  if (Status s = check(arms); !s.ok()) return s;
  for (std::size_t event = 0; event < arms.size(); ++event) {
    BetaCounts& counts = counts_[at(arms[event])];
    (taken[event] != 0 ? counts.taken : counts.passed) += weights.empty() ? 1 : static_cast<double>(weights[event]);
  }
  return {};
}

Result<std::vector<float>> BetaBandit::draw(std::span<const std::int32_t> arms, std::size_t num_draws,
                                            Random& random) const {
  if (Status s = check(arms); !s.ok()) return s;
  std::vector<float> out;
  out.reserve(num_draws * arms.size());
  Draws draws(random);
  for (std::size_t n = 0; n < num_draws; ++n) {
    for (const std::int32_t arm : arms) {
      const BetaCounts& counts = counts_[at(arm)];
      out.push_back(static_cast<float>(draws.beta_log_odds(counts.taken, counts.passed)));
    }
  }
  return out;
}

}  // namespace inkling
