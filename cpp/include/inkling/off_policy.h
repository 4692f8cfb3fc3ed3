#pragma once

#include <cstddef>
#include <limits>
#include <span>

#include "inkling/resampling.h"
#include "inkling/status.h"

namespace inkling {

// What a policy would have brought, judged by the log of another one: an event is a choice of the logging policy with
// its propensity and its reward. One number an event in each span; events of different slots or people may be mixed.
struct OffPolicyLog {
  std::span<const double> propensities;  // with which the logging policy chose what it chose: above 0, at most 1
  std::span<const double> targets;       // with which the policy in question chooses the same, then: 0 to 1
  std::span<const double> rewards;
  // NOLINTBEGIN(readability-redundant-member-init): who names only the first members would be warned by g++
  // Only for doubly_robust(). What a model expects of what was chosen, made without the event's own reward …
  std::span<const double> chosen_estimates = {};
  // … and of what the policy in question would choose: Σ over its candidates of their probability and estimate.
  std::span<const double> target_estimates = {};
  // NOLINTEND(readability-redundant-member-init)
};

// The mean reward of an event under the policy in question. n events have weights w = min(target / propensity,
// most_weight).
//
// standard_error and interval (value ± 1.96 of them) are the normal approximation: n terms t, one an event, whose mean
// is the value have √(Σ (t - value)² / (n (n - 1))). Events count as independent; where many are of one person or list
// it is too narrow. It is too narrow as well where a few large weights carry the sum, which effective_events tells:
// (Σ w)² / Σ w², below n; with less than about 50 of them, or with no reward at all, no interval is to be trusted.
struct OffPolicyEstimate {
  double value = 0;
  double standard_error = 0;
  Interval interval;
  double effective_events = 0;
  std::size_t clipped = 0;  // events whose weight was above most_weight
};

// Clipping (Ionides, "Truncated importance sampling", JCGS 2008) makes estimates narrower and wrong by what is cut off,
// of which the interval knows nothing.
inline constexpr double kNoClipping = std::numeric_limits<double>::infinity();

// O(events) each. Errors of all three: kInvalidArgument (less than two events; sizes; propensities that are not above 0
// and at most 1, targets not from 0 to 1, also NaN; a most_weight not above 0), kNotFinite (rewards, estimates, or a
// result).

// Inverse propensity scoring (Horvitz & Thompson, JASA 1952): the mean of w r. Unbiased.
Result<OffPolicyEstimate> inverse_propensity(const OffPolicyLog& log, double most_weight = kNoClipping);

// Self-normalized, SNIPS (Swaminathan & Joachims, NeurIPS 2015): Σ w r / Σ w, between the least and the largest reward
// and unmoved by a constant that is added to all. Biased by an order of 1 / n. Its terms are those of the
// linearization, value + w (r - value) n / Σ w. Also kInvalidArgument where all weights are 0.
Result<OffPolicyEstimate> self_normalized(const OffPolicyLog& log, double most_weight = kNoClipping);

// Doubly robust (Dudík, Erhan, Langford & Li, "Doubly robust policy evaluation and optimization", Statistical Science
// 2014): the mean of target_estimate + w (r - chosen_estimate). Unbiased where the propensities or the estimates are
// right, and narrower the better the estimates.
Result<OffPolicyEstimate> doubly_robust(const OffPolicyLog& log, double most_weight = kNoClipping);

}  // namespace inkling
