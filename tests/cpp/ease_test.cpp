#include "inkling/ease.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "expect.h"
#include "indices.h"
#include "inkling/model_file.h"
#include "inkling/sparse_item_model.h"
#include "linear/symmetric_inverse.h"
#include "sample_data.h"

namespace inkling {

namespace {

// W_ji by its definition, in double precision: (num_items, num_items), row j the weights of item j.
std::vector<double> expected_weights(const Interactions& interactions, float l2) {
  const std::size_t num_items = at(interactions.num_items());
  std::vector<float> gram(num_items * num_items);
  for (std::int32_t user = 0; user < interactions.num_users(); ++user) {
    for (const std::int32_t i : interactions.by_user().row_columns(user)) {
      for (const std::int32_t j : interactions.by_user().row_columns(user)) gram[at(i) * num_items + at(j)] += 1;
    }
  }
  for (std::size_t i = 0; i < num_items; ++i) gram[i * num_items + i] += l2;
  std::vector<double> weights = symmetric_inverse_naive(gram, num_items);
  std::vector<double> diagonal(num_items);
  for (std::size_t i = 0; i < num_items; ++i) diagonal[i] = weights[i * num_items + i];
  for (std::size_t j = 0; j < num_items; ++j) {
    for (std::size_t i = 0; i < num_items; ++i) {
      weights[j * num_items + i] = i == j ? 0 : -weights[j * num_items + i] / diagonal[i];
    }
  }
  return weights;
}

// Row j is the scores of a history that is item j alone.
std::vector<float> weights_of(const Model& model) {
  std::vector<float> weights;
  for (std::int32_t item = 0; item < model.num_items(); ++item) {
    const HistoryEntry history[] = {{item, 1}};
    const std::vector<float> row = scores_of(model, history);
    weights.insert(weights.end(), row.begin(), row.end());
  }
  return weights;
}

std::unique_ptr<Model> train_ease(const Interactions& interactions, const Settings::Given& settings,
                                  int num_threads = 1) {
  return trained("ease", settings, {&interactions, nullptr}, 1, num_threads);
}

}  // namespace

TEST_CASE("the weights of ease are those of its closed form, at any number of items") {
  for (const std::int32_t num_items : {1, 2, 3, 63, 64, 65, 130}) {
    CAPTURE(num_items);
    const Interactions interactions =
        num_items == 1 ? interactions_of({{0, 0}, {2, 0}}) : random_interactions(90, num_items + 1, 0.2f, 1);
    const std::vector<double> expected = expected_weights(interactions, 10);
    const std::vector<float> weights = weights_of(*train_ease(interactions, {{"l2", "10"}}, 2));
    REQUIRE(weights.size() == expected.size());
    Furthest furthest;
    for (std::size_t i = 0; i < weights.size(); ++i) furthest.add(weights[i], expected[i]);
    CHECK(furthest.value() < 2e-6);
  }
}

TEST_CASE("two items foretell each other by ridge regression") {
  // Item 0 was met by three, item 1 by two, both by one: the weight of 0 for 1 is 1 / (3 + l2).
  const Interactions interactions = interactions_of({{0, 0}, {1, 0}, {2, 0}, {2, 1}, {3, 1}});
  const std::vector<float> weights = weights_of(*train_ease(interactions, {{"l2", "2"}}));
  CHECK(weights[0] == 0);
  CHECK(weights[1] == doctest::Approx(1.0 / 5));
  CHECK(weights[2] == doctest::Approx(1.0 / 4));
  CHECK(weights[3] == 0);
}

TEST_CASE("without an l2 it is five times the mean users of the items that anybody met") {
  const Interactions interactions = interactions_of({{0, 0}, {1, 0}, {2, 0}, {2, 1}}, 0, 5);
  CHECK(weights_of(*train_ease(interactions, {})) == weights_of(*train_ease(interactions, {{"l2", "10"}})));
  CHECK(weights_of(*train_ease(interactions, {})) != weights_of(*train_ease(interactions, {{"l2", "9"}})));
}

TEST_CASE("num_neighbors keeps the largest weights of each target") {
  const Interactions interactions = random_interactions(80, 70, 0.2f, 2);
  const std::vector<float> all = weights_of(*train_ease(interactions, {}));
  for (const std::size_t num_neighbors : {1, 5, 70, 1000}) {
    CAPTURE(num_neighbors);
    const auto model = train_ease(interactions, {{"num_neighbors", std::to_string(num_neighbors)}}, 2);
    const std::vector<float> kept = weights_of(*model);
    bool as_expected = true;
    for (std::size_t target = 0; target < 70; ++target) {
      std::vector<float> sizes;
      for (std::size_t j = 0; j < 70; ++j) sizes.push_back(std::abs(all[j * 70 + target]));
      std::sort(sizes.rbegin(), sizes.rend());
      const float least = num_neighbors < 70 ? sizes[num_neighbors - 1] : 0;
      for (std::size_t j = 0; j < 70; ++j) {
        const float weight = all[j * 70 + target];
        as_expected = as_expected && kept[j * 70 + target] == (std::abs(weight) >= least ? weight : 0);
      }
    }
    CHECK(as_expected);
    CHECK(static_cast<const SparseItemModel&>(*model).weights().num_entries() <=
          static_cast<std::int64_t>(70 * num_neighbors));
  }
}

TEST_CASE("ease gives the same bits from any number of threads and any slices, and counts its work") {
  const Interactions interactions = random_interactions(100, 150, 0.1f, 3);
  for (const char* num_neighbors : {"0", "7"}) {
    const Settings::Given settings = {{"num_neighbors", num_neighbors}};
    const std::vector<float> one = weights_of(*train_ease(interactions, settings));
    for (const int num_threads : {2, 3, 4}) CHECK(weights_of(*train_ease(interactions, settings, num_threads)) == one);
    ThreadPool pool(2);
    for (const std::int64_t slice : {1, 7, 100000000}) {
      auto trainer = value_of(make_trainer("ease", settings, {&interactions, nullptr}, 1, pool));
      while (!trainer->done()) {
        const std::int64_t before = trainer->done_work();
        REQUIRE(succeeds(trainer->step(slice)));
        CHECK(trainer->done_work() > before);
      }
      CHECK(trainer->done_work() == trainer->total_work());
      CHECK(weights_of(*trainer->finish()) == one);
    }
  }
}

TEST_CASE("scores of ease are weighted sums, and explained by them") {
  const Interactions interactions = random_interactions(60, 40, 0.3f, 4);
  for (const char* num_neighbors : {"0", "10"}) {
    const auto model = train_ease(interactions, {{"num_neighbors", num_neighbors}});
    const std::vector<float> weights = weights_of(*model);
    Random random(5);
    for (int repeat = 0; repeat < 10; ++repeat) {
      const std::vector<HistoryEntry> history = random_history(40, random_below(12, random), random);
      const std::vector<float> scores = scores_of(*model, history);
      const auto profile = value_of(model->fold_in(history));
      Furthest furthest;
      for (std::size_t item = 0; item < 40; ++item) {
        double expected = 0;
        for (const HistoryEntry& entry : history) {
          expected += static_cast<double>(entry.weight) * weights[at(entry.item) * 40 + item];
        }
        std::vector<Contribution> parts;
        profile->explain(static_cast<std::int32_t>(item), parts);
        furthest.add(scores[item], expected);
        furthest.add(sum_of_parts(parts), expected);
      }
      CHECK(furthest.value() < 1e-6);
    }
  }
}

TEST_CASE("items similar to an item are those of high partial correlation, the same both ways round") {
  const Interactions interactions = random_interactions(60, 25, 0.3f, 4);
  const auto model = train_ease(interactions, {});
  const std::vector<double> weights = expected_weights(interactions, 5.0f * 60 * 0.3f);
  std::vector<std::vector<float>> similar(25, std::vector<float>(25, 9.0f));
  for (std::int32_t item = 0; item < 25; ++item) model->similar(item, similar[at(item)]);
  for (std::size_t i = 0; i < 25; ++i) {
    CHECK(similar[i][i] == 0);
    CHECK(similar[0][i] == 0);  // nobody met it
    for (std::size_t j = 0; j < 25; ++j) {
      CHECK(similar[i][j] == similar[j][i]);
      if (std::abs(weights[i * 25 + j]) > 0.01) CHECK((similar[i][j] > 0) == (weights[i * 25 + j] > 0));
    }
  }
  const std::vector<float> own = weights_of(*model);
  CHECK(similar[3][7] * similar[3][7] == doctest::Approx(own[3 * 25 + 7] * own[7 * 25 + 3]));
}

TEST_CASE("ease finds the clusters") {
  const ClusteredData data = clustered_data(200, 60, 4, 6);
  const auto model = train_ease(data.train, {});
  std::int64_t own = 0;
  for (std::int32_t user = 0; user < 200; ++user) {
    std::vector<HistoryEntry> history;
    for (const std::int32_t item : data.train.by_user().row_columns(user)) history.push_back({item, 1});
    std::vector<float> scores = scores_of(*model, history);
    for (const HistoryEntry& entry : history) scores[at(entry.item)] = -1e9f;
    const auto best = std::max_element(scores.begin(), scores.end()) - scores.begin();
    own += best % 4 == user % 4 ? 1 : 0;
  }
  CHECK(own > 170);
}

TEST_CASE("a user who met everything, alone or with others, is no trouble") {
  for (const std::int32_t num_users : {1, 300}) {
    std::vector<UserItem> rows;
    for (std::int32_t user = 0; user < num_users; ++user) {
      for (std::int32_t item = 0; item < 70; ++item) rows.emplace_back(user, item);
    }
    const std::vector<float> weights = weights_of(*train_ease(interactions_of(rows), {}));
    // All alike: each foretells each other by m / (69 m + l2), m being the users, l2 = 5 m.
    for (const std::size_t i : {std::size_t{1}, std::size_t{69}, 70 * std::size_t{69}}) {
      CHECK(weights[i] == doctest::Approx(1.0 / 74).epsilon(1e-3));
    }
  }
}

TEST_CASE("an l2 too small for single precision is an error, not a guess") {
  std::vector<UserItem> rows;
  for (std::int32_t user = 0; user < 400; ++user) {
    for (std::int32_t item = 0; item < 100; ++item) rows.emplace_back(user, item);
  }
  const Interactions interactions = interactions_of(rows);
  ThreadPool pool(1);
  for (const char* l2 : {"1e-30", "0.000001", "0.00001"}) {
    CAPTURE(l2);
    CHECK(fails(train("ease", {{"l2", l2}}, {&interactions, nullptr}, 1, pool), ErrorCode::kNotFinite, {"larger l2"}));
  }
}

TEST_CASE("too many items for ease are refused before anything is allocated, with a way out") {
  ThreadPool pool(1);
  for (const std::int32_t num_items : {11586, 200000, 2000000}) {
    const Interactions interactions = interactions_of({{0, 0}}, 0, num_items);
    CHECK(fails(make_trainer("ease", {}, {&interactions, nullptr}, 1, pool), ErrorCode::kTooLarge,
                {"512 MiB", "11,585", "sparse_linear"}));
  }
}

TEST_CASE("ease is written and read again, with all weights and with few") {
  const Interactions interactions = random_interactions(60, 25, 0.3f, 7);
  for (const char* num_neighbors : {"0", "4"}) {
    const auto model = train_ease(interactions, {{"num_neighbors", num_neighbors}});
    const auto bytes = value_of(write_model_file(*model, item_ids(25)));
    const ModelFile file = value_of(read_model_file(bytes));
    CHECK(file.model->name() == "ease");
    CHECK(file.model->config() == model->config());
    CHECK(weights_of(*file.model) == weights_of(*model));
  }
}

TEST_CASE("dense weights of another shape or not finite are a corrupt file") {
  std::vector<float> weights(9, 0.5f);
  const auto read = [&](std::vector<std::int64_t> shape) {
    TensorFile file;
    file.add("item_weights", std::span<const float>(weights), std::move(shape));
    return Ease::read(file, std::vector<float>{1, 1, 1}, "{}");
  };
  CHECK(succeeds(read({3, 3})));
  CHECK(fails(read({1, 9}), ErrorCode::kCorruptModelFile, {"item_weights", "3 items"}));
  weights[4] = std::numeric_limits<float>::infinity();
  CHECK(fails(read({3, 3}), ErrorCode::kCorruptModelFile, {"item_weights", "finite"}));
  CHECK(fails(Ease::read(TensorFile(), std::vector<float>{1, 1, 1}, "{}"), ErrorCode::kCorruptModelFile));
}

TEST_CASE("weights so large that scores of ease overflow are refused, whatever the file holds") {
  TensorFile file;
  const std::vector<float> weights = {0, 1e30f, 1e30f, 0};
  file.add("item_weights", std::span<const float>(weights), {2, 2});
  const auto model = value_of(Ease::read(file, std::vector<float>{1, 1}, "{}"));
  const HistoryEntry fine[] = {{0, 1}, {1, -1}};
  CHECK(succeeds(model->fold_in(fine)));
  const HistoryEntry large[] = {{0, 1e20f}};
  CHECK(fails(model->fold_in(large), ErrorCode::kNotFinite, {"smaller"}));
  const HistoryEntry unknown[] = {{-1, 1}, {2, 1}, {2000000000, 1e38f}};
  CHECK(scores_of(*model, unknown) == std::vector<float>(2, 0.0f));
}

}  // namespace inkling
