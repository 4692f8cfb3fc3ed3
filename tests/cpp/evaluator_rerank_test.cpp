#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "evaluation/list_quality.h"
#include "expect.h"
#include "fixed_model.h"
#include "inkling/evaluator.h"
#include "inkling/list_reranker.h"
#include "inkling/topic_quality.h"
#include "rerank_sample.h"
#include "sample_data.h"

namespace inkling {

namespace {

std::vector<double> evaluate_reranked(const Model& model, const EvaluationData& data, std::string_view metrics,
                                      int num_threads = 1, std::int64_t slice = 1000) {
  ThreadPool pool(num_threads);
  Evaluator evaluator(model, data, value_of(parse_metrics(metrics)), 1, pool);
  while (!evaluator.done()) REQUIRE(succeeds(evaluator.step(slice)));
  return evaluator.results();
}

// Each item has some of six topics, every seventh none.
ItemTopics random_topics(std::int32_t num_items, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> weights;
  for (std::int32_t item = 0; item < num_items; ++item) {
    for (int c = 0; c < 6; ++c) weights.push_back(item % 7 > 0 && random_below(3, random) == 0 ? 1.0f : 0.0f);
  }
  return value_of(ItemTopics::make(sparse_rows_of({weights, 6})));
}

}  // namespace

TEST_CASE("lists are measured as they are re-ranked, candidates first and the others behind") {
  const FixedModel model({6, 5, 4, 3, 2, 1});
  const Interactions train = interactions_of(
      {{0, 0}, {1, 0}, {2, 0}, {3, 0}, {0, 1}, {1, 1}, {2, 1}, {0, 2}, {1, 2}, {0, 3}, {0, 4}, {1, 4}, {2, 4}}, 5, 6);
  const std::vector<float> popularity = {4, 3, 2, 1, 3, 0};
  RerankPlan plan = {{{RerankStep::By::kPopularity, 1}}, 4};
  const auto reranker = value_of(ListReranker::make(plan, {nullptr, nullptr, popularity}));
  const Interactions nothing = interactions_of({}, 5, 6);
  EvaluationData data{&nothing, nullptr, nullptr, &train};
  data.reranker = reranker.get();
  // The least popular of the first four come first: 3 2 1 0, and then 4 5.
  const std::vector<std::int32_t> expected = {3, 2, 1, 0, 4, 5};
  for (std::size_t place = 0; place < expected.size(); ++place) {
    CAPTURE(place);
    const Interactions test = interactions_of({{4, expected[place]}}, 5, 6);
    data.test = &test;
    CHECK(evaluate_reranked(model, data, "mrr@6,auc")[0] == doctest::Approx(1.0 / static_cast<double>(place + 1)));
    // A shorter list begins in the same way, and with no list there is nothing to re-rank.
    CHECK(evaluate_reranked(model, data, "mrr@2")[0] ==
          doctest::Approx(place < 2 ? 1.0 / static_cast<double>(place + 1) : 0));
    CHECK(evaluate_reranked(model, data, "auc")[0] == doctest::Approx((5.0 - expected[place]) / 5));
  }
}

TEST_CASE("metrics of topics and of re-ranked lists are what each user's list has, whatever the threads") {
  const ClusteredData data = clustered_data(90, 40, 4, 6);
  const auto model = trained("ials", {{"num_factors", "4"}}, {&data.train, nullptr});
  const ItemTopics topics = random_topics(40, 3);
  const TopicQuality topic_quality(topics);
  const auto reranker = value_of(ListReranker::make({{{RerankStep::By::kMmr, 0.4},
                                                      {RerankStep::By::kDpp, 0.1, 0, RerankStep::On::kVectors},
                                                      {RerankStep::By::kCalibrate, 0.2},
                                                      {RerankStep::By::kSerendipity, 0.1}},
                                                     15},
                                                    {&topics, model->latent_factors(), model->item_counts()}));
  const char* names =
      "intra_list_distance@7,topic_entropy@7,calibration_kl@7,serendipity@7,exposure_ratio@7,recall@3,novelty@20";
  const std::vector<Metric> metrics = value_of(parse_metrics(names));
  for (const bool reranked : {false, true}) {
    CAPTURE(reranked);
    const ListQuality quality(data.train);
    std::vector<MetricSum> sums(metrics.size());
    std::vector<double> audience(90);
    for (std::int32_t user = 0; user < 90; ++user) {
      const auto test_items = data.test.by_user().row_columns(user);
      if (test_items.empty()) continue;
      const auto known = data.train.by_user().row_columns(user);
      std::vector<HistoryEntry> history;
      for (const std::int32_t item : known) history.push_back({item, 1});
      const std::vector<float> scores = scores_of(*model, history);
      std::vector<ScoredItem> list;
      for (std::int32_t item = 0; item < 40; ++item) {
        if (!std::binary_search(known.begin(), known.end(), item)) {
          list.push_back({item, scores[static_cast<std::size_t>(item)]});
        }
      }
      std::sort(list.begin(), list.end(), [](const ScoredItem& a, const ScoredItem& b) { return a.score > b.score; });
      std::vector<std::int32_t> items;
      for (const ScoredItem& each : list) items.push_back(each.item);
      if (reranked) {
        const auto order = value_of(reranker->rerank({std::span(list).first(15), history, 15})).order;
        for (std::size_t n = 0; n < order.size(); ++n) items[n] = list[static_cast<std::size_t>(order[n])].item;
      }
      for (std::size_t m = 0; m < metrics.size(); ++m) {
        const auto first = std::span(items).first(std::min(items.size(), static_cast<std::size_t>(metrics[m].k)));
        const MetricSum own =
            metrics[m].kind == Metric::Kind::kRecall ? MetricSum{metric_of_user(metrics[m], items, test_items), 1}
            : metrics[m].needs_topics()              ? topic_quality.of(metrics[m], {first, known, test_items})
                                                     : quality.of(metrics[m], {first, known, test_items}, audience);
        sums[m].total += own.total;
        sums[m].weight += own.weight;
      }
    }
    EvaluationData evaluation{&data.train, &data.test};
    evaluation.topics = &topic_quality;
    if (reranked) evaluation.reranker = reranker.get();
    const std::vector<double> results = evaluate_reranked(*model, evaluation, names, 1);
    for (std::size_t m = 0; m < metrics.size(); ++m) {
      CAPTURE(metrics[m].name);
      CHECK(results[m] == doctest::Approx(metric_value(metrics[m].kind, sums[m])));
      CHECK(results[m] != 0);
    }
    CHECK(evaluate_reranked(*model, evaluation, names, 3, 11) == results);
  }
}

TEST_CASE("metrics of topics are refused without topics, and with those of other items") {
  const FixedModel model({3, 2, 1});
  const Interactions train = interactions_of({{0, 0}}, 1, 3);
  const Interactions test = interactions_of({{0, 1}}, 1, 3);
  ThreadPool pool(1);
  const auto check = [&](const char* names, const ItemTopics* topics) {
    EvaluationData data{&train, &test};
    std::optional<TopicQuality> quality;
    if (topics != nullptr) data.topics = &quality.emplace(*topics);
    return Evaluator(model, data, value_of(parse_metrics(names)), 1, pool).check();
  };
  for (const char* name : {"intra_list_distance@5", "topic_entropy@5", "calibration_kl@5", "serendipity@5"}) {
    CHECK(fails(check(name, nullptr), ErrorCode::kInvalidArgument, {name, "give items", "topics"}));
  }
  CHECK(succeeds(check("exposure_ratio@5", nullptr)));
  const ItemTopics topics = random_topics(3, 1);
  CHECK(succeeds(check("topic_entropy@5", &topics)));
  const ItemTopics others = random_topics(4, 1);
  CHECK(fails(check("topic_entropy@5", &others), ErrorCode::kInvalidInteractions, {"topics"}));
}

TEST_CASE("models with vectors of items offer them") {
  const ClusteredData data = clustered_data(60, 30, 3, 6);
  for (const char* name : {"ials", "bpr", "biased_sgd", "pure_svd", "graph_filter", "ease", "popularity"}) {
    CAPTURE(name);
    const auto model = trained(name, {}, {&data.train, nullptr});
    const bool has = std::string_view(name) != "ease" && std::string_view(name) != "popularity";
    CHECK((model->latent_factors() != nullptr) == has);
    if (has) CHECK(model->latent_factors()->num_items() == 30);
  }
  std::vector<std::unique_ptr<Model>> members;
  CHECK(latent_factors_of(members) == nullptr);
  members.push_back(trained("popularity", {}, {&data.train, nullptr}));
  CHECK(latent_factors_of(members) == nullptr);
  members.push_back(trained("ials", {}, {&data.train, nullptr}));
  CHECK(latent_factors_of(members) == members[1]->latent_factors());
}

}  // namespace inkling
