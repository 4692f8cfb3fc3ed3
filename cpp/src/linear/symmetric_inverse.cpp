#include "linear/symmetric_inverse.h"

#include <algorithm>

#include "data/indices.h"
#include "kernels/cholesky.h"
#include "kernels/square_block.h"

namespace inkling {

namespace {

using kernels::kBlockSize;

constexpr std::size_t kBlockArea = kBlockSize * kBlockSize;

void clear_block(float* block, std::size_t stride) {
  for (std::size_t row = 0; row < kBlockSize; ++row) std::fill_n(block + row * stride, kBlockSize, 0.0f);
}

}  // namespace

SymmetricInverse::SymmetricInverse(std::vector<float>& matrix, std::size_t size, ThreadPool& pool)
    : matrix_(matrix),
      size_(size),
      pool_(pool),
      num_blocks_(static_cast<std::int64_t>(size / kBlockSize)),
      factor_(kBlockArea),
      negated_inverse_(kBlockArea),
      panel_(size * kBlockSize) {}

float* SymmetricInverse::block(std::int64_t row, std::int64_t column) {
  return matrix_.data() + at(row) * kBlockSize * size_ + at(column) * kBlockSize;
}

bool SymmetricInverse::step(std::int64_t work) {
  while (work > 0 && !done()) {
    const std::int64_t pivot = done_ / work_of_pivot();
    const std::int64_t position = done_ % work_of_pivot();
    std::int64_t count = 1;
    if (position == 0) {
      if (!factor_pivot(pivot)) return false;
    } else if (position <= num_blocks_) {
      const std::int64_t first = position - 1;
      count = std::min(work, num_blocks_ - first);
      pool_.for_each_chunk(count, 4, [&](std::int64_t begin, std::int64_t end, int) {
        for (std::int64_t i = begin; i < end; ++i) take_panel_block(pivot, first + i);
      });
    } else {
      const std::int64_t first = position - 1 - num_blocks_;
      count = std::min(work, work_of_pivot() - position);
      pool_.for_each_chunk(
          count, 8, [&](std::int64_t begin, std::int64_t end, int) { update_blocks(first + begin, first + end); });
    }
    done_ += count;
    work -= count;
  }
  return true;
}

bool SymmetricInverse::factor_pivot(std::int64_t pivot) {
  float* diagonal = block(pivot, pivot);
  for (std::size_t row = 0; row < kBlockSize; ++row) {
    std::copy_n(diagonal + row * size_, kBlockSize, factor_.data() + row * kBlockSize);
  }
  if (!kernels::cholesky_factor(factor_.data(), kBlockSize, kBlockSize)) return false;
  clear_block(diagonal, size_);
  // -U⁻¹ from its last row up: row i is (-e_i - sum over k > i of U_ik row k) / U_ii.
  std::fill(negated_inverse_.begin(), negated_inverse_.end(), 0.0f);
  for (std::size_t i = kBlockSize; i-- > 0;) {
    float* row = negated_inverse_.data() + i * kBlockSize;
    const float* factors = factor_.data() + i * kBlockSize;
    row[i] = -1;
    for (std::size_t k = i + 1; k < kBlockSize; ++k) {
      const float* below = negated_inverse_.data() + k * kBlockSize;
      for (std::size_t c = k; c < kBlockSize; ++c) row[c] -= factors[k] * below[c];
    }
    for (std::size_t c = i; c < kBlockSize; ++c) row[c] /= factors[i];
  }
  return true;
}

void SymmetricInverse::take_panel_block(std::int64_t pivot, std::int64_t column) {
  float* out = panel_.data() + at(column) * kBlockArea;
  if (column == pivot) {
    kernels::transpose_block(negated_inverse_.data(), kBlockSize, out, kBlockSize);
    for (std::size_t i = 0; i < kBlockArea; ++i) out[i] = -out[i];
    return;
  }
  float taken[kBlockArea];
  float* from = block(std::min(pivot, column), std::max(pivot, column));
  if (column > pivot) {
    for (std::size_t row = 0; row < kBlockSize; ++row) {
      std::copy_n(from + row * size_, kBlockSize, taken + row * kBlockSize);
    }
  } else {
    kernels::transpose_block(from, size_, taken, kBlockSize);
  }
  clear_block(from, size_);
  std::fill_n(out, kBlockArea, 0.0f);
  kernels::subtract_block_product(negated_inverse_.data(), taken, out, kBlockSize);
}

// Blocks of the upper triangle, counted row by row.
void SymmetricInverse::update_blocks(std::int64_t begin, std::int64_t end) {
  std::int64_t row = 0;
  std::int64_t first_of_row = 0;
  for (std::int64_t index = begin; index < end; ++index) {
    for (; index - first_of_row >= num_blocks_ - row; ++row) first_of_row += num_blocks_ - row;
    const std::int64_t column = row + index - first_of_row;
    kernels::subtract_block_product(panel_.data() + at(row) * kBlockArea, panel_.data() + at(column) * kBlockArea,
                                    block(row, column), size_);
  }
}

std::vector<double> symmetric_inverse_naive(const std::vector<float>& matrix, std::size_t size) {
  std::vector<double> s(matrix.begin(), matrix.end());
  for (std::size_t k = 0; k < size; ++k) {
    const double pivot = s[k * size + k];
    if (!(pivot > 0)) return {};
    // One row and column at a time: what is left of the other rows, then row k itself, then column k.
    for (std::size_t i = 0; i < size; ++i) {
      if (i == k) continue;
      const double share = s[i * size + k] / pivot;
      for (std::size_t j = 0; j < size; ++j) {
        if (j != k) s[i * size + j] -= share * s[k * size + j];
      }
      s[i * size + k] = -share;
    }
    for (std::size_t j = 0; j < size; ++j) s[k * size + j] = j == k ? 1 / pivot : s[k * size + j] / pivot;
  }
  return s;
}

}  // namespace inkling
