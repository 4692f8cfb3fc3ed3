#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace inkling {

// Where the solver takes the Gram matrix of its variables from, row by row, as it needs them.
class GramRows {
 public:
  virtual ~GramRows() = default;
  // Writes row `variable` of the Gram matrix: one number a variable.
  virtual void write_row(std::size_t variable, std::span<float> row) = 0;
};

struct ElasticNetSettings {
  float l1;
  float l2;          // > 0
  bool nonnegative;  // whether all weights must be >= 0
  int max_sweeps;    // passes over all variables
  float tolerance;   // weights that would move by no more stay
};

// Minimizes  ½ wᵀ(G + l2 I)w - wᵀg + l1 |w|₁  by cyclic coordinate descent: Friedman, Hastie & Tibshirani,
// "Regularization paths for generalized linear models via coordinate descent", Journal of Statistical Software 33(1),
// 2010. Row c of G is asked for when weight c first moves, so most rows never are. A sweep costs one operation a
// variable, and one more for each weight that moves. Keeps its buffers from call to call.
class ElasticNet {
 public:
  explicit ElasticNet(const ElasticNetSettings& settings) : settings_(settings) {}

  // products: g. diagonal: of G, >= 0. The weights stay valid until the next call; those not wanted are exactly 0.
  std::span<const float> solve(std::span<const float> products, std::span<const float> diagonal, GramRows& gram);

 private:
  ElasticNetSettings settings_;
  std::vector<float> weights_;
  std::vector<float> gradient_;      // g - G w
  std::vector<float> rows_;          // the rows of G asked for so far, one after the other
  std::vector<std::size_t> row_at_;  // which of them each variable has, counted from 1; 0 = none yet
};

}  // namespace inkling
