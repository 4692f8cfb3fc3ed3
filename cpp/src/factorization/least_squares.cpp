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
constexpr std::size_t kGramBlocksPerStep = 8;

}  // namespace

std::size_t padded_factors(std::size_t num_factors) { return simd::round_up(num_factors, kernels::gram_padding()); }

RowSolver::RowSolver(std::size_t num_factors)
    : num_factors_(num_factors),
      padded_(padded_factors(num_factors)),
      panel_(kPanelRows * padded_, 0.0f),
      pulls_(kPanelRows),
      matrix_(padded_ * padded_, 0.0f),
      right_hand_side_(padded_, 0.0f) {}

void RowSolver::flush() {
  kernels::gram(panel_.data(), rows_in_panel_, padded_, matrix_.data());
  kernels::add_scaled_rows(pulls_.data(), panel_.data(), rows_in_panel_, padded_, right_hand_side_.data());
  rows_in_panel_ = 0;
}

// The panel holds rows times the root of their weight, so a weight below 0 needs a way of its own. It is rare: entries
// that imported factors trust less than what they have not observed.
void RowSolver::add_alone(const float* row, float added, float pull) {
  for (std::size_t f = 0; f < num_factors_; ++f) {
    kernels::axpy(added * row[f], row + f, matrix_.data() + f * padded_ + f, num_factors_ - f);
  }
  kernels::axpy(pull, row, right_hand_side_.data(), num_factors_);
}

bool RowSolver::solve(const RowEquations& equations, float* out) {
  std::copy(equations.gram.begin(), equations.gram.end(), matrix_.begin());
  std::fill(right_hand_side_.begin(), right_hand_side_.end(), 0.0f);
  rows_in_panel_ = 0;
  const bool weighted = !equations.added.empty();
  for (std::size_t e = 0; e < equations.entries.size(); ++e) {
    const float* row = equations.factors.data() + static_cast<std::size_t>(equations.entries[e]) * num_factors_;
    float root = 1;
    float pull = 1;
    if (weighted) {
      if (!(equations.added[e] > 0)) {
        add_alone(row, equations.added[e], equations.pulls[e]);
        continue;
      }
      root = std::sqrt(equations.added[e]);
      pull = equations.pulls[e] / root;
    }
    kernels::scaled_copy(root, row, panel_.data() + rows_in_panel_ * padded_, num_factors_);
    pulls_[rows_in_panel_] = pull;
    if (++rows_in_panel_ == kPanelRows) flush();
  }
  if (rows_in_panel_ > 0) flush();
  for (std::size_t f = 0; f < num_factors_; ++f) matrix_[f * padded_ + f] += equations.ridge;
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
      partials_(kGramBlocksPerStep, std::vector<float>(padded_ * padded_)),
      panels_(kGramBlocksPerStep, std::vector<float>(kPanelRows * padded_, 0.0f)) {}

void GramSum::start(const std::vector<float>& factors) {
  factors_ = factors.data();
  num_rows_ = factors.size() / num_factors_;
  next_row_ = 0;
  std::fill(total_.begin(), total_.end(), 0.0f);
}

std::size_t GramSum::step() {
  const std::size_t begin = next_row_;
  const std::size_t end = std::min(begin + kGramBlocksPerStep * kGramBlockRows, num_rows_);
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
