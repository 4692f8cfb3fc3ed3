#include "inkling/evaluator.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "expect.h"
#include "inkling/random.h"
#include "sample_data.h"

namespace inkling {

namespace {

std::vector<double> evaluate(const Model& model, const EvaluationData& data, std::string_view metrics,
                             std::uint64_t seed = 1, int num_threads = 1, std::int64_t slice = 1000) {
  ThreadPool pool(num_threads);
  Evaluator evaluator(model, data, value_of(parse_metrics(metrics)), seed, pool);
  while (!evaluator.done()) REQUIRE(succeeds(evaluator.step(slice)));
  return evaluator.results();
}

// Gives every item the score 1, but the last one `score`. Knows nobody when that is negative.
class ConstantModel final : public Model {
 public:
  ConstantModel(std::size_t num_items, float score) : Model(std::vector<float>(num_items, 1.0f), "{}"), score_(score) {}
  std::string_view name() const override { return "constant"; }
  Result<std::unique_ptr<Profile>> profile_of(History /*history*/) const override {
    if (score_ < 0 && std::isfinite(score_)) return Status(ErrorCode::kNotFinite, "not this one");
    return std::unique_ptr<Profile>(std::make_unique<ConstantProfile>(score_));
  }
  void similar(std::int32_t /*item*/, std::span<float> scores) const override {
    std::fill(scores.begin(), scores.end(), score_);
  }
  void write(TensorFile& /*file*/) const override {}

 private:
  class ConstantProfile final : public Profile {
   public:
    explicit ConstantProfile(float score) : score_(score) {}
    void score_all(std::span<float> scores) const override {
      std::fill(scores.begin(), scores.end(), 1.0f);
      scores.back() = score_;
    }
    void explain(std::int32_t /*item*/, std::vector<Contribution>& /*parts*/) const override {}

