#include "inkling/item_vectors.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "checked_best.h"
#include "expect.h"
#include "inkling/item_factors.h"
#include "inkling/model_file.h"
#include "inkling/spectral_item_model.h"
#include "sample_data.h"

namespace inkling {

namespace {

// The documented rows, in doubles: without a vector, zeros.
std::vector<std::vector<double>> scaled_naive(const SampleVectors& vectors, bool center) {
  const std::size_t num_items = vectors.view().num_rows();
  std::vector<double> mean(vectors.width);
  double known = 0;
  for (std::size_t item = 0; item < num_items; ++item) {
    if (!vectors.view().has(item)) continue;
    ++known;
    for (std::size_t n = 0; n < vectors.width; ++n) mean[n] += double{vectors.view().row(item)[n]};
  }
  std::vector<std::vector<double>> rows(num_items, std::vector<double>(vectors.width));
  for (std::size_t item = 0; item < num_items; ++item) {
    if (!vectors.view().has(item)) continue;
    double square = 0;
    for (std::size_t n = 0; n < vectors.width; ++n) {
      rows[item][n] = double{vectors.view().row(item)[n]} - (center ? mean[n] / known : 0);
      square += rows[item][n] * rows[item][n];
    }
    for (double& number : rows[item]) number /= std::sqrt(square);
  }
  return rows;
}

double product(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t n = 0; n < a.size(); ++n) sum += a[n] * b[n];
  return sum;
}

Result<std::unique_ptr<Model>> train_on(const SampleVectors& vectors, const Settings::Given& settings = {},
                                        const Interactions* interactions = nullptr) {
  ThreadPool pool(1);
  return train("item_vectors", settings, {interactions, nullptr, vectors.view()}, 1, pool);
}

std::vector<float> alike(const Model& model, std::int32_t item) {
  std::vector<float> scores(static_cast<std::size_t>(model.num_items()));
  model.similar(item, scores);
  return scores;
}

}  // namespace

TEST_CASE("item_vectors equals the documented formula, with and without centring, and reasons sum to it") {
  const SampleVectors vectors = random_vectors(57, 19, 2);
  Random random(3);
  for (const bool center : {true, false}) {
    CAPTURE(center);
    const auto rows = scaled_naive(vectors, center);
    const auto model = value_of(train_on(vectors, {{"center", center ? "true" : "false"}}));
    Furthest from_naive;
    Furthest from_reasons;
    for (int repeat = 0; repeat < 20; ++repeat) {
      const auto history = random_history(57, random_below(30, random), random);
      const std::vector<float> scores = scores_of(*model, history);
      const auto profile = value_of(model->fold_in(history));
      for (std::size_t item = 0; item < 57; ++item) {
        double expected = 0;
        for (const HistoryEntry& entry : history) {
          expected += double{entry.weight} * product(rows[static_cast<std::size_t>(entry.item)], rows[item]);
        }
        from_naive.add(scores[item], expected);
        std::vector<Contribution> parts;
        profile->explain(static_cast<std::int32_t>(item), parts);
        CHECK(parts.size() <= history.size());
        from_reasons.add(sum_of_parts(parts), scores[item]);
      }
    }
    CHECK(from_naive.value() < 1e-5);
    CHECK(from_reasons.value() < 1e-5);
    Furthest from_cosine;
    for (const std::int32_t item : {0, 4, 56}) {  // 4 has no vector
      const std::vector<float> scores = alike(*model, item);
      for (std::size_t other = 0; other < 57; ++other) {
        from_cosine.add(scores[other], product(rows[static_cast<std::size_t>(item)], rows[other]));
      }
    }
    CHECK(from_cosine.value() < 1e-5);
  }
}

TEST_CASE("centring tells apart vectors that have nearly all in common") {
  SampleVectors vectors{{}, 3};
  for (int item = 0; item < 12; ++item) {
    for (const float number : {100.0f, item % 2 == 0 ? 1.0f : -1.0f, static_cast<float>(item % 3 - 1) * 0.1f}) {
      vectors.values.push_back(number);
    }
  }
  const auto centered = value_of(train_on(vectors));
  const auto plain = value_of(train_on(vectors, {{"center", "false"}}));
  CHECK(alike(*centered, 0)[2] > 0.9f);
  CHECK(alike(*centered, 0)[1] < -0.9f);
  CHECK(alike(*plain, 0)[1] > 0.99f);
}

TEST_CASE("items that nobody met score as all others do, and logs change nothing but counts") {
  const SampleVectors vectors = random_vectors(15, 6, 4);
  const Interactions interactions = random_interactions(20, 15, 0.3f, 1);  // nobody met item 0
  const auto with_logs = value_of(train_on(vectors, {}, &interactions));
  const auto without = value_of(train_on(vectors));
  CHECK(with_logs->item_counts()[0] == 0);
  CHECK(with_logs->item_counts()[1] > 0);
  CHECK(without->item_counts()[1] == 0);
  const std::vector<HistoryEntry> history = {{0, 1}, {7, 0.5f}, {2, -1}};
  const std::vector<float> scores = scores_of(*without, history);
  CHECK(scores == scores_of(*with_logs, history));
  for (std::size_t item = 0; item < 15; ++item) CHECK((scores[item] == 0) == (item % 5 == 4));  // no vector
  std::vector<Contribution> parts;
  value_of(without->fold_in(history))->explain(0, parts);
  CHECK(parts.size() == 3);
}

