#include "evaluation/list_quality.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "expect.h"
#include "sample_data.h"

namespace inkling {

namespace {

using Items = std::vector<std::int32_t>;

MetricSum quality(const ListQuality& lists, const std::string& name, const Items& ranked, const Items& history) {
  std::vector<double> audience(100);
  return lists.of(value_of(parse_metrics(name)).at(0), {ranked, history, {}}, audience);
}

}  // namespace

TEST_CASE("the long tail is what the least popular items have of a fifth of all interactions") {
  // Items 0 to 5 were met by 5, 3, 2, 2, 1 and 1 of the users, item 6 by nobody; a fifth of 14 is 2.8.
  const Interactions train = interactions_of(
      {{0, 0}, {1, 0}, {2, 0}, {3, 0}, {4, 0}, {0, 1}, {1, 1}, {2, 1}, {0, 2}, {1, 2}, {0, 3}, {2, 3}, {0, 4}, {1, 5}},
      5, 7);
  const ListQuality lists(train);
  Items tail;
  for (std::int32_t item = 0; item < 7; ++item) {
    if (lists.is_in_tail(item)) tail.push_back(item);
  }
  CHECK(tail == Items{4, 5, 6});

  SUBCASE("and of equals those of larger index") {
    const Interactions alike = interactions_of({{0, 0}, {0, 1}, {0, 2}, {0, 3}, {0, 4}, {0, 5}}, 1, 6);
    const ListQuality equals(alike);
    CHECK(equals.is_in_tail(5));
    CHECK_FALSE(equals.is_in_tail(4));
  }
  SUBCASE("its exposure is the attention it gets over what users choose") {
    // Attention of three places: 1, 1 / log2(3), 1/2.
    const double second = 1 / std::log2(3.0);
    const MetricSum sum = quality(lists, "exposure_ratio@3", {0, 4, 6}, {0, 1, 2, 5});
    CHECK(sum.total == doctest::Approx((second + 0.5) / (1.5 + second)));
    CHECK(sum.weight == 0.25);
    CHECK(quality(lists, "exposure_ratio@3", {}, {0, 5}).total == 0);
    CHECK(quality(lists, "exposure_ratio@3", {4}, {}).weight == 0);
    CHECK(quality(lists, "exposure_ratio@3", {4}, {}).total == 0);
    CHECK(metric_value(Metric::Kind::kExposureRatio, {0.6, 0.3}) == doctest::Approx(2));
  }
}

}  // namespace inkling
