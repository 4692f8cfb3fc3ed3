#include "inkling/sparse_linear.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "expect.h"
#include "indices.h"
#include "inkling/model_file.h"
#include "inkling/sparse_item_model.h"
#include "sample_data.h"

namespace inkling {

namespace {

std::unique_ptr<SparseItemModel> train_linear(const Interactions& interactions, const Settings::Given& settings,
                                              int num_threads = 1) {
  auto model = trained("sparse_linear", settings, {&interactions, nullptr}, 1, num_threads);
  return std::unique_ptr<SparseItemModel>(static_cast<SparseItemModel*>(model.release()));
}

// weights[j * num_items + i]: of item j for target i.
std::vector<float> dense(const SparseItemModel& model) {
  const std::size_t num_items = at(model.num_items());
  std::vector<float> out(num_items * num_items);
  for (std::int32_t j = 0; j < model.num_items(); ++j) {
    const auto targets = model.weights().row_columns(j);
    for (std::size_t e = 0; e < targets.size(); ++e) {
      out[at(j) * num_items + at(targets[e])] = model.weights().row_values(j)[e];
    }
  }
  return out;
}

std::vector<double> gram_of(const Interactions& interactions) {
  const std::size_t num_items = at(interactions.num_items());
  std::vector<double> gram(num_items * num_items);
  for (std::int32_t user = 0; user < interactions.num_users(); ++user) {
    for (const std::int32_t i : interactions.by_user().row_columns(user)) {
      for (const std::int32_t j : interactions.by_user().row_columns(user)) gram[at(i) * num_items + at(j)] += 1;
    }
  }
  return gram;
}

double mean_users_of_met_items(const Interactions& interactions) {
  double met = 0;
  for (std::int32_t item = 0; item < interactions.num_items(); ++item) {
    met += interactions.by_item().row_length(item) > 0 ? 1 : 0;
  }
  return static_cast<double>(interactions.num_entries()) / met;
}

// The elastic net of one target by plain coordinate descent to the end, in double precision.
std::vector<double> naive_weights(const std::vector<double>& gram, std::size_t num_items, std::size_t target,
                                  const std::vector<std::size_t>& candidates, double l1, double l2, bool nonnegative) {
  std::vector<double> weights(num_items);
  for (int sweep = 0; sweep < 300; ++sweep) {
    for (const std::size_t j : candidates) {
      double pull = gram[j * num_items + target];
      for (const std::size_t k : candidates) {
        if (k != j) pull -= gram[j * num_items + k] * weights[k];
      }
      const double size = std::max(std::abs(pull) - l1, 0.0) / (gram[j * num_items + j] + l2);
      weights[j] = pull > 0 ? size : nonnegative ? 0 : -size;
    }
  }
  return weights;
}

}  // namespace

TEST_CASE("the weights are those of the elastic net among the items of largest cosine") {
  const Interactions interactions = random_interactions(70, 30, 0.25f, 1);
  const std::vector<double> gram = gram_of(interactions);
  const double mean = mean_users_of_met_items(interactions);
  for (const bool nonnegative : {false, true}) {
    for (const std::size_t num_neighbors : {1, 5, 30, 2000}) {
      CAPTURE(nonnegative);
      CAPTURE(num_neighbors);
      const std::vector<float> weights =
          dense(*train_linear(interactions, {{"num_neighbors", std::to_string(num_neighbors)},
                                             {"l1", "0.05"},
                                             {"l2", "0.5"},
                                             {"iterations", "200"},
                                             {"nonnegative", nonnegative ? "true" : "false"}}));
      Furthest furthest;
      for (std::size_t target = 0; target < 30; ++target) {
        std::vector<std::size_t> candidates;
        for (std::size_t j = 0; j < 30; ++j) {
          if (j != target && gram[j * 30 + target] > 0) candidates.push_back(j);
        }
        std::stable_sort(candidates.begin(), candidates.end(), [&](std::size_t a, std::size_t b) {
          return static_cast<float>(gram[a * 30 + target] / std::sqrt(gram[a * 30 + a])) >
                 static_cast<float>(gram[b * 30 + target] / std::sqrt(gram[b * 30 + b]));
        });
        candidates.resize(std::min(candidates.size(), num_neighbors - (num_neighbors == 30 ? 1 : 0)));
        const std::vector<double> expected =
            naive_weights(gram, 30, target, candidates, 0.05 * mean, 0.5 * mean, nonnegative);
        for (std::size_t j = 0; j < 30; ++j) furthest.add(weights[j * 30 + target], expected[j]);
      }
      CHECK(furthest.value() < 4e-3);  // weights stop moving at 1e-3
    }
  }
}

TEST_CASE("num_neighbors bounds the weights of a target") {
  const Interactions interactions = random_interactions(80, 40, 0.3f, 2);
  for (const std::size_t num_neighbors : {1, 2, 7}) {
    const std::vector<float> weights = dense(
        *train_linear(interactions, {{"num_neighbors", std::to_string(num_neighbors)}, {"l1", "0"}, {"l2", "1"}}));
    std::size_t most = 0;
    for (std::size_t target = 0; target < 40; ++target) {
      std::size_t count = 0;
      for (std::size_t j = 0; j < 40; ++j) count += weights[j * 40 + target] != 0 ? 1 : 0;
      most = std::max(most, count);
    }
    CHECK(most == num_neighbors);
  }
}

TEST_CASE("a catalogue too large for one Gram matrix gets the same weights from users' rows") {
  const Interactions small = random_interactions(60, 50, 0.2f, 3);
  std::vector<UserItem> rows;
  for (std::int32_t user = 0; user < 60; ++user) {
    for (const std::int32_t item : small.by_user().row_columns(user)) rows.emplace_back(user, item);
  }
  const Interactions large = interactions_of(rows, 60, 11586);
  for (const char* num_neighbors : {"8", "500"}) {
    const auto expected = train_linear(small, {{"num_neighbors", num_neighbors}});
    for (const int num_threads : {1, 3}) {
      const auto model = train_linear(large, {{"num_neighbors", num_neighbors}}, num_threads);
      CHECK(model->weights().columns == expected->weights().columns);
      CHECK(model->weights().values == expected->weights().values);
    }
  }
}

TEST_CASE("sparse_linear gives the same bits from any number of threads and any slices, and counts its work") {
  const Interactions interactions = random_interactions(100, 60, 0.15f, 4);
  const auto one = train_linear(interactions, {});
  CHECK(one->weights().num_entries() > 100);
  for (const int num_threads : {2, 3, 4}) {
    const auto several = train_linear(interactions, {}, num_threads);
    CHECK(several->weights().columns == one->weights().columns);
    CHECK(several->weights().values == one->weights().values);
  }
  ThreadPool pool(2);
  for (const std::int64_t slice : {1, 7, 100000000}) {
    auto trainer = value_of(make_trainer("sparse_linear", {}, {&interactions, nullptr}, 1, pool));
    while (!trainer->done()) {
      const std::int64_t before = trainer->done_work();
      REQUIRE(succeeds(trainer->step(slice)));
      CHECK(trainer->done_work() > before);
    }
    CHECK(trainer->done_work() == trainer->total_work());
    const auto model = trainer->finish();
    CHECK(static_cast<const SparseItemModel&>(*model).weights().values == one->weights().values);
  }
}

TEST_CASE("the same data four times over gives the same weights, for penalties count in mean users") {
  const Interactions once = random_interactions(50, 30, 0.3f, 5);
  std::vector<UserItem> rows;
  for (std::int32_t user = 0; user < 50; ++user) {
    for (const std::int32_t item : once.by_user().row_columns(user)) {
      for (std::int32_t copy = 0; copy < 4; ++copy) rows.emplace_back(user + 50 * copy, item);
    }
  }
  // All sums are four times as large, which changes no bit of their ratios.
  const auto expected = train_linear(once, {});
  const auto actual = train_linear(interactions_of(rows, 200, 30), {});
  CHECK(actual->weights().columns == expected->weights().columns);
  CHECK(actual->weights().values == expected->weights().values);
}

TEST_CASE("sparse_linear takes one user, one item and users who met everything") {
  CHECK(train_linear(interactions_of({{0, 0}}), {})->weights().num_entries() == 0);
  std::vector<UserItem> rows;
  for (std::int32_t item = 0; item < 6; ++item) rows.emplace_back(0, item);
  for (const std::int32_t num_users : {1, 40}) {
    for (std::int32_t user = 1; user < num_users; ++user) {
      for (std::int32_t item = 0; item < 6; ++item) rows.emplace_back(user, item);
    }
    const auto model = train_linear(interactions_of(rows), {{"iterations", "1000"}});
    // All alike: each target's five weights sum to (m - l1 m) / (m + l2 m / 5), m being the users.
    const std::vector<float> weights = dense(*model);
    for (std::size_t target = 0; target < 6; ++target) {
      double sum = 0;
      for (std::size_t j = 0; j < 6; ++j) sum += weights[j * 6 + target];
      CHECK(sum == doctest::Approx(0.98 / 1.4).epsilon(0.01));
    }
  }
}

TEST_CASE("sparse_linear finds the clusters") {
  const ClusteredData data = clustered_data(200, 60, 4, 6);
  const auto model = train_linear(data.train, {});
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

TEST_CASE("more weights than memory should hold are refused before anything is allocated, with a way out") {
  ThreadPool pool(1);
  const Interactions interactions = interactions_of({{0, 0}}, 0, 200000);
  CHECK(fails(make_trainer("sparse_linear", {}, {&interactions, nullptr}, 1, pool), ErrorCode::kTooLarge,
              {"200000", "67108864", "fewer num_neighbors"}));
}

TEST_CASE("sparse_linear is written and read again") {
  const Interactions interactions = random_interactions(60, 25, 0.3f, 7);
  const auto model = train_linear(interactions, {{"history_half_life", "3"}});
  const auto bytes = value_of(write_model_file(*model, item_ids(25)));
  const ModelFile file = value_of(read_model_file(bytes));
  CHECK(file.model->name() == "sparse_linear");
  CHECK(static_cast<const SparseItemModel&>(*file.model).weights().values == model->weights().values);
}

}  // namespace inkling
