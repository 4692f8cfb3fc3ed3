#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "inkling/thread_pool.h"

namespace inkling {

// The normal equations of one row of an alternating least squares step:
//   (α₀ YᵀY + sum over entries of added y yᵀ + ridge I) x = sum over entries of pull y.
struct RowEquations {
  std::span<const float> factors;         // (rows, num_factors): Y, the fixed side
  std::span<const float> gram;            // (padded, padded): upper triangle of α₀ YᵀY
  std::span<const std::int32_t> entries;  // rows of Y
  float ridge;
  std::span<const float> added = {};  // one an entry, or empty for all 1; those below 0 take away what gram has
  std::span<const float> pulls = {};  // one an entry where there are added ones, else empty for all 1
};

// Solves them exactly, by Cholesky. One instance a thread; nothing is allocated after construction.
class RowSolver {
 public:
  explicit RowSolver(std::size_t num_factors);

  // Writes the solution to out: num_factors. Returns false when the matrix is not positive definite or the numbers
  // overflow. entries * num_factors² + num_factors³ / 3 flops.
  bool solve(const RowEquations& equations, float* out);

  // The factor of the last matrix, for cholesky_solve: (padded, padded).
  const std::vector<float>& factor() const { return matrix_; }

 private:
  void flush();
  void add_alone(const float* row, float added, float pull);

  std::size_t num_factors_;
  std::size_t padded_;
  std::size_t rows_in_panel_ = 0;
  std::vector<float> panel_;   // (kPanelRows, padded): gathered rows, small enough to stay in the first-level cache
  std::vector<float> pulls_;   // kPanelRows: of each gathered row, divided by the row's scale
  std::vector<float> matrix_;  // (padded, padded)
  std::vector<float> right_hand_side_;  // padded
};

// num_factors rounded up to what the gram kernel works on.
std::size_t padded_factors(std::size_t num_factors);

// Computes FᵀF, upper triangle, for factors F: (num_rows, num_factors), in slices. The sum is taken in blocks of rows
// and merged in block order, whatever the number of threads.
class GramSum {
 public:
  GramSum(std::size_t num_factors, ThreadPool& pool);
  void start(const std::vector<float>& factors);
  bool done() const { return next_row_ >= num_rows_; }
  // Does some blocks; returns how many rows they had.
  std::size_t step();
  // (padded, padded), valid when done.
  const std::vector<float>& result() const { return total_; }
  std::vector<float>& result() { return total_; }

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
