#pragma once

#include <cstdint>
#include <span>

#include "inkling/item_topics.h"
#include "inkling/metrics.h"

namespace inkling {

// What the topics of a list's items say of it: the metrics that need topics, as metrics.h defines them. Immutable.
class TopicQuality {
 public:
  // topics: must outlive this.
  explicit TopicQuality(const ItemTopics& topics);
  virtual ~TopicQuality() = default;
  TopicQuality(const TopicQuality&) = delete;
  TopicQuality& operator=(const TopicQuality&) = delete;

  const ItemTopics& topics() const { return topics_; }
  // One of a user's list; O(topics), and serendipity a cosine for each hit and item of the history.
  // Virtual, so that a program that makes none has nothing of it.
  virtual MetricSum of(const Metric& metric, const MeasuredList& list) const;

 private:
  const ItemTopics& topics_;
};

// The mean over all pairs, one by one.
double intra_list_distance_naive(const ItemTopics& topics, std::span<const std::int32_t> list);

}  // namespace inkling
