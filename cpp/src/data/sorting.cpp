#include "data/sorting.h"

#include <algorithm>

namespace inkling {

void sort_numbers(std::span<std::int32_t> numbers, NumberOrder before, const void* context) {
  std::sort(numbers.begin(), numbers.end(), [=](std::int32_t a, std::int32_t b) { return before(context, a, b); });
}

void sort_contributions(std::span<Contribution> parts, ContributionOrder before, const void* context) {
  std::stable_sort(parts.begin(), parts.end(),
                   [=](const Contribution& a, const Contribution& b) { return before(context, a, b); });
}

}  // namespace inkling
