#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "inkling/thread_pool.h"

namespace inkling {

// The negated inverse of a symmetric positive definite matrix S, in place and a slice at a time, by Gauss-Jordan
// elimination in blocks (the sweep operator: Beaton 1964; Goodnight, "A tutorial on the SWEEP operator", The American
// Statistician 33(3), 1979). For each block K of kBlockSize rows in turn, with the block S_KK = UᵀU:
//
//   W_J = U⁻ᵀ S_KJ for J ≠ K, W_K = U⁻ᵀ;   S_KJ = 0 for all J;   S_IJ -= W_Iᵀ W_J for all I and J
//
// After all of them S holds -S⁻¹. Every block of the upper triangle is updated for every K, so the cost is size³ flops,
// as with Cholesky's factor, its inverse and their product, but all of it in one kernel and in steps of equal work.
// Each block has one writer, so the bits do not depend on the number of threads. In float the error is about that of
// Cholesky: some 1e-7 times the condition number.
class SymmetricInverse {
 public:
  // matrix: (size, size), row-major; size: a multiple of kernels::kBlockSize (fill up with the identity). Only the
  // upper triangle of blocks is read and written. Must outlive this.
  SymmetricInverse(std::vector<float>& matrix, std::size_t size, ThreadPool& pool);

  // In updates of one block: 2 * kBlockSize³ flops each.
  std::int64_t total_work() const { return num_blocks_ * work_of_pivot(); }
  std::int64_t done_work() const { return done_; }
  bool done() const { return done_ >= total_work(); }
  // Does exactly `work` units, or those that are left. Returns false, with the matrix in an unspecified state, when a
  // pivot is not positive or not finite: the matrix is not positive definite to the precision of float.
  bool step(std::int64_t work);

 private:
  std::int64_t work_of_pivot() const { return 1 + num_blocks_ + num_blocks_ * (num_blocks_ + 1) / 2; }
  float* block(std::int64_t row, std::int64_t column);
  bool factor_pivot(std::int64_t pivot);
  void take_panel_block(std::int64_t pivot, std::int64_t column);
  void update_blocks(std::int64_t begin, std::int64_t end);

  std::vector<float>& matrix_;
  std::size_t size_;
  ThreadPool& pool_;
  std::int64_t num_blocks_;
  std::int64_t done_ = 0;
  std::vector<float> factor_;           // U of the pivot's block
  std::vector<float> negated_inverse_;  // -U⁻¹
  std::vector<float> panel_;            // W, block by block: (num_blocks, kBlockSize, kBlockSize)
};

// The inverse of a symmetric positive definite matrix (size, size), in double precision; empty when a pivot is not
// positive. For tests.
std::vector<double> symmetric_inverse_naive(const std::vector<float>& matrix, std::size_t size);

}  // namespace inkling
