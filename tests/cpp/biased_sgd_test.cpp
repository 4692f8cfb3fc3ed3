#include "inkling/biased_sgd.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "dense_matrix.h"
#include "expect.h"
#include "factorization/factor_rows.h"
#include "factorization/sgd_blocks.h"
#include "indices.h"
#include "sample_data.h"

namespace inkling {

namespace {

struct Rating {
  std::int32_t user;
  std::int32_t item;
  float value;
};

Interactions rated_interactions_of(const std::vector<Rating>& ratings, std::int32_t num_users, std::int32_t num_items) {
  std::vector<std::int32_t> users;
  std::vector<std::int32_t> items;
  std::vector<float> values;
  for (const Rating& rating : ratings) {
    users.push_back(rating.user);
    items.push_back(rating.item);
    values.push_back(rating.value);
  }
  InteractionLog log;
  CHECK(succeeds(log.append(users, items, values, {})));
  return value_of(Interactions::build(log, {}, num_users, num_items));
}

// Values from 1 to 5 with an order of users, an order of items and two tastes in them; user 0 and item 0 have none.
std::vector<Rating> random_ratings(std::int32_t num_users, std::int32_t num_items, float density, std::uint64_t seed) {
  Random random(seed);
  std::vector<Rating> ratings;
  for (std::int32_t user = 1; user < num_users; ++user) {
    for (std::int32_t item = 1; item < num_items; ++item) {
      if (random.uniform() >= density) continue;
      const float taste = user % 2 == item % 2 ? 0.8f : -0.8f;
      const float value = 3 + taste + 0.3f * static_cast<float>(user % 5 - 2) + 0.3f * static_cast<float>(item % 3 - 1);
      ratings.push_back({user, item, std::clamp(std::round(2 * (value + 0.3f * random.normal())) / 2, 1.0f, 5.0f)});
    }
  }
  return ratings;
}

struct SgdOptions {
  std::size_t num_factors = 8;
  int epochs = 6;
  double learning_rate = 0.1;
  double regularization = 0.03;

