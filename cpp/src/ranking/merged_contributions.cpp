#include "ranking/merged_contributions.h"

#include "data/sorting.h"

namespace inkling {

void add_merged(std::vector<Contribution> parts, std::vector<Contribution>& out) {
  sort_contributions(parts, [](const Contribution& a, const Contribution& b) {
    return a.item != b.item ? a.item < b.item : a.term < b.term;
  });
  const std::size_t begin = out.size();
  for (const Contribution& part : parts) {
    const bool first = out.size() == begin || out.back().item != part.item || out.back().term != part.term;
    if (first) {
      out.push_back(part);
    } else {
      out.back().value += part.value;
    }
  }
}

}  // namespace inkling
