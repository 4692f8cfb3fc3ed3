#include "kernels/square_block.h"

#include <doctest/doctest.h>

#include <vector>

#include "expect.h"
#include "inkling/random.h"
#include "sample_data.h"

namespace inkling {

namespace {

using kernels::kBlockSize;

}  // namespace

TEST_CASE("subtract_block_product equals its naive twin and writes nothing beside the block") {
  Random random(1);
  for (const std::size_t stride : {kBlockSize, kBlockSize + 1, 3 * kBlockSize}) {
    CAPTURE(stride);
    const std::vector<float> left = random_numbers(kBlockSize * kBlockSize, random);
    const std::vector<float> right = random_numbers(kBlockSize * kBlockSize, random);
    std::vector<float> fast = random_numbers(kBlockSize * stride, random);
    const std::vector<float> before = fast;
    std::vector<float> naive = fast;
    kernels::subtract_block_product(left.data(), right.data(), fast.data(), stride);
    kernels::subtract_block_product_naive(left.data(), right.data(), naive.data(), stride);
    Furthest furthest;
    bool beside = false;
    for (std::size_t i = 0; i < fast.size(); ++i) {
      furthest.add(fast[i], naive[i]);
      if (i % stride >= kBlockSize) beside = beside || fast[i] != before[i];
    }
    CHECK(furthest.value() < 1e-4);
    CHECK_FALSE(beside);
    CHECK(fast[5] != before[5]);
  }
}

TEST_CASE("a block's product with itself is symmetric to the last bit") {
  Random random(2);
  const std::vector<float> block = random_numbers(kBlockSize * kBlockSize, random);
  std::vector<float> out(kBlockSize * kBlockSize);
  kernels::subtract_block_product(block.data(), block.data(), out.data(), kBlockSize);
  std::vector<float> transposed(kBlockSize * kBlockSize);
  kernels::transpose_block(out.data(), kBlockSize, transposed.data(), kBlockSize);
  CHECK(out == transposed);
}

TEST_CASE("transpose_block exchanges rows and columns, whatever the strides") {
  Random random(3);
  const std::size_t from_stride = kBlockSize + 7;
  const std::size_t out_stride = kBlockSize + 2;
  const std::vector<float> from = random_numbers(kBlockSize * from_stride, random);
  std::vector<float> out(kBlockSize * out_stride, 9.0f);
  kernels::transpose_block(from.data(), from_stride, out.data(), out_stride);
  bool exact = true;
  for (std::size_t row = 0; row < kBlockSize; ++row) {
    for (std::size_t column = 0; column < out_stride; ++column) {
      const float expected = column < kBlockSize ? from[column * from_stride + row] : 9.0f;
      exact = exact && out[row * out_stride + column] == expected;
    }
  }
  CHECK(exact);
}

}  // namespace inkling
