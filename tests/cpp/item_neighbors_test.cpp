#include "inkling/item_neighbors.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "expect.h"
#include "inkling/random.h"
#include "inkling/sparse_item_model.h"
#include "sample_data.h"

namespace inkling {

namespace {

// What a test varies, and the definition reads.
struct SimilarityOptions {
  std::string similarity = "cosine";
  std::string weighting = "none";
  double alpha = 0.5;
  double shrinkage = 0;
  bool normalize_users = false;

  Settings::Given settings() const {
    return {{"similarity", similarity},
            {"weighting", weighting},
            {"alpha", std::to_string(alpha)},
            {"shrinkage", std::to_string(shrinkage)},
            {"normalize_users", normalize_users ? "true" : "false"},
            {"num_neighbors", "1000"}};
  }
};

// similarity(i, j) of every pair with target i, by its definition, dense, in double precision: (num_items, num_items).
std::vector<double> expected_similarities(const Interactions& interactions, const SimilarityOptions& options) {
  const auto num_items = static_cast<std::size_t>(interactions.num_items());
  const auto num_users = static_cast<std::size_t>(interactions.num_users());
  std::vector<double> values(num_users * num_items);
  double known_users = 0;
  double known_items = 0;
  double user_squares = 0;
  double item_squares = 0;
  for (std::size_t item = 0; item < num_items; ++item) {
    known_items += interactions.by_item().row_length(static_cast<std::int32_t>(item)) > 0 ? 1 : 0;
  }
  std::vector<double> item_weights;
  for (std::size_t item = 0; item < num_items; ++item) {
    const auto users = static_cast<double>(interactions.by_item().row_length(static_cast<std::int32_t>(item)));
    const double relative = users / (static_cast<double>(interactions.num_entries()) / known_items);
    item_weights.push_back(options.weighting == "bm25" ? 2.2 / (1 + 1.2 * (0.25 + 0.75 * relative)) : 1);
    item_squares += users > 0 ? item_weights.back() * item_weights.back() : 0;
  }
  for (std::size_t user = 0; user < num_users; ++user) {
    const auto items = interactions.by_user().row_columns(static_cast<std::int32_t>(user));
    if (items.empty()) continue;
    const auto length = static_cast<double>(items.size());
    double weight = options.weighting == "none" ? 1 : std::log((known_items + 1) / (length + 0.5));
    if (options.normalize_users) weight /= std::sqrt(length);
    known_users += 1;
    user_squares += weight * weight;
    for (const std::int32_t item : items) {
      values[user * num_items + static_cast<std::size_t>(item)] = weight * item_weights[static_cast<std::size_t>(item)];
    }
  }
  const double shrinkage = options.shrinkage * (user_squares / known_users) * (item_squares / known_items);
  const auto product = [&](std::size_t i, std::size_t j) {
    double sum = 0;
    for (std::size_t user = 0; user < num_users; ++user)
      sum += values[user * num_items + i] * values[user * num_items + j];
    return sum;
  };
  std::vector<double> out(num_items * num_items);
  for (std::size_t i = 0; i < num_items; ++i) {
    for (std::size_t j = 0; j < num_items; ++j) {
      const double sum = product(i, j);
      if (sum == 0) continue;
      double below = std::sqrt(product(i, i) * product(j, j));
      if (options.similarity == "asymmetric_cosine") {
        below = std::pow(product(i, i), options.alpha) * std::pow(product(j, j), 1 - options.alpha);
      }
      if (options.similarity == "jaccard") below = product(i, i) + product(j, j) - sum;
      out[i * num_items + j] = sum / (below + shrinkage);
    }
  }
  return out;
}

std::unique_ptr<SparseItemModel> train_neighbors(const Interactions& interactions, const Settings::Given& settings,
                                                 int num_threads = 1) {
  auto model = trained("item_neighbors", settings, {&interactions, nullptr}, 1, num_threads);
  return std::unique_ptr<SparseItemModel>(static_cast<SparseItemModel*>(model.release()));
}

// Row j of a model holds the targets of j; here as a dense (target, j) matrix.
std::vector<float> dense_by_target(const SparseItemModel& model) {
  const auto num_items = static_cast<std::size_t>(model.num_items());
  std::vector<float> out(num_items * num_items);
  for (std::int32_t j = 0; j < model.num_items(); ++j) {
    const auto targets = model.weights().row_columns(j);
    for (std::size_t e = 0; e < targets.size(); ++e) {
      out[static_cast<std::size_t>(targets[e]) * num_items + j] = model.weights().row_values(j)[e];
    }
  }
  return out;
}

}  // namespace

TEST_CASE("all similarities are what their definitions say, of every kind, weighting and shrinkage") {
  const Interactions interactions = random_interactions(60, 25, 0.2f, 1);
  for (const char* similarity : {"cosine", "asymmetric_cosine", "jaccard"}) {
    for (const char* weighting : {"none", "bm25", "tf_idf"}) {
      for (const bool normalize_users : {false, true}) {
        for (const double shrinkage : {0.0, 3.5, 1000.0}) {
          const SimilarityOptions options{similarity, weighting, 0.3, shrinkage, normalize_users};
          CAPTURE(options.similarity);
          CAPTURE(options.weighting);
          CAPTURE(normalize_users);
          CAPTURE(shrinkage);
          const std::vector<float> actual = dense_by_target(*train_neighbors(interactions, options.settings()));
          const std::vector<double> expected = expected_similarities(interactions, options);
          Furthest furthest;
          for (std::size_t i = 0; i < 25; ++i) {
            for (std::size_t j = 0; j < 25; ++j) {
              furthest.add(actual[i * 25 + j], i == j ? 0 : expected[i * 25 + j]);
            }
          }
          const double most = *std::max_element(expected.begin(), expected.end());
          CHECK(most > 0);
          CHECK(furthest.value() < 1e-5 * most);
        }
      }
    }
  }
}

TEST_CASE("known answers: two items that share two of their three users and four") {
  const Interactions interactions = interactions_of({{0, 0}, {1, 0}, {2, 0}, {0, 1}, {1, 1}, {3, 1}, {4, 1}, {5, 2}});
  const auto similarity = [&](const char* kind, double alpha, double shrinkage) {
    const SimilarityOptions options{kind, "none", alpha, shrinkage, false};
    const std::vector<float> all = dense_by_target(*train_neighbors(interactions, options.settings()));
    return std::pair(all[1], all[3]);  // of target 0 to item 1, and the other way round
  };
  const auto near = [](float actual, double expected) { return std::abs(actual - expected) < 1e-6; };
  CHECK(near(similarity("cosine", 0.9, 0).first, 2 / std::sqrt(12.0)));
  CHECK(near(similarity("cosine", 0.9, 0).second, 2 / std::sqrt(12.0)));
  CHECK(near(similarity("asymmetric_cosine", 1, 0).first, 2 / 3.0));
  CHECK(near(similarity("asymmetric_cosine", 1, 0).second, 2 / 4.0));
  CHECK(near(similarity("asymmetric_cosine", 0, 0).first, 2 / 4.0));
  CHECK(near(similarity("asymmetric_cosine", 1, 2).first, 2 / 5.0));
  CHECK(near(similarity("jaccard", 0.9, 0).first, 2 / 5.0));
  CHECK(near(similarity("jaccard", 0.9, 3).second, 2 / 8.0));
}

TEST_CASE("users without interactions change nothing") {
  const std::vector<UserItem> rows{{0, 0}, {0, 1}, {1, 0}, {1, 1}, {1, 2}, {2, 2}, {2, 1}};
  const Interactions without = interactions_of(rows);
  const Interactions with = interactions_of(rows, 50, 0);
  for (const char* weighting : {"none", "bm25", "tf_idf"}) {
    const Settings::Given settings{{"weighting", weighting},
                                   {"normalize_users", weighting[0] == 'b' ? "false" : "true"}};
    CHECK(train_neighbors(with, settings)->weights().values == train_neighbors(without, settings)->weights().values);
  }
}

TEST_CASE("each target keeps its most similar items and no more") {
  const Interactions interactions = random_interactions(80, 30, 0.3f, 2);
  const std::vector<float> all = dense_by_target(*train_neighbors(interactions, {}));
  for (const std::size_t num_neighbors : {1, 3, 29, 30}) {
    CAPTURE(num_neighbors);
    const auto model = train_neighbors(interactions, {{"num_neighbors", std::to_string(num_neighbors)}});
    const std::vector<float> kept = dense_by_target(*model);
    for (std::size_t target = 0; target < 30; ++target) {
      std::vector<std::size_t> order;
      for (std::size_t j = 0; j < 30; ++j) {
        if (all[target * 30 + j] > 0) order.push_back(j);
      }
      std::stable_sort(order.begin(), order.end(),
                       [&](std::size_t a, std::size_t b) { return all[target * 30 + a] > all[target * 30 + b]; });
      order.resize(std::min(order.size(), num_neighbors));
      std::vector<float> expected(30);
      for (const std::size_t j : order) expected[j] = all[target * 30 + j];
      CHECK(std::equal(expected.begin(), expected.end(), kept.begin() + static_cast<std::ptrdiff_t>(target * 30)));
    }
  }
}

TEST_CASE("of items that are equally similar the first are kept") {
  std::vector<UserItem> rows;
  for (const std::int32_t user : {0, 1, 2}) {
    for (const std::int32_t item : {0, 1, 2, 3, 4}) rows.emplace_back(user, item);
  }
  const Interactions interactions = interactions_of(rows);
  const auto model = train_neighbors(interactions, {{"num_neighbors", "2"}});
  const std::vector<float> kept = dense_by_target(*model);
  const float one = kept[1];
  CHECK(one > 0);
  CHECK(std::equal(kept.begin(), kept.begin() + 5, std::vector<float>{0, one, one, 0, 0}.begin()));
  CHECK(std::equal(kept.begin() + 15, kept.begin() + 20, std::vector<float>{one, one, 0, 0, 0}.begin()));
}

TEST_CASE("the same neighbours come from any number of threads and any slices") {
  const Interactions interactions = random_interactions(100, 60, 0.15f, 3);
  const auto one = train_neighbors(interactions, {});
  for (const int num_threads : {2, 3, 4}) {
    const auto several = train_neighbors(interactions, {}, num_threads);
    CHECK(several->weights().offsets == one->weights().offsets);
    CHECK(several->weights().columns == one->weights().columns);
    CHECK(several->weights().values == one->weights().values);
  }
  ThreadPool pool(2);
  for (const std::int64_t slice : {1, 7, 100000000}) {
    auto trainer = value_of(make_trainer("item_neighbors", {}, {&interactions, nullptr}, 1, pool));
    while (!trainer->done()) REQUIRE(succeeds(trainer->step(slice)));
    const auto model = trainer->finish();
    CHECK(static_cast<const SparseItemModel&>(*model).weights().values == one->weights().values);
  }
}

TEST_CASE("a score is the weighted sum of the history's similarities, and explained by them") {
  const Interactions interactions = random_interactions(60, 25, 0.3f, 4);
  const auto model = train_neighbors(interactions, {{"num_neighbors", "8"}});
  const std::vector<float> similarities = dense_by_target(*model);
  Random random(5);
  for (int repeat = 0; repeat < 20; ++repeat) {
    const std::vector<HistoryEntry> history = random_history(25, random_below(10, random), random);
    const std::vector<float> scores = scores_of(*model, history);
    const auto profile = value_of(model->fold_in(history));
    for (std::int32_t item = 0; item < 25; ++item) {
      double expected = 0;
      for (const HistoryEntry& entry : history) {
        expected += static_cast<double>(entry.weight) * similarities[static_cast<std::size_t>(item) * 25 + entry.item];
      }
      CHECK(std::abs(scores[item] - expected) < 1e-5);
      std::vector<Contribution> parts;
      profile->explain(item, parts);
      CHECK(std::abs(sum_of_parts(parts) - expected) < 1e-5);
      for (const Contribution& part : parts) CHECK(part.term == kNone);
    }
  }
}

TEST_CASE("neighbours of an item are its similarities, and itself is none") {
  const Interactions interactions = random_interactions(60, 25, 0.3f, 4);
  const auto model = train_neighbors(interactions, {});
  const std::vector<float> similarities = dense_by_target(*model);
  std::vector<float> scores(25, 9.0f);
  model->similar(3, scores);
  CHECK(scores[3] == 0);
  CHECK(scores[0] == 0);  // nobody met it
  for (std::size_t item = 0; item < 25; ++item) CHECK(scores[item] == similarities[item * 25 + 3]);
}

TEST_CASE("history entries outside the model are left out, and no history scores zero") {
  const Interactions interactions = random_interactions(60, 25, 0.3f, 4);
  const auto model = train_neighbors(interactions, {});
  const HistoryEntry known[] = {{3, 1}};
  const HistoryEntry with_unknown[] = {{-1, 1}, {3, 1}, {25, 1}, {2000000000, 5}};
  CHECK(scores_of(*model, with_unknown) == scores_of(*model, known));
  CHECK(scores_of(*model, {}) == std::vector<float>(25, 0.0f));
}

TEST_CASE("weights so large that neighbours' scores overflow are refused") {
  const Interactions interactions = random_interactions(60, 25, 0.3f, 4);
  const auto model = train_neighbors(interactions, {});
  const HistoryEntry history[] = {{1, 3e38f}, {2, 3e38f}, {3, 3e38f}};
  CHECK(fails(model->fold_in(history), ErrorCode::kNotFinite, {"smaller"}));
  // Finite weights, but not times these similarities.
  const SparseItemModel large("item_neighbors", SparseRows{{0, 1, 1}, {1}, {1e10f}}, std::vector<float>{1, 1}, "{}");
  const HistoryEntry one[] = {{0, 1e30f}};
  CHECK(fails(large.fold_in(one), ErrorCode::kNotFinite, {"smaller"}));
}

TEST_CASE("more neighbours than memory takes are refused before training, with what to do") {
  // One user who met everything: each of the items has all others as neighbours.
  std::vector<UserItem> rows;
  for (std::int32_t item = 0; item < 9000; ++item) rows.emplace_back(0, item);
  const Interactions interactions = interactions_of(rows);
  ThreadPool pool(1);
  for (const char* model : {"item_neighbors", "item_graph"}) {
    CHECK(fails(make_trainer(model, {{"num_neighbors", "10000"}}, {&interactions, nullptr}, 1, pool),
                ErrorCode::kTooLarge, {model, "81000000", "67108864", "num_neighbors", "ials"}));
    CHECK(succeeds(make_trainer(model, {{"num_neighbors", "7000"}}, {&interactions, nullptr}, 1, pool)));
  }
}

}  // namespace inkling
