#include "linear/target_weights.h"

namespace inkling {

SparseRows rows_by_source(std::vector<TargetWeights> targets) {
  SparseRows by_target;
  std::size_t entries = 0;
  for (const TargetWeights& target : targets) entries += target.items.size();
  by_target.columns.reserve(entries);
  by_target.values.reserve(entries);
  by_target.offsets.reserve(targets.size() + 1);
  for (TargetWeights& target : targets) {
    by_target.columns.insert(by_target.columns.end(), target.items.begin(), target.items.end());
    by_target.values.insert(by_target.values.end(), target.weights.begin(), target.weights.end());
    by_target.offsets.push_back(static_cast<std::int64_t>(by_target.columns.size()));
    target = {};
  }
  return by_target.transposed(static_cast<std::int32_t>(targets.size()));
}

}  // namespace inkling
