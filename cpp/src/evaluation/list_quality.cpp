#include "evaluation/list_quality.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "data/indices.h"
#include "data/sorting.h"
#include "inkling/reranker.h"

namespace inkling {

ListQuality::ListQuality(const Interactions& train) : train_(train), in_tail_(at(train.num_items())) {
  for (std::int32_t user = 0; user < train.num_users(); ++user) {
    num_training_users_ += train.by_user().row_length(user) > 0 ? 1 : 0;
  }
  const auto users = [&](std::int32_t item) { return train.by_item().row_length(item); };
  std::vector<std::int32_t> items(in_tail_.size());
  std::iota(items.begin(), items.end(), 0);
  sort_numbers(items,
               [&](std::int32_t a, std::int32_t b) { return users(a) != users(b) ? users(a) < users(b) : a > b; });
  double left = kLongTail * static_cast<double>(train.num_entries());
  for (const std::int32_t item : items) {
    left -= static_cast<double>(users(item));
    if (left < 0) break;
    in_tail_[at(item)] = 1;
  }
}

MetricSum ListQuality::of(const Metric& metric, const MeasuredList& list, std::vector<double>& audience) const {
  if (metric.kind == Metric::Kind::kNovelty) return {novelty(list.ranked), 1};
  if (metric.kind == Metric::Kind::kDiversity) return {diversity(list.ranked, audience), 1};
  if (list.history.empty()) return {};
  if (metric.kind == Metric::Kind::kExposureRatio) return exposure(list);
  return {mean_popularity(list.ranked), mean_popularity(list.history)};
}

// The share of the training users who met the item.
double ListQuality::popularity(std::int32_t item) const {
  const auto users = static_cast<double>(train_.by_item().row_length(item));
  return num_training_users_ > 0 ? users / num_training_users_ : 0;
}

double ListQuality::mean_popularity(std::span<const std::int32_t> items) const {
  double total = 0;
  for (const std::int32_t item : items) total += popularity(item);
  return items.empty() ? 0.0 : total / static_cast<double>(items.size());
}

double ListQuality::novelty(std::span<const std::int32_t> ranked) const {
  double bits = 0;
  for (const std::int32_t item : ranked) {
    bits -= std::log2(std::max(popularity(item), 1 / std::max(num_training_users_, 1.0)));
  }
  return ranked.empty() ? 0 : bits / static_cast<double>(ranked.size());
}

double ListQuality::diversity(std::span<const std::int32_t> ranked, std::vector<double>& audience) const {
  const auto length = static_cast<double>(ranked.size());
  if (length < 2) return 0;
  // With unit vectors of who met each item, the cosines of all pairs sum to half of what the squared length of the
  // vectors' sum has more than their number: one pass over the users instead of one a pair.
  const SparseRows& by_item = train_.by_item();
  double squares = 0;
  double met = 0;
  for (const std::int32_t item : ranked) {
    const auto users = by_item.row_columns(item);
    met += users.empty() ? 0 : 1;
    for (const std::int32_t user : users) audience[at(user)] += 1 / std::sqrt(static_cast<double>(users.size()));
  }
  for (const std::int32_t item : ranked) {
    for (const std::int32_t user : by_item.row_columns(item)) {
      squares += audience[at(user)] * audience[at(user)];
      audience[at(user)] = 0;
    }
  }
  return 1 - (squares - met) / (length * (length - 1));
}

MetricSum ListQuality::exposure(const MeasuredList& list) const {
  double all = 0;
  double tail = 0;
  for (std::size_t place = 0; place < list.ranked.size(); ++place) {
    const double share = attention(place + 1);
    all += share;
    tail += is_in_tail(list.ranked[place]) ? share : 0;
  }
  const auto met =
      std::count_if(list.history.begin(), list.history.end(), [this](std::int32_t item) { return is_in_tail(item); });
  return {all > 0 ? tail / all : 0, static_cast<double>(met) / static_cast<double>(list.history.size())};
}

}  // namespace inkling
