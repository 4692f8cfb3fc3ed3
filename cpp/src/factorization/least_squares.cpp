#include "factorization/least_squares.h"

#include <algorithm>
#include <cmath>

#include "kernels/cholesky.h"
#include "kernels/dot.h"
#include "kernels/gram.h"
#include "kernels/simd.h"

namespace inkling {

namespace {

constexpr std::size_t kPanelRows = 64;
constexpr std::size_t kGramBlockRows = 256;

// Fewer where blocks are dear, so that a step stays short.
std::size_t gram_blocks_per_step(std::size_t padded) { return std::clamp<std::size_t>(1024 / padded, 2, 8); }

}  // namespace

std::size_t padded_factors(std::size_t num_factors) { return simd::round_up(num_factors, kernels::gram_padding()); }

RowSolver::RowSolver(std::size_t num_factors)
    : num_factors_(num_factors),
      padded_(padded_factors(num_factors)),
      panel_(kPanelRows * padded_, 0.0f),
      targets_(kPanelRows),
      matrix_(padded_ * padded_, 0.0f),
      right_hand_side_(padded_, 0.0f) {}

void RowSolver::flush() {
  kernels::gram(panel_.data(), rows_in_panel_, padded_, matrix_.data());
  kernels::add_scaled_rows(targets_.data(), panel_.data(), rows_in_panel_, padded_, right_hand_side_.data());
  rows_in_panel_ = 0;
}

bool RowSolver::solve(std::span<const float> factors, std::span<const float> gram,
                      std::span<const std::int32_t> entries, std::span<const float> weights, float ridge, float* out) {
  std::copy(gram.begin(), gram.end(), matrix_.begin());
  std::fill(right_hand_side_.begin(), right_hand_side_.end(), 0.0f);
  rows_in_panel_ = 0;
  for (std::size_t e = 0; e < entries.size(); ++e) {
    const float* row = factors.data() + static_cast<std::size_t>(entries[e]) * num_factors_;
    const float weight = weights.empty() ? 1.0f : weights[e];
    const float root = std::sqrt(std::abs(weight));
    kernels::scaled_copy(root, row, panel_.data() + rows_in_panel_ * padded_, num_factors_);
    targets_[rows_in_panel_] = weight < 0 ? -root : root;
    if (++rows_in_panel_ == kPanelRows) flush();
  }
  if (rows_in_panel_ > 0) flush();
  for (std::size_t f = 0; f < num_factors_; ++f) matrix_[f * padded_ + f] += ridge;
  if (!kernels::cholesky_factor(matrix_.data(), num_factors_, padded_)) return false;
  kernels::cholesky_solve(matrix_.data(), num_factors_, padded_, right_hand_side_.data());
  float total = 0;
  for (std::size_t f = 0; f < num_factors_; ++f) {
    out[f] = right_hand_side_[f];
    total += out[f];
  }
  return std::isfinite(total);
}

GramSum::GramSum(std::size_t num_factors, ThreadPool& pool)
    : num_factors_(num_factors),
      padded_(padded_factors(num_factors)),
      pool_(pool),
      total_(padded_ * padded_, 0.0f),
      partials_(gram_blocks_per_step(padded_), std::vector<float>(padded_ * padded_)),
      panels_(partials_.size(), std::vector<float>(kPanelRows * padded_, 0.0f)) {}

void GramSum::start(const std::vector<float>& factors) {
  factors_ = factors.data();
  num_rows_ = factors.size() / num_factors_;
  next_row_ = 0;
  std::fill(total_.begin(), total_.end(), 0.0f);
}

std::size_t GramSum::step() {
  const std::size_t begin = next_row_;
  const std::size_t end = std::min(begin + partials_.size() * kGramBlockRows, num_rows_);
  const std::size_t num_blocks = (end - begin + kGramBlockRows - 1) / kGramBlockRows;
  pool_.for_each_chunk(
      static_cast<std::int64_t>(num_blocks), 1, [&](std::int64_t first, std::int64_t last, int /*thread*/) {
        for (auto block = static_cast<std::size_t>(first); block < static_cast<std::size_t>(last); ++block) {
          std::vector<float>& partial = partials_[block];
          std::vector<float>& panel = panels_[block];
          std::fill(partial.begin(), partial.end(), 0.0f);
          const std::size_t block_begin = begin + block * kGramBlockRows;
          const std::size_t block_end = std::min(block_begin + kGramBlockRows, end);
          for (std::size_t row = block_begin; row < block_end; row += kPanelRows) {
            const std::size_t rows = std::min(kPanelRows, block_end - row);
            for (std::size_t r = 0; r < rows; ++r) {
              const float* from = factors_ + (row + r) * num_factors_;
              kernels::scaled_copy(1.0f, from, panel.data() + r * padded_, num_factors_);
            }
            kernels::gram(panel.data(), rows, padded_, partial.data());
          }
        }
      });
  for (std::size_t block = 0; block < num_blocks; ++block) {
    kernels::axpy(1.0f, partials_[block].data(), total_.data(), total_.size());
  }
  next_row_ = end;
  return end - begin;
}

}  // namespace inkling
