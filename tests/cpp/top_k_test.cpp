#include "kernels/top_k.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <map>
#include <optional>
#include <vector>

#include "inkling/random.h"
#include "sample_data.h"

namespace inkling {

using Indices = std::vector<std::int32_t>;

TEST_CASE("top_k puts the best first and the smaller index first among equals") {
  const std::vector<float> scores{1, 3, 2, 3, -5, 2};
  CHECK(kernels::top_k({scores, {}, {}}, 4) == Indices{1, 3, 2, 5});
  CHECK(kernels::top_k({scores, {}, {}}, 6) == Indices{1, 3, 2, 5, 0, 4});
}

TEST_CASE("a seed shuffles equals, and only them, in any order alike") {
  const std::vector<float> scores{1, 1, 2, 1, 3};
  std::map<Indices, int> times;
  for (std::uint64_t seed = 0; seed < 6000; ++seed) ++times[kernels::top_k({scores, {}, seed}, 5)];
  CHECK(times.size() == 6);
  for (const auto& [ranked, count] : times) {
    CHECK(ranked[0] == 4);
    CHECK(ranked[1] == 2);
    CHECK(std::abs(count - 1000) < 150);
  }
  CHECK(kernels::top_k({scores, {}, 7}, 5) == kernels::top_k({scores, {}, 7}, 5));
}

TEST_CASE("skipped ones never appear, and the list is shorter where there are fewer") {
  const std::vector<float> scores{1, 3, 2};
  const std::vector<std::uint8_t> skip{0, 1, 0};
  CHECK(kernels::top_k({scores, skip, {}}, 3) == Indices{2, 0});
  CHECK(kernels::top_k({scores, std::vector<std::uint8_t>{1, 1, 1}, {}}, 3).empty());
  CHECK(kernels::top_k({scores, {}, {}}, 100) == Indices{1, 2, 0});
  CHECK(kernels::top_k({scores, {}, {}}, 0).empty());
  CHECK(kernels::top_k({{}, {}, {}}, 5).empty());
}

TEST_CASE("top_k equals its naive twin on a thousand cases full of ties") {
  Random random(1);
  int different = 0;
  for (int repeat = 0; repeat < 1000; ++repeat) {
    const std::size_t count = random_below(200, random);
    const std::uint64_t levels = 1 + random.below(12);  // few different scores, so many ties
    std::vector<float> scores(count);
    for (float& score : scores) score = static_cast<float>(random.below(levels)) - 3;
    std::vector<std::uint8_t> skip;
    if (random.below(2) == 0) {
      skip.resize(count);
      const std::uint64_t one_in = 1 + random.below(5);
      for (std::uint8_t& value : skip) value = random.below(one_in) == 0 ? 1 : 0;
    }
    std::optional<std::uint64_t> shuffle;
    if (random.below(2) == 0) shuffle = random.next();
    const std::size_t k = random_below(count + count / 2 + 2, random);
    const kernels::TopKInput input{scores, skip, shuffle};
    different += kernels::top_k(input, k) != kernels::top_k_naive(input, k) ? 1 : 0;
  }
  CHECK(different == 0);
}

}  // namespace inkling
