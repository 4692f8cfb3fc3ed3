#pragma once

#include <cstdint>
#include <vector>

#include "inkling/interactions.h"

namespace inkling {

// What speaks for one target item: the other items, rising, and their weights.
struct TargetWeights {
  std::vector<std::int32_t> items;
  std::vector<float> weights;
};

// The rows of a SparseItemModel: row j holds the targets that j speaks for. The targets are emptied one by one, so
// that the weights are not in memory three times. targets: one an item.
SparseRows rows_by_source(std::vector<TargetWeights> targets);

}  // namespace inkling
