#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "inkling/interactions.h"
#include "inkling/metrics.h"

namespace inkling {

// The metrics of one user's list beyond accuracy that need to know who has met what, as metrics.h defines them.
class ListQuality {
 public:
  // train: by which the items are known; must outlive this. O(items log items).
  explicit ListQuality(const Interactions& train);

  // audience: one a training user, 0 between two calls; only diversity needs it.
  MetricSum of(const Metric& metric, const MeasuredList& list, std::vector<double>& audience) const;

  // Whether the item is among those of fewest users which together have at most kLongTail of the interactions.
  bool is_in_tail(std::int32_t item) const { return in_tail_[static_cast<std::size_t>(item)] != 0; }

 private:
  double popularity(std::int32_t item) const;
  double mean_popularity(std::span<const std::int32_t> items) const;
  double novelty(std::span<const std::int32_t> ranked) const;
  double diversity(std::span<const std::int32_t> ranked, std::vector<double>& audience) const;
  MetricSum exposure(const MeasuredList& list) const;

  const Interactions& train_;
  double num_training_users_ = 0;
  std::vector<std::uint8_t> in_tail_;  // one an item
};

}  // namespace inkling
