#include "factorization/least_squares.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kernels/cholesky.h"
#include "kernels/dot.h"
#include "kernels/gram.h"
#include "kernels/normal_product.h"
#include "kernels/simd.h"

namespace inkling {

namespace {

constexpr std::size_t kWeightedRows = 64;
constexpr std::size_t kGramBlockRows = 256;

// Fewer where blocks are dear, so that a step stays short.
std::size_t gram_blocks_per_step(std::size_t padded) { return std::clamp<std::size_t>(1024 / padded, 2, 8); }

constexpr std::size_t kHeldFloats = 131072;  // half a mebibyte, of the second-level cache
constexpr float kNoError = 1e-20f;

bool copy_if_finite(std::span<const float> solution, float* x, std::size_t num_factors) {
  float total = 0;
  for (std::size_t f = 0; f < num_factors; ++f) {
    x[f] = solution[f];
    total += x[f];
  }
  return std::isfinite(total);
}

}  // namespace

std::size_t padded_factors(std::size_t num_factors) { return simd::round_up(num_factors, kernels::gram_padding()); }

CholeskySolver::CholeskySolver(std::size_t num_factors)
    : num_factors_(num_factors),
      padded_(padded_factors(num_factors)),
      panel_(kWeightedRows * padded_, 0.0f),
      pulls_(kWeightedRows),
      matrix_(padded_ * padded_, 0.0f),
      right_hand_side_(padded_, 0.0f) {}

void CholeskySolver::flush() {
  kernels::gram(panel_.data(), rows_in_panel_, padded_, matrix_.data());
  kernels::add_scaled_rows(pulls_.data(), panel_.data(), rows_in_panel_, padded_, right_hand_side_.data());
  rows_in_panel_ = 0;
}

// The panel holds rows times the root of their weight, so a weight below 0 needs a way of its own. It is rare: entries
// that imported factors trust less than what they have not observed.
void CholeskySolver::add_alone(const float* row, float added, float pull) {
  for (std::size_t f = 0; f < num_factors_; ++f) {
    kernels::axpy(added * row[f], row + f, matrix_.data() + f * padded_ + f, num_factors_ - f);
  }
  kernels::axpy(pull, row, right_hand_side_.data(), num_factors_);
}

bool CholeskySolver::solve_weighted(const RowEquations& equations, std::span<const float> added,
                                    std::span<const float> pulls, float* x) {
  std::copy(equations.gram.begin(), equations.gram.end(), matrix_.begin());
  std::fill(right_hand_side_.begin(), right_hand_side_.end(), 0.0f);
  rows_in_panel_ = 0;
  const bool weighted = !added.empty();
  for (std::size_t e = 0; e < equations.entries.size(); ++e) {
    const float* row = equations.factors.data() + static_cast<std::size_t>(equations.entries[e]) * num_factors_;
    float root = 1;
    float pull = 1;
    if (weighted) {
      if (!(added[e] > 0)) {
        add_alone(row, added[e], pulls[e]);
        continue;
      }
      root = std::sqrt(added[e]);
      pull = pulls[e] / root;
    }
    kernels::scaled_copy(root, row, panel_.data() + rows_in_panel_ * padded_, num_factors_);
    pulls_[rows_in_panel_] = pull;
    if (++rows_in_panel_ == kWeightedRows) flush();
  }
  if (rows_in_panel_ > 0) flush();
  for (std::size_t f = 0; f < num_factors_; ++f) matrix_[f * padded_ + f] += equations.ridge;
  if (!kernels::cholesky_factor(matrix_.data(), num_factors_, padded_)) return false;
  kernels::cholesky_solve(matrix_.data(), num_factors_, padded_, right_hand_side_.data());
  return copy_if_finite(right_hand_side_, x, num_factors_);
}

ConjugateGradientSolver::ConjugateGradientSolver(std::size_t num_factors, int steps)
    : num_factors_(num_factors),
      padded_(padded_factors(num_factors)),
      steps_(steps),
      x_(padded_, 0.0f),
      residual_(padded_, 0.0f),
      direction_(padded_, 0.0f),
      product_(padded_, 0.0f) {
  if (num_factors_ == padded_) return;
  panel_rows_.resize(std::max(kHeldFloats / padded_, kWeightedRows));
  std::iota(panel_rows_.begin(), panel_rows_.end(), 0);
  panel_.resize(panel_rows_.size() * padded_);
}

// product = α₀ YᵀY v + ridge v + sum over entries of (y·v - target) y. With target 0 that is the matrix times v, with
// target 1 the residual of v, negative.
void ConjugateGradientSolver::apply(const RowEquations& equations, const CacheLineVector<float>& vector, float target,
                                    bool first) {
  kernels::scaled_copy(equations.ridge, vector.data(), product_.data(), padded_);
  kernels::add_scaled_rows(vector.data(), equations.gram.data(), num_factors_, padded_, product_.data());
  const std::span<const std::int32_t> entries = equations.entries;
  if (num_factors_ == padded_) {
    kernels::add_normal_product(equations.factors.data(), padded_, entries, vector.data(), target, product_.data());
    return;
  }
  const bool held = entries.size() <= panel_rows_.size();
  for (std::size_t e = 0; e < entries.size(); e += panel_rows_.size()) {
    const std::span<const std::int32_t> some = entries.subspan(e, std::min(panel_rows_.size(), entries.size() - e));
    for (std::size_t r = 0; r < some.size() && (first || !held); ++r) {
      const float* row = equations.factors.data() + static_cast<std::size_t>(some[r]) * num_factors_;
      std::copy_n(row, num_factors_, panel_.begin() + static_cast<std::ptrdiff_t>(r * padded_));
    }
    kernels::add_normal_product(panel_.data(), padded_, std::span(panel_rows_).first(some.size()), vector.data(),
                                target, product_.data());
  }
}

bool ConjugateGradientSolver::solve(const RowEquations& equations, float* x) {
  std::copy_n(x, num_factors_, x_.begin());
  apply(equations, x_, 1, true);
  kernels::scaled_copy(-1.0f, product_.data(), residual_.data(), padded_);
  direction_ = residual_;
  float error = kernels::dot(residual_.data(), residual_.data(), padded_);
  for (int step = 0; step < steps_ && !(error <= kNoError); ++step) {
    apply(equations, direction_, 0, false);
    const float curvature = kernels::dot(direction_.data(), product_.data(), padded_);
    if (!(curvature > 0)) return false;
    const float length = error / curvature;
    kernels::axpy(length, direction_.data(), x_.data(), padded_);
    kernels::axpy(-length, product_.data(), residual_.data(), padded_);
    const float last_error = error;
    error = kernels::dot(residual_.data(), residual_.data(), padded_);
    kernels::scaled_copy(error / last_error, direction_.data(), direction_.data(), padded_);
    kernels::axpy(1.0f, residual_.data(), direction_.data(), padded_);
  }
  return copy_if_finite(x_, x, num_factors_);
}

BlockSolver::BlockSolver(std::size_t num_factors, std::size_t block_size, std::size_t longest_row)
    : num_factors_(num_factors),
      padded_(padded_factors(num_factors)),
      block_size_(std::min(block_size, num_factors)),
      residuals_(longest_row),
      x_(padded_, 0.0f) {
  const std::size_t padded_block = padded_factors(block_size_);
  panel_.resize(kWeightedRows * padded_block);
  matrix_.resize(padded_block * padded_block);
  right_hand_side_.resize(padded_block);
}

bool BlockSolver::solve(const RowEquations& equations, float* x) {
  const std::span<const std::int32_t> entries = equations.entries;
  const auto row_of = [&](std::size_t e) {
    return equations.factors.data() + static_cast<std::size_t>(entries[e]) * num_factors_;
  };
  std::copy_n(x, num_factors_, x_.begin());
  for (std::size_t e = 0; e < entries.size(); ++e) {
    residuals_[e] = 1 - kernels::dot(row_of(e), x_.data(), num_factors_);
  }
  for (std::size_t begin = 0; begin < num_factors_; begin += block_size_) {
    const std::size_t width = std::min(block_size_, num_factors_ - begin);
    const std::size_t padded = padded_factors(width);
    // The block's square of α₀ YᵀY + ridge I, and what the objective still slopes towards along the block.
    const float* gram = equations.gram.data() + begin * padded_;
    float* step = right_hand_side_.data();
    std::fill(matrix_.begin(), matrix_.end(), 0.0f);
    std::fill(right_hand_side_.begin(), right_hand_side_.end(), 0.0f);
    kernels::gemv(gram, width, padded_, x_.data(), step);
    for (std::size_t f = 0; f < width; ++f) {
      std::copy_n(gram + f * padded_ + begin, width, matrix_.data() + f * padded);
      matrix_[f * padded + f] += equations.ridge;
      step[f] = -step[f] - equations.ridge * x_[begin + f];
    }
    for (std::size_t e = 0; e < entries.size(); e += kWeightedRows) {
      const std::size_t rows = std::min(kWeightedRows, entries.size() - e);
      for (std::size_t r = 0; r < rows; ++r) {
        float* to = panel_.data() + r * padded;
        kernels::scaled_copy(1.0f, row_of(e + r) + begin, to, width);
        std::fill(to + width, to + padded, 0.0f);
      }
      kernels::gram(panel_.data(), rows, padded, matrix_.data());
      kernels::add_scaled_rows(residuals_.data() + e, panel_.data(), rows, padded, step);
    }
    if (!kernels::cholesky_factor(matrix_.data(), width, padded)) return false;
    kernels::cholesky_solve(matrix_.data(), width, padded, step);
    kernels::axpy(1.0f, step, x_.data() + begin, width);
    if (begin + width == num_factors_) break;
    for (std::size_t e = 0; e < entries.size(); ++e) residuals_[e] -= kernels::dot(row_of(e) + begin, step, width);
  }
  return copy_if_finite(x_, x, num_factors_);
}

GramSum::GramSum(std::size_t num_factors, ThreadPool& pool)
    : num_factors_(num_factors),
      padded_(padded_factors(num_factors)),
      pool_(pool),
      total_(padded_ * padded_, 0.0f),
      partials_(gram_blocks_per_step(padded_), std::vector<float>(padded_ * padded_)),
      panels_(partials_.size(), std::vector<float>(kWeightedRows * padded_, 0.0f)) {}

void GramSum::start(std::span<const float> factors) {
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
          for (std::size_t row = block_begin; row < block_end; row += kWeightedRows) {
            const std::size_t rows = std::min(kWeightedRows, block_end - row);
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

void GramSum::scale(float factor) {
  for (float& value : total_) value *= factor;
  for (std::size_t i = 0; i < num_factors_; ++i) {
    for (std::size_t j = 0; j < i; ++j) total_[i * padded_ + j] = total_[j * padded_ + i];
  }
}

}  // namespace inkling