  Settings::Given settings() const {
    return {{"num_factors", std::to_string(num_factors)},
            {"epochs", std::to_string(epochs)},
            {"learning_rate", std::to_string(learning_rate)},
            {"regularization", std::to_string(regularization)}};
  }
};

struct SgdReference {
  std::vector<double> item_factors;
  std::vector<double> item_biases;
  double mean = 0;
};

// BiasedSgd, line by line from its documentation, in double precision, from the same start, for values from 1 to 5.
SgdReference reference_biased_sgd(const Interactions& interactions, const SgdOptions& options, std::uint64_t seed) {
  const std::size_t k = options.num_factors;
  Random random(~seed);
  const std::vector<float> user_start = random_factors(interactions.by_user(), k, 0.1, random);
  const std::vector<float> item_start = random_factors(interactions.by_item(), k, 0.1, random);
  std::vector<double> users(user_start.begin(), user_start.end());
  std::vector<double> user_biases(at(interactions.num_users()));
  SgdReference out{{item_start.begin(), item_start.end()}, std::vector<double>(at(interactions.num_items()))};
  for (const float value : interactions.by_user().values) out.mean += (value - 3) / 2;
  out.mean /= static_cast<double>(interactions.num_entries());
  ThreadPool pool(1);
  SgdBlocks blocks(interactions, options.epochs, 4, seed);
  blocks.step(blocks.total_work(), pool, [&](const SgdBlocks::Part& part) {
    const double rate = options.learning_rate * (1 - static_cast<double>(part.epoch) / options.epochs);
    const double kept = 1 / (1 + rate * options.regularization);
    for (const auto& [user, item, value] : part.entries) {
      double error = (value - 3) / 2 - out.mean - user_biases[at(user)] - out.item_biases[at(item)];
      for (std::size_t f = 0; f < k; ++f) error -= users[at(user) * k + f] * out.item_factors[at(item) * k + f];
      user_biases[at(user)] = kept * user_biases[at(user)] + rate * error;
      out.item_biases[at(item)] = kept * out.item_biases[at(item)] + rate * error;
      for (std::size_t f = 0; f < k; ++f) {
        double& x = users[at(user) * k + f];
        double& y = out.item_factors[at(item) * k + f];
        const double x_before = x;
        x = kept * x + rate * error * y;
        y = kept * y + rate * error * x_before;
      }
    }
  });
  return out;
}

// The scores of a history by the documented least squares, in double precision.
std::vector<double> exact_scores(const BiasedSgd& model, History history) {
  const std::size_t k = model.num_factors();
  const BiasedSgd::Parameters& parameters = model.parameters();
  const auto row_of = [&](std::int32_t item) {
    Matrix row(k + 1);
    for (std::size_t f = 0; f < k; ++f) row(f) = model.item_factors()[at(item) * k + f];
    row(k) = 1;
    return row;
  };
  Matrix matrix(k + 1, k + 1);
  Matrix right_hand_side(k + 1);
  for (const auto& [item, weight] : history) {
    const double count = std::max(1.0, std::abs(static_cast<double>(weight)));
    const double target = std::clamp(static_cast<double>(weight), -1.0, 1.0) - parameters.mean -
                          static_cast<double>(model.item_biases()[at(item)]);
    matrix += count * (row_of(item) * row_of(item).transpose() + parameters.regularization * Matrix::identity(k + 1));
    right_hand_side += (count * target) * row_of(item);
  }
  Matrix person(k + 1);
  if (!history.empty()) person = solution_of(matrix, right_hand_side);
  std::vector<double> scores;
  for (std::int32_t item = 0; item < model.num_items(); ++item) {
    scores.push_back(parameters.middle + parameters.half_range * (parameters.mean + model.item_biases()[at(item)] +
                                                                  person.dot(row_of(item))));
  }
  return scores;
}

std::unique_ptr<BiasedSgd> train_biased_sgd(const Interactions& interactions, const Settings::Given& settings,
                                            std::uint64_t seed = 1, int num_threads = 1) {
  auto model = trained("biased_sgd", settings, {&interactions, nullptr}, seed, num_threads);
  return std::unique_ptr<BiasedSgd>(static_cast<BiasedSgd*>(model.release()));
}

std::vector<HistoryEntry> weighed_history_of(const Model& model, const Interactions& interactions, std::int32_t user) {
  std::vector<HistoryEntry> history;
  const auto items = interactions.by_user().row_columns(user);
  const auto values = interactions.by_user().row_values(user);
  for (std::size_t e = 0; e < items.size(); ++e) history.push_back({items[e], model.weight_of_value(values[e])});
  return history;
}

}  // namespace

TEST_CASE("biased_sgd equals the documented algorithm in double precision") {
  for (const std::size_t num_factors : {1, 3, 8, 20}) {
    CAPTURE(num_factors);
    const Interactions interactions = rated_interactions_of(random_ratings(90, 80, 0.2f, num_factors), 90, 80);
    SgdOptions options;
    options.num_factors = num_factors;
    const SgdReference expected = reference_biased_sgd(interactions, options, 7);
    const auto actual = train_biased_sgd(interactions, options.settings(), 7);
    CHECK(actual->parameters().mean == doctest::Approx(expected.mean));
    Furthest furthest;
    double largest = 0;
    for (std::size_t n = 0; n < expected.item_factors.size(); ++n) {
      furthest.add(actual->item_factors()[n], expected.item_factors[n]);
      largest = std::max(largest, std::abs(expected.item_factors[n]));
    }
    for (std::size_t n = 0; n < 80; ++n) furthest.add(actual->item_biases()[n], expected.item_biases[n]);
    CHECK(largest > 0.05);
    CHECK(furthest.value() < 1e-5);
  }
}

TEST_CASE("any number of threads and any slices give the same biased_sgd") {
  const Interactions interactions = rated_interactions_of(random_ratings(300, 280, 0.05f, 4), 300, 280);
  const Settings::Given settings{{"num_factors", "12"}, {"epochs", "6"}};
  const std::vector<float> expected = train_biased_sgd(interactions, settings)->item_factors();
  for (const int num_threads : {2, 3, 9}) {
    CHECK(train_biased_sgd(interactions, settings, 1, num_threads)->item_factors() == expected);
  }
  ThreadPool pool(3);
  for (const std::int64_t slice : {1, 170, 1000000000}) {
    CAPTURE(slice);
    auto trainer = value_of(make_trainer("biased_sgd", settings, {&interactions, nullptr}, 1, pool));
    while (!trainer->done()) REQUIRE(succeeds(trainer->step(slice)));
    CHECK(trainer->done_work() == trainer->total_work());
    CHECK(static_cast<const BiasedSgd&>(*trainer->finish()).item_factors() == expected);
  }
  CHECK(train_biased_sgd(interactions, settings, 2)->item_factors() != expected);
}

TEST_CASE("biased_sgd foretells ratings it has not seen better than the biases alone") {
  std::vector<Rating> train;
  std::vector<Rating> test;
  Random random(3);
  for (const Rating& rating : random_ratings(200, 100, 0.3f, 9))
    (random.below(10) == 0 ? test : train).push_back(rating);
  const Interactions interactions = rated_interactions_of(train, 200, 100);
  const auto error_of = [&](const char* num_factors, const char* regularization) {
    const auto model = train_biased_sgd(
        interactions, {{"num_factors", num_factors}, {"regularization", regularization}, {"init_stddev", "0.3"}});
    CHECK(model->predicts_values());
    double total = 0;
    for (const Rating& rating : test) {
      const float score = scores_of(*model, weighed_history_of(*model, interactions, rating.user))[at(rating.item)];
      total += (score - rating.value) * (score - rating.value);
    }
    return std::sqrt(total / static_cast<double>(test.size()));
  };
  CHECK(error_of("4", "0.03") < 0.5);
  CHECK(error_of("4", "2") > 0.7);  // so much regularization leaves no factors
}

TEST_CASE("a history is folded in by exact least squares, and its reasons and a baseline sum to the score") {
  for (const std::size_t num_factors : {1, 7, 16}) {
    const Interactions interactions = rated_interactions_of(random_ratings(80, 90, 0.2f, 6), 80, 90);
    SgdOptions options;
    options.num_factors = num_factors;
    const auto model = train_biased_sgd(interactions, options.settings());
    Random random(7);
    Furthest from_exact;
    Furthest from_reasons;
    for (int repeat = 0; repeat < 20; ++repeat) {
      // Also longer than a panel of rows, with weights of 0, and outside -1 … 1.
      std::vector<HistoryEntry> history = random_history(90, random_below(90, random), random);
      if (!history.empty()) history.front().weight = 0;
      const std::vector<double> expected = exact_scores(*model, history);
      const std::vector<float> scores = scores_of(*model, history);
      const auto profile = value_of(model->fold_in(history));
      for (std::int32_t item = 0; item < 90; ++item) {
        from_exact.add(scores[at(item)], expected[at(item)]);
        std::vector<Contribution> parts;
        profile->explain(item, parts);
        CHECK(parts.size() == history.size() + 1);
        CHECK(parts.front().item == kNone);
        from_reasons.add(sum_of_parts(parts), scores[at(item)]);
      }
    }
    CHECK(from_exact.value() < 5e-5);
    CHECK(from_reasons.value() < 5e-5);
  }
}

TEST_CASE("weights stand for values: -1 for the least of the training values, 1 for the greatest") {
  const Interactions interactions = rated_interactions_of(random_ratings(80, 60, 0.2f, 6), 80, 60);
  const auto model = train_biased_sgd(interactions, {{"num_factors", "8"}});
  CHECK(model->weight_of_value(1) == -1);
  CHECK(model->weight_of_value(3) == 0);
  CHECK(model->weight_of_value(5) == 1);
  for (const std::int32_t item : {1, 7, 39}) {
    float last = -10;
    for (const float weight : {-1.0f, -0.5f, 0.0f, 0.5f, 1.0f}) {
      const HistoryEntry history[] = {{item, weight}};
      const float score = scores_of(*model, history)[at(item)];
      CHECK(score > last);
      last = score;
    }
  }
  // Nobody met item 0: it has what the person gives to all.
  const auto profile = value_of(model->fold_in(weighed_history_of(*model, interactions, 5)));
  std::vector<Contribution> parts;
  profile->explain(0, parts);
  CHECK(parts.front().value == doctest::Approx(3 + 2 * model->parameters().mean));
}

TEST_CASE("biased_sgd: unknown items are left out, and without history the baseline remains") {
  const Interactions interactions = rated_interactions_of(random_ratings(50, 40, 0.2f, 6), 50, 40);
  const auto model = train_biased_sgd(interactions, {{"num_factors", "8"}});
  const HistoryEntry known[] = {{3, 1}, {5, 0.5f}};
  const HistoryEntry with_unknown[] = {{-1, 1}, {3, 1}, {40, 1}, {5, 0.5f}, {2000000000, 1}};
  CHECK(scores_of(*model, with_unknown) == scores_of(*model, known));
  const std::vector<float> scores = scores_of(*model, {});
  std::vector<Contribution> parts;
  value_of(model->fold_in({}))->explain(3, parts);
  REQUIRE(parts.size() == 1);
  CHECK(parts.front().value == scores[3]);
  CHECK(scores[3] == doctest::Approx(3 + 2 * (model->parameters().mean + model->item_biases()[3])));
}

TEST_CASE("values that are all equal, one user and one item are no special case") {
  for (const float value : {1.0f, 0.0f, -7.5f}) {
    const Interactions same =
        rated_interactions_of({{0, 0, value}, {0, 1, value}, {1, 1, value}, {2, 2, value}, {2, 0, value}}, 4, 5);
    const auto model = train_biased_sgd(same, {{"num_factors", "3"}});
    CHECK(model->weight_of_value(value) == 1);
    for (const float score : scores_of(*model, weighed_history_of(*model, same, 0))) {
      CHECK(score == doctest::Approx(value).epsilon(0.02));
    }
    const HistoryEntry unwanted[] = {{1, -1}};
    CHECK(scores_of(*model, unwanted)[1] < value - 0.5f);
  }
  const Interactions single = rated_interactions_of({{0, 0, 4}}, 1, 1);
  CHECK(scores_of(*train_biased_sgd(single, {}), {})[0] == doctest::Approx(4).epsilon(0.02));
}

TEST_CASE("biased_sgd: settings do not hang on the scale of the values") {
  std::vector<Rating> ratings = random_ratings(50, 40, 0.2f, 6);
  const auto small = train_biased_sgd(rated_interactions_of(ratings, 50, 40), {{"num_factors", "8"}});
  for (Rating& rating : ratings) rating.value = 64 * rating.value - 16;
  const auto large = train_biased_sgd(rated_interactions_of(ratings, 50, 40), {{"num_factors", "8"}});
  const HistoryEntry history[] = {{3, 1}, {5, -0.5f}};
  Furthest furthest;
  for (std::size_t item = 0; item < 40; ++item) {
    furthest.add(scores_of(*large, history)[item], 64 * scores_of(*small, history)[item] - 16);
  }
  CHECK(furthest.value() < 0.01);
}

TEST_CASE("biased_sgd: what leaves the finite numbers is an error") {
  const Interactions interactions = rated_interactions_of(random_ratings(50, 40, 0.3f, 6), 50, 40);
  const auto model = train_biased_sgd(interactions, {{"num_factors", "8"}});
  const HistoryEntry history[] = {{3, 3e38f}, {4, 3e38f}};
  CHECK(fails(model->fold_in(history), ErrorCode::kNotFinite, {"weights"}));
  ThreadPool pool(2);
  CHECK(fails(train("biased_sgd", {{"learning_rate", "1"}, {"regularization", "0.000001"}, {"init_stddev", "10"}},
                    {&interactions, nullptr}, 1, pool),
              ErrorCode::kNotFinite, {"biased_sgd", "learning_rate"}));
  // The widest range there is: the model is fine, its scores may not be.
  const Interactions wide = rated_interactions_of({{0, 0, 3.4e38f}, {0, 1, -3.4e38f}, {1, 1, 3.4e38f}}, 2, 2);
  const auto widest = train_biased_sgd(wide, {{"num_factors", "3"}});
  const auto folded = widest->fold_in(weighed_history_of(*widest, wide, 0));
  if (folded.ok()) {
    CHECK(all_finite(scores_of(*widest, weighed_history_of(*widest, wide, 0))));
  } else {
    CHECK(fails(folded, ErrorCode::kNotFinite, {"values"}));
  }
}

TEST_CASE("biased_sgd: factors that would need more than a gibibyte are refused") {
  const Interactions many = rated_interactions_of({{0, 0, 1}}, (1 << 22) - 1, 1);  // times 1024 factors: 2^32
  ThreadPool pool(1);
  CHECK(fails(make_trainer("biased_sgd", {{"num_factors", "1024"}}, {&many, nullptr}, 1, pool), ErrorCode::kTooLarge,
              {"biased_sgd", "4194304", "1024", "num_factors"}));
}

}  // namespace inkling
