#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "inkling/thread_pool.h"
#include "parallel/cache_lines.h"

namespace inkling {

// The normal equations of one row of an alternating least squares step:
//   (α₀ YᵀY + sum over entries of y yᵀ + ridge I) x = sum over entries of y.
struct RowEquations {
  std::span<const float> factors;         // (rows, num_factors): Y, the fixed side
  std::span<const float> gram;            // (padded, padded): α₀ YᵀY; CholeskySolver reads its upper triangle only
  std::span<const std::int32_t> entries;  // rows of Y
  float ridge;
};

// Solves them, exactly or nearly. One instance a thread, on cache lines of its own; nothing is allocated after
// construction.
class RowSolver {
 public:
  virtual ~RowSolver() = default;
  // x: num_factors; what is there is where iterative solvers start, and the solution is written over it. Returns
  // false when the matrix is not positive definite or the numbers overflow.
  virtual bool solve(const RowEquations& equations, float* x) = 0;
  // How many entries take as long as what a row costs beside its entries.
  virtual std::int64_t row_cost() const = 0;
};

// Exactly, by Cholesky: entries * num_factors² + num_factors³ / 3 flops.
class alignas(kCacheLineBytes) CholeskySolver final : public RowSolver {
 public:
  explicit CholeskySolver(std::size_t num_factors);
  bool solve(const RowEquations& equations, float* x) override { return solve_weighted(equations, {}, {}, x); }
  // The same with added y yᵀ and pull y in the two sums: one each an entry, or both empty for all 1. Those added below
  // 0 take away what gram has.
  bool solve_weighted(const RowEquations& equations, std::span<const float> added, std::span<const float> pulls,
                      float* x);
  std::int64_t row_cost() const override { return static_cast<std::int64_t>(num_factors_ / 6 + 1); }

  // The factor of the last matrix, for cholesky_solve: (padded, padded).
  std::span<const float> factor() const { return matrix_; }
  std::span<float> factor() { return matrix_; }

 private:
  void flush();
  void add_alone(const float* row, float added, float pull);

  std::size_t num_factors_;
  std::size_t padded_;
  std::size_t rows_in_panel_ = 0;
  CacheLineVector<float> panel_;   // (kPanelRows, padded): gathered rows, small enough to stay in the first-level cache
  CacheLineVector<float> pulls_;   // kPanelRows: of each gathered row, divided by the row's scale
  CacheLineVector<float> matrix_;  // (padded, padded)
  CacheLineVector<float> right_hand_side_;  // padded
};

// Some steps of conjugate gradients from where x is; the matrix is never formed. Takács, Pilászy & Tikk, "Applications
// of the conjugate gradient method for implicit feedback collaborative filtering", RecSys 2011.
// 4 * (steps + 1) * (entries * num_factors + num_factors² / 2) flops.
class alignas(kCacheLineBytes) ConjugateGradientSolver final : public RowSolver {
 public:
  ConjugateGradientSolver(std::size_t num_factors, int steps);
  bool solve(const RowEquations& equations, float* x) override;
  std::int64_t row_cost() const override { return static_cast<std::int64_t>(num_factors_ / 2 + 1); }

 private:
  void apply(const RowEquations& equations, const CacheLineVector<float>& vector, float target, bool first);

  std::size_t num_factors_;
  std::size_t padded_;
  int steps_;
  // Only where rows need padding: copies of them, (held rows, padded), all at once where they are few enough.
  CacheLineVector<float> panel_;
  std::vector<std::int32_t> panel_rows_;  // 0 … held rows - 1
  CacheLineVector<float> x_;              // padded, as the following
  CacheLineVector<float> residual_;
  CacheLineVector<float> direction_;
  CacheLineVector<float> product_;
};

// One Newton step for one block of x after the other, each exact for its block. Rendle, Krichene, Zhang & Koren,
// "iALS++: Speeding up matrix factorization with subspace optimization", 2021.
// entries * num_factors * (block_size + 6) + num_factors * (block_size² / 3 + 2 * num_factors) flops.
class alignas(kCacheLineBytes) BlockSolver final : public RowSolver {
 public:
  // longest_row: the largest number of entries of a row.
  BlockSolver(std::size_t num_factors, std::size_t block_size, std::size_t longest_row);
  bool solve(const RowEquations& equations, float* x) override;
  std::int64_t row_cost() const override {
    return static_cast<std::int64_t>(block_size_ / 6 + 2 * num_factors_ / block_size_ + 1);
  }

 private:
  std::size_t num_factors_;
  std::size_t padded_;
  std::size_t block_size_;
  CacheLineVector<float> panel_;            // (kPanelRows, padded block): the block's columns of gathered rows
  CacheLineVector<float> matrix_;           // (padded block, padded block)
  CacheLineVector<float> right_hand_side_;  // padded block, then the step
  CacheLineVector<float> residuals_;        // longest_row: 1 - x·y of each entry
  CacheLineVector<float> x_;                // padded
};

// num_factors rounded up to what the gram kernel works on.
std::size_t padded_factors(std::size_t num_factors);

// Computes FᵀF, upper triangle, for factors F: (num_rows, num_factors), in slices. The sum is taken in blocks of rows
// and merged in block order, whatever the number of threads.
class GramSum {
 public:
  GramSum(std::size_t num_factors, ThreadPool& pool);
  void start(std::span<const float> factors);
  bool done() const { return next_row_ >= num_rows_; }
  // Does some blocks; returns how many rows they had.
  std::size_t step();
  // (padded, padded), valid when done.
  const std::vector<float>& result() const { return total_; }
  // Multiplies the result, and fills its lower triangle.
  void scale(float factor);

 private:
  std::size_t num_factors_;
  std::size_t padded_;
  ThreadPool& pool_;
  const float* factors_ = nullptr;
  std::size_t num_rows_ = 0;
  std::size_t next_row_ = 0;
  std::vector<float> total_;
  std::vector<std::vector<float>> partials_;  // one a block of a step
  std::vector<std::vector<float>> panels_;    // one a block of a step
};

}  // namespace inkling
