#include "inkling/item_topics.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "data/indices.h"

namespace inkling {

Result<ItemTopics> ItemTopics::make(SparseRows weights) {
  for (std::int32_t item = 0; item < weights.num_rows(); ++item) {
    std::int32_t before = -1;
    for (std::int64_t e = weights.offsets[at(item)]; e < weights.offsets[at(item) + 1]; ++e) {
      const float weight = weights.values[at(e)];
      if (!std::isfinite(weight)) return Status(ErrorCode::kNotFinite, "the weight of an item's topic is not finite");
      if (weights.columns[at(e)] <= before || weight < 0) {
        return Status(ErrorCode::kInvalidArgument, "item " + std::to_string(item) +
                                                       " has topics that are below 0 or do not rise, or a weight "
                                                       "below 0; give each topic once, in rising order");
      }
      before = weights.columns[at(e)];
    }
  }
  return ItemTopics(std::move(weights));
}

ItemTopics::ItemTopics(SparseRows weights) : shares_(std::move(weights)), lengths_(at(shares_.num_rows())) {
  for (std::int32_t item = 0; item < num_items(); ++item) {
    const auto row = std::span(shares_.values).subspan(at(shares_.offsets[at(item)]), at(shares_.row_length(item)));
    double sum = 0;
    for (const float weight : row) sum += weight;
    double squares = 0;
    for (float& share : row) {
      share = sum > 0 ? static_cast<float>(share / sum) : 0;
      squares += static_cast<double>(share) * share;
    }
    lengths_[at(item)] = std::sqrt(squares);
  }
  for (const std::int32_t topic : shares_.columns) num_topics_ = std::max(num_topics_, topic + 1);
}

void ItemTopics::add(std::int32_t item, double weight, std::span<double> sums) const {
  if (!knows(item)) return;
  const auto topics = shares_.row_columns(item);
  const auto shares = shares_.row_values(item);
  for (std::size_t e = 0; e < topics.size(); ++e) sums[at(topics[e])] += weight * static_cast<double>(shares[e]);
}

double ItemTopics::cosine(std::int32_t a, std::int32_t b) const {
  if (!knows(a) || !knows(b)) return 0;
  const auto topics_a = shares_.row_columns(a);
  const auto topics_b = shares_.row_columns(b);
  double product = 0;
  for (std::size_t n = 0, m = 0; n < topics_a.size() && m < topics_b.size();) {
    if (topics_a[n] == topics_b[m]) {
      product += static_cast<double>(shares_.row_values(a)[n]) * static_cast<double>(shares_.row_values(b)[m]);
    }
    const bool next_a = topics_a[n] <= topics_b[m];
    const bool next_b = topics_b[m] <= topics_a[n];
    n += next_a ? 1 : 0;
    m += next_b ? 1 : 0;
  }
  return std::min(1.0, product / (length(a) * length(b)));
}

double ItemTopics::distance(std::int32_t item, std::span<const std::int32_t> others) const {
  double nearest = 0;
  for (const std::int32_t other : others) nearest = std::max(nearest, cosine(item, other));
  return 1 - nearest;
}

}  // namespace inkling
