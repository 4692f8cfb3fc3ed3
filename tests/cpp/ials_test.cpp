#include "inkling/ials.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "dense_matrix.h"
#include "expect.h"
#include "ials_reference.h"
#include "inkling/random.h"
#include "sample_data.h"

namespace inkling {

using namespace ials_reference;

namespace {

// Ials, line by line from its documentation, in double precision, from the same start.
Matrix reference_item_factors(const Interactions& interactions, const Parameters& parameters, std::uint64_t seed) {
  Random random(seed);
  const double scale = parameters.init_stddev / std::sqrt(static_cast<double>(parameters.num_factors));
  const auto draw = [&](std::int32_t rows) {
    Matrix out(rows, parameters.num_factors);
    for (std::size_t r = 0; r < out.rows(); ++r) {
      for (std::size_t c = 0; c < out.columns(); ++c) out(r, c) = scale * random.normal();
    }
    return out;
  };
  Matrix users = draw(interactions.num_users());
  Matrix items = draw(interactions.num_items());
  for (int iteration = 0; iteration < parameters.iterations; ++iteration) {
    users = solve_rows(items, interactions.by_user(), parameters);
    items = solve_rows(users, interactions.by_item(), parameters);
  }
  return items;
}

// The documented objective.
double objective(const Matrix& users, const Matrix& items, const Interactions& interactions,
                 const Parameters& parameters) {
  const Matrix scores = users * items.transpose();
  double total = parameters.unobserved_weight * scores.squared_norm();
  for (std::int32_t user = 0; user < interactions.num_users(); ++user) {
    const auto entries = interactions.by_user().row_columns(user);
    for (const std::int32_t item : entries) total += (1 - scores(user, item)) * (1 - scores(user, item));
    total += parameters.regularization *
             (static_cast<double>(entries.size()) + parameters.unobserved_weight * interactions.num_items()) *
             users.row(user).squared_norm();
  }
  for (std::int32_t item = 0; item < interactions.num_items(); ++item) {
    total += parameters.regularization *
             (static_cast<double>(interactions.by_item().row_length(item)) +
              parameters.unobserved_weight * interactions.num_users()) *
             items.row(item).squared_norm();
  }
  return total;
}

}  // namespace

TEST_CASE("ials equals the documented algorithm in double precision") {
  for (const std::size_t num_factors : {1, 3, 8, 20}) {
    CAPTURE(num_factors);
    const Interactions interactions = random_interactions(50, 40, 0.15f, num_factors);
    Parameters parameters;
    parameters.num_factors = num_factors;
    const Matrix expected = reference_item_factors(interactions, parameters, 7);
    const Matrix actual = factors_of(*train_ials(interactions, parameters.settings(), 7));
    const double largest = expected.largest();
    CHECK(largest > 0.1);
    CHECK((actual - expected).largest() < 2e-4 * largest);
  }
}

TEST_CASE("the objective falls in every iteration") {
  const Interactions interactions = random_interactions(60, 40, 0.15f, 3);
  Parameters parameters;
  double last = 1e30;
  for (parameters.iterations = 1; parameters.iterations <= 8; ++parameters.iterations) {
    const Matrix items = factors_of(*train_ials(interactions, parameters.settings()));
    // The user factors that the next iteration would begin with, the best for these items.
    const Matrix users = solve_rows(items, interactions.by_user(), parameters);
    const double now = objective(users, items, interactions, parameters);
    CAPTURE(parameters.iterations);
    CHECK(now < last);
    last = now;
  }
  CHECK(last < 0.9 * static_cast<double>(interactions.num_entries()));  // all factors zero would give the entries
}

TEST_CASE("any number of threads and any slices give the same bits") {
  const Interactions interactions = random_interactions(300, 200, 0.05f, 4);
  for (const char* solver : {"cholesky", "cg", "block"}) {
    CAPTURE(solver);
    const Settings::Given settings{{"num_factors", "12"}, {"iterations", "3"}, {"solver", solver}, {"block_size", "5"}};
    const std::vector<float> expected = train_ials(interactions, settings)->item_factors();
    for (const int num_threads : {2, 3, 4}) {
      CHECK(train_ials(interactions, settings, 1, num_threads)->item_factors() == expected);
    }
    ThreadPool pool(3);
    for (const std::int64_t slice : {1, 17, 1000, 1000000000}) {
      CAPTURE(slice);
      auto trainer = value_of(make_trainer("ials", settings, {&interactions, nullptr}, 1, pool));
      std::int64_t last = 0;
      while (!trainer->done()) {
        REQUIRE(succeeds(trainer->step(slice)));
        CHECK(trainer->done_work() >= last);
        last = trainer->done_work();
      }
      CHECK(last == trainer->total_work());
      CHECK(static_cast<const Ials&>(*trainer->finish()).item_factors() == expected);
    }
    CHECK(train_ials(interactions, settings, 2)->item_factors() != expected);
  }
}

TEST_CASE("every solver comes to the objective of the exact one") {
  const Interactions interactions = random_interactions(60, 40, 0.15f, 3);
  const auto objective_of = [&](Settings::Given more, const Parameters& parameters) {
    Settings::Given settings = parameters.settings();
    settings.insert(settings.end(), more.begin(), more.end());
    const Matrix items = factors_of(*train_ials(interactions, settings));
    return objective(solve_rows(items, interactions.by_user(), parameters), items, interactions, parameters);
  };
  Parameters parameters;
  parameters.num_factors = 16;
  parameters.iterations = 1;
  const double early = objective_of({}, parameters);
  parameters.iterations = 60;
  const double exact = objective_of({}, parameters);
  CHECK(exact < 0.99 * early);
  parameters.solver = "cg";
  CHECK(objective_of({}, parameters) == doctest::Approx(exact).epsilon(0.003));
  CHECK(objective_of({{"cg_steps", "1"}}, parameters) == doctest::Approx(exact).epsilon(0.003));
  parameters.solver = "block";
  for (const char* block_size : {"1", "5", "8"}) {
    CHECK(objective_of({{"block_size", block_size}}, parameters) == doctest::Approx(exact).epsilon(0.003));
  }
}

TEST_CASE("one block of all factors is the exact solver, and so are as many gradients") {
  const Interactions interactions = random_interactions(60, 40, 0.15f, 3);
  Parameters parameters;
  const Matrix exact = factors_of(*train_ials(interactions, parameters.settings()));
  const double largest = exact.largest();
  parameters.solver = "block";
  CHECK((factors_of(*train_ials(interactions, parameters.settings())) - exact).largest() < 1e-3 * largest);
  parameters.solver = "cg";
  Settings::Given settings = parameters.settings();
  settings.emplace_back("cg_steps", "20");
  CHECK((factors_of(*train_ials(interactions, settings)) - exact).largest() < 1e-3 * largest);
}

TEST_CASE("without a weight given, all unobserved pairs together weigh four times the observed ones, one at most") {
  const Interactions sparse = random_interactions(50, 40, 0.1f, 5);
  const auto by_default = train_ials(sparse, {{"num_factors", "4"}});
  const double share = static_cast<double>(sparse.num_entries()) / (50 * 40);
  CHECK(by_default->fold_in_parameters().unobserved_weight == doctest::Approx(4 * share));
  const auto given = train_ials(sparse, {{"num_factors", "4"}, {"unobserved_weight", std::to_string(4 * share)}});
  CHECK(given->fold_in_parameters().unobserved_weight == doctest::Approx(4 * share));
  Furthest furthest;
  for (std::size_t i = 0; i < given->item_factors().size(); ++i) {
    furthest.add(by_default->item_factors()[i], given->item_factors()[i]);
  }
  CHECK(furthest.value() < 1e-4);
  const auto dense = train_ials(random_interactions(20, 20, 0.8f, 5), {{"num_factors", "4"}});
  CHECK(dense->fold_in_parameters().unobserved_weight == 1);
}

TEST_CASE("items that nobody met have zero factors and similarity 0, others are cosines") {
  const Interactions interactions = random_interactions(50, 40, 0.15f, 5);
  const auto model = train_ials(interactions, {{"num_factors", "8"}});
  const Matrix items = factors_of(*model);
  CHECK(items.row(0).squared_norm() == 0);
  std::vector<float> scores(40, 9.0f);
  model->similar(0, scores);
  CHECK(scores == std::vector<float>(40, 0.0f));
  model->similar(3, scores);
  CHECK(scores[0] == 0);
  Furthest furthest;
  for (std::int32_t item = 1; item < 40; ++item) {
    furthest.add(scores[item], items.row(3).dot(items.row(item)) / items.row(3).norm() / items.row(item).norm());
  }
  CHECK(furthest.value() < 1e-5);
}

TEST_CASE("ials and item_neighbors learn clusters that popularity cannot see") {
  const ClusteredData data = clustered_data(400, 120, 6, 8);
  const TrainingData training{&data.train, nullptr};
  const double popularity = metric_of(*trained("popularity", {}, training), data, "recall@10");
  const double ials = metric_of(*trained("ials", {{"num_factors", "16"}}, training), data, "recall@10");
  const double neighbors = metric_of(*trained("item_neighbors", {}, training), data, "recall@10");
  CHECK(popularity < 0.3);
  CHECK(ials > popularity + 0.4);
  CHECK(neighbors > popularity + 0.4);
}

TEST_CASE("one user with one item, and all users with all items, are learned by every solver") {
  std::vector<UserItem> all;
  for (std::int32_t user = 0; user < 5; ++user) {
    for (std::int32_t item = 0; item < 4; ++item) all.emplace_back(user, item);
  }
  for (const std::vector<UserItem>& rows : {std::vector<UserItem>{{0, 0}}, all}) {
    for (const char* solver : {"cholesky", "cg", "block"}) {
      CAPTURE(rows.size());
      CAPTURE(solver);
      const auto model = train_ials(interactions_of(rows), {{"solver", solver}});
      const HistoryEntry history[] = {{0, 1}};
      for (const float score : scores_of(*model, history)) {
        CHECK(score > 0.1f);
        CHECK(score < 1);
      }
    }
  }
}

TEST_CASE("training that leaves the finite numbers is an error, not a model") {
  // Vectors far longer than there are users, started huge, with next to no regularization: singular in float.
  const Interactions interactions = interactions_of({{0, 0}, {0, 1}, {1, 1}, {2, 2}, {2, 0}});
  ThreadPool pool(2);
  CHECK(fails(train("ials",
                    {{"num_factors", "200"},
                     {"regularization", "0.0000001"},
                     {"unobserved_weight", "0.0001"},
                     {"init_stddev", "10"},
                     {"solver", "cholesky"}},
                    {&interactions, nullptr}, 1, pool),
              ErrorCode::kNotFinite, {"ials", "regularization"}));
}

TEST_CASE("factors that would need more than a gibibyte are refused, also where 32 bits would wrap around") {
  const Interactions many = interactions_of({{0, 0}}, (1 << 22) - 1, 1);  // times 1024 factors: 2^32
  ThreadPool pool(1);
  CHECK(fails(make_trainer("ials", {{"num_factors", "1024"}}, {&many, nullptr}, 1, pool), ErrorCode::kTooLarge,
              {"4194304", "1024"}));
}

}  // namespace inkling