   private:
    float score_;
  };
  float score_;
};

// Five users of five items; popularity ranks them 0, 1, 2, 3, 4.
struct HandMade {
  Interactions train =
      interactions_of({{0, 0}, {1, 0}, {2, 0}, {3, 0}, {0, 1}, {1, 1}, {2, 1}, {0, 2}, {1, 2}, {0, 3}}, 5, 5);
  Interactions test = interactions_of({{1, 3}, {2, 2}, {2, 4}, {3, 3}, {4, 4}}, 5, 5);
  std::unique_ptr<Model> popularity = trained("popularity", {}, {&train, nullptr});
};

}  // namespace

TEST_CASE("popularity on a hand-made set has the values computed by hand") {
  const HandMade data;
  // Candidates, best first, test items in brackets. User 1: [3] 4; 2: [2] 3 [4]; 3: 1 2 [3] 4; 4: 0 1 2 3 [4].
  // User 0 has no test items and does not count.
  const std::vector<double> results =
      evaluate(*data.popularity, {&data.train, &data.test, nullptr},
               "recall@1,recall@3,hit_rate@1,ndcg@3,mrr@5,coverage@1,coverage@3,recall_capped@1,precision@3");
  const double expected[] = {0.375, 0.75, 0.5, 0.604930, 0.633333, 0.8, 1, 0.5, 1.0 / 3};
  for (std::size_t m = 0; m < std::size(expected); ++m) {
    CAPTURE(m);
    CHECK(results[m] == doctest::Approx(expected[m]));
  }
}

TEST_CASE("with negatives only they and the test items are ranked, and a test item among them counts once") {
  const HandMade data;
  const Interactions negatives = interactions_of({{1, 0}, {1, 4}, {2, 2}, {2, 3}, {4, 0}}, 5, 5);
  // User 1: 0 [3] 4; 2: [2] 3 [4]; 3: [3]; 4: 0 [4].
  const std::vector<double> results = evaluate(*data.popularity, {&data.train, &data.test, &negatives.by_user()},
                                               "mrr@5,hit_rate@1,recall@3,precision@3,ndcg@3,coverage@1");
  const double log2_of_3 = std::log2(3.0);
  const double expected[] = {
      0.75, 0.5, 1, (1 + 2 + 1 + 1) / 12.0, (2 / log2_of_3 + 1.5 / (1 + 1 / log2_of_3) + 1) / 4, 3.0 / 5};
  for (std::size_t m = 0; m < std::size(expected); ++m) {
    CAPTURE(m);
    CHECK(results[m] == doctest::Approx(expected[m]));
  }
}

TEST_CASE("an item of the history is never ranked, so a test item among it is never found") {
  const Interactions train = interactions_of({{0, 0}, {0, 1}, {1, 0}}, 2, 3);
  const Interactions test = interactions_of({{0, 1}}, 2, 3);
  const auto popularity = trained("popularity", {}, {&train, nullptr});
  CHECK(evaluate(*popularity, {&train, &test, nullptr}, "recall@3")[0] == 0);
}

TEST_CASE("among equal scores a test item stands anywhere with the same chance") {
  constexpr std::int32_t kItems = 50;
  const ConstantModel model(kItems, 1);
  const Interactions no_history = interactions_of({}, 4000, kItems);
  Random random(1);
  std::vector<UserItem> rows;
  for (std::int32_t user = 0; user < 4000; ++user) {
    rows.emplace_back(user, static_cast<std::int32_t>(random.below(kItems)));
  }
  const Interactions test = interactions_of(rows, 4000, kItems);
  const std::vector<double> results = evaluate(model, {&no_history, &test, nullptr}, "hit_rate@10,mrr@50");
  CHECK(std::abs(results[0] - 10.0 / kItems) < 0.03);
  CHECK(std::abs(results[1] - 0.08998) < 0.015);  // (1 + 1/2 + … + 1/50) / 50
}

TEST_CASE("which item is tested makes no difference among equal scores") {
  constexpr std::int32_t kItems = 20;
  const ConstantModel model(kItems, 1);
  const Interactions no_history = interactions_of({}, 1, kItems);
  for (const std::int32_t item : {0, 7, kItems - 1}) {
    const Interactions test = interactions_of({{0, item}}, 1, kItems);
    double hits = 0;
    for (std::uint64_t seed = 0; seed < 2000; ++seed) {
      hits += evaluate(model, {&no_history, &test, nullptr}, "hit_rate@5", seed)[0];
    }
    CAPTURE(item);
    CHECK(std::abs(hits / 2000 - 0.25) < 0.04);
  }
}

TEST_CASE("any number of threads and any slices give the same results") {
  const ClusteredData data = clustered_data(150, 60, 4, 2);
  const auto model = trained("item_neighbors", {{"num_neighbors", "5"}}, {&data.train, nullptr});
  const std::string metrics = "recall@10,ndcg@20,map@5,mrr@60,coverage@1,coverage@3";
  const EvaluationData evaluation{&data.train, &data.test, nullptr};
  const std::vector<double> expected = evaluate(*model, evaluation, metrics, 3);
  CHECK(expected[0] > 0.3);
  CHECK(expected[4] > 0);
  CHECK(expected[4] < expected[5]);
  for (const int num_threads : {2, 3, 4}) CHECK(evaluate(*model, evaluation, metrics, 3, num_threads) == expected);
  for (const std::int64_t slice : {-1, 0, 1, 7, 1000000}) {
    CHECK(evaluate(*model, evaluation, metrics, 3, 2, slice) == expected);
  }
}

TEST_CASE("progress counts test users") {
  const HandMade data;
  ThreadPool pool(1);
  Evaluator evaluator(*data.popularity, {&data.train, &data.test, nullptr}, value_of(parse_metrics("mrr@5")), 1, pool);
  CHECK(evaluator.total_work() == 4);
  CHECK(evaluator.metrics().size() == 1);
  REQUIRE(succeeds(evaluator.step(3)));
  CHECK(evaluator.done_work() == 3);
  CHECK_FALSE(evaluator.done());
  REQUIRE(succeeds(evaluator.step(3)));
  CHECK(evaluator.done_work() == 4);
  CHECK(evaluator.done());
}

TEST_CASE("no test users, or a score that is not finite, are errors") {
  const HandMade data;
  const Interactions nobody = interactions_of({}, 5, 5);
  ThreadPool pool(1);
  const std::vector<Metric> metrics = value_of(parse_metrics("mrr@5"));
  Evaluator without_users(*data.popularity, {&data.train, &nobody, nullptr}, metrics, 1, pool);
  CHECK(fails(without_users.step(1), ErrorCode::kInvalidInteractions, {"no test users"}));
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), kInfinity, -kInfinity, -1.0f}) {
    const ConstantModel model(5, bad);
    Evaluator evaluator(model, {&data.train, &data.test, nullptr}, metrics, 1, pool);
    CHECK(fails(evaluator.step(1), ErrorCode::kNotFinite, {"constant"}));
  }
}

}  // namespace inkling
