#include "inkling/random.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace inkling {

TEST_CASE("the generator gives SplitMix64's published numbers") {
  Random random(0);
  CHECK(random.next() == 0xE220A8397B1DCDAFull);
  CHECK(random.next() == 0x6E789E6AA1B965F4ull);
  CHECK(random.next() == 0x06C45D188009454Full);
}

TEST_CASE("numbers stay within their bounds and fill them") {
  Random random(1);
  std::vector<int> counts(7);
  float least = 1;
  float most = 0;
  double sum = 0;
  double square_sum = 0;
  for (int n = 0; n < 70000; ++n) {
    const auto number = static_cast<std::size_t>(random.below(7));
    REQUIRE(number < 7);
    ++counts[number];
    const float uniform = random.uniform();
    least = std::min(least, uniform);
    most = std::max(most, uniform);
    const double normal = random.normal();
    sum += normal;
    square_sum += normal * normal;
  }
  for (const int count : counts) CHECK(std::abs(count - 10000) < 500);
  CHECK(least >= 0);
  CHECK(least < 0.001f);
  CHECK(most < 1);
  CHECK(most > 0.999f);
  CHECK(std::abs(sum / 70000) < 0.02);
  CHECK(std::abs(square_sum / 70000 - 1) < 0.03);
}

TEST_CASE("a permutation holds each number once and depends on the seed alone") {
  for (const std::size_t count : {0, 1, 2, 100}) {
    std::vector<std::uint32_t> order = Random(5).permutation(count);
    CHECK(order == Random(5).permutation(count));
    if (count == 100) CHECK(order != Random(6).permutation(count));
    std::sort(order.begin(), order.end());
    for (std::size_t i = 0; i < count; ++i) CHECK(order[i] == i);
  }
}

}  // namespace inkling
