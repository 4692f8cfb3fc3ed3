#include "inkling/topic_quality.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "inkling/reranker.h"

namespace inkling {

namespace {

// The mean of the shares of those items that have topics, (num_topics); all 0 where there is none.
std::vector<double> mean_shares(const ItemTopics& topics, std::span<const std::int32_t> items) {
  std::vector<double> mean(static_cast<std::size_t>(topics.num_topics()));
  double known = 0;
  for (const std::int32_t item : items) {
    topics.add(item, 1, mean);
    known += topics.knows(item) ? 1 : 0;
  }
  for (double& share : mean) share /= known > 0 ? known : 1;
  return mean;
}

double intra_list_distance(const ItemTopics& topics, std::span<const std::int32_t> list) {
  // With shares of length 1 the cosines of all pairs sum to half of what the squared length of their sum has more than
  // their number.
  std::vector<double> sum(static_cast<std::size_t>(topics.num_topics()));
  double known = 0;
  for (const std::int32_t item : list) {
    if (!topics.knows(item)) continue;
    topics.add(item, 1 / topics.length(item), sum);
    known += 1;
  }
  if (known < 2) return 0;
  double squares = 0;
  for (const double part : sum) squares += part * part;
  return 1 - (squares - known) / (known * (known - 1));
}

double topic_entropy(const ItemTopics& topics, std::span<const std::int32_t> list) {
  double bits = 0;
  for (const double share : mean_shares(topics, list)) bits -= share > 0 ? share * std::log2(share) : 0;
  return bits;
}

double calibration_kl(const ItemTopics& topics, std::span<const std::int32_t> list,
                      std::span<const std::int32_t> history) {
  const std::vector<double> wanted = mean_shares(topics, history);
  const std::vector<double> given = mean_shares(topics, list);
  double nats = 0;
  for (std::size_t topic = 0; topic < wanted.size(); ++topic) {
    const double p = wanted[topic];
    if (p > 0) nats += p * std::log(p / ((1 - kCalibrationMix) * given[topic] + kCalibrationMix * p));
  }
  return nats;
}

double unexpected_hits(const ItemTopics& topics, const MeasuredList& list) {
  double sum = 0;
  for (const std::int32_t item : list.ranked) {
    if (!topics.knows(item) || !std::binary_search(list.test_items.begin(), list.test_items.end(), item)) continue;
    sum += topics.distance(item, list.history);
  }
  return sum;
}

}  // namespace

TopicQuality::TopicQuality(const ItemTopics& topics) : topics_(topics) {}

MetricSum TopicQuality::of(const Metric& metric, const MeasuredList& list) const {
  if (metric.kind == Metric::Kind::kIntraListDistance) return {intra_list_distance(topics_, list.ranked), 1};
  if (metric.kind == Metric::Kind::kTopicEntropy) return {topic_entropy(topics_, list.ranked), 1};
  if (std::none_of(list.history.begin(), list.history.end(), [&](std::int32_t item) { return topics_.knows(item); })) {
    return {};
  }
  if (metric.kind == Metric::Kind::kSerendipity) return {unexpected_hits(topics_, list) / metric.k, 1};
  return {calibration_kl(topics_, list.ranked, list.history), 1};
}

double intra_list_distance_naive(const ItemTopics& topics, std::span<const std::int32_t> list) {
  double sum = 0;
  double pairs = 0;
  for (std::size_t n = 0; n < list.size(); ++n) {
    for (std::size_t m = n + 1; m < list.size(); ++m) {
      if (!topics.knows(list[n]) || !topics.knows(list[m])) continue;
      sum += 1 - topics.cosine(list[n], list[m]);
      pairs += 1;
    }
  }
  return pairs > 0 ? sum / pairs : 0;
}

}  // namespace inkling
