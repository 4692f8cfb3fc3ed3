#include "inkling/ensemble.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "expect.h"
#include "fixed_model.h"
#include "inkling/evaluator.h"
#include "ranking/blend.h"
#include "ranking/standard_scores.h"
#include "sample_data.h"

namespace inkling {

namespace {

// A user goes round the items of a cluster in order: what comes next depends on what came last.
Interactions walks(std::int32_t num_users, std::int32_t num_items, std::int32_t length, std::uint64_t seed,
                   Interactions* last) {
  Random random(seed);
  InteractionLog log;
  InteractionLog last_log;
  for (std::int32_t user = 0; user < num_users; ++user) {
    auto item = static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(num_items)));
    for (std::int32_t n = 0; n < length; ++n) {
      const std::int32_t users[] = {user};
      const std::int32_t items[] = {item};
      const float values[] = {1};
      const double times[] = {static_cast<double>(n)};
      CHECK(succeeds((n + 1 < length ? log : last_log).append(users, items, values, times)));
      item = (item + 1 + static_cast<std::int32_t>(random.below(3))) % num_items;
    }
  }
  *last = value_of(Interactions::build(last_log, {}, num_users, num_items));
  return value_of(Interactions::build(log, {}, num_users, num_items));
}

double hit_rate(const Model& model, const Interactions& train, const Interactions& test) {
  ThreadPool pool(2);
  Evaluator evaluator(model, {&train, &test, nullptr}, value_of(parse_metrics("hit_rate@5")), 1, pool);
  while (!evaluator.done()) REQUIRE(succeeds(evaluator.step(1000)));
  return evaluator.results()[0];
}

}  // namespace

TEST_CASE("standardized scores have mean 0 and deviation 1, and equal ones have no scale") {
  const std::vector<float> scores = {1, 2, 3, 6};
  const Standard standard = standard_of(scores);
  CHECK(standard.mean == 3);
  CHECK(standard.scale == doctest::Approx(1 / std::sqrt(3.5)));
  CHECK(standard_of(std::vector<float>{7, 7, 7}).scale == 0);
  CHECK(standard_of(std::vector<float>{0, 0}).scale == 0);
}

TEST_CASE("an ensemble's score is the weighted sum of its members' standardized ones") {
  const std::vector<float> a = {1, 2, 3, 6};
  const std::vector<float> b = {0, 10, 0, -10};
  std::vector<std::unique_ptr<Model>> members;
  members.push_back(std::make_unique<FixedModel>(a));
  members.push_back(std::make_unique<FixedModel>(b));
  members.push_back(std::make_unique<FixedModel>(std::vector<float>{4, 4, 4, 4}));
  const Ensemble ensemble(std::move(members), {{0, 0, 0.75f}, {1, 0, 0.25f}, {2, 0, 5}}, std::vector<float>{1, 1, 1, 1},
                          "{}");
  const std::vector<float> scores = scores_of(ensemble, std::vector<HistoryEntry>{{0, 1}});
  for (std::size_t item = 0; item < a.size(); ++item) {
    const double expected = 0.75 * (a[item] - 3.0) / std::sqrt(3.5) + 0.25 * b[item] / std::sqrt(50.0);
    CHECK(static_cast<double>(scores[item]) == doctest::Approx(expected));
  }
  std::vector<float> alike(4);
  ensemble.similar(0, alike);
  CHECK(alike == std::vector<float>{4, 4, 4, 4});  // of the member with the largest weight
}

TEST_CASE("the weights go to the member that knows and away from the one that misleads") {
  // Most held-out items are among the first three of twelve.
  std::vector<UserItem> known;
  std::vector<UserItem> held_out;
  for (std::int32_t user = 0; user < 60; ++user) {
    known.emplace_back(user, 11);
    held_out.emplace_back(user, user % 10 == 0 ? 6 : user % 3);
  }
  const Interactions history = interactions_of(known, 60, 12);
  const Interactions test = interactions_of(held_out, 60, 12);
  FixedModel right({9, 8, 9, 1, 2, 1, 2, 1, 2, 1, 2, 1});
  FixedModel wrong({1, 2, 1, 5, 5, 9, 0, 9, 8, 9, 8, 9});
  FixedModel silent(std::vector<float>(12, 3.0f));
  const auto weights = [&](int num_threads) {
    ThreadPool pool(num_threads);
    BlendLearner learner({&right, &wrong, &silent}, {{0, 0, 0}, {1, 0, 0}, {2, 0, 0}}, history, test, 1, pool);
    while (learner.done_work() < learner.total_work()) REQUIRE(succeeds(learner.step(7)));
    return learner.weights();
  };
  const std::vector<float> learned = weights(1);
  CHECK(learned[0] > 0.99f);
  CHECK(learned[1] == 0);
  CHECK(learned[2] < 0.01f);
  CHECK(weights(3) == learned);
}

