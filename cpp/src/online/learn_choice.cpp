#include "inkling/learn_choice.h"

#include <algorithm>
#include <vector>

#include "inkling/random.h"

namespace inkling {

namespace {

constexpr std::size_t kRivals = 50;
constexpr std::size_t kTries = 20 * kRivals;
constexpr float kHalfAccepted = 20;  // users of an item that is kept in half of its draws

}  // namespace

Status learn_choice(const Hybrid& model, const TakenItem& taken, OnlineBlend& blend) {
  const std::int32_t num_items = model.num_items();
  if (taken.item < 0 || taken.item >= num_items) return {};
  std::vector<std::int32_t> items = {taken.item};
  const auto add = [&](std::int32_t item) {
    if (std::find(items.begin(), items.end(), item) == items.end()) items.push_back(item);
  };
  if (std::find(taken.shown.begin(), taken.shown.end(), taken.item) != taken.shown.end()) {
    for (const std::int32_t item : taken.shown) {
      if (item >= 0 && item < num_items) add(item);
    }
  }
  if (items.size() == 1) {
    Random random(taken.seed);
    for (std::size_t tries = 0; tries < kTries && items.size() <= kRivals; ++tries) {
      const auto item = static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(num_items)));
      const float users = model.item_counts()[static_cast<std::size_t>(item)];
      if (random.uniform() * (users + kHalfAccepted) >= users) continue;
      const auto met = [&](const HistoryEntry& entry) { return entry.item == item; };
      if (std::none_of(taken.history.begin(), taken.history.end(), met)) add(item);
    }
  }
  const Result<Hybrid::Opinion> opinion = model.opinion_of(taken.history, items);
  if (!opinion.ok()) return opinion.status();
  const std::span<const float> z = opinion.value().z;
  const std::span<const float> sums = opinion.value().sums;
  const std::size_t width = model.parts().size();
  blend.learn({z.first(width), sums[0], z.subspan(width), sums.subspan(1)}, taken.moment);
  return {};
}

}  // namespace inkling
