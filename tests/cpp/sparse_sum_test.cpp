#include "inkling/sparse_sum.h"

#include <doctest/doctest.h>

#include <vector>

#include "inkling/random.h"

namespace inkling {

TEST_CASE("a sparse sum is the dense one, in blocks of which the last may be short") {
  Random random(1);
  for (const std::int32_t length : {1, 63, 64, 65, 1000}) {
    for (const int additions : {0, 1, 5, 300}) {
      SparseSum sum(length);
      std::vector<float> dense(static_cast<std::size_t>(length));
      for (int n = 0; n < additions; ++n) {
        const auto index = static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(length)));
        const auto value = static_cast<float>(random.below(9)) - 4;
        sum.add(index, 0.5f, value);
        dense[static_cast<std::size_t>(index)] += 0.5f * value;
      }
      std::vector<float> seen(static_cast<std::size_t>(length));
      std::int32_t before = -1;
      int out_of_order = 0;
      sum.each([&](std::int32_t index, float value) {
        out_of_order += index > before && value != 0 ? 0 : 1;
        before = index;
        seen[static_cast<std::size_t>(index)] = value;
      });
      CHECK(out_of_order == 0);
      CHECK(seen == dense);
      std::int32_t end = 0;
      sum.each_block([&](std::int32_t first, std::span<const float> values) {
        CHECK(first >= end);
        CHECK(first % static_cast<std::int32_t>(SparseSum::kBlock) == 0);
        end = first + static_cast<std::int32_t>(values.size());
      });
      CHECK(end <= length);
    }
  }
}

TEST_CASE("a block that nothing was added to is not visited") {
  SparseSum sum(1000);
  sum.add(200, 2, 3);
  int blocks = 0;
  sum.each_block([&](std::int32_t first, std::span<const float> values) {
    ++blocks;
    CHECK(first == 192);
    CHECK(values[8] == 6);
  });
  CHECK(blocks == 1);
  SparseSum(0).each([](std::int32_t, float) { CHECK(false); });
}

}  // namespace inkling
