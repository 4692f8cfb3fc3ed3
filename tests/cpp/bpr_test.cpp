#include "inkling/bpr.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "expect.h"
#include "factorization/factor_rows.h"
#include "factorization/sgd_blocks.h"
#include "indices.h"
#include "sample_data.h"

namespace inkling {

namespace {

using Factors = std::vector<double>;

struct BprParameters {
  std::size_t num_factors = 8;
  int epochs = 3;
  double learning_rate = 0.1;
  double regularization = 0.02;
  int num_negatives = 3;

  Settings::Given settings() const {
    return {{"num_factors", std::to_string(num_factors)},
            {"epochs", std::to_string(epochs)},
            {"learning_rate", std::to_string(learning_rate)},
            {"regularization", std::to_string(regularization)},
            {"num_negatives", std::to_string(num_negatives)}};
  }
};

struct BprReference {
  Factors users;
  Factors items;
};

// Bpr, line by line from its documentation, in double precision, with the same start and the same random numbers.
BprReference reference_bpr(const Interactions& interactions, const BprParameters& parameters, std::uint64_t seed) {
  const std::size_t k = parameters.num_factors;
  Random random(~seed);
  const std::vector<float> user_start = random_factors(interactions.by_user(), k, 0.1, random);
  const std::vector<float> item_start = random_factors(interactions.by_item(), k, 0.1, random);
  BprReference out{{user_start.begin(), user_start.end()}, {item_start.begin(), item_start.end()}};
  const auto score = [&](std::int32_t user, std::int32_t item) {
    double total = 0;
    for (std::size_t f = 0; f < k; ++f) total += out.users[at(user) * k + f] * out.items[at(item) * k + f];
    return total;
  };
  ThreadPool pool(1);
  SgdBlocks blocks(interactions, parameters.epochs, 1, seed);
  blocks.step(blocks.total_work(), pool, [&](const SgdBlocks::Part& part) {
    const double rate =
        parameters.learning_rate * (1 - static_cast<double>(part.epoch) / static_cast<double>(parameters.epochs));
    const double kept = 1 / (1 + rate * parameters.regularization);
    for (const auto& [user, item, value] : part.entries) {
      const auto met = interactions.by_user().row_columns(user);
      std::int32_t hardest = kNone;
      for (int n = 0; n < parameters.num_negatives; ++n) {
        const std::int32_t drawn = part.items[random_below(part.items.size(), part.random)];
        if (std::find(met.begin(), met.end(), drawn) != met.end()) continue;
        if (hardest == kNone || score(user, drawn) > score(user, hardest)) hardest = drawn;
      }
      if (hardest == kNone) continue;
      const double pull = rate / (1 + std::exp(score(user, item) - score(user, hardest)));
      for (std::size_t f = 0; f < k; ++f) {
        double& x = out.users[at(user) * k + f];
        double& y = out.items[at(item) * k + f];
        double& z = out.items[at(hardest) * k + f];
        const double x_before = x;
        x = kept * x + pull * (y - z);
        y = kept * y + pull * x_before;
        z = kept * z - pull * x_before;
      }
    }
  });
  const auto num_items = static_cast<double>(interactions.num_items());
  for (std::size_t f = 0; f < k; ++f) {
    double total = 0;
    for (std::size_t n = f; n < out.items.size(); n += k) total += out.items[n];
    for (std::size_t n = f; n < out.items.size(); n += k) out.items[n] -= total / num_items;
  }
  return out;
}

std::unique_ptr<Bpr> train_bpr(const Interactions& interactions, const Settings::Given& settings,
                               std::uint64_t seed = 1, int num_threads = 1) {
  auto model = trained("bpr", settings, {&interactions, nullptr}, seed, num_threads);
  return std::unique_ptr<Bpr>(static_cast<Bpr*>(model.release()));
}

double correlation(const std::vector<float>& a, const std::vector<double>& b) {
  double sums[5] = {};
  const auto count = static_cast<double>(a.size());
  for (std::size_t n = 0; n < a.size(); ++n) {
    const double x = a[n];
    const double terms[] = {x, b[n], x * x, b[n] * b[n], x * b[n]};
    for (std::size_t t = 0; t < 5; ++t) sums[t] += terms[t] / count;
  }
  return (sums[4] - sums[0] * sums[1]) / std::sqrt((sums[2] - sums[0] * sums[0]) * (sums[3] - sums[1] * sums[1]));
}

}  // namespace

TEST_CASE("bpr equals the documented algorithm in double precision") {
  for (const std::size_t num_factors : {1, 3, 8, 20}) {
    CAPTURE(num_factors);
    const Interactions interactions = random_interactions(90, 80, 0.15f, num_factors);
    BprParameters parameters;
    parameters.num_factors = num_factors;
    parameters.learning_rate = 0.3;
    parameters.epochs = 6;
    const Factors expected = reference_bpr(interactions, parameters, 7).items;
    const std::vector<float> actual = train_bpr(interactions, parameters.settings(), 7)->item_factors();
    Furthest furthest;
    double largest = 0;
    for (std::size_t n = 0; n < expected.size(); ++n) {
      furthest.add(actual[n], expected[n]);
      largest = std::max(largest, std::abs(expected[n]));
    }
    CHECK(largest > 0.1);
    CHECK(furthest.value() < 1e-4 * largest);
  }
}

TEST_CASE("any number of threads and any slices give the same bpr") {
  const Interactions interactions = random_interactions(300, 280, 0.05f, 4);
  const Settings::Given settings{{"num_factors", "12"}, {"epochs", "3"}};
  const std::vector<float> expected = train_bpr(interactions, settings)->item_factors();
  for (const int num_threads : {2, 3, 9}) {
    CHECK(train_bpr(interactions, settings, 1, num_threads)->item_factors() == expected);
  }
  ThreadPool pool(3);
  for (const std::int64_t slice : {1, 170, 1000000000}) {
    CAPTURE(slice);
    auto trainer = value_of(make_trainer("bpr", settings, {&interactions, nullptr}, 1, pool));
    while (!trainer->done()) REQUIRE(succeeds(trainer->step(slice)));
    CHECK(trainer->done_work() == trainer->total_work());
    CHECK(static_cast<const Bpr&>(*trainer->finish()).item_factors() == expected);
  }
  CHECK(train_bpr(interactions, settings, 2)->item_factors() != expected);
}

TEST_CASE("a training user who is folded in is scored like their trained factors would") {
  const ClusteredData data = clustered_data(200, 100, 5, 8);
  BprParameters parameters;
  parameters.epochs = 30;
  const auto model = train_bpr(data.train, parameters.settings());
  const BprReference reference = reference_bpr(data.train, parameters, 1);
  const std::size_t k = parameters.num_factors;
  double total = 0;
  for (std::int32_t user = 0; user < 200; ++user) {
    std::vector<double> expected;
    for (std::size_t item = 0; item < 100; ++item) {
      double score = 0;
      for (std::size_t f = 0; f < k; ++f) score += reference.users[at(user) * k + f] * reference.items[item * k + f];
      expected.push_back(score);
    }
    total += correlation(scores_of(*model, history_of(data.train, user)), expected);
  }
  CHECK(total / 200 > 0.95);
}

TEST_CASE("bpr learns clusters that popularity cannot see") {
  const ClusteredData data = clustered_data(300, 120, 6, 8);
  const double popularity = metric_of(*trained("popularity", {}, {&data.train, nullptr}), data, "recall@10");
  const double bpr = metric_of(*train_bpr(data.train, {{"num_factors", "16"}}), data, "recall@10");
  CHECK(popularity < 0.3);
  CHECK(bpr > popularity + 0.4);
}

TEST_CASE("bpr's reasons, one an item of the history, sum to the score") {
  const Interactions interactions = random_interactions(80, 40, 0.15f, 6);
  const auto model = train_bpr(interactions, {{"num_factors", "8"}});
  Random random(7);
  Furthest from_reasons;
  for (int repeat = 0; repeat < 30; ++repeat) {
    const std::vector<HistoryEntry> history = random_history(40, random_below(39, random), random);
    const std::vector<float> scores = scores_of(*model, history);
    const auto profile = value_of(model->fold_in(history));
    for (std::int32_t item = 0; item < 40; ++item) {
      std::vector<Contribution> parts;
      profile->explain(item, parts);
      CHECK(parts.size() == history.size());
      from_reasons.add(sum_of_parts(parts), scores[at(item)]);
    }
  }
  CHECK(from_reasons.value() < 1e-4);
}

TEST_CASE("bpr: a wanted item pulls its own score up and an unwanted one pushes it down") {
  const Interactions interactions = random_interactions(80, 40, 0.15f, 6);
  const auto model = train_bpr(interactions, {{"num_factors", "8"}});
  for (const std::int32_t item : {1, 7, 39}) {
    const HistoryEntry wanted[] = {{item, 1}};
    const HistoryEntry wanted_much[] = {{item, 3}};
    const HistoryEntry unwanted[] = {{item, -1}};
    CHECK(scores_of(*model, wanted)[at(item)] > 0);
    CHECK(scores_of(*model, wanted_much)[at(item)] > scores_of(*model, wanted)[at(item)]);
    CHECK(scores_of(*model, unwanted)[at(item)] < 0);
  }
}

TEST_CASE("bpr: the order of a history does not count, unknown items are left out, no history scores zero") {
  const Interactions interactions = random_interactions(50, 40, 0.15f, 5);
  const auto model = train_bpr(interactions, {{"num_factors", "8"}, {"epochs", "5"}});
  const HistoryEntry known[] = {{3, 1}, {5, 0.5f}, {9, -1}};
  const HistoryEntry with_unknown[] = {{9, -1}, {-1, 1}, {3, 1}, {40, 1}, {5, 0.5f}, {2000000000, 1}, {7, 0}};
  CHECK(scores_of(*model, with_unknown) == scores_of(*model, known));
  CHECK(scores_of(*model, {}) == std::vector<float>(40, 0.0f));
  std::vector<Contribution> parts;
  value_of(model->fold_in({}))->explain(3, parts);
  CHECK(parts.empty());
}

TEST_CASE("bpr copes with one user, one item, and users who met everything") {
  std::vector<UserItem> all;
  for (std::int32_t user = 0; user < 9; ++user) {
    for (std::int32_t item = 0; item < 7; ++item) all.emplace_back(user, item);
  }
  for (const Interactions& interactions : {interactions_of({{0, 0}}), interactions_of({{0, 0}, {1, 0}, {2, 0}}),
                                           interactions_of({{0, 0}, {0, 1}}, 1, 4), interactions_of(all)}) {
    const auto model = train_bpr(interactions, {{"num_factors", "5"}});
    CHECK(all_finite(model->item_factors()));
    CHECK(all_finite(scores_of(*model, history_of(interactions, 0))));
    const HistoryEntry one[] = {{0, 1}};
    CHECK(all_finite(scores_of(*model, one)));
  }
}

TEST_CASE("bpr: what leaves the finite numbers is an error") {
  const Interactions interactions = random_interactions(50, 40, 0.15f, 5);
  const auto model = train_bpr(interactions, {{"num_factors", "8"}, {"epochs", "2"}});
  const HistoryEntry history[] = {{3, 3e38f}, {4, 3e38f}};
  CHECK(fails(model->fold_in(history), ErrorCode::kNotFinite, {"weights"}));
  // Strong shrinking between the steps of a long history: the scale starts anew, no number is lost.
  Bpr shrinking(model->item_factors(), 8, {100, 3}, std::vector<float>(40, 1.0f), "{}");
  CHECK(all_finite(scores_of(shrinking, history_of(interactions, 3))));
  ThreadPool pool(2);
  CHECK(fails(train("bpr",
                    {{"learning_rate", "10"},
                     {"regularization", "0"},
                     {"init_stddev", "10"},
                     {"epochs", "500"},
                     {"num_factors", "2"}},
                    {&interactions, nullptr}, 1, pool),
              ErrorCode::kNotFinite, {"bpr", "learning_rate"}));
}

TEST_CASE("bpr: factors that would need more than a gibibyte are refused, also where 32 bits would wrap around") {
  const Interactions many = interactions_of({{0, 0}}, (1 << 22) - 1, 1);  // times 1024 factors: 2^32
  ThreadPool pool(1);
  CHECK(fails(make_trainer("bpr", {{"num_factors", "1024"}}, {&many, nullptr}, 1, pool), ErrorCode::kTooLarge,
              {"bpr", "4194304", "1024", "num_factors"}));
}

}  // namespace inkling
