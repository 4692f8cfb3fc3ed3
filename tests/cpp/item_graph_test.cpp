#include "inkling/item_graph.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "expect.h"
#include "inkling/sparse_item_model.h"
#include "sample_data.h"

namespace inkling {

namespace {

std::unique_ptr<SparseItemModel> train_graph(const Interactions& interactions, const Settings::Given& settings,
                                             int num_threads = 1) {
  auto model = trained("item_graph", settings, {&interactions, nullptr}, 1, num_threads);
  return std::unique_ptr<SparseItemModel>(static_cast<SparseItemModel*>(model.release()));
}

// W(j, i), row j, as a product of the matrices of the walk's steps, in double precision: (num_items, num_items).
std::vector<double> expected_weights(const Interactions& interactions, double alpha, double beta) {
  const auto num_items = static_cast<std::size_t>(interactions.num_items());
  const auto num_users = static_cast<std::size_t>(interactions.num_users());
  std::vector<double> to_user(num_items * num_users);
  std::vector<double> to_item(num_users * num_items);
  for (std::size_t user = 0; user < num_users; ++user) {
    const auto items = interactions.by_user().row_columns(static_cast<std::int32_t>(user));
    for (const std::int32_t item : items) {
      const auto users = static_cast<double>(interactions.by_item().row_length(item));
      to_user[static_cast<std::size_t>(item) * num_users + user] = std::pow(1 / users, alpha);
      to_item[user * num_items + static_cast<std::size_t>(item)] =
          std::pow(1 / static_cast<double>(items.size()), alpha);
    }
  }
  std::vector<double> out(num_items * num_items);
  for (std::size_t j = 0; j < num_items; ++j) {
    for (std::size_t i = 0; i < num_items; ++i) {
      const auto users = static_cast<double>(interactions.by_item().row_length(static_cast<std::int32_t>(i)));
      for (std::size_t user = 0; user < num_users && i != j; ++user) {
        out[j * num_items + i] += to_user[j * num_users + user] * to_item[user * num_items + i];
      }
      if (users > 0) out[j * num_items + i] /= std::pow(users, beta);
    }
  }
  return out;
}

// Row j: (num_items, num_items).
std::vector<float> dense_by_source(const SparseItemModel& model) {
  const auto num_items = static_cast<std::size_t>(model.num_items());
  std::vector<float> out(num_items * num_items);
  for (std::int32_t j = 0; j < model.num_items(); ++j) {
    const auto targets = model.weights().row_columns(j);
    for (std::size_t e = 0; e < targets.size(); ++e) {
      out[static_cast<std::size_t>(j) * num_items + targets[e]] = model.weights().row_values(j)[e];
    }
  }
  return out;
}

}  // namespace

TEST_CASE("the graph's weights are the walk's probabilities to their powers, over those of the targets") {
  const Interactions interactions = random_interactions(50, 23, 0.2f, 1);
  for (const double alpha : {0.0, 0.7, 1.0, 2.0}) {
    for (const double beta : {0.0, 0.6, 2.0}) {
      CAPTURE(alpha);
      CAPTURE(beta);
      const auto model = train_graph(interactions, {{"alpha", std::to_string(alpha)}, {"beta", std::to_string(beta)}});
      const std::vector<float> actual = dense_by_source(*model);
      const std::vector<double> expected = expected_weights(interactions, alpha, beta);
      Furthest furthest;
      for (std::size_t n = 0; n < expected.size(); ++n) furthest.add(actual[n], expected[n]);
      const double most = *std::max_element(expected.begin(), expected.end());
      CHECK(most > 0);
      CHECK(furthest.value() < 1e-5 * most);
    }
  }
}

TEST_CASE("a plain walk from an item ends somewhere with probability 1") {
  const Interactions interactions = random_interactions(50, 23, 0.2f, 1);
  const auto model = train_graph(interactions, {{"alpha", "1"}, {"beta", "0"}});
  const std::vector<float> weights = dense_by_source(*model);
  for (std::int32_t j = 1; j < 23; ++j) {
    double total = 0;
    for (std::size_t i = 0; i < 23; ++i) total += weights[static_cast<std::size_t>(j) * 23 + i];
    // Back to itself, which the model leaves out.
    for (const std::int32_t user : interactions.by_item().row_columns(j)) {
      total +=
          1.0 / static_cast<double>(interactions.by_item().row_length(j) * interactions.by_user().row_length(user));
    }
    CHECK(std::abs(total - 1) < 1e-5);
  }
}

TEST_CASE("each target of the graph keeps its strongest sources and no more") {
  const Interactions interactions = random_interactions(80, 30, 0.3f, 2);
  const std::vector<float> all = dense_by_source(*train_graph(interactions, {}));
  for (const std::size_t num_neighbors : {1, 4, 30}) {
    const auto model = train_graph(interactions, {{"num_neighbors", std::to_string(num_neighbors)}});
    const std::vector<float> kept = dense_by_source(*model);
    for (std::size_t target = 0; target < 30; ++target) {
      std::vector<float> column;
      std::size_t count = 0;
      for (std::size_t j = 0; j < 30; ++j) {
        column.push_back(all[j * 30 + target]);
        count += kept[j * 30 + target] > 0 ? 1 : 0;
        CHECK((kept[j * 30 + target] == 0 || kept[j * 30 + target] == column[j]));
      }
      std::sort(column.begin(), column.end(), std::greater<>());
      CHECK(count == std::min<std::size_t>(num_neighbors, target == 0 ? 0 : 28));
      for (std::size_t j = 0; j < 30 && count > 0; ++j) {
        const float weight = kept[j * 30 + target];
        CHECK((weight == 0 || weight >= column[count - 1]));
      }
    }
  }
}

TEST_CASE("the same graph comes from any number of threads and any slices") {
  const Interactions interactions = random_interactions(100, 60, 0.15f, 3);
  const auto one = train_graph(interactions, {{"num_neighbors", "7"}});
  for (const int num_threads : {2, 3}) {
    const auto several = train_graph(interactions, {{"num_neighbors", "7"}}, num_threads);
    CHECK(several->weights().columns == one->weights().columns);
    CHECK(several->weights().values == one->weights().values);
  }
  ThreadPool pool(2);
  for (const std::int64_t slice : {1, 50}) {
    auto trainer = value_of(make_trainer("item_graph", {{"num_neighbors", "7"}}, {&interactions, nullptr}, 1, pool));
    while (!trainer->done()) REQUIRE(succeeds(trainer->step(slice)));
    const auto model = trainer->finish();
    CHECK(static_cast<const SparseItemModel&>(*model).weights().values == one->weights().values);
  }
}

}  // namespace inkling
