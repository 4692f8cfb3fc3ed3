#include "ranking/rank_cases.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "inkling/random.h"

namespace inkling {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

}  // namespace

RankCases::RankCases(const Hybrid& model, const Interactions& history, const Interactions& met,
                     std::vector<RankCase> cases, std::uint64_t seed)
    : model_(model),
      history_(history),
      met_(met),
      cases_(std::move(cases)),
      seed_(seed),
      num_parts_(model.parts().size()),
      z_(cases_.size() * kCandidates * num_parts_),
      items_(cases_.size() * kCandidates) {}

Status RankCases::ask(std::size_t begin, std::size_t end, ThreadPool& pool) {
  std::atomic<bool> failed = false;
  pool.for_each_chunk(static_cast<std::int64_t>(end - begin), 2, [&](std::int64_t from, std::int64_t to, int) {
    for (std::int64_t n = from; n < to; ++n) {
      if (!ask(begin + at(n))) failed.store(true, std::memory_order_relaxed);
    }
  });
  if (!failed.load()) return {};
  return {ErrorCode::kNotFinite, "a member of the hybrid gave a score that is not a finite number"};
}

void RankCases::keep(const std::vector<bool>& parts) {
  std::size_t to = 0;
  for (std::size_t from = 0; from < z_.size(); ++from) {
    if (parts[from % num_parts_]) z_[to++] = z_[from];
  }
  z_.resize(to);
  num_parts_ = static_cast<std::size_t>(std::count(parts.begin(), parts.end(), true));
}

bool RankCases::ask(std::size_t n) {
  const auto& [user, target, events, weight] = cases_[n];
  const auto known = history_.by_user().row_columns(user);
  const auto order = history_.oldest_first(user);
  std::vector<HistoryEntry> history;
  for (std::size_t e = order.size() - std::min(order.size(), at(events)); e < order.size(); ++e) {
    history.push_back({known[at(order[e])], 1});
  }
  // Where fewer unmet items are to be had than wanted, the rest is the target itself, which adds a constant.
  std::int32_t* items = items_.data() + n * kCandidates;
  std::fill_n(items, kCandidates, target);
  const auto met = met_.by_user().row_columns(user);
  Random random(seed_ ^ (0x9E3779B97F4A7C15ull * (n + 1)));
  const auto num_items = static_cast<std::uint64_t>(model_.num_items());
  std::size_t drawn = 1;
  for (int tries = 0; drawn < kCandidates && tries < 1000; ++tries) {
    const auto item = static_cast<std::int32_t>(random.below(num_items));
    if (item != target && !std::binary_search(met.begin(), met.end(), item)) items[drawn++] = item;
  }
  for (std::size_t p = 0; p < num_parts_; ++p) {
    const Result<Hybrid::Voice> voice = model_.voice_of(model_.parts()[p], history);
    if (!voice.ok()) return false;
    const std::vector<float>& z = voice.value().z;
    for (std::size_t c = 0; c < kCandidates && !z.empty(); ++c) {
      const float value = z[at(items[c])];
      if (!std::isfinite(value)) return false;
      z_[(n * kCandidates + c) * num_parts_ + p] = value;
    }
  }
  return true;
}

}  // namespace inkling