TEST_CASE("an ensemble finds that the order counts, and beats its members where it does") {
  Interactions last;
  const Interactions train = walks(300, 80, 12, 3, &last);
  const auto ensemble = trained("ensemble", {{"num_factors", "8"}}, {&train, nullptr}, 1, 2);
  const auto& parts = static_cast<const Ensemble&>(*ensemble).parts();
  CHECK(std::any_of(parts.begin(), parts.end(), [](const Ensemble::Part& part) { return part.half_life > 0; }));
  float total = 0;
  for (const Ensemble::Part& part : parts) {
    CHECK(part.weight > 0);
    total += part.weight;
  }
  CHECK(total > 0.8f);
  CHECK(total <= 1.0001f);
  const double found = hit_rate(*ensemble, train, last);
  CHECK(found > hit_rate(*trained("item_neighbors", {}, {&train, nullptr}), train, last));
  CHECK(found > hit_rate(*trained("ials", {{"num_factors", "8"}}, {&train, nullptr}), train, last));
}

TEST_CASE("an ensemble's parts must name their members in order, and none is an ensemble itself") {
  const Interactions interactions = random_interactions(30, 20, 0.3f, 1);
  const auto model = trained("ensemble", {{"num_factors", "4"}}, {&interactions, nullptr});
  const auto file_of = [&] {
    TensorFile file;
    model->write(file);
    return file;
  };
  const std::vector<float> counts(20, 1.0f);
  REQUIRE(succeeds(Ensemble::read(file_of(), counts, "{}")));
  TensorFile backwards = file_of();
  backwards.add("parts.members", std::span<const std::int32_t>(std::vector<std::int32_t>{1}), {1});
  backwards.add("parts.numbers", std::span<const float>(std::vector<float>{0, 1}), {1, 2});
  CHECK(fails(Ensemble::read(backwards, counts, "{}"), ErrorCode::kCorruptModelFile, {"out of order"}));
  TensorFile nested = file_of();
  nested.set_metadata("member0.model", "ensemble");
  CHECK(fails(Ensemble::read(nested, counts, "{}"), ErrorCode::kCorruptModelFile, {"cannot be a member"}));
  TensorFile unfit = file_of();
  unfit.add("parts.numbers", std::span<const float>(std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7}), {4, 2});
  unfit.add("parts.members", std::span<const std::int32_t>(std::vector<std::int32_t>{0}), {1});
  CHECK(fails(Ensemble::read(unfit, counts, "{}"), ErrorCode::kCorruptModelFile, {"do not fit"}));
}

TEST_CASE("an ensemble of more parts than anybody trains is refused, for each member takes memory for all items") {
  const auto ensemble_of = [](std::int32_t num_members) {
    TensorFile file;
    std::vector<std::int32_t> members;
    std::vector<float> numbers;
    for (std::int32_t n = 0; n < num_members; ++n) {
      members.push_back(n);
      numbers.insert(numbers.end(), {0.0f, 1.0f});
      file.set_metadata("member" + std::to_string(n) + ".model", "popularity");
    }
    file.add("parts.members", std::span<const std::int32_t>(members), {num_members});
    file.add("parts.numbers", std::span<const float>(numbers), {num_members, 2});
    return file;
  };
  const std::vector<float> counts(20, 1.0f);
  CHECK(succeeds(Ensemble::read(ensemble_of(64), counts, "{}")));
  CHECK(fails(Ensemble::read(ensemble_of(65), counts, "{}"), ErrorCode::kCorruptModelFile, {"65 parts", "at most 64"}));
}

}  // namespace inkling
