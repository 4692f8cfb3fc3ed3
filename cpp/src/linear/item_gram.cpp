#include "linear/item_gram.h"

#include <algorithm>

namespace inkling {

void add_users_in_common(const Interactions& interactions, std::int32_t item, std::int32_t from, float* counts) {
  for (const std::int32_t user : interactions.by_item().row_columns(item)) {
    const auto items = interactions.by_user().row_columns(user);
    const auto begin = from > 0 ? std::lower_bound(items.begin(), items.end(), from) : items.begin();
    for (auto other = begin; other != items.end(); ++other) counts[*other] += 1;
  }
}

std::int64_t additions_of(const Interactions& interactions, std::int32_t item) {
  std::int64_t additions = 0;
  for (const std::int32_t user : interactions.by_item().row_columns(item)) {
    additions += interactions.by_user().row_length(user);
  }
  return additions;
}

double mean_users(const Interactions& interactions) {
  std::int64_t met = 0;
  for (std::int32_t item = 0; item < interactions.num_items(); ++item) {
    met += interactions.by_item().row_length(item) > 0 ? 1 : 0;
  }
  return static_cast<double>(interactions.num_entries()) / static_cast<double>(met);
}

}  // namespace inkling
