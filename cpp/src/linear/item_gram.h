#pragma once

#include <cstdint>

#include "inkling/interactions.h"

namespace inkling {

// The largest item × item matrix of floats that is held in memory: 11,585 items.
inline constexpr std::uint64_t kMaxItemMatrixBytes = std::uint64_t{1} << 29;

inline bool item_matrix_fits(std::int32_t num_items) {
  const auto items = static_cast<std::uint64_t>(num_items);
  return items * items <= kMaxItemMatrixBytes / sizeof(float);
}

// counts[j] += the users who met both `item` and j, for all j >= from: a row of XᵀX, X holding 1 where a user met an
// item. counts: (num_items). Costs the items of the item's users.
void add_users_in_common(const Interactions& interactions, std::int32_t item, std::int32_t from, float* counts);

// The additions of add_users_in_common from item 0.
std::int64_t additions_of(const Interactions& interactions, std::int32_t item);

// Of the items that anybody met: what penalties are counted in, so that they fit small and large data.
double mean_users(const Interactions& interactions);

}  // namespace inkling
