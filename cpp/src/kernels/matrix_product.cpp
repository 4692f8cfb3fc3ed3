#include "kernels/matrix_product.h"

#include <algorithm>

#include "kernels/simd.h"

namespace inkling::kernels {

namespace {

using simd::kLanes;
using simd::Vector;

// As many sums as the registers hold beside what is loaded.
constexpr std::size_t kProductTileRows = kLanes <= 8 ? 4 : 8;
constexpr std::size_t kProductTileVectors = 2;
// So many numbers of a sum at a time: what a tile reads of the right matrix then stays in the first cache.
constexpr std::size_t kInnerBlock = 256;

// Where the left matrix has its number (row, k): rows of it, or columns.
struct Steps {
  std::size_t row;
  std::size_t inner;
};

// On its own: engines find registers for one loop, but not for one among many.
template <std::size_t kRows, std::size_t kVectors>
[[gnu::noinline]] void add_tile(std::size_t inner, const float* left, Steps steps, MatrixView right,
                                MutableMatrixView out) {
  Vector sums[kRows][kVectors];
  for (std::size_t a = 0; a < kRows; ++a) {
    for (std::size_t b = 0; b < kVectors; ++b) sums[a][b] = simd::load(out.values + a * out.stride + b * kLanes);
  }
  const float* row = right.values;
  for (std::size_t k = 0; k < inner; ++k, row += right.stride, left += steps.inner) {
    Vector columns[kVectors];
    for (std::size_t b = 0; b < kVectors; ++b) columns[b] = simd::load(row + b * kLanes);
    for (std::size_t a = 0; a < kRows; ++a) {
      const Vector scale = simd::splat(left[a * steps.row]);
      for (std::size_t b = 0; b < kVectors; ++b) sums[a][b] = simd::multiply_add(scale, columns[b], sums[a][b]);
    }
  }
  for (std::size_t a = 0; a < kRows; ++a) {
    for (std::size_t b = 0; b < kVectors; ++b) simd::store(out.values + a * out.stride + b * kLanes, sums[a][b]);
  }
}

template <std::size_t kVectors>
void add_columns(std::size_t rows, std::size_t inner, const float* left, Steps steps, MatrixView right,
                 MutableMatrixView out) {
  std::size_t r = 0;
  for (; r + kProductTileRows <= rows; r += kProductTileRows) {
    add_tile<kProductTileRows, kVectors>(inner, left + r * steps.row, steps, right,
                                         {out.values + r * out.stride, out.stride});
  }
  for (; r < rows; ++r) {
    add_tile<1, kVectors>(inner, left + r * steps.row, steps, right, {out.values + r * out.stride, out.stride});
  }
}

// The last columns, fewer than a vector has lanes: by vectors of copies.
void add_last_columns(std::size_t rows, std::size_t inner, std::size_t columns, const float* left, Steps steps,
                      MatrixView right, MutableMatrixView out) {
  float panel[kInnerBlock * kLanes] = {};
  float sums[kLanes];
  for (std::size_t k = 0; k < inner; ++k) {
    std::copy_n(right.values + k * right.stride, columns, panel + k * kLanes);
  }
  for (std::size_t r = 0; r < rows; ++r) {
    float* to = out.values + r * out.stride;
    std::fill(std::copy_n(to, columns, sums), sums + kLanes, 0.0f);
    add_tile<1, 1>(inner, left + r * steps.row, steps, {panel, kLanes}, {sums, kLanes});
    std::copy_n(sums, columns, to);
  }
}

void add_product_with(ProductSize size, const float* left, Steps steps, MatrixView right, MutableMatrixView out) {
  constexpr std::size_t kProductTileColumns = kProductTileVectors * kLanes;
  if (size.rows == 0) return;
  for (std::size_t k = 0; k < size.inner; k += kInnerBlock) {
    const std::size_t inner = std::min(kInnerBlock, size.inner - k);
    const float* from = left + k * steps.inner;
    const MatrixView rows = {right.values + k * right.stride, right.stride};
    std::size_t c = 0;
    for (; c + kProductTileColumns <= size.columns; c += kProductTileColumns) {
      add_columns<kProductTileVectors>(size.rows, inner, from, steps, {rows.values + c, rows.stride},
                                       {out.values + c, out.stride});
    }
    for (; c + kLanes <= size.columns; c += kLanes) {
      add_columns<1>(size.rows, inner, from, steps, {rows.values + c, rows.stride}, {out.values + c, out.stride});
    }
    if (c < size.columns) {
      add_last_columns(size.rows, inner, size.columns - c, from, steps, {rows.values + c, rows.stride},
                       {out.values + c, out.stride});
    }
  }
}

}  // namespace

void add_product(ProductSize size, MatrixView left, MatrixView right, MutableMatrixView out) {
  add_product_with(size, left.values, {left.stride, 1}, right, out);
}

void add_transposed_product(ProductSize size, MatrixView left, MatrixView right, MutableMatrixView out) {
  add_product_with(size, left.values, {1, left.stride}, right, out);
}

void add_product_naive(ProductSize size, MatrixView left, MatrixView right, MutableMatrixView out) {
  for (std::size_t r = 0; r < size.rows; ++r) {
    for (std::size_t k = 0; k < size.inner; ++k) {
      const float scale = left.values[r * left.stride + k];
      for (std::size_t c = 0; c < size.columns; ++c) {
        out.values[r * out.stride + c] += scale * right.values[k * right.stride + c];
      }
    }
  }
}

void add_transposed_product_naive(ProductSize size, MatrixView left, MatrixView right, MutableMatrixView out) {
  for (std::size_t k = 0; k < size.inner; ++k) {
    for (std::size_t r = 0; r < size.rows; ++r) {
      const float scale = left.values[k * left.stride + r];
      for (std::size_t c = 0; c < size.columns; ++c) {
        out.values[r * out.stride + c] += scale * right.values[k * right.stride + c];
      }
    }
  }
}

void transpose(std::size_t rows, std::size_t columns, MatrixView from, MutableMatrixView out) {
  // Some rows at a time, so that what is written are runs and not single numbers all over the memory.
  constexpr std::size_t kTogether = 16;
  for (std::size_t begin = 0; begin < rows; begin += kTogether) {
    const std::size_t end = std::min(begin + kTogether, rows);
    for (std::size_t c = 0; c < columns; ++c) {
      for (std::size_t r = begin; r < end; ++r) out.values[c * out.stride + r] = from.values[r * from.stride + c];
    }
  }
}

}  // namespace inkling::kernels
