#include "ranking/strongest_reasons.h"

#include <algorithm>
#include <cmath>

#include "data/sorting.h"
#include "kernels/top_k.h"

namespace inkling {

namespace {

// A part of its event, not of the score.
bool is_detail(const Contribution& part) { return part.item != kNone && part.term != kNone; }

}  // namespace

StrongestReasons strongest_reasons(const std::vector<Contribution>& parts, std::size_t most) {
  double total = 0;
  std::size_t num_heads = 0;
  kernels::BestScores best(std::min(most, parts.size()));
  for (std::size_t n = 0; n < parts.size(); ++n) {
    if (is_detail(parts[n])) continue;
    total += parts[n].value;
    ++num_heads;
    best.add({static_cast<std::int32_t>(n), std::abs(parts[n].value)});
  }
  StrongestReasons strongest;
  std::vector<Contribution> heads;
  for (const ScoredItem& head : best.take()) {
    heads.push_back(parts[static_cast<std::size_t>(head.item)]);
    total -= heads.back().value;
  }
  strongest.num_others = num_heads - heads.size();
  strongest.others = strongest.num_others > 0 ? static_cast<float>(total) : 0;
  if (num_heads == parts.size()) {
    strongest.kept = std::move(heads);
    return strongest;
  }

  // The terms by event, so that each event finds its own.
  std::vector<Contribution> details;
  for (const Contribution& part : parts) {
    if (is_detail(part)) details.push_back(part);
  }
  sort_contributions(details, [](const Contribution& a, const Contribution& b) {
    return a.item != b.item ? a.item < b.item : std::abs(a.value) > std::abs(b.value);
  });
  for (const Contribution& head : heads) {
    strongest.kept.push_back(head);
    if (head.item == kNone) continue;
    const auto begins = [](const Contribution& part, std::int32_t item) { return part.item < item; };
    auto own = std::lower_bound(details.begin(), details.end(), head.item, begins);
    for (; own != details.end() && own->item == head.item; ++own) strongest.kept.push_back(*own);
  }
  return strongest;
}

}  // namespace inkling
