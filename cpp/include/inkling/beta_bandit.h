#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "inkling/random.h"
#include "inkling/status.h"

namespace inkling {

// What is known of the arms before the first event. Spans must live as long as the call.
struct BetaPrior {
  // NOLINTBEGIN(readability-redundant-member-init): who names only the first members would be warned by g++
  std::span<const float> shown = {};  // how often the publisher showed each arm; empty = never
  std::span<const float> taken = {};  // … and how often it was taken then; as many
  // NOLINTEND(readability-redundant-member-init)

  // An arm's own counts are scaled down to at most so many shows; those of arms shown less often stay as they are. 0
  // ignores them but for the mean rate.
  double arm_strength = 20;
  // What holds for all arms: `rate` of so many shows was taken. Above 0.
  double shared_strength = 2;
  // Below 1; 0 = the mean of what the publisher counted, (1 + Σ taken) / (2 + Σ shown): without counts, and with the
  // strength above, every arm begins with Beta(1, 1), at which all rates are equally likely.
  double rate = 0;
};

// What is known of one arm's rate: Beta(taken, passed).
struct BetaCounts {
  double taken = 1;
  double passed = 1;
};

// How often each of some arms (items, topics) is taken when it is shown: a rate an arm, of which an event says 0 or 1,
// so that what is known of it is a Beta distribution (Chapelle & Li, "An empirical evaluation of Thompson sampling",
// NeurIPS 2011; Thompson 1933). Thompson sampling shows an arm as often as it is likely to be the best: draw() makes
// rates that may be true, and explore() (exploration.h) chooses by them.
//
// Two doubles an arm. Not stored: made anew from the newest events in O(arms + events).
class BetaBandit {
 public:
  // Errors: kInvalidArgument (sizes that do not fit; counts that no publisher can have; strengths and rates out of
  // range, also when they leave an arm less than 1e-9 of either count).
  static Result<BetaBandit> make(std::size_t num_arms, const BetaPrior& prior);

  std::size_t num_arms() const { return counts_.size(); }
  const BetaCounts& counts(std::size_t arm) const { return counts_[arm]; }
  // The expected rate.
  double mean(std::size_t arm) const { return counts_[arm].taken / (counts_[arm].taken + counts_[arm].passed); }

  // Events: an arm was shown, and taken (non-zero) or not. weights: what an event counts, 0 and more, so that old ones
  // may count less; empty = 1 each. The order of events does not matter but for rounding.
  // Errors, after which nothing has changed: kUnknownItem (an arm), kInvalidArgument (sizes, a weight).
  Status update(std::span<const std::int32_t> arms, std::span<const std::uint8_t> taken,
                std::span<const float> weights = {});

  // Rates that may be true, num_draws of each of these arms: (num_draws, arms), row-major, as log odds log(p / (1 -
  // p)), which order arms whose rates are all 0 or 1 but for rounding. An arm named twice has draws of its own. 64
  // of 300 arms take 1 ms. Errors: kUnknownItem.
  Result<std::vector<float>> draw(std::span<const std::int32_t> arms, std::size_t num_draws, Random& random) const;

 private:
  explicit BetaBandit(std::size_t num_arms) : counts_(num_arms) {}
  Status check(std::span<const std::int32_t> arms) const;

  std::vector<BetaCounts> counts_;
};

}  // namespace inkling
