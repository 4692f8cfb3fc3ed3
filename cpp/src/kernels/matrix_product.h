#pragma once

#include <cstddef>

namespace inkling::kernels {

// Products of dense matrices of any shape, row-major, rows `stride` numbers apart. Sums run over `inner` in its order,
// whatever the other sizes, so a number of the product hangs on its row and column alone.

// The sizes of out = left right: (rows, inner) × (inner, columns).
struct ProductSize {
  std::size_t rows;
  std::size_t inner;
  std::size_t columns;
};

struct MatrixView {
  const float* values;
  std::size_t stride;
};

struct MutableMatrixView {
  float* values;
  std::size_t stride;
  operator MatrixView() const { return {values, stride}; }  // NOLINT(*-explicit-*)
};

// out += left right. 2 * rows * inner * columns flops, from tiles of sums that stay in registers.
void add_product(ProductSize size, MatrixView left, MatrixView right, MutableMatrixView out);
void add_product_naive(ProductSize size, MatrixView left, MatrixView right, MutableMatrixView out);

// out += leftᵀ right, with left: (inner, rows).
void add_transposed_product(ProductSize size, MatrixView left, MatrixView right, MutableMatrixView out);
void add_transposed_product_naive(ProductSize size, MatrixView left, MatrixView right, MutableMatrixView out);

// out = fromᵀ: (columns, rows). No overlap.
void transpose(std::size_t rows, std::size_t columns, MatrixView from, MutableMatrixView out);

}  // namespace inkling::kernels
