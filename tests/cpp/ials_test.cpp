#include "inkling/ials.h"

#include <doctest/doctest.h>

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "expect.h"
#include "inkling/evaluator.h"
#include "inkling/random.h"
#include "sample_data.h"

namespace inkling {

namespace {

using Matrix = Eigen::MatrixXd;

Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }

struct Parameters {
  std::size_t num_factors = 8;
  int iterations = 3;
  double regularization = 0.02;
  double unobserved_weight = 0.3;
  double init_stddev = 0.1;
  std::string solver = "cholesky";

  Settings::Given settings() const {
    return {
        {"num_factors", std::to_string(num_factors)},       {"iterations", std::to_string(iterations)},
        {"regularization", std::to_string(regularization)}, {"unobserved_weight", std::to_string(unobserved_weight)},
        {"init_stddev", std::to_string(init_stddev)},       {"solver", solver}};
  }
};

// The normal equations of one row: fixed: (fixed rows, num_factors).
Eigen::VectorXd solve_row(const Matrix& fixed, std::span<const std::int32_t> entries, std::span<const float> weights,
                          const Parameters& parameters) {
  Matrix matrix = parameters.unobserved_weight * fixed.transpose() * fixed;
  Eigen::VectorXd right_hand_side = Eigen::VectorXd::Zero(fixed.cols());
  double total_weight = 0;
  for (std::size_t e = 0; e < entries.size(); ++e) {
    const double weight = weights.empty() ? 1 : weights[e];
    const Eigen::VectorXd row = fixed.row(entries[e]);
    matrix += std::abs(weight) * row * row.transpose();
    right_hand_side += weight * row;
    total_weight += std::abs(weight);
  }
  const double ridge =
      parameters.regularization * (total_weight + parameters.unobserved_weight * static_cast<double>(fixed.rows()));
  matrix += ridge * Matrix::Identity(fixed.cols(), fixed.cols());
  return matrix.llt().solve(right_hand_side);
}

Matrix solve_rows(const Matrix& fixed, const SparseRows& rows, const Parameters& parameters) {
  Matrix out(rows.num_rows(), fixed.cols());
  for (std::int32_t row = 0; row < rows.num_rows(); ++row) {
    out.row(row) = solve_row(fixed, rows.row_columns(row), {}, parameters);
  }
  return out;
}

// Ials, line by line from its documentation, in double precision, from the same start.
Matrix reference_item_factors(const Interactions& interactions, const Parameters& parameters, std::uint64_t seed) {
  Random random(seed);
  const double scale = parameters.init_stddev / std::sqrt(static_cast<double>(parameters.num_factors));
  const auto draw = [&](std::int32_t rows) {
    Matrix out(rows, index(parameters.num_factors));
    for (Eigen::Index r = 0; r < out.rows(); ++r) {
      for (Eigen::Index c = 0; c < out.cols(); ++c) out(r, c) = scale * random.normal();
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
  double total = parameters.unobserved_weight * scores.squaredNorm();
  for (std::int32_t user = 0; user < interactions.num_users(); ++user) {
    const auto entries = interactions.by_user().row_columns(user);
    for (const std::int32_t item : entries) total += (1 - scores(user, item)) * (1 - scores(user, item));
    total += parameters.regularization *
             (static_cast<double>(entries.size()) + parameters.unobserved_weight * interactions.num_items()) *
             users.row(user).squaredNorm();
  }
  for (std::int32_t item = 0; item < interactions.num_items(); ++item) {
    total += parameters.regularization *
             (static_cast<double>(interactions.by_item().row_length(item)) +
              parameters.unobserved_weight * interactions.num_users()) *
             items.row(item).squaredNorm();
  }
  return total;
}

std::unique_ptr<Ials> train_ials(const Interactions& interactions, const Settings::Given& settings,
                                 std::uint64_t seed = 1, int num_threads = 1) {
  auto model = trained("ials", settings, {&interactions, nullptr}, seed, num_threads);
  return std::unique_ptr<Ials>(static_cast<Ials*>(model.release()));
}

Matrix factors_of(const Ials& model) {
  Matrix out(model.num_items(), index(model.num_factors()));
  for (Eigen::Index r = 0; r < out.rows(); ++r) {
    for (Eigen::Index c = 0; c < out.cols(); ++c) {
      out(r, c) = model.item_factors()[static_cast<std::size_t>(r * out.cols() + c)];
    }
  }
  return out;
}

std::vector<HistoryEntry> history_of(const Interactions& interactions, std::int32_t user) {
  std::vector<HistoryEntry> history;
  for (const std::int32_t item : interactions.by_user().row_columns(user)) history.push_back({item, 1});
  return history;
}

double metric_of(const Model& model, const ClusteredData& data, std::string_view metric) {
  ThreadPool pool(2);
  Evaluator evaluator(model, {&data.train, &data.test, nullptr}, value_of(parse_metrics(metric)), 1, pool);
  while (!evaluator.done()) CHECK(succeeds(evaluator.step(50)));
  return evaluator.results()[0];
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
    const double largest = expected.cwiseAbs().maxCoeff();
    CHECK(largest > 0.1);
    CHECK((actual - expected).cwiseAbs().maxCoeff() < 2e-4 * largest);
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
  const double largest = exact.cwiseAbs().maxCoeff();
  parameters.solver = "block";
  CHECK((factors_of(*train_ials(interactions, parameters.settings())) - exact).cwiseAbs().maxCoeff() < 1e-3 * largest);
  parameters.solver = "cg";
  Settings::Given settings = parameters.settings();
  settings.emplace_back("cg_steps", "20");
  CHECK((factors_of(*train_ials(interactions, settings)) - exact).cwiseAbs().maxCoeff() < 1e-3 * largest);
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

TEST_CASE("folding in a training user gives the exact solution for the final item factors") {
  const Interactions interactions = random_interactions(50, 40, 0.15f, 5);
  const Parameters parameters;
  const auto model = train_ials(interactions, parameters.settings());
  const Matrix items = factors_of(*model);
  const Matrix users = solve_rows(items, interactions.by_user(), parameters);
  Furthest furthest;
  for (std::int32_t user = 0; user < 50; ++user) {
    const std::vector<float> scores = scores_of(*model, history_of(interactions, user));
    const Eigen::VectorXd expected = items * users.row(user).transpose();
    for (std::int32_t item = 0; item < 40; ++item) furthest.add(scores[item], expected(item));
  }
  CHECK(furthest.value() < 2e-5);
}

TEST_CASE("weights count as documented when a history is folded in, and reasons sum to the score") {
  const Interactions interactions = random_interactions(80, 40, 0.15f, 6);
  const Parameters parameters;
  const auto model = train_ials(interactions, parameters.settings());
  const Matrix items = factors_of(*model);
  Random random(7);
  Furthest from_exact;
  Furthest from_reasons;
  int negative = 0;
  for (int repeat = 0; repeat < 30; ++repeat) {
    const std::vector<HistoryEntry> history = random_history(40, random_below(80, random), random);
    std::vector<std::int32_t> entries;
    std::vector<float> weights;
    for (const HistoryEntry& entry : history) {
      entries.push_back(entry.item);
      weights.push_back(entry.weight);
      negative += entry.weight < 0 ? 1 : 0;
    }
    const Eigen::VectorXd expected = items * solve_row(items, entries, weights, parameters);
    const std::vector<float> scores = scores_of(*model, history);
    const auto profile = value_of(model->fold_in(history));
    for (std::int32_t item = 0; item < 40; ++item) {
      from_exact.add(scores[item], expected(item));
      std::vector<Contribution> parts;
      profile->explain(item, parts);
      CHECK(parts.size() == history.size());
      from_reasons.add(sum_of_parts(parts), scores[item]);
    }
  }
  CHECK(negative > 50);
  CHECK(from_exact.value() < 5e-5);
  CHECK(from_reasons.value() < 5e-5);
}

TEST_CASE("factors from elsewhere are folded in by the problem they were trained on") {
  constexpr std::int32_t kItems = 30;
  struct Case {
    const char* name;
    IalsFoldIn fold_in;
    // Each library's own formulas: what an entry of weight w adds to the matrix and to the right-hand side.
    double (*added)(double);
    double (*pull)(double);
    double (*ridge)(double weights, double positive);
  };
  const Case cases[] = {
      {"inkling",
       {0.03f, 0.2f},
       [](double w) { return std::abs(w); },
       [](double w) { return w; },
       [](double weights, double /*positive*/) { return 0.03 * (weights + 0.2 * kItems); }},
      {"spark", IalsFoldIn::spark(0.03f, 2.5f), [](double w) { return 2.5 * std::abs(w); },
       [](double w) { return w > 0 ? 1 + 2.5 * w : 0; },
       [](double /*weights*/, double positive) { return 0.03 * positive; }},
      {"implicit", IalsFoldIn::implicit(0.3f, 2.5f), [](double w) { return 2.5 * std::abs(w) - 1; },
       [](double w) { return w > 0 ? 2.5 * w : 0; }, [](double /*weights*/, double /*positive*/) { return 0.3; }},
  };
  Random random(8);
  for (const std::size_t num_factors : {1, 7, 16}) {
    std::vector<float> factors(kItems * num_factors);
    for (float& value : factors) value = 0.4f * random.normal();
    for (const Case& one : cases) {
      CAPTURE(one.name);
      CAPTURE(num_factors);
      REQUIRE(one.fold_in.is_valid());
      const Ials model(factors, num_factors, one.fold_in, std::vector<float>(kItems, 1.0f), "{}");
      const Matrix items = factors_of(model);
      const double unobserved_weight = one.fold_in.unobserved_weight;
      Furthest from_exact;
      Furthest from_reasons;
      double largest = 0;
      for (std::size_t length = 0; length < kItems; ++length) {
        const std::vector<HistoryEntry> history = random_history(kItems, length, random);
        Matrix matrix = unobserved_weight * items.transpose() * items;
        Eigen::VectorXd right_hand_side = Eigen::VectorXd::Zero(items.cols());
        double weights = 0;
        double positive = 0;
        for (const HistoryEntry& entry : history) {
          const Eigen::VectorXd row = items.row(entry.item);
          matrix += one.added(entry.weight) * row * row.transpose();
          right_hand_side += one.pull(entry.weight) * row;
          weights += std::abs(entry.weight);
          positive += entry.weight > 0 ? 1 : 0;
        }
        matrix += one.ridge(weights, positive) * Matrix::Identity(items.cols(), items.cols());
        // With nothing wanted, Spark's matrix has no ridge, and its solution is zero.
        const Eigen::VectorXd user =
            right_hand_side.squaredNorm() > 0 ? matrix.llt().solve(right_hand_side) : right_hand_side;
        const Eigen::VectorXd expected = items * user;
        const std::vector<float> scores = scores_of(model, history);
        const auto profile = value_of(model.fold_in(history));
        for (std::int32_t item = 0; item < kItems; ++item) {
          largest = std::max(largest, std::abs(expected(item)));
          from_exact.add(scores[item], expected(item));
          std::vector<Contribution> parts;
          profile->explain(item, parts);
          from_reasons.add(sum_of_parts(parts), scores[item]);
        }
      }
      CHECK(largest > 0.3);
      CHECK(from_exact.value() < 1e-4 * largest);
      CHECK(from_reasons.value() < 1e-4 * largest);
    }
  }
}

TEST_CASE("the parameters of the fold-in are written and read, and files of two numbers are still read") {
  const std::vector<float> factors{0.5f, -0.25f, 1, 0.75f, 0.125f, -1};
  const std::vector<float> counts{1, 2, 3};
  const HistoryEntry history[] = {{0, 0.25f}, {2, -0.5f}, {1, 2}};
  const IalsFoldIn custom{0.1f, 0.5f, IalsFoldIn::Scaling::kCount, 3, 0.25f, 0.125f, -0.5f};
  for (const IalsFoldIn& fold_in :
       {IalsFoldIn{0.1f, 0.2f}, IalsFoldIn::spark(0.2f, 40), IalsFoldIn::implicit(0.3f, 2), custom}) {
    const Ials model(factors, 2, fold_in, counts, "{}");
    TensorFile file;
    model.write(file);
    const auto read = value_of(Ials::read(file, counts, "{}"));
    CHECK(scores_of(*read, history) == scores_of(model, history));
  }
  TensorFile file;
  const Ials model(factors, 2, {0.1f, 0.2f}, counts, "{}");
  model.write(file);
  const float two[] = {0.1f, 0.2f};
  file.add("fold_in", std::span<const float>(two), {2});
  CHECK(scores_of(*value_of(Ials::read(file, counts, "{}")), history) == scores_of(model, history));

  const auto reads = [&](std::vector<float> numbers) {
    file.add("fold_in", std::span<const float>(numbers), {static_cast<std::int64_t>(numbers.size())});
    return Ials::read(file, counts, "{}");
  };
  CHECK(succeeds(reads({0.1f, 1, 2, 1, 0, 1, 0})));
  const std::vector<std::vector<float>> bad = {
      {},
      {0.1f},
      {0.1f, 1, 2},
      {0.1f, 1, 2, 1, 0, 1, 0, 0},
      {0, 1, 2, 1, 0, 1, 0},
      {0.1f, 0, 2, 1, 0, 0, 0},
      {0.1f, 1, 3, 1, 0, 1, 0},
      {0.1f, 1, -1, 1, 0, 1, 0},
      {0.1f, 1, 0.5f, 1, 0, 1, 0},
      {0.1f, 1, 2, 0, 0, 1, 0},
      {0.1f, 1, 2, 1, -0.1f, 1, 0},
      {0.1f, 1, 2, 1, 0, -0.1f, 0},
      {0.1f, 1, 2, 1, 0, 1.1f, 0},
      {0.1f, 1, 2, 1, 0, 1, std::numeric_limits<float>::infinity()},
  };
  for (const std::vector<float>& numbers : bad) {
    CAPTURE(numbers.size());
    CHECK(fails(reads(numbers), ErrorCode::kCorruptModelFile, {"fold_in"}));
  }
}

TEST_CASE("a wanted item pulls its own score up and an unwanted one pushes it down") {
  const Interactions interactions = random_interactions(80, 40, 0.15f, 6);
  const auto model = train_ials(interactions, Parameters().settings());
  for (const std::int32_t item : {1, 7, 39}) {
    const HistoryEntry wanted[] = {{item, 1}};
    const HistoryEntry wanted_much[] = {{item, 3}};
    const HistoryEntry unwanted[] = {{item, -1}};
    CHECK(scores_of(*model, wanted)[item] > 0);
    CHECK(scores_of(*model, wanted_much)[item] > scores_of(*model, wanted)[item]);
    CHECK(scores_of(*model, unwanted)[item] == doctest::Approx(-scores_of(*model, wanted)[item]));
  }
}

TEST_CASE("history entries outside the model or of weight 0 are left out, and no history scores zero") {
  const Interactions interactions = random_interactions(50, 40, 0.15f, 5);
  const auto model = train_ials(interactions, {{"num_factors", "8"}});
  const HistoryEntry known[] = {{3, 1}, {5, 0.5f}};
  const HistoryEntry with_unknown[] = {{-1, 1}, {3, 1}, {40, 1}, {5, 0.5f}, {2000000000, 1}, {7, 0}};
  CHECK(scores_of(*model, with_unknown) == scores_of(*model, known));
  CHECK(scores_of(*model, {}) == std::vector<float>(40, 0.0f));
  std::vector<Contribution> parts;
  value_of(model->fold_in(with_unknown))->explain(3, parts);
  CHECK(parts.size() == 2);
  parts.clear();
  value_of(model->fold_in({}))->explain(3, parts);
  CHECK(parts.empty());
}

TEST_CASE("items that nobody met have zero factors and similarity 0, others are cosines") {
  const Interactions interactions = random_interactions(50, 40, 0.15f, 5);
  const auto model = train_ials(interactions, {{"num_factors", "8"}});
  const Matrix items = factors_of(*model);
  CHECK(items.row(0).squaredNorm() == 0);
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

TEST_CASE("a history whose weights overflow is an error") {
  const Interactions interactions = random_interactions(50, 40, 0.15f, 5);
  const auto model = train_ials(interactions, {{"num_factors", "8"}});
  const HistoryEntry history[] = {{3, 3e38f}, {4, 3e38f}};
  CHECK(fails(model->fold_in(history), ErrorCode::kNotFinite, {"weights"}));
}

TEST_CASE("factors that would need more than a gibibyte are refused, also where 32 bits would wrap around") {
  const Interactions many = interactions_of({{0, 0}}, (1 << 22) - 1, 1);  // times 1024 factors: 2^32
  ThreadPool pool(1);
  CHECK(fails(make_trainer("ials", {{"num_factors", "1024"}}, {&many, nullptr}, 1, pool), ErrorCode::kTooLarge,
              {"4194304", "1024"}));
}

}  // namespace inkling
