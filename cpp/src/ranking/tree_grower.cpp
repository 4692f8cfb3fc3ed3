#include <algorithm>
#include <cmath>

#include "ranking/boosted_trees.h"

namespace inkling {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

constexpr std::size_t kMostSampled = 20000;  // for the edges of the bins

}  // namespace

TreeGrower::TreeGrower(std::span<const float> rows, std::size_t num_features, const Options& options, ThreadPool& pool)
    : num_rows_(num_features == 0 ? 0 : rows.size() / num_features),
      num_features_(num_features),
      options_(options),
      pool_(pool),
      edges_(num_features),
      bins_(num_features * num_rows_) {
  pool_.for_each_chunk(static_cast<std::int64_t>(num_features), 1, [&](std::int64_t from, std::int64_t to, int) {
    for (std::int64_t f = from; f < to; ++f) {
      std::vector<float> values;
      const std::size_t stride = std::max<std::size_t>(1, num_rows_ / kMostSampled);
      for (std::size_t row = 0; row < num_rows_; row += stride) values.push_back(rows[row * num_features + at(f)]);
      std::sort(values.data(), values.data() + values.size());
      std::vector<float>& edges = edges_[at(f)];
      // Finer at the upper end, where the items are that may be shown.
      for (std::size_t bin = 1; bin < kBins && !values.empty(); ++bin) {
        const double share = 1 - std::pow(1 - static_cast<double>(bin) / kBins, 2);
        const float edge =
            values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))];
        if (edges.empty() || edge > edges.back()) edges.push_back(edge);
      }
      for (std::size_t row = 0; row < num_rows_; ++row) {
        const float value = rows[row * num_features + at(f)];
        const auto bin = std::lower_bound(edges.begin(), edges.end(), value) - edges.begin();
        bins_[at(f) * num_rows_ + row] = static_cast<std::uint8_t>(bin);
      }
    }
  });
}

void TreeGrower::grow(const TreeTargets& targets, std::span<float> scores, BoostedTrees& trees) {
  const std::size_t num_inner = (std::size_t{1} << options_.depth) - 1;
  trees.depth = options_.depth;
  trees.num_features = static_cast<std::int32_t>(num_features_);
  const std::size_t first = trees.features.size();
  trees.features.resize(first + num_inner, 0);
  trees.thresholds.resize(first + num_inner, 0.0f);
  std::vector<std::uint16_t> nodes(num_rows_, 0);  // of each row, within its level
  std::vector<std::uint8_t> splits(num_inner, 0);  // bins at or below go left
  for (std::int32_t level = 0; level < options_.depth; ++level) {
    const std::size_t width = std::size_t{1} << level;
    struct Best {
      double gain = 0;
      std::size_t bin = kBins - 1;  // everything goes left
    };
    std::vector<Best> best(width * num_features_);
    pool_.for_each_chunk(static_cast<std::int64_t>(num_features_), 1, [&](std::int64_t from, std::int64_t to, int) {
      std::vector<Cell> cells(width * kBins);
      for (std::int64_t f = from; f < to; ++f) {
        std::fill(cells.begin(), cells.end(), Cell{});
        const std::uint8_t* bins = bins_.data() + at(f) * num_rows_;
        for (std::size_t row = 0; row < num_rows_; ++row) {
          Cell& cell = cells[nodes[row] * kBins + bins[row]];
          cell.gradient += static_cast<double>(targets.gradients[row]);
          cell.curvature += static_cast<double>(targets.curvatures[row]);
        }
        for (std::size_t node = 0; node < width; ++node) {
          const Cell* own = cells.data() + node * kBins;
          Cell all;
          for (std::size_t bin = 0; bin < kBins; ++bin) {
            all.gradient += own[bin].gradient;
            all.curvature += own[bin].curvature;
          }
          const auto worth = [&](double gradient, double curvature) {
            return gradient * gradient / (curvature + options_.l2);
          };
          Best& found = best[node * num_features_ + at(f)];
          Cell left;
          for (std::size_t bin = 0; bin < edges_[at(f)].size(); ++bin) {
            left.gradient += own[bin].gradient;
            left.curvature += own[bin].curvature;
            const double right = all.curvature - left.curvature;
            if (left.curvature < options_.least_curvature || right < options_.least_curvature) continue;
            const double gain = worth(left.gradient, left.curvature) + worth(all.gradient - left.gradient, right) -
                                worth(all.gradient, all.curvature);
            if (gain > found.gain) found = {gain, bin};
          }
        }
      }
    });
    for (std::size_t node = 0; node < width; ++node) {
      std::size_t feature = 0;
      for (std::size_t f = 1; f < num_features_; ++f) {
        if (best[node * num_features_ + f].gain > best[node * num_features_ + feature].gain) feature = f;
      }
      const Best& found = best[node * num_features_ + feature];
      const std::size_t place = width - 1 + node;
      trees.features[first + place] = static_cast<std::int32_t>(feature);
      splits[place] = static_cast<std::uint8_t>(found.bin);
      // A node that is not worth dividing sends all to its left.
      trees.thresholds[first + place] = found.gain > 0 ? edges_[feature][found.bin] : 3e38f;
    }
    for (std::size_t row = 0; row < num_rows_; ++row) {
      const std::size_t place = width - 1 + nodes[row];
      const std::size_t feature = at(trees.features[first + place]);
      const bool right = bins_[feature * num_rows_ + row] > splits[place];
      nodes[row] = static_cast<std::uint16_t>(2 * nodes[row] + (right ? 1 : 0));
    }
  }
  std::vector<Cell> leaves(num_inner + 1);
  for (std::size_t row = 0; row < num_rows_; ++row) {
    leaves[nodes[row]].gradient += static_cast<double>(targets.gradients[row]);
    leaves[nodes[row]].curvature += static_cast<double>(targets.curvatures[row]);
  }
  std::vector<float> values;
  values.reserve(leaves.size());
  for (const Cell& leaf : leaves) {
    values.push_back(static_cast<float>(-options_.learning_rate * leaf.gradient / (leaf.curvature + options_.l2)));
  }
  trees.leaves.insert(trees.leaves.end(), values.begin(), values.end());
  for (std::size_t row = 0; row < num_rows_; ++row) scores[row] += values[nodes[row]];
}

}  // namespace inkling
