#include "inkling/popularity.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "expect.h"
#include "sample_data.h"

namespace inkling {

TEST_CASE("popularity scores by the number of users, each counted once") {
  const Interactions interactions = interactions_of({{0, 1}, {0, 1}, {1, 1}, {2, 0}, {2, 3}, {1, 3}, {0, 3}}, 4, 5);
  CHECK(count_users(interactions) == std::vector<float>{1, 2, 0, 3, 0});
  const auto model = trained("popularity", {}, {&interactions, nullptr});
  CHECK(model->name() == "popularity");
  CHECK(model->num_items() == 5);
  const HistoryEntry history[] = {{1, 1}, {4, -1}};
  CHECK(scores_of(*model, {}) == std::vector<float>{1, 2, 0, 3, 0});
  CHECK(scores_of(*model, history) == std::vector<float>{1, 2, 0, 3, 0});
  std::vector<float> scores(5, 9.0f);
  model->similar(1, scores);
  CHECK(scores == std::vector<float>(5, 0.0f));
}

TEST_CASE("popularity explains a score by the number of users") {
  const Interactions interactions = interactions_of({{0, 1}, {1, 1}});
  const auto model = trained("popularity", {}, {&interactions, nullptr});
  std::vector<Contribution> parts;
  auto profile = model->fold_in({});
  profile.value()->explain(1, parts);
  CHECK(parts.size() == 1);
  CHECK(sum_of_parts(parts) == 2);
}

namespace {

// Rows (user, item) at these times.
Interactions timed(const std::vector<UserItem>& rows, const std::vector<double>& times) {
  std::vector<std::int32_t> users;
  std::vector<std::int32_t> items;
  for (const auto& [user, item] : rows) {
    users.push_back(user);
    items.push_back(item);
  }
  InteractionLog log;
  CHECK(succeeds(log.append(users, items, std::vector<float>(rows.size(), 1.0f), times)));
  return value_of(Interactions::build(log, std::nullopt, log.num_users(), log.num_items()));
}

}  // namespace

TEST_CASE("with a half-life what is sought now comes before what was sought more, long ago") {
  constexpr double kDay = 86400;
  constexpr double kNow = 1.7e9;
  for (const double unit : {1.0, 1000.0}) {  // seconds, milliseconds
    std::vector<double> times;
    for (const double days_ago : {40.0, 40.0, 40.0, 0.0, 10.0}) times.push_back((kNow - days_ago * kDay) * unit);
    const Interactions data = timed({{0, 0}, {1, 0}, {2, 0}, {0, 2}, {1, 2}}, times);
    const auto model = trained("popularity", {{"half_life_days", "10"}}, {&data, nullptr});
    CHECK(scores_of(*model, {}) == std::vector<float>{3.0f / 16, 0, 1.5f});
    CHECK(std::vector<float>(model->item_counts().begin(), model->item_counts().end()) == std::vector<float>{3, 0, 2});
    std::vector<Contribution> parts;
    value_of(model->fold_in({}))->explain(2, parts);
    CHECK(sum_of_parts(parts) == 1.5);

    const auto bytes = value_of(write_model_file(*model, item_ids(3)));
    const ModelFile read = value_of(read_model_file(bytes));
    CHECK(scores_of(*read.model, {}) == scores_of(*model, {}));
    CHECK(read.model->item_counts()[0] == 3);
  }
}

TEST_CASE("decayed popularity is the sum over all users, whatever the slices") {
  Random random(4);
  std::vector<UserItem> rows;
  std::vector<double> times;
  for (std::int32_t user = 0; user < 2500; ++user) {
    rows.emplace_back(user, static_cast<std::int32_t>(random.below(7)));
    times.push_back(static_cast<double>(random.below(100)) * 86400);
  }
  const Interactions data = timed(rows, times);
  std::vector<double> expected(7);
  for (std::size_t n = 0; n < rows.size(); ++n) {
    expected[static_cast<std::size_t>(rows[n].second)] += std::exp2((times[n] / 86400 - 99) / 20);
  }
  ThreadPool pool(1);
  auto trainer = value_of(make_trainer("popularity", {{"half_life_days", "20"}}, {&data, nullptr}, 1, pool));
  CHECK(trainer->total_work() == 3);
  REQUIRE(succeeds(trainer->step(1)));
  CHECK(trainer->done_work() == 1);
  REQUIRE(succeeds(trainer->step(100)));
  CHECK(trainer->done());
  const std::vector<float> scores = scores_of(*trainer->finish(), {});
  for (std::size_t item = 0; item < 7; ++item) CHECK(scores[item] == doctest::Approx(expected[item]));
}

TEST_CASE("a half-life without times, or below nothing, is an error that says so") {
  const Interactions data = interactions_of({{0, 1}, {1, 1}});
  ThreadPool pool(1);
  CHECK(fails(make_trainer("popularity", {{"half_life_days", "3"}}, {&data, nullptr}, 1, pool),
              ErrorCode::kInvalidArgument, {"half_life_days", "timestamp"}));
  CHECK(fails(make_trainer("popularity", {{"half_life_days", "-1"}}, {&data, nullptr}, 1, pool),
              ErrorCode::kInvalidArgument, {"half_life_days"}));
  CHECK(succeeds(make_trainer("popularity", {{"half_life_days", "0"}}, {&data, nullptr}, 1, pool)));
}

TEST_CASE("a model file whose scores do not fit its items is refused") {
  const Popularity model({1, 2}, std::vector<float>{3, 4, 5}, "{}");
  TensorFile file;
  model.write(file);
  CHECK(fails(Popularity::read(file, std::vector<float>{3, 4, 5}, "{}"), ErrorCode::kCorruptModelFile,
              {"scores", "2", "3"}));
  CHECK(succeeds(Popularity::read(file, std::vector<float>{3, 4}, "{}")));
  TensorFile infinite;
  infinite.add("scores", std::vector<float>{INFINITY}, {1});
  CHECK(fails(Popularity::read(infinite, std::vector<float>{3}, "{}"), ErrorCode::kCorruptModelFile, {"scores"}));
}

}  // namespace inkling
