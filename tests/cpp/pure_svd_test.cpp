#include "inkling/pure_svd.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "dense_matrix.h"
#include "expect.h"
#include "inkling/evaluator.h"
#include "inkling/spectral_item_model.h"
#include "sample_data.h"

namespace inkling {

namespace {

// V Vᵀ of the scaled matrix, from its documentation.
Matrix reference_weights(const Interactions& interactions, int num_factors, double user_exponent,
                         double item_exponent) {
  Matrix a(interactions.num_users(), interactions.num_items());
  for (std::int32_t user = 0; user < interactions.num_users(); ++user) {
    for (const std::int32_t item : interactions.by_user().row_columns(user)) {
      a(user, item) = std::pow(static_cast<double>(interactions.by_user().row_length(user)), -user_exponent) *
                      std::pow(static_cast<double>(interactions.by_item().row_length(item)), -item_exponent);
    }
  }
  const Matrix exact = singular_values_of(a).right.first_columns(num_factors);
  return exact * exact.transpose();
}

double recall_of(std::string_view model, const Settings::Given& settings, const ClusteredData& data) {
  ThreadPool pool(2);
  const auto trained_one = trained(model, settings, {&data.train, nullptr});
  Evaluator evaluator(*trained_one, {&data.train, &data.test, nullptr}, value_of(parse_metrics("recall@10")), 1, pool);
  while (!evaluator.done()) CHECK(succeeds(evaluator.step(1000)));
  return evaluator.results()[0];
}

Result<std::unique_ptr<Model>> read_from(std::vector<float> factors, std::vector<std::int64_t> shape,
                                         const std::vector<float>& low_rank) {
  TensorFile file;
  file.add("item_factors", std::span<const float>(factors), std::move(shape));
  file.add("low_rank", std::span<const float>(low_rank), {static_cast<std::int64_t>(low_rank.size())});
  return PureSvd::read(file, std::vector<float>{1, 1, 1}, "{}");
}

}  // namespace

TEST_CASE("pure_svd equals the documented projection, with and without exponents, and reasons sum to it") {
  const Interactions interactions = clustered_data(80, 50, 6, 3).train;
  Random random(4);
  for (const auto& [user_exponent, item_exponent] : {std::pair{0.0, 0.0}, std::pair{0.25, 0.5}}) {
    CAPTURE(item_exponent);
    const Matrix weights = reference_weights(interactions, 6, user_exponent, item_exponent);
    const auto model = trained("pure_svd",
                               {{"num_factors", "6"},
                                {"iterations", "50"},
                                {"user_exponent", std::to_string(user_exponent)},
                                {"item_exponent", std::to_string(item_exponent)}},
                               {&interactions, nullptr});
    Furthest from_exact;
    Furthest from_reasons;
    for (int repeat = 0; repeat < 20; ++repeat) {
      const auto history = random_history(50, random_below(30, random), random);
      const std::vector<float> scores = scores_of(*model, history);
      const auto profile = value_of(model->fold_in(history));
      for (std::int32_t item = 0; item < 50; ++item) {
        double expected = 0;
        for (const HistoryEntry& entry : history) expected += double{entry.weight} * weights(entry.item, item);
        from_exact.add(scores[item], expected);
        std::vector<Contribution> parts;
        profile->explain(item, parts);
        CHECK(parts.size() <= history.size());
        from_reasons.add(sum_of_parts(parts), scores[item]);
      }
    }
    CHECK(from_exact.value() < 5e-4);
    CHECK(from_reasons.value() < 1e-5);
    std::vector<float> similar(50);
    for (const std::int32_t item : {0, 7, 49}) {
      model->similar(item, similar);
      Furthest furthest;
      for (std::int32_t other = 0; other < 50; ++other) {
        furthest.add(similar[other],
                     weights(item, other) / std::sqrt(weights(item, item)) / std::sqrt(weights(other, other)));
      }
      CHECK(furthest.value() < 2e-3);
    }
  }
}

TEST_CASE("pure_svd and graph_filter learn clusters that popularity cannot see") {
  const ClusteredData data = clustered_data(400, 120, 6, 8);
  const double popularity = recall_of("popularity", {}, data);
  CHECK(recall_of("pure_svd", {{"num_factors", "8"}}, data) > popularity + 0.4);
  CHECK(recall_of("graph_filter", {}, data) > popularity + 0.4);
}

TEST_CASE("any number of threads gives the same spectral models, and the seed decides nothing that can be seen") {
  const Interactions interactions = clustered_data(300, 200, 6, 4).train;
  const std::vector<HistoryEntry> history{{3, 1}, {9, 1}, {10, -0.5f}};
  for (const char* name : {"pure_svd", "graph_filter"}) {
    const Settings::Given settings{{"num_factors", "6"}, {"iterations", "40"}};
    const auto expected = scores_of(*trained(name, settings, {&interactions, nullptr}), history);
    for (const int num_threads : {2, 4}) {
      CHECK(scores_of(*trained(name, settings, {&interactions, nullptr}, 1, num_threads), history) == expected);
    }
    const auto other = scores_of(*trained(name, settings, {&interactions, nullptr}, 2), history);
    Furthest furthest;
    for (std::size_t item = 0; item < other.size(); ++item) furthest.add(other[item], expected[item]);
    CHECK(furthest.value() < 1e-3);
  }
}

TEST_CASE("items that nobody met score 0, and foreign items and weights of 0 are left out") {
  const Interactions interactions = random_interactions(50, 40, 0.15f, 5);
  const HistoryEntry unknown[] = {{0, 1}, {-1, 1}, {40, 1}, {7, 0}};
  const HistoryEntry known[] = {{3, 1}, {-1, 1}, {7, 0}, {5, 0.5f}};
  for (const char* name : {"pure_svd", "graph_filter"}) {
    CAPTURE(std::string(name));
    const auto model = trained(name, {}, {&interactions, nullptr});
    CHECK(scores_of(*model, unknown) == std::vector<float>(40, 0.0f));
    CHECK(scores_of(*model, {}) == std::vector<float>(40, 0.0f));
    CHECK(scores_of(*model, known)[0] == 0);
    CHECK(scores_of(*model, known)[4] != 0);
    std::vector<Contribution> parts;
    value_of(model->fold_in(known))->explain(4, parts);
    CHECK(parts.size() == 2);
    std::vector<float> similar(40, 9.0f);
    model->similar(0, similar);
    CHECK(similar == std::vector<float>(40, 0.0f));
    const HistoryEntry huge[] = {{3, 3e38f}, {4, 3e38f}};
    CHECK(fails(model->fold_in(huge), ErrorCode::kNotFinite, {"weights"}));
  }
}

TEST_CASE("spectral models that would need more than a gibibyte are refused, also where 32 bits would wrap around") {
  const Interactions many_users = interactions_of({{0, 0}}, 4129776, 1);  // times 1040 vectors: 2^32 and a little
  const Interactions many_items = interactions_of({{0, 0}}, 1, 100000);
  ThreadPool pool(1);
  for (const char* name : {"pure_svd", "graph_filter"}) {
    CHECK(fails(make_trainer(name, {{"num_factors", "1024"}}, {&many_users, nullptr}, 1, pool), ErrorCode::kTooLarge,
                {name, "4129777", "num_factors"}));
  }
  CHECK(fails(
      make_trainer("graph_filter", {{"num_factors", "1"}, {"num_neighbors", "10000"}}, {&many_items, nullptr}, 1, pool),
      ErrorCode::kTooLarge, {"100000", "num_neighbors"}));
}

TEST_CASE("factors in a file that do not fit are refused") {
  CHECK(succeeds(read_from({1, 2, 3, 4, 5, 6}, {3, 2}, {1, 0.5f})));
  CHECK(fails(read_from({1, 2, 3, 4}, {2, 2}, {1, 0}), ErrorCode::kCorruptModelFile, {"item_factors", "2 × 2"}));
  CHECK(fails(read_from({}, {3, 0}, {1, 0}), ErrorCode::kCorruptModelFile, {"item_factors"}));
  CHECK(fails(read_from(std::vector<float>(3 * 4097), {3, 4097}, {1, 0}), ErrorCode::kCorruptModelFile, {"4096"}));
  CHECK(fails(read_from({1, 2, NAN}, {3, 1}, {1, 0}), ErrorCode::kCorruptModelFile, {"item_factors", "finite"}));
  for (const std::vector<float>& low_rank : {std::vector<float>{1}, {-1, 0}, {1, -1}, {NAN, 0}, {1, 101}, {1, 0, 0}}) {
    CHECK(fails(read_from({1, 2, 3}, {3, 1}, low_rank), ErrorCode::kCorruptModelFile, {"low_rank"}));
  }
}

}  // namespace inkling
