#include "inkling/off_policy.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace inkling {

namespace {

constexpr double kNormalQuantile = 1.959963984540054;  // 97.5 %

Status invalid(const std::string& what) { return {ErrorCode::kInvalidArgument, what}; }

bool all_finite(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

Status check(const OffPolicyLog& log, double most_weight) {
  const std::size_t count = log.rewards.size();
  if (count < 2) return invalid("an estimate needs at least two events; there are " + std::to_string(count));
  if (log.propensities.size() != count || log.targets.size() != count) {
    return invalid("there are " + std::to_string(count) + " rewards, " + std::to_string(log.propensities.size()) +
                   " propensities and " + std::to_string(log.targets.size()) + " targets; give one of each an event");
  }
  if (!(most_weight > 0)) return invalid("weights cannot be clipped at 0 or less");
  for (std::size_t n = 0; n < count; ++n) {
    if (!(log.propensities[n] > 0 && log.propensities[n] <= 1)) {
      return invalid("the propensity of event " + std::to_string(n) +
                     " is not above 0 and at most 1; leave out what was not chosen by chance");
    }
    if (!(log.targets[n] >= 0 && log.targets[n] <= 1)) {
      return invalid("the target of event " + std::to_string(n) + " is no probability");
    }
  }
  if (!all_finite(log.rewards)) return {ErrorCode::kNotFinite, "a reward is not finite"};
  return {};
}

// The weights of a log that is right.
struct Weights {
  Weights(const OffPolicyLog& log, double most_weight) : values(log.targets.size()) {
    for (std::size_t n = 0; n < values.size(); ++n) {
      const double weight = log.targets[n] / log.propensities[n];
      clipped += weight > most_weight ? 1 : 0;
      values[n] = std::min(weight, most_weight);
      sum += values[n];
      squares += values[n] * values[n];
    }
  }

  std::vector<double> values;
  double sum = 0;
  double squares = 0;
  std::size_t clipped = 0;
};

double mean_of(std::span<const double> terms) {
  double sum = 0;
  for (const double term : terms) sum += term;
  return sum / static_cast<double>(terms.size());
}

Result<OffPolicyEstimate> estimate_of(std::span<const double> terms, double value, const Weights& weights) {
  const auto count = static_cast<double>(terms.size());
  double squares = 0;
  for (const double term : terms) squares += (term - value) * (term - value);
  OffPolicyEstimate out;
  out.value = value;
  out.standard_error = std::sqrt(squares / (count * (count - 1)));
  const double half = kNormalQuantile * out.standard_error;
  out.interval = {value - half, value + half};
  out.effective_events = weights.squares > 0 ? weights.sum * weights.sum / weights.squares : 0;
  out.clipped = weights.clipped;
  if (!std::isfinite(value) || !std::isfinite(half) || !std::isfinite(out.effective_events)) {
    return Status(ErrorCode::kNotFinite, "an off-policy estimate overflows; clip the weights");
  }
  return out;
}

}  // namespace

Result<OffPolicyEstimate> inverse_propensity(const OffPolicyLog& log, double most_weight) {
  if (Status s = check(log, most_weight); !s.ok()) return s;
  const Weights weights(log, most_weight);
  std::vector<double> terms(log.rewards.begin(), log.rewards.end());
  for (std::size_t n = 0; n < terms.size(); ++n) terms[n] *= weights.values[n];
  return estimate_of(terms, mean_of(terms), weights);
}

Result<OffPolicyEstimate> self_normalized(const OffPolicyLog& log, double most_weight) {
  if (Status s = check(log, most_weight); !s.ok()) return s;
  const Weights weights(log, most_weight);
  if (weights.sum == 0) return invalid("the policy in question would choose nothing of what the log has");
  const auto count = static_cast<double>(log.rewards.size());
  std::vector<double> terms = weights.values;
  for (double& term : terms) term *= count / weights.sum;
  double value = 0;
  for (std::size_t n = 0; n < terms.size(); ++n) value += terms[n] * log.rewards[n] / count;
  for (std::size_t n = 0; n < terms.size(); ++n) terms[n] = value + terms[n] * (log.rewards[n] - value);
  return estimate_of(terms, value, weights);
}

Result<OffPolicyEstimate> doubly_robust(const OffPolicyLog& log, double most_weight) {
  if (Status s = check(log, most_weight); !s.ok()) return s;
  if (log.chosen_estimates.size() != log.rewards.size() || log.target_estimates.size() != log.rewards.size()) {
    return invalid("there are " + std::to_string(log.rewards.size()) + " events, " +
                   std::to_string(log.chosen_estimates.size()) + " estimates of what was chosen and " +
                   std::to_string(log.target_estimates.size()) + " of what would be; give one of each an event");
  }
  if (!all_finite(log.chosen_estimates) || !all_finite(log.target_estimates)) {
    return Status(ErrorCode::kNotFinite, "an estimate of a reward is not finite");
  }
  const Weights weights(log, most_weight);
  std::vector<double> terms(log.target_estimates.begin(), log.target_estimates.end());
  for (std::size_t n = 0; n < terms.size(); ++n) {
    terms[n] += weights.values[n] * (log.rewards[n] - log.chosen_estimates[n]);
  }
  return estimate_of(terms, mean_of(terms), weights);
}

}  // namespace inkling
