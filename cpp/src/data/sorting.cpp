#include "data/sorting.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace inkling {

void sort_numbers(std::span<std::int32_t> numbers, NumberOrder before, const void* context) {
  const auto order = [=](std::int32_t a, std::int32_t b) { return before(context, a, b); };
#ifdef INKLING_NO_TRAINERS
  // What only recommends sorts little: a heap is slower, and a sixth of the code.
  std::make_heap(numbers.begin(), numbers.end(), order);
  std::sort_heap(numbers.begin(), numbers.end(), order);
#else
  std::sort(numbers.begin(), numbers.end(), order);
#endif
}

void sort_contributions(std::span<Contribution> parts, ContributionOrder before, const void* context) {
  const std::vector<Contribution> unsorted(parts.begin(), parts.end());
  std::vector<std::int32_t> places(parts.size());
  std::iota(places.begin(), places.end(), 0);
  sort_numbers(places, [&](std::int32_t a, std::int32_t b) {
    const Contribution& one = unsorted[static_cast<std::size_t>(a)];
    const Contribution& other = unsorted[static_cast<std::size_t>(b)];
    return before(context, one, other) || (a < b && !before(context, other, one));
  });
  for (std::size_t n = 0; n < parts.size(); ++n) parts[n] = unsorted[static_cast<std::size_t>(places[n])];
}

}  // namespace inkling
