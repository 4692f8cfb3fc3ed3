#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "inkling/status.h"
#include "inkling/tensor_file.h"
#include "inkling/thread_pool.h"

namespace inkling {

// Regression trees whose sum is a score: Friedman, "Greedy function approximation: a gradient boosting machine", 2001.
// All of one depth, so that a tree is arrays: node n has the children 2n + 1 and 2n + 2.
struct BoostedTrees {
  std::int32_t num_features = 0;
  std::int32_t depth = 0;
  std::vector<std::int32_t> features;  // (trees, 2^depth - 1): what a node asks
  std::vector<float> thresholds;       // (trees, 2^depth - 1): at or below goes left
  std::vector<float> leaves;           // (trees, 2^depth)

  std::size_t num_trees() const { return leaves.size() >> depth; }
  // features: (num_features), none NaN.
  float predict(std::span<const float> x) const;

  void write(TensorFile& file) const;
  // Errors: kCorruptModelFile.
  static Result<BoostedTrees> read(const TensorFile& file, std::size_t num_features);
};

// What the next tree is to be: gradient and second derivative of the loss by the score of each row.
struct TreeTargets {
  std::span<const float> gradients;
  std::span<const float> curvatures;
};

// Grows trees level by level from histograms (Ke et al., "LightGBM", NIPS 2017; Chen & Guestrin, "XGBoost", KDD 2016:
// the gain and the leaves are theirs). Memory: rows * features bytes.
class TreeGrower {
 public:
  struct Options {
    std::int32_t depth = 4;
    double learning_rate = 0.2;
    double l2 = 10;              // added to a leaf's curvature
    double least_curvature = 5;  // of a leaf
  };

  // rows: (num_rows, num_features), row-major; only their order within a feature counts.
  TreeGrower(std::span<const float> rows, std::size_t num_features, const Options& options, ThreadPool& pool);

  // Adds a tree, and what it says of each row to `scores`: (num_rows).
  void grow(const TreeTargets& targets, std::span<float> scores, BoostedTrees& trees);

 private:
  static constexpr std::size_t kBins = 64;
  struct Cell {
    double gradient = 0;
    double curvature = 0;
  };

  std::size_t num_rows_;
  std::size_t num_features_;
  Options options_;
  ThreadPool& pool_;
  std::vector<std::vector<float>> edges_;  // of a feature's bins: bin b holds what is at or below edges[b]
  std::vector<std::uint8_t> bins_;         // (num_features, num_rows)
};

}  // namespace inkling