TEST_CASE("vectors of huge and of tiny numbers are scaled like others") {
  const SampleVectors vectors = random_vectors(20, 8, 5);
  const std::vector<HistoryEntry> history = {{0, 1}, {6, 1}};
  const std::vector<float> expected = scores_of(*value_of(train_on(vectors)), history);
  for (const float factor : {1e38f, 1e-30f}) {
    SampleVectors scaled = vectors;
    for (float& number : scaled.values) number *= factor * 0.25f;
    const std::vector<float> scores = scores_of(*value_of(train_on(scaled)), history);
    Furthest furthest;
    for (std::size_t item = 0; item < scores.size(); ++item) furthest.add(scores[item], expected[item]);
    CHECK(furthest.value() < 1e-5);
  }
}

TEST_CASE("a vector that is the mean itself is none, and where all are nothing can be learned") {
  const SampleVectors line{{1, 1, 2, 2, 3, 3}, 2};  // the second is the mean
  const auto model = value_of(train_on(line));
  CHECK(scores_of(*model, std::vector<HistoryEntry>{{1, 1}}) == std::vector<float>(3, 0.0f));
  CHECK(static_cast<double>(alike(*model, 0)[2]) == doctest::Approx(-1));
  SampleVectors same{{}, 3};
  for (int item = 0; item < 7; ++item) {
    for (const float number : {0.1f, 0.7f, -0.3f}) same.values.push_back(number);
  }
  CHECK(fails(train_on(same), ErrorCode::kInvalidCatalog, {"all the same", "center=false"}));
  const auto plain = value_of(train_on(same, {{"center", "false"}}));
  CHECK(static_cast<double>(alike(*plain, 0)[6]) == doctest::Approx(1));
}

TEST_CASE("vectors that no model can be made of are refused, by item_vectors and as a part of a hybrid") {
  const Interactions interactions = random_interactions(20, 4, 0.6f, 1);
  ThreadPool pool(1);
  const auto refused = [&](const DenseVectors& vectors, ErrorCode code, std::initializer_list<const char*> parts) {
    bool all = true;
    for (const char* model : {"item_vectors", "hybrid"}) {
      // Without vectors a hybrid does without.
      if (vectors.width == 0 && model == std::string("hybrid")) continue;
      all = fails(make_trainer(model, {}, {&interactions, nullptr, vectors}, 1, pool), code, parts) && all;
    }
    return all;
  };
  const std::vector<float> good(8, 1.0f);
  CHECK(refused({}, ErrorCode::kInvalidCatalog, {"item_vectors learns from", "none"}));
  CHECK(refused({{}, 2}, ErrorCode::kInvalidCatalog, {"item_vectors learns from", "none"}));
  CHECK(refused({good, 4}, ErrorCode::kInvalidCatalog, {"8 numbers in vectors of 4", "4 items", "one vector an item"}));
  CHECK(refused({good, 3}, ErrorCode::kInvalidCatalog, {"8 numbers in vectors of 3"}));
  const std::vector<float> zeros(8, 0.0f);
  CHECK(refused({zeros, 2}, ErrorCode::kInvalidCatalog, {"item_vectors learns from", "zeros"}));
  const std::vector<float> wide(std::size_t{4} * 4097, 1.0f);
  CHECK(refused({wide, 4097}, ErrorCode::kInvalidCatalog, {"4097", "1 to 4096"}));
  for (const float number : {NAN, std::numeric_limits<float>::infinity()}) {
    std::vector<float> bad = good;
    bad[5] = number;
    CHECK(refused({bad, 2}, ErrorCode::kInvalidCatalog, {"item 2", "not finite"}));
  }
  CHECK(fails(make_trainer("item_vectors", {}, {nullptr, nullptr, {good, 0}}, 1, pool), ErrorCode::kInvalidCatalog,
              {"0 numbers each", "1 to 4096"}));
}

TEST_CASE("a list of rounded vectors is that of all their scores and a full sort") {
  const SampleVectors vectors = random_vectors(700, 24, 6);
  const auto trained_one = value_of(train_on(vectors));
  Random random(7);
  for (const FactorStorage storage : {FactorStorage::kF32, FactorStorage::kInt8}) {
    const auto bytes = value_of(write_model_file(*trained_one, item_ids(700), storage));
    const ModelFile file = value_of(read_model_file(bytes));
    for (int repeat = 0; repeat < 10; ++repeat) {
      const auto history = random_history(700, 1 + random_below(8, random), random);
      const auto profile = value_of(file.model->fold_in(history));
      CHECK(checked_best(*profile, skipping(history, 700), 10).size() == 10);
    }
  }
}

TEST_CASE("vectors as wide as they may be come back from a model file") {
  const SampleVectors vectors = random_vectors(3, ItemFactors::kMostFactors, 8);
  const auto model = value_of(train_on(vectors));
  const auto bytes = value_of(write_model_file(*model, item_ids(3)));
  const ModelFile file = value_of(read_model_file(bytes));
  const std::vector<HistoryEntry> history = {{0, 1}, {2, 1}};
  CHECK(scores_of(*file.model, history) == scores_of(*model, history));
}

}  // namespace inkling
