// A person who need not have been there at training.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "dense_matrix.h"
#include "expect.h"
#include "ials_reference.h"
#include "inkling/ials.h"
#include "inkling/random.h"
#include "sample_data.h"

namespace inkling {

using namespace ials_reference;

TEST_CASE("folding in a training user gives the exact solution for the final item factors") {
  const Interactions interactions = random_interactions(50, 40, 0.15f, 5);
  const Parameters parameters;
  const auto model = train_ials(interactions, parameters.settings());
  const Matrix items = factors_of(*model);
  const Matrix users = solve_rows(items, interactions.by_user(), parameters);
  Furthest furthest;
  for (std::int32_t user = 0; user < 50; ++user) {
    const std::vector<float> scores = scores_of(*model, history_of(interactions, user));
    const Matrix expected = items * users.row(user);
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
    const Matrix expected = items * solve_row(items, entries, weights, parameters);
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
        Matrix matrix = unobserved_weight * (items.transpose() * items);
        Matrix right_hand_side(items.columns());
        double weights = 0;
        double positive = 0;
        for (const HistoryEntry& entry : history) {
          const Matrix row = items.row(entry.item);
          matrix += one.added(entry.weight) * (row * row.transpose());
          right_hand_side += one.pull(entry.weight) * row;
          weights += std::abs(entry.weight);
          positive += entry.weight > 0 ? 1 : 0;
        }
        matrix += one.ridge(weights, positive) * Matrix::identity(items.columns());
        // With nothing wanted, Spark's matrix has no ridge, and its solution is zero.
        const Matrix user = right_hand_side.squared_norm() > 0 ? solution_of(matrix, right_hand_side) : right_hand_side;
        const Matrix expected = items * user;
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

TEST_CASE("a history whose weights overflow is an error") {
  const Interactions interactions = random_interactions(50, 40, 0.15f, 5);
  const auto model = train_ials(interactions, {{"num_factors", "8"}});
  const HistoryEntry history[] = {{3, 3e38f}, {4, 3e38f}};
  CHECK(fails(model->fold_in(history), ErrorCode::kNotFinite, {"weights"}));
}

}  // namespace inkling
