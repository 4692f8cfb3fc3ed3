#include "evaluation/list_quality.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "expect.h"
#include "rerank_sample.h"
#include "sample_data.h"

namespace inkling {

namespace {

using Items = std::vector<std::int32_t>;

MetricSum quality(const ListQuality& lists, const std::string& name, const Items& ranked, const Items& history,
                  const Items& test_items = {}) {
  std::vector<double> audience(100);
  return lists.of(value_of(parse_metrics(name)).at(0), {ranked, history, test_items}, audience);
}

}  // namespace

TEST_CASE("the long tail is what the least popular items have of a fifth of all interactions") {
  // Items 0 to 5 were met by 5, 3, 2, 2, 1 and 1 of the users, item 6 by nobody; a fifth of 14 is 2.8.
  const Interactions train = interactions_of(
      {{0, 0}, {1, 0}, {2, 0}, {3, 0}, {4, 0}, {0, 1}, {1, 1}, {2, 1}, {0, 2}, {1, 2}, {0, 3}, {2, 3}, {0, 4}, {1, 5}},
      5, 7);
  const ListQuality lists(train, nullptr);
  Items tail;
  for (std::int32_t item = 0; item < 7; ++item) {
    if (lists.is_in_tail(item)) tail.push_back(item);
  }
  CHECK(tail == Items{4, 5, 6});

  SUBCASE("and of equals those of larger index") {
    const Interactions alike = interactions_of({{0, 0}, {0, 1}, {0, 2}, {0, 3}, {0, 4}, {0, 5}}, 1, 6);
    const ListQuality equals(alike, nullptr);
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

TEST_CASE("serendipity counts hits by how far they are from what the user knows") {
  const Interactions train = interactions_of({}, 1, 5);
  // Comedy, comedy and drama, drama, nothing, war.
  const std::vector<float> weights = {1, 0, 0, 1, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 1};
  const ItemTopics topics = value_of(ItemTopics::make(sparse_rows_of({weights, 3})));
  const ListQuality lists(train, &topics);
  const double half = std::sqrt(0.5);
  CHECK(quality(lists, "serendipity@4", {1, 2, 3, 4}, {0, 3}, {1, 3, 4}).total == doctest::Approx((1 - half + 1) / 4));
  CHECK(quality(lists, "serendipity@4", {1, 2}, {0, 2}, {1, 2}).total == doctest::Approx((1 - half) / 4));
  CHECK(quality(lists, "serendipity@4", {1, 2}, {0, 2}, {0, 4}).total == 0);
  CHECK(quality(lists, "serendipity@4", {1, 2}, {0, 2}, {0, 4}).weight == 1);
  for (const char* name : {"serendipity@4", "calibration_kl@4"}) {  // of a history without topics
    CHECK(quality(lists, name, {1, 2}, {3}, {1}).weight == 0);
    CHECK(quality(lists, name, {1, 2}, {}, {1}).weight == 0);
  }
  CHECK(quality(lists, "calibration_kl@4", {1, 2}, {3, 4}, {1}).total == doctest::Approx(std::log(100)));
  CHECK(quality(lists, "topic_entropy@4", {0, 4}, {}).total == doctest::Approx(1));
  CHECK(quality(lists, "intra_list_distance@4", {0, 4, 4}, {}).total == doctest::Approx(2.0 / 3));
}

}  // namespace inkling
