#include "inkling/evaluator.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
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

TEST_CASE("who has no history gets the most popular items from a model that knows nothing of them") {
  const Interactions train = interactions_of({{0, 0}, {0, 1}, {1, 1}, {2, 1}, {2, 0}, {1, 2}}, 5, 4);
  const Interactions test = interactions_of({{3, 1}, {4, 0}}, 5, 4);
  const auto neighbors = trained("item_neighbors", {}, {&train, nullptr});
  CHECK(evaluate(*neighbors, {&train, &test, nullptr}, "mrr@4")[0] == doctest::Approx(0.75));
  const ConstantModel knows_the_last(4, 7);  // also of somebody new
  CHECK(evaluate(knows_the_last, {&train, &test, nullptr}, "hit_rate@1")[0] == 0);
}

TEST_CASE("negatives drawn at random are as many as asked for, unmet, and the same for a seed") {
  constexpr std::int32_t kItems = 40;
  const ConstantModel model(kItems, 1);
  std::vector<UserItem> met;
  std::vector<UserItem> wanted;
  for (std::int32_t user = 0; user < 3000; ++user) {
    for (std::int32_t item = 0; item < 20; ++item) met.emplace_back(user, item);
    wanted.emplace_back(user, 39);
  }
  const Interactions history = interactions_of(met, 3000, kItems);
  const Interactions test = interactions_of(wanted, 3000, kItems);
  ThreadPool pool(2);
  const auto value = [&](std::size_t negatives, const char* metric, std::uint64_t seed) {
    EvaluationData data = {&history, &test, nullptr};
    data.sampled_negatives = negatives;
    Evaluator evaluator(model, data, value_of(parse_metrics(metric)), seed, pool);
    while (!evaluator.done()) REQUIRE(succeeds(evaluator.step(1000)));
    return evaluator.results()[0];
  };
  CHECK(std::abs(value(9, "hit_rate@1", 1) - 0.1) < 0.02);  // ten candidates, all alike
  CHECK(value(9, "hit_rate@10", 1) == 1);
  CHECK(std::abs(value(100, "hit_rate@1", 1) - 0.05) < 0.02);  // no more than the twenty that are unmet
  CHECK(value(9, "hit_rate@1", 1) == value(9, "hit_rate@1", 1));
  CHECK(value(9, "hit_rate@1", 1) != value(9, "hit_rate@1", 2));
}

