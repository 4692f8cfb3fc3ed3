#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "inkling/beta_bandit.h"
#include "inkling/exploration.h"
#include "inkling/linear_bandit.h"
#include "inkling/off_policy.h"
#include "seam_types.h"

namespace {

using namespace inkling;
using namespace inkling::seam;

// Draws of a bandit whose arms began with what a publisher counted and have met a person's events since.
// prior_shown, prior_taken: float32, one an arm; events: int32 arms, uint8 taken, float32 weights, one an event.
// out: float32, (num_draws, arms): log odds of rates.
int draw_rates(Engine& engine, const Buffer& prior_shown, const Buffer& prior_taken, const Buffer& event_arms,
               const Buffer& event_taken, const Buffer& event_weights, int num_draws, double seed, Buffer& out) {
  BetaPrior prior;
  prior.shown = prior_shown.as<float>();
  prior.taken = prior_taken.as<float>();
  Result<BetaBandit> bandit = BetaBandit::make(prior.shown.size(), prior);
  if (!bandit.ok()) return engine.report(bandit.status());
  if (Status s = bandit.value().update(event_arms.as<std::int32_t>(), event_taken.as<std::uint8_t>(),
                                       event_weights.as<float>());
      !s.ok()) {
    return engine.report(s);
  }
  std::vector<std::int32_t> arms(prior.shown.size());
  for (std::size_t arm = 0; arm < arms.size(); ++arm) arms[arm] = static_cast<std::int32_t>(arm);
  Random random(static_cast<std::uint64_t>(seed));
  const Result<std::vector<float>> draws = bandit.value().draw(arms, static_cast<std::size_t>(num_draws), random);
  if (!draws.ok()) return engine.report(draws.status());
  out.clear();
  out.append(std::span<const float>(draws.value()));
  return 0;
}

// LinUCB. mean: float32, one a feature; events: float32 features, a row each, and what each brought; features: float32,
// a row an item. out: float32, an upper bound an item.
int upper_bounds(Engine& engine, const Buffer& mean, const Buffer& event_features, const Buffer& rewards,
                 const Buffer& features, double width, Buffer& out) {
  LinearPrior prior;
  prior.mean = mean.as<float>();
  const std::size_t num_features = prior.mean.size();
  Result<LinearBandit> bandit = LinearBandit::make(num_features, prior);
  if (!bandit.ok()) return engine.report(bandit.status());
  if (Status s = bandit.value().update({event_features.as<float>(), num_features}, rewards.as<float>()); !s.ok()) {
    return engine.report(s);
  }
  const Result<std::vector<float>> bounds =
      bandit.value().upper_bounds({features.as<float>(), num_features}, static_cast<float>(width));
  if (!bounds.ok()) return engine.report(bounds.status());
  out.clear();
  out.append(std::span<const float>(bounds.value()));
  return 0;
}

// kind: number of SlotPolicy. values: float32. out: float64, (slots, 2): candidate, propensity.
int explore_slots(Engine& engine, int kind, int num_candidates, const Buffer& values, double temperature,
                  double epsilon, int num_slots, double seed, Buffer& out) {
  SlotPolicy policy;
  policy.kind = static_cast<SlotPolicy::Kind>(kind);
  policy.num_candidates = static_cast<std::size_t>(num_candidates);
  policy.values = values.as<float>();
  policy.temperature = temperature;
  policy.epsilon = epsilon;
  Random random(static_cast<std::uint64_t>(seed));
  const Result<std::vector<ExploredSlot>> slots = explore(policy, static_cast<std::size_t>(num_slots), random);
  if (!slots.ok()) return engine.report(slots.status());
  std::vector<double> rows;
  for (const ExploredSlot& slot : slots.value()) {
    rows.push_back(slot.candidate);
    rows.push_back(slot.propensity);
  }
  out.clear();
  out.append(std::span<const double>(rows));
  return 0;
}

// All float64, one an event; estimates may be empty: no doubly robust estimate then. most_weight: 0 = no clipping.
// out: float64, (2 or 3, 6): value, standard error, ends of the interval, effective events, clipped events; of inverse
// propensity scoring, self-normalized, doubly robust.
int off_policy(Engine& engine, const Buffer& propensities, const Buffer& targets, const Buffer& rewards,
               const Buffer& chosen_estimates, const Buffer& target_estimates, double most_weight, Buffer& out) {
  OffPolicyLog log;
  log.propensities = propensities.as<double>();
  log.targets = targets.as<double>();
  log.rewards = rewards.as<double>();
  log.chosen_estimates = chosen_estimates.as<double>();
  log.target_estimates = target_estimates.as<double>();
  const double most = most_weight > 0 ? most_weight : kNoClipping;
  std::vector<Result<OffPolicyEstimate>> all;
  all.push_back(inverse_propensity(log, most));
  all.push_back(self_normalized(log, most));
  if (!log.chosen_estimates.empty() || !log.target_estimates.empty()) all.push_back(doubly_robust(log, most));
  std::vector<double> rows;
  for (const Result<OffPolicyEstimate>& each : all) {
    if (!each.ok()) return engine.report(each.status());
    const OffPolicyEstimate& estimate = each.value();
    rows.insert(rows.end(), {estimate.value, estimate.standard_error, estimate.interval.low, estimate.interval.high,
                             estimate.effective_events, static_cast<double>(estimate.clipped)});
  }
  out.clear();
  out.append(std::span<const double>(rows));
  return 0;
}

const Binding kTable[] = {
    function("drawRates", &draw_rates),
    function("upperBounds", &upper_bounds),
    function("exploreSlots", &explore_slots),
    function("offPolicy", &off_policy),
};
const Bindings kBindings(kTable);

}  // namespace
