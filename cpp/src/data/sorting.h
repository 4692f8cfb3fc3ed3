#pragma once

#include <cstdint>
#include <span>

#include "inkling/model.h"

// Sorting where the time is not spent. Every std::sort with an order of its own is another 3 KB of the WebAssembly
// module; here, all orders share one.

namespace inkling {

using NumberOrder = bool (*)(const void* context, std::int32_t a, std::int32_t b);
void sort_numbers(std::span<std::int32_t> numbers, NumberOrder before, const void* context);

using ContributionOrder = bool (*)(const void* context, const Contribution& a, const Contribution& b);
void sort_contributions(std::span<Contribution> parts, ContributionOrder before, const void* context);

// before(a, b): a strict order of distinct numbers.
template <class Before>
void sort_numbers(std::span<std::int32_t> numbers, const Before& before) {
  const NumberOrder order = [](const void* context, std::int32_t a, std::int32_t b) {
    return (*static_cast<const Before*>(context))(a, b);
  };
  sort_numbers(numbers, order, &before);
}

// before(a, b): a strict order; parts that it does not tell apart stay in their order.
template <class Before>
void sort_contributions(std::span<Contribution> parts, const Before& before) {
  const ContributionOrder order = [](const void* context, const Contribution& a, const Contribution& b) {
    return (*static_cast<const Before*>(context))(a, b);
  };
  sort_contributions(parts, order, &before);
}

}  // namespace inkling
