#include "inkling/metrics.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "expect.h"

namespace inkling {

namespace {

using Items = std::vector<std::int32_t>;

double metric(const std::string& name, const Items& ranked, const Items& test_items) {
  return metric_of_user(value_of(parse_metrics(name)).at(0), ranked, test_items);
}

}  // namespace

TEST_CASE("metrics of a list, computed by hand") {
  const Items ranked{5, 3, 9, 1, 7};  // hits at ranks 2 and 4
  const Items test{1, 3, 8};
  SUBCASE("k as long as the list") {
    CHECK(metric("recall@5", ranked, test) == doctest::Approx(2.0 / 3));
    CHECK(metric("recall_capped@5", ranked, test) == doctest::Approx(2.0 / 3));
    CHECK(metric("precision@5", ranked, test) == doctest::Approx(0.4));
    CHECK(metric("f1@5", ranked, test) == doctest::Approx(0.5));  // 2 · 0.4 · 2/3 / (0.4 + 2/3)
    CHECK(metric("hit_rate@5", ranked, test) == 1);
    CHECK(metric("ndcg@5", ranked, test) == doctest::Approx(0.498189));  // (0.63093 + 0.43068) / 2.13093
    CHECK(metric("mrr@5", ranked, test) == 0.5);
    CHECK(metric("map@5", ranked, test) == doctest::Approx(1.0 / 3));  // (1/2 + 2/4) / 3
    for (const char* name : {"coverage@5", "gini@5", "novelty@5", "diversity@5", "popularity_bias@5", "auc", "rmse",
                             "exposure_ratio@5", "intra_list_distance@5", "serendipity@5"}) {
      CHECK(metric(name, ranked, test) == 0);  // take more than a list
    }
  }
  SUBCASE("more test items than k") {
    CHECK(metric("recall@2", ranked, test) == doctest::Approx(1.0 / 3));
    CHECK(metric("recall_capped@2", ranked, test) == 0.5);
    CHECK(metric("precision@2", ranked, test) == 0.5);
    CHECK(metric("f1@2", ranked, test) == doctest::Approx(0.4));
    CHECK(metric("hit_rate@2", ranked, test) == 1);
    CHECK(metric("ndcg@2", ranked, test) == doctest::Approx(0.386853));  // 0.63093 / 1.63093
    CHECK(metric("mrr@2", ranked, test) == 0.5);
    CHECK(metric("map@2", ranked, test) == 0.25);
  }
  SUBCASE("nothing found within k") {
    for (const char* name :
         {"recall@1", "recall_capped@1", "precision@1", "hit_rate@1", "ndcg@1", "mrr@1", "map@1", "f1@1"}) {
      CHECK(metric(name, ranked, test) == 0);
    }
  }
  SUBCASE("a list shorter than k") {
    CHECK(metric("recall@10", ranked, test) == doctest::Approx(2.0 / 3));
    CHECK(metric("recall_capped@10", ranked, test) == doctest::Approx(2.0 / 3));
    CHECK(metric("precision@10", ranked, test) == doctest::Approx(0.2));
    CHECK(metric("ndcg@10", ranked, test) == doctest::Approx(0.498189));
    CHECK(metric("map@10", ranked, test) == doctest::Approx(1.0 / 3));
  }
  SUBCASE("an empty list") {
    for (const char* name : {"recall@5", "recall_capped@5", "precision@5", "hit_rate@5", "ndcg@5", "mrr@5", "map@5"}) {
      CHECK(metric(name, {}, test) == 0);
    }
  }
}

TEST_CASE("a perfect list has the best value of every metric") {
  const Items ranked{4, 2, 7, 1};
  const Items test{2, 4, 7};
  for (const char* name : {"recall@3", "recall_capped@3", "precision@3", "hit_rate@3", "ndcg@3", "mrr@3", "map@3",
                           "f1@3", "recall_capped@2", "precision@1", "ndcg@2", "ndcg@4", "map@2", "map@4"}) {
    CAPTURE(std::string(name));
    CHECK(metric(name, ranked, test) == doctest::Approx(1));
  }
  CHECK(metric("recall@2", ranked, test) == doctest::Approx(2.0 / 3));
  CHECK(metric("precision@4", ranked, test) == 0.75);
}

TEST_CASE("names are read in their order") {
  const std::vector<Metric> metrics = value_of(parse_metrics("recall@20,ndcg@100000,hit_rate@1,coverage@7"));
  REQUIRE(metrics.size() == 4);
  CHECK(metrics[0].kind == Metric::Kind::kRecall);
  CHECK(metrics[0].k == 20);
  CHECK(metrics[0].name == "recall@20");
  CHECK(metrics[1].kind == Metric::Kind::kNdcg);
  CHECK(metrics[1].k == 100000);
  CHECK(metrics[2].kind == Metric::Kind::kHitRate);
  CHECK(metrics[3].kind == Metric::Kind::kCoverage);
  CHECK(value_of(parse_metrics("recall_capped@3"))[0].kind == Metric::Kind::kRecallCapped);
  CHECK(value_of(parse_metrics("precision@3"))[0].kind == Metric::Kind::kPrecision);
  CHECK(value_of(parse_metrics("mrr@3"))[0].kind == Metric::Kind::kMrr);
  CHECK(value_of(parse_metrics("map@3"))[0].kind == Metric::Kind::kMap);
  CHECK(value_of(parse_metrics("f1@3"))[0].kind == Metric::Kind::kF1);
  CHECK(value_of(parse_metrics("novelty@3"))[0].kind == Metric::Kind::kNovelty);
  CHECK(value_of(parse_metrics("diversity@3"))[0].kind == Metric::Kind::kDiversity);
  CHECK(value_of(parse_metrics("popularity_bias@3"))[0].kind == Metric::Kind::kPopularityBias);
  CHECK(value_of(parse_metrics("gini@3"))[0].kind == Metric::Kind::kGini);
  const std::vector<Metric> whole = value_of(parse_metrics("auc,rmse,mae"));
  CHECK(whole[0].kind == Metric::Kind::kAuc);
  CHECK(whole[1].kind == Metric::Kind::kRmse);
  CHECK(whole[2].kind == Metric::Kind::kMae);
  CHECK(whole[2].k == 0);
  CHECK(whole[2].name == "mae");
  CHECK(whole[0].is_of_users());
  CHECK_FALSE(value_of(parse_metrics("gini@3"))[0].is_of_users());
  CHECK_FALSE(value_of(parse_metrics("coverage@3"))[0].is_of_users());
}

TEST_CASE("the value of a metric is made of its sums") {
  CHECK(metric_value(Metric::Kind::kNdcg, {3, 4}) == 0.75);
  CHECK(metric_value(Metric::Kind::kMae, {3, 4}) == 0.75);
  CHECK(metric_value(Metric::Kind::kRmse, {9, 4}) == 1.5);
  CHECK(metric_value(Metric::Kind::kRmse, {-1e-20, 4}) == 0);
  CHECK(metric_value(Metric::Kind::kPopularityBias, {3, 4}) == -0.25);
  CHECK(metric_value(Metric::Kind::kPopularityBias, {0, 0}) == 0);
}

TEST_CASE("names that are none are refused with those that are") {
  for (const std::string name : {"recall", "recall@", "recall@0", "recall@-1", "recall@1.5", "recall@x", "recall@20 ",
                                 " recall@20", "Recall@20", "accuracy@5", "@5", "recall@100001",
                                 "recall@99999999999999999999", "recall@20@3", "auc@5", "auc@", "rmse@1", "novelty"}) {
    CAPTURE(name);
    CHECK(fails(parse_metrics(name), ErrorCode::kInvalidArgument,
                {("\"" + name + "\"").c_str(), "recall@k", "ndcg@k", "coverage@k", "auc, rmse, mae", "1 to 100000"}));
    CHECK(fails(parse_metrics("ndcg@5," + name), ErrorCode::kInvalidArgument, {"known are"}));
  }
  CHECK(fails(parse_metrics(",recall@5"), ErrorCode::kInvalidArgument, {"\"\""}));
  CHECK(fails(parse_metrics("recall@5,,recall@6"), ErrorCode::kInvalidArgument, {"\"\""}));
  CHECK(fails(parse_metrics("recall@5,"), ErrorCode::kInvalidArgument, {"\"\"", "known are"}));
  CHECK(fails(parse_metrics(","), ErrorCode::kInvalidArgument, {"\"\""}));
  CHECK(fails(parse_metrics(""), ErrorCode::kInvalidArgument, {"no metrics"}));
}

}  // namespace inkling
