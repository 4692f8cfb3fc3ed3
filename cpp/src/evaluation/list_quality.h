#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "inkling/interactions.h"
#include "inkling/item_topics.h"
#include "inkling/metrics.h"

namespace inkling {

// The metrics of one user's list beyond accuracy, as metrics.h defines them.
class ListQuality {
 public:
  struct List {
    std::span<const std::int32_t> ranked;      // the first k
    std::span<const std::int32_t> history;     // rising
    std::span<const std::int32_t> test_items;  // rising
  };

  // train: by which novelty, diversity, popularity_bias and exposure_ratio know the items. topics: null only where no
  // metric needs them. Both must outlive this. O(items log items).
  ListQuality(const Interactions& train, const ItemTopics* topics);

  // audience: one a training user, 0 between two calls; only diversity needs it.
  MetricSum of(const Metric& metric, const List& list, std::vector<double>& audience) const;

  // Whether the item is among those of fewest users which together have at most kLongTail of the interactions.
  bool is_in_tail(std::int32_t item) const { return in_tail_[static_cast<std::size_t>(item)] != 0; }

 private:
  double popularity(std::int32_t item) const;
  double mean_popularity(std::span<const std::int32_t> items) const;
  double novelty(std::span<const std::int32_t> ranked) const;
  double diversity(std::span<const std::int32_t> ranked, std::vector<double>& audience) const;
  MetricSum exposure(const List& list) const;
  double serendipity(const List& list) const;

  const Interactions& train_;
  const ItemTopics* topics_;
  double num_training_users_ = 0;
  std::vector<std::uint8_t> in_tail_;  // one an item
};

}  // namespace inkling
