#include "ranking/boosted_trees.h"

#include "data/sparse_tensors.h"

namespace inkling {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

constexpr std::int32_t kMostDepth = 10;

}  // namespace

float BoostedTrees::predict(std::span<const float> x) const {
  const std::size_t num_inner = (std::size_t{1} << depth) - 1;
  float sum = 0;
  for (std::size_t tree = 0; tree < num_trees(); ++tree) {
    std::size_t node = 0;
    while (node < num_inner) {
      const std::size_t place = tree * num_inner + node;
      node = 2 * node + (x[at(features[place])] <= thresholds[place] ? 1 : 2);
    }
    sum += leaves[tree * (num_inner + 1) + node - num_inner];
  }
  return sum;
}

void BoostedTrees::write(TensorFile& file) const {
  const auto trees = static_cast<std::int64_t>(num_trees());
  const std::int64_t leaves_each = std::int64_t{1} << depth;
  file.add("trees.features", std::span<const std::int32_t>(features), {trees, leaves_each - 1});
  file.add("trees.thresholds", std::span<const float>(thresholds), {trees, leaves_each - 1});
  file.add("trees.leaves", std::span<const float>(leaves), {trees, leaves_each});
}

Result<BoostedTrees> BoostedTrees::read(const TensorFile& file, std::size_t num_features) {
  BoostedTrees out;
  std::vector<std::int64_t> shape;
  if (Status s = file.get("trees.features", 2, out.features); !s.ok()) return s;
  if (Status s = file.get("trees.thresholds", 2, out.thresholds); !s.ok()) return s;
  if (Status s = file.get("trees.leaves", 2, out.leaves, &shape); !s.ok()) return s;
  if (Status s = check_finite(out.thresholds, "trees.thresholds"); !s.ok()) return s;
  if (Status s = check_finite(out.leaves, "trees.leaves"); !s.ok()) return s;
  while (out.depth < kMostDepth && (std::int64_t{1} << out.depth) < shape[1]) ++out.depth;
  out.num_features = static_cast<std::int32_t>(num_features);
  const std::size_t inner = out.num_trees() * ((std::size_t{1} << out.depth) - 1);
  bool fits =
      shape[1] == std::int64_t{1} << out.depth && out.features.size() == inner && out.thresholds.size() == inner;
  for (const std::int32_t feature : out.features) fits = fits && feature >= 0 && feature < out.num_features;
  if (fits) return out;
  return Status(ErrorCode::kCorruptModelFile, "the trees of the model file do not fit together");
}

}  // namespace inkling
