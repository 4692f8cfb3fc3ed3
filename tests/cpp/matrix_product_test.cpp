#include "kernels/matrix_product.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "expect.h"
#include "inkling/random.h"
#include "kernels/exponential.h"
#include "kernels/simd.h"
#include "kernels/softmax.h"
#include "sample_data.h"

namespace inkling {

namespace {

constexpr float kGap = 1234;

using Product = void (*)(kernels::ProductSize, kernels::MatrixView, kernels::MatrixView, kernels::MutableMatrixView);

// Whether two products of the same matrices, added to the same numbers, are the same but for rounding, and nothing
// between the rows is touched. left_transposed: whether the left matrix is (inner, rows).
bool same_products(Product fast, Product naive, bool left_transposed, kernels::ProductSize size, std::size_t gap,
                   Random& random) {
  const std::size_t left_columns = left_transposed ? size.rows : size.inner;
  const std::size_t left_rows = left_transposed ? size.inner : size.rows;
  const auto left = random_numbers(left_rows * (left_columns + gap), random);
  const auto right = random_numbers(size.inner * (size.columns + gap), random);
  auto expected = random_numbers(size.rows * (size.columns + gap), random);
  for (std::size_t row = 0; row < size.rows; ++row) {
    for (std::size_t n = 0; n < gap; ++n) expected[row * (size.columns + gap) + size.columns + n] = kGap;
  }
  auto out = expected;
  const std::size_t stride = size.columns + gap;
  fast(size, {left.data(), left_columns + gap}, {right.data(), stride}, {out.data(), stride});
  naive(size, {left.data(), left_columns + gap}, {right.data(), stride}, {expected.data(), stride});
  Furthest furthest;
  for (std::size_t n = 0; n < out.size(); ++n) furthest.add(out[n], expected[n]);
  return furthest.value() <= 2e-6 * (10 + static_cast<double>(size.inner));
}

}  // namespace

TEST_CASE("products of matrices of any shape are those of the naive loops") {
  Random random(3);
  for (const std::size_t rows : {1, 2, 7, 8, 9, 33}) {
    for (const std::size_t inner : {0, 1, 5, 64, 256, 257, 600}) {
      for (const std::size_t columns : {1, 3, 4, 15, 16, 17, 32, 50, 67}) {
        for (const std::size_t gap : {0, 3}) {
          const kernels::ProductSize size{rows, inner, columns};
          CAPTURE(rows);
          CAPTURE(inner);
          CAPTURE(columns);
          CHECK(same_products(&kernels::add_product, &kernels::add_product_naive, false, size, gap, random));
          CHECK(same_products(&kernels::add_transposed_product, &kernels::add_transposed_product_naive, true, size, gap,
                              random));
        }
      }
    }
  }
}

TEST_CASE("a number of a product hangs on its row and column alone") {
  Random random(4);
  const kernels::ProductSize all{21, 300, 45};
  const auto left = random_numbers(all.rows * all.inner, random);
  const auto right = random_numbers(all.inner * all.columns, random);
  std::vector<float> whole(all.rows * all.columns);
  kernels::add_product(all, {left.data(), all.inner}, {right.data(), all.columns}, {whole.data(), all.columns});
  for (std::size_t row = 0; row < all.rows; ++row) {
    std::vector<float> one(all.columns);
    kernels::add_product({1, all.inner, all.columns}, {left.data() + row * all.inner, all.inner},
                         {right.data(), all.columns}, {one.data(), all.columns});
    for (std::size_t c = 0; c < all.columns; ++c) CHECK(one[c] == whole[row * all.columns + c]);
  }
}

TEST_CASE("a matrix is transposed, with gaps between its rows") {
  Random random(5);
  for (const std::size_t rows : {1, 15, 16, 40}) {
    for (const std::size_t columns : {1, 7, 64}) {
      const auto from = random_numbers(rows * (columns + 2), random);
      std::vector<float> out(columns * (rows + 3), kGap);
      kernels::transpose(rows, columns, {from.data(), columns + 2}, {out.data(), rows + 3});
      bool same = true;
      for (std::size_t c = 0; c < columns; ++c) {
        for (std::size_t r = 0; r < rows + 3; ++r) {
          same = same && out[c * (rows + 3) + r] == (r < rows ? from[r * (columns + 2) + c] : kGap);
        }
      }
      CHECK(same);
    }
  }
}

TEST_CASE("the exponential of vectors is right to the last digits, and bounded beyond the floats") {
  double furthest = 0;
  for (float x = -87; x < 88; x += 0.0137f) {
    const simd::Vector power = kernels::exponential(simd::splat(x));
    const double expected = std::exp(static_cast<double>(x));
    furthest = std::max(furthest, std::abs(static_cast<double>(power[0]) - expected) / expected);
  }
  CHECK(furthest < 3e-7);
  CHECK(kernels::exponential(simd::splat(-1e30f))[0] < 1e-37f);
  CHECK(kernels::exponential(simd::splat(-1e30f))[0] >= 0);
  CHECK(std::isfinite(kernels::exponential(simd::splat(1e30f))[0]));
}

TEST_CASE("the softmax of rows of any length is that of the naive loop") {
  Random random(6);
  for (std::size_t length = 1; length < 140; ++length) {
    for (const float scale : {1.0f, 30.0f}) {
      std::vector<float> values = random_numbers(length + 1, random);
      for (float& value : values) value *= scale;
      values[length] = kGap;
      std::vector<float> expected = values;
      const float sum = kernels::softmax(values.data(), length);
      CHECK(sum == doctest::Approx(kernels::softmax_naive(expected.data(), length)).epsilon(1e-6));
      Furthest furthest;
      for (std::size_t n = 0; n <= length; ++n) furthest.add(values[n], expected[n]);
      CHECK(furthest.value() <= 1e-6);
    }
  }
}

}  // namespace inkling
