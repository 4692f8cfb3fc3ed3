#include "inkling/item_topics.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "expect.h"
#include "inkling/random.h"
#include "inkling/topic_quality.h"
#include "rerank_sample.h"
#include "sample_data.h"

namespace inkling {

namespace {

ItemTopics topics_of(const std::vector<float>& weights, std::size_t num_topics) {
  return value_of(ItemTopics::make(sparse_rows_of({weights, num_topics})));
}

using Items = std::vector<std::int32_t>;

MetricSum quality(const ItemTopics& topics, const std::string& name, const Items& ranked, const Items& history = {},
                  const Items& test_items = {}) {
  return TopicQuality(topics).of(value_of(parse_metrics(name)).at(0), {ranked, history, test_items});
}
double intra_list_distance(const ItemTopics& topics, const Items& list) {
  return quality(topics, "intra_list_distance@9", list).total;
}
double topic_entropy(const ItemTopics& topics, const Items& list) {
  return quality(topics, "topic_entropy@9", list).total;
}
double calibration_kl(const ItemTopics& topics, const Items& list, const Items& history) {
  return quality(topics, "calibration_kl@9", list, history).total;
}

}  // namespace

TEST_CASE("an item's shares sum to 1, and an item without topics is not known") {
  const ItemTopics topics = topics_of({1, 3, 0, 0, 0, 0, 0, 0, 7}, 3);
  CHECK(topics.num_items() == 3);
  CHECK(topics.num_topics() == 3);
  CHECK(topics.shares().values == std::vector<float>{0.25f, 0.75f, 1});
  CHECK(topics.knows(0));
  CHECK_FALSE(topics.knows(1));
  CHECK_FALSE(topics.knows(3));  // there is no such item
  CHECK_FALSE(topics.knows(-1));
  CHECK(topics.length(0) == doctest::Approx(std::sqrt(0.625)));
  std::vector<double> sums(3, 1.0);
  topics.add(0, 2, sums);
  topics.add(1, 2, sums);
  CHECK(sums == std::vector<double>{1.5, 2.5, 1});
}

TEST_CASE("cosines of topics are those of dense rows") {
  Random random(5);
  constexpr std::size_t kTopics = 7;
  std::vector<float> weights(40 * kTopics);
  for (std::size_t n = 0; n < weights.size(); ++n) {
    if (n / kTopics % 6 != 0 && random_below(2, random) == 0) weights[n] = random.uniform();
  }
  const ItemTopics topics = topics_of(weights, kTopics);
  const OracleSimilarity oracle({weights, kTopics});
  Furthest furthest;
  for (std::int32_t a = 0; a < 40; ++a) {
    CHECK(topics.knows(a) == oracle.known[static_cast<std::size_t>(a)]);
    double nearest = 0;
    for (std::int32_t b = 0; b < 40; ++b) {
      furthest.add(topics.cosine(a, b), topics.knows(a) && topics.knows(b) ? oracle.of(a, b) : 0);
      if (b >= 30) nearest = std::max(nearest, topics.cosine(a, b));
    }
    CHECK(topics.distance(a, Items{30, 31, 32, 33, 34, 35, 36, 37, 38, 39}) == 1 - nearest);
  }
  CHECK(furthest.value() < 1e-6);
  CHECK(topics.distance(1, {}) == 1);
}

TEST_CASE("topics that do not fit are refused") {
  const auto made = [](std::vector<std::int32_t> columns, std::vector<float> values) {
    SparseRows rows;
    rows.offsets.push_back(static_cast<std::int64_t>(columns.size()));
    rows.columns = std::move(columns);
    rows.values = std::move(values);
    return ItemTopics::make(std::move(rows));
  };
  CHECK(succeeds(made({0, 2}, {1, 0})));
  CHECK(fails(made({2, 0}, {1, 1}), ErrorCode::kInvalidArgument, {"item 0", "rising"}));
  CHECK(fails(made({1, 1}, {1, 1}), ErrorCode::kInvalidArgument));
  CHECK(fails(made({-1}, {1}), ErrorCode::kInvalidArgument));
  CHECK(fails(made({0}, {-1}), ErrorCode::kInvalidArgument));
  CHECK(fails(made({0}, {std::numeric_limits<float>::infinity()}), ErrorCode::kNotFinite));
}

TEST_CASE("what the topics say of a list, computed by hand") {
  // Comedy, comedy and drama, drama, nothing, war.
  const ItemTopics topics = topics_of({1, 0, 0, 1, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 1}, 3);
  const double half = std::sqrt(0.5);
  CHECK(intra_list_distance(topics, Items{0, 1, 2}) == doctest::Approx((1 - half + 1 + 1 - half) / 3));
  CHECK(intra_list_distance(topics, Items{0, 3, 4}) == doctest::Approx(1));
  CHECK(intra_list_distance(topics, Items{2, 3}) == 0);
  CHECK(intra_list_distance(topics, {}) == 0);

  CHECK(topic_entropy(topics, Items{0, 2}) == doctest::Approx(1));
  CHECK(topic_entropy(topics, Items{0, 1, 2, 3, 4}) ==
        doctest::Approx(2 * 0.375 * std::log2(1 / 0.375) + 0.25 * 2));  // 1.5, 1.5 and 1 of 4
  CHECK(topic_entropy(topics, Items{4, 3}) == 0);
  CHECK(topic_entropy(topics, Items{3}) == 0);

  CHECK(calibration_kl(topics, Items{1}, Items{0, 2}) == doctest::Approx(0));
  CHECK(calibration_kl(topics, Items{0, 4}, Items{0, 3, 2}) ==
        doctest::Approx(0.5 * std::log(0.5 / 0.5) + 0.5 * std::log(0.5 / 0.005)));
  CHECK(calibration_kl(topics, Items{3}, Items{0}) == doctest::Approx(std::log(100)));
}

TEST_CASE("serendipity counts hits by how far they are from what the user knows") {
  // Comedy, comedy and drama, drama, nothing, war.
  const ItemTopics topics = topics_of({1, 0, 0, 1, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 1}, 3);
  const double half = std::sqrt(0.5);
  CHECK(quality(topics, "serendipity@4", {1, 2, 3, 4}, {0, 3}, {1, 3, 4}).total == doctest::Approx((1 - half + 1) / 4));
  CHECK(quality(topics, "serendipity@4", {1, 2}, {0, 2}, {1, 2}).total == doctest::Approx((1 - half) / 4));
  CHECK(quality(topics, "serendipity@4", {1, 2}, {0, 2}, {0, 4}).total == 0);
  CHECK(quality(topics, "serendipity@4", {1, 2}, {0, 2}, {0, 4}).weight == 1);
  for (const char* name : {"serendipity@4", "calibration_kl@4"}) {  // of a history without topics
    CHECK(quality(topics, name, {1, 2}, {3}, {1}).weight == 0);
    CHECK(quality(topics, name, {1, 2}, {}, {1}).weight == 0);
  }
  CHECK(quality(topics, "calibration_kl@4", {1, 2}, {3, 4}, {1}).total == doctest::Approx(std::log(100)));
}

TEST_CASE("the distance within a list is the mean over its pairs") {
  Random random(8);
  constexpr std::size_t kTopics = 9;
  std::vector<float> weights(60 * kTopics);
  for (float& weight : weights) weight = random_below(4, random) == 0 ? random.uniform() : 0;
  const ItemTopics topics = topics_of(weights, kTopics);
  Furthest furthest;
  for (int round = 0; round < 200; ++round) {
    Items list;
    for (const std::uint32_t item : random.permutation(60)) list.push_back(static_cast<std::int32_t>(item));
    list.resize(random_below(30, random));
    furthest.add(intra_list_distance(topics, list), intra_list_distance_naive(topics, list));
  }
  CHECK(furthest.value() < 1e-6);
}

}  // namespace inkling
