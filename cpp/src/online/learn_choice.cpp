#include "inkling/learn_choice.h"

#include <algorithm>
#include <vector>

namespace inkling {

Status learn_choice(const Hybrid& model, const TakenItem& taken, OnlineBlend& blend) {
  const std::int32_t num_items = model.num_items();
  if (taken.item < 0 || taken.item >= num_items) return {};
  // 1: not to be compared with.
  std::vector<std::uint8_t> left_out(static_cast<std::size_t>(num_items), 0);
  const auto leave_out = [&](std::int32_t item) {
    if (item >= 0 && item < num_items) left_out[static_cast<std::size_t>(item)] = 1;
  };
  std::vector<std::int32_t> items = {taken.item};
  leave_out(taken.item);
  const bool from_list = std::find(taken.shown.begin(), taken.shown.end(), taken.item) != taken.shown.end();
  if (!from_list) {
    for (const HistoryEntry& entry : taken.history) leave_out(entry.item);
  }
  for (const std::int32_t item : taken.shown) {
    if (item < 0 || item >= num_items || left_out[static_cast<std::size_t>(item)] != 0) continue;
    if (from_list) items.push_back(item);
    leave_out(item);
  }
  for (std::int32_t item = 0; item < num_items && !from_list; ++item) {
    if (left_out[static_cast<std::size_t>(item)] == 0) items.push_back(item);
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
