#include "inkling/hybrid.h"
#include "kernels/top_k.h"

namespace inkling {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

// Of few.
void sort_by_item(std::vector<ScoredItem>& items) {
  for (std::size_t n = 1; n < items.size(); ++n) {
    for (std::size_t m = n; m > 0 && items[m].item < items[m - 1].item; --m) std::swap(items[m], items[m - 1]);
  }
}

}  // namespace

void NearItems::lend(std::span<const float> item_counts, bool unscored_only, std::span<float> scores,
                     std::vector<float>& before) const {
  before.assign(scores.begin(), scores.end());
  const auto num_rows = std::min<std::size_t>(scores.size(), at(rows.num_rows()));
  for (std::size_t item = 0; item < num_rows; ++item) {
    const auto near = rows.row_columns(static_cast<std::int32_t>(item));
    if (near.empty() || (unscored_only && before[item] != 0)) continue;
    const auto weights = rows.row_values(static_cast<std::int32_t>(item));
    float lent = 0;
    for (std::size_t n = 0; n < near.size(); ++n) lent += weights[n] * before[at(near[n])];
    const float own = item_counts[item];
    scores[item] = (own * before[item] + prior * lent) / (own + prior);
  }
}

NearItems nearest_by_content(const TfIdf& content, std::span<const float> item_counts, std::int32_t first, float prior,
                             std::size_t count, ThreadPool* pool) {
  const std::size_t num_items = item_counts.size();
  std::vector<std::vector<ScoredItem>> found(num_items);
  const auto look = [&](std::int64_t from, std::int64_t to, int /*thread*/) {
    std::vector<float> scores(at(content.num_items()));
    for (std::int64_t n = from; n < to; ++n) {
      const auto item = static_cast<std::int32_t>(n);
      if (!(item_counts[at(n)] < 4 * prior) || item >= content.num_items()) continue;
      content.similar(item, scores);
      kernels::BestScores best(count);
      for (std::size_t other = 0; other < std::min(num_items, scores.size()); ++other) {
        const float users = item_counts[other];
        if (!(users > 0) || !(scores[other] > 0) || other == at(n)) continue;
        const float weight = scores[other] * scores[other] * users / (users + prior);
        if (!best.full() || weight > best.worst()) best.add({static_cast<std::int32_t>(other), weight});
      }
      found[at(n)] = best.take();
      sort_by_item(found[at(n)]);
    }
  };
  const auto total = static_cast<std::int64_t>(num_items);
  if (pool != nullptr) {
    pool->for_each_chunk(total - first, 64, [&](std::int64_t from, std::int64_t to, int thread) {
      look(first + from, first + to, thread);
    });
  } else {
    look(first, total, 0);
  }
  NearItems near;
  near.prior = prior;
  for (const std::vector<ScoredItem>& row : found) {
    double sum = 0;
    for (const ScoredItem& each : row) sum += each.score;
    for (const ScoredItem& each : row) {
      near.rows.columns.push_back(each.item);
      near.rows.values.push_back(static_cast<float>(each.score / sum));
    }
    near.rows.offsets.push_back(static_cast<std::int64_t>(near.rows.columns.size()));
  }
  return near;
}

}  // namespace inkling