TEST_CASE("at most so many test users are drawn, by the seed") {
  const ClusteredData data = clustered_data(150, 60, 4, 2);
  const auto popularity = trained("popularity", {}, {&data.train, nullptr});
  ThreadPool pool(1);
  const auto mean = [&](std::uint64_t seed) {
    EvaluationData few = {&data.train, &data.test, nullptr};
    few.max_test_users = 20;
    Evaluator evaluator(*popularity, few, value_of(parse_metrics("recall@10")), seed, pool);
    CHECK(evaluator.total_work() == 20);
    while (!evaluator.done()) REQUIRE(succeeds(evaluator.step(1000)));
    return evaluator.results()[0];
  };
  CHECK(mean(1) == mean(1));
  CHECK(mean(1) != mean(2));
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

TEST_CASE("equal scores are shuffled anew for each user") {
  constexpr std::int32_t kItems = 40;
  constexpr std::int32_t kUsers = 400;
  const ConstantModel model(kItems, 1);
  const Interactions no_history = interactions_of({}, kUsers, kItems);
  std::vector<UserItem> rows;
  for (std::int32_t user = 0; user < kUsers; ++user) rows.emplace_back(user, 3);
  const Interactions test = interactions_of(rows, kUsers, kItems);
  // One order for all would list the same ten for everybody, and item 3 for all or nobody.
  const std::vector<double> results = evaluate(model, {&no_history, &test}, "coverage@10,hit_rate@10,gini@10");
  CHECK(results[0] == 1);
  CHECK(std::abs(results[1] - 0.25) < 0.08);
  CHECK(results[2] < 0.1);
}

TEST_CASE("test items that nobody met in training stay misses unless only known ones are asked for") {
  const Interactions train = interactions_of({{0, 0}, {1, 0}, {1, 1}, {2, 1}}, 4, 4);  // each of 0 and 1 twice
  const Interactions test = interactions_of({{0, 1}, {0, 3}, {2, 3}, {3, 0}}, 4, 4);
  const auto popularity = trained("popularity", {}, {&train, nullptr});
  EvaluationData data{&train, &test};
  // User 0 gets item 1, found, of two; user 2 gets item 0 and user 3 either of the two.
  const double third = evaluate(*popularity, data, "recall@1")[0] * 3 - 0.5;
  CHECK((std::abs(third) < 1e-9 || std::abs(third - 1) < 1e-9));
  data.known_items_only = true;
  ThreadPool pool(1);
  Evaluator known(*popularity, data, value_of(parse_metrics("recall@1")), 1, pool);
  CHECK(known.total_work() == 2);
  REQUIRE(succeeds(known.step(2)));
  CHECK(known.results()[0] == doctest::Approx((1 + third) / 2));
  const Interactions unknown = interactions_of({{0, 3}}, 4, 4);
  Evaluator nobody(*popularity, {&train, &unknown, nullptr, nullptr, true}, value_of(parse_metrics("recall@1")), 1,
                   pool);
  CHECK(fails(nobody.check(), ErrorCode::kInvalidInteractions, {"no test users", "items that training has"}));
}

namespace {

// Foretells a value for each item, whoever asks.
class ValueModel final : public Model {
 public:
  explicit ValueModel(std::vector<float> values)
      : Model(std::vector<float>(values.size(), 1.0f), "{}"), values_(std::move(values)) {}
  std::string_view name() const override { return "values"; }
  bool predicts_values() const override { return true; }
  Result<std::unique_ptr<Profile>> profile_of(History /*history*/) const override {
    return std::unique_ptr<Profile>(std::make_unique<ValueProfile>(values_));
  }
  void similar(std::int32_t /*item*/, std::span<float> /*scores*/) const override {}
  void write(TensorFile& /*file*/) const override {}

 private:
  class ValueProfile final : public Profile {
   public:
    explicit ValueProfile(const std::vector<float>& values) : values_(values) {}
    void score_all(std::span<float> scores) const override {
      std::copy(values_.begin(), values_.end(), scores.begin());
    }
    void explain(std::int32_t /*item*/, std::vector<Contribution>& /*parts*/) const override {}

   private:
    const std::vector<float>& values_;
  };
  std::vector<float> values_;
};

}  // namespace

TEST_CASE("rmse and mae are over all test rows, and only of models that foretell values") {
  InteractionLog log;
  REQUIRE(succeeds(log.append(std::vector<std::int32_t>{0, 0, 0, 2}, std::vector<std::int32_t>{0, 1, 2, 1},
                              std::vector<float>{5, 1, 3, 4}, {})));
  const Interactions test = value_of(Interactions::build(log, std::nullopt, 3, 3));
  const Interactions history = interactions_of({{0, 0}, {1, 1}}, 3, 3);  // a test item of the history counts here
  const ValueModel model({4, 3, 3});
  const std::vector<double> results = evaluate(model, {&history, &test}, "rmse,mae");
  CHECK(results[0] == doctest::Approx(std::sqrt((1 + 4 + 0 + 1) / 4.0)));
  CHECK(results[1] == doctest::Approx((1 + 2 + 0 + 1) / 4.0));
  EvaluationData known{&history, &test};
  known.known_items_only = true;  // not item 2
  CHECK(evaluate(model, known, "mae")[0] == doctest::Approx((1 + 2 + 1) / 3.0));

  const HandMade data;
  ThreadPool pool(1);
  for (const char* name : {"rmse", "ndcg@5,mae"}) {
    Evaluator evaluator(*data.popularity, {&data.train, &data.test}, value_of(parse_metrics(name)), 1, pool);
    CHECK(fails(evaluator.check(), ErrorCode::kInvalidArgument, {"popularity", "biased_sgd"}));
    CHECK(fails(evaluator.step(1), ErrorCode::kInvalidArgument));
  }
}

TEST_CASE("auc counts pairs won, ties half, and a test item that is no candidate as lost") {
  // Scores: 5 1 1 3 2.
  const ValueModel model({5, 1, 1, 3, 2});
  const auto auc = [&](const std::vector<UserItem>& history, const std::vector<UserItem>& test,
                       const SparseRows* negatives = nullptr) {
    const Interactions known = interactions_of(history, 1, 5);
    const Interactions tested = interactions_of(test, 1, 5);
    return evaluate(model, {&known, &tested, negatives}, "auc")[0];
  };
  CHECK(auc({}, {{0, 0}}) == 1);
  CHECK(auc({}, {{0, 3}}) == 0.75);
  CHECK(auc({}, {{0, 1}}) == doctest::Approx(0.5 / 4));
  CHECK(auc({}, {{0, 1}, {0, 2}}) == 0);
  CHECK(auc({}, {{0, 1}, {0, 0}}) == doctest::Approx((3 + 0.5) / 6));
  CHECK(auc({{0, 0}}, {{0, 3}}) == 1);
  CHECK(auc({{0, 0}, {0, 3}}, {{0, 3}, {0, 4}}) == 0.5);  // item 3 is in the history
  CHECK(auc({}, {{0, 0}, {0, 1}, {0, 2}, {0, 3}, {0, 4}}) == 0.5);
  const Interactions negatives = interactions_of({{0, 3}, {0, 2}}, 1, 5);
  CHECK(auc({}, {{0, 4}}, &negatives.by_user()) == 0.5);
}

TEST_CASE("metrics beyond accuracy are what a naive computation says") {
  const ClusteredData data = clustered_data(90, 40, 4, 6);
  const auto model = trained("ials", {{"num_factors", "4"}}, {&data.train, nullptr});  // no equal scores
  constexpr std::size_t kLength = 7;
  const Interactions empty = interactions_of({}, 90, 40);
  // Learned from others than the histories are of, as with unseen users; the last ten met nothing.
  std::vector<UserItem> rows;
  for (std::int32_t user = 0; user < 80; ++user) {
    for (const std::int32_t item : data.train.by_user().row_columns(user)) {
      if (item != 5) rows.emplace_back(user, item);
    }
  }
  const Interactions train = interactions_of(rows, 90, 40);
  const auto met = [&](std::int32_t item) {
    const auto users = train.by_item().row_columns(item);
    return std::vector<std::int32_t>(users.begin(), users.end());
  };
  const auto share = [&](std::int32_t item) { return static_cast<double>(met(item).size()) / 80; };
  double novelty = 0;
  double diversity = 0;
  double list_share = 0;
  double history_share = 0;
  std::vector<double> times(40);
  double users = 0;
  bool unmet_listed = false;
  for (std::int32_t user = 0; user < 90; ++user) {
    if (data.test.by_user().row_length(user) == 0) continue;
    ++users;
    std::vector<HistoryEntry> history;
    const auto known = data.train.by_user().row_columns(user);
    for (const std::int32_t item : known) history.push_back({item, 1});
    const std::vector<float> scores = scores_of(*model, history);
    std::vector<std::int32_t> list;
    for (std::int32_t item = 0; item < 40; ++item) {
      if (std::find(known.begin(), known.end(), item) == known.end()) list.push_back(item);
    }
    std::sort(list.begin(), list.end(), [&](std::int32_t a, std::int32_t b) {
      return scores[static_cast<std::size_t>(a)] > scores[static_cast<std::size_t>(b)];
    });
    list.resize(kLength);
    double own_share = 0;
    double distance = 0;
    for (const std::int32_t a : list) {
      unmet_listed = unmet_listed || met(a).empty();
      novelty -= std::log2(std::max(share(a), 1.0 / 80)) / kLength;
      own_share += share(a) / kLength;
      ++times[static_cast<std::size_t>(a)];
      for (const std::int32_t b : list) {
        if (a == b) continue;
        std::vector<std::int32_t> both;
        const auto met_a = met(a);
        const auto met_b = met(b);
        std::set_intersection(met_a.begin(), met_a.end(), met_b.begin(), met_b.end(), std::back_inserter(both));
        const double norms = std::sqrt(static_cast<double>(met_a.size() * met_b.size()));
        distance += 1 - (norms > 0 ? static_cast<double>(both.size()) / norms : 0);
      }
    }
    diversity += distance / (kLength * (kLength - 1));
    list_share += own_share;
    double own_history = 0;
    for (const std::int32_t item : known) own_history += share(item);
    history_share += own_history / static_cast<double>(known.size());
  }
  CHECK(unmet_listed);
  double gini = 0;  // mean difference of all pairs, over twice the mean, of n / (n - 1)
  for (const double a : times) {
    for (const double b : times) gini += std::abs(a - b);
  }
  gini /= 2.0 * 39 * users * kLength;
  EvaluationData evaluation{&data.train, &data.test};
  evaluation.train = &train;
  const std::vector<double> results =
      evaluate(*model, evaluation, "novelty@7,coverage@7,diversity@7,popularity_bias@7,gini@7,diversity@1", 1, 3, 11);
  CHECK(results[0] == doctest::Approx(novelty / users));
  CHECK(results[2] == doctest::Approx(diversity / users));
  CHECK(results[3] == doctest::Approx(list_share / history_share - 1));
  CHECK(results[4] == doctest::Approx(gini));
  CHECK(results[5] == 0);
  // Without any history there is no bias to speak of.
  CHECK(evaluate(*model, {&empty, &data.test, nullptr, &train}, "popularity_bias@7")[0] == 0);
}

TEST_CASE("gini is 1 when everybody gets the same item") {
  const ValueModel model({1, 2, 3, 4});
  const Interactions nothing = interactions_of({}, 3, 4);
  const Interactions test = interactions_of({{0, 1}, {1, 1}, {2, 0}}, 3, 4);
  const std::vector<double> results = evaluate(model, {&nothing, &test}, "gini@1,gini@4");
  CHECK(results[0] == 1);
  CHECK(results[1] == 0);
}

TEST_CASE("two models are compared on the same users, whatever the threads") {
  const ClusteredData data = clustered_data(150, 60, 4, 2);
  const auto neighbors = trained("item_neighbors", {{"num_neighbors", "5"}}, {&data.train, nullptr});
  const auto popularity = trained("popularity", {}, {&data.train, nullptr});
  const EvaluationData parts{&data.train, &data.test};
  const auto figures = [&](int num_threads) {
    ThreadPool pool(num_threads);
    const std::vector<Metric> metrics = value_of(parse_metrics("recall@10,coverage@10,popularity_bias@10"));
    Evaluator a(*neighbors, parts, metrics, 1, pool);
    Evaluator b(*popularity, parts, metrics, 1, pool);
    while (!a.done()) REQUIRE(succeeds(a.step(40)));
    while (!b.done()) REQUIRE(succeeds(b.step(40)));
    const std::vector<Difference> differences = value_of(a.compare(b));
    CHECK(differences[0].mean == a.results()[0] - b.results()[0]);
    CHECK(differences[1].mean == a.results()[1] - b.results()[1]);
    CHECK(std::isnan(differences[1].p));
    const std::vector<Interval> own = a.intervals();
    CHECK(own[0].low < a.results()[0]);
    CHECK(own[0].high > a.results()[0]);
    CHECK(std::isnan(own[1].low));
    std::vector<double> out;
    for (const std::size_t m : {0u, 2u}) {
      for (const double x : {differences[m].mean, differences[m].interval.low, differences[m].interval.high,
                             differences[m].p, own[m].low, own[m].high}) {
        out.push_back(x);
      }
    }
    return out;
  };
  const std::vector<double> expected = figures(1);
  CHECK(expected[0] > 0.2);
  CHECK(expected[1] > 0.1);
  CHECK(expected[3] == doctest::Approx(0.0005));
  CHECK(figures(3) == expected);
}

TEST_CASE("evaluations of other users or metrics, and parts of other sizes, are refused") {
  const HandMade data;
  ThreadPool pool(1);
  const std::vector<Metric> metrics = value_of(parse_metrics("mrr@5"));
  const Interactions other_test = interactions_of({{1, 3}}, 5, 5);
  const Evaluator one(*data.popularity, {&data.train, &data.test}, metrics, 1, pool);
  const Evaluator other(*data.popularity, {&data.train, &other_test}, metrics, 1, pool);
  const Evaluator others(*data.popularity, {&data.train, &data.test}, value_of(parse_metrics("mrr@6")), 1, pool);
  CHECK(fails(one.compare(other), ErrorCode::kInvalidArgument, {"test users"}));
  CHECK(fails(one.compare(others), ErrorCode::kInvalidArgument, {"metrics"}));
  const Interactions more_items = interactions_of({{1, 5}}, 5, 6);
  const Interactions more_users = interactions_of({{5, 1}}, 6, 5);
  CHECK(fails(Evaluator(*data.popularity, {&data.train, &more_items}, metrics, 1, pool).check(),
              ErrorCode::kInvalidInteractions, {"5 items"}));
  CHECK(fails(Evaluator(*data.popularity, {&data.train, &more_users}, metrics, 1, pool).check(),
              ErrorCode::kInvalidInteractions, {"6 users"}));
  CHECK(fails(Evaluator(*data.popularity, {&data.train, &data.test, nullptr, &more_items}, metrics, 1, pool).check(),
              ErrorCode::kInvalidInteractions));
}

TEST_CASE("any number of threads and any slices give the same results") {
  const ClusteredData data = clustered_data(150, 60, 4, 2);
  const auto model = trained("item_neighbors", {{"num_neighbors", "5"}}, {&data.train, nullptr});
  const std::string metrics =
      "recall@10,ndcg@20,map@5,mrr@60,coverage@1,coverage@3,auc,novelty@5,diversity@9,popularity_bias@2,gini@4";
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
  const std::vector<double> results = evaluator.results();
  REQUIRE(succeeds(evaluator.step(3)));  // there is nothing left to do
  CHECK(evaluator.done_work() == 4);
  CHECK(evaluator.results() == results);
}

TEST_CASE("no test users, or a score that is not finite, are errors") {
  const HandMade data;
  const Interactions nobody = interactions_of({}, 5, 5);
  ThreadPool pool(1);
  const std::vector<Metric> metrics = value_of(parse_metrics("mrr@5"));
  Evaluator without_users(*data.popularity, {&data.train, &nobody, nullptr}, metrics, 1, pool);
  CHECK_FALSE(without_users.done());
  CHECK(fails(without_users.step(1), ErrorCode::kInvalidInteractions, {"no test users"}));
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), kInfinity, -kInfinity, -1.0f}) {
    const ConstantModel model(5, bad);
    Evaluator evaluator(model, {&data.train, &data.test, nullptr}, metrics, 1, pool);
    CHECK(fails(evaluator.step(1), ErrorCode::kNotFinite, {"constant"}));
  }
}

}  // namespace inkling
