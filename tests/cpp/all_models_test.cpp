// What holds for every model, whatever it learns.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "expect.h"
#include "inkling/evaluator.h"
#include "inkling/model.h"
#include "inkling/model_file.h"
#include "inkling/tf_idf.h"
#include "sample_data.h"

namespace inkling {

namespace {

// Small enough for a test; models without these settings are as they are.
Settings::Given quick_settings(std::string_view model) {
  Settings::Given given;
  for (const SettingSpec& spec : settings_of(model)) {
    const std::string_view name = spec.name;
    if (name == "num_factors") given.emplace_back(name, "8");
    if (name == "iterations") given.emplace_back(name, "4");
    if (name == "epochs") given.emplace_back(name, "8");
  }
  return given;
}

// Values from 1 to 5 and, where wanted, times; user 0 and item 0 met nothing, the last item everybody else did.
Interactions rated_interactions(std::int32_t num_users, std::int32_t num_items, bool timed, std::uint64_t seed) {
  Random random(seed);
  InteractionLog log;
  for (std::int32_t user = 1; user < num_users; ++user) {
    for (std::int32_t item = 1; item < num_items; ++item) {
      if (item != num_items - 1 && random.uniform() > (item % 3 == user % 3 ? 0.6f : 0.15f)) continue;
      const std::int32_t users[] = {user};
      const std::int32_t items[] = {item};
      const float values[] = {static_cast<float>(1 + random.below(5))};
      const double times[] = {1.6e9 + static_cast<double>(random.below(10000000))};
      CHECK(succeeds(
          log.append(users, items, values, timed ? std::span<const double>(times) : std::span<const double>())));
    }
  }
  return value_of(Interactions::build(log, {}, num_users, num_items));
}

std::vector<HistoryEntry> history_of(const Model& model, const Interactions& interactions, std::int32_t user) {
  std::vector<HistoryEntry> history;
  for (const std::int32_t place : interactions.oldest_first(user)) {
    const auto n = static_cast<std::size_t>(place);
    history.push_back({interactions.by_user().row_columns(user)[n],
                       model.weight_of_value(interactions.by_user().row_values(user)[n])});
  }
  return history;
}

}  // namespace

TEST_CASE("every model gives the same scores for a seed, with any number of threads and any slices") {
  for (const bool timed : {false, true}) {
    const Interactions interactions = rated_interactions(50, 33, timed, 3);
    const TermMatrix terms = random_terms(33, 1);
    const SampleVectors vectors = random_vectors(33, 6, 1);
    const TrainingData data = {&interactions, &terms, vectors.view()};
    for (const std::string_view name : model_names()) {
      CAPTURE(name);
      const auto expected = trained(name, quick_settings(name), data, 5);
      for (const int num_threads : {1, 2, 3}) {
        ThreadPool pool(num_threads);
        auto trainer = value_of(make_trainer(name, quick_settings(name), data, 5, pool));
        std::int64_t slice = 1;
        while (!trainer->done()) {
          REQUIRE(succeeds(trainer->step(slice)));
          slice = slice * 3 % 1001 + num_threads;
        }
        const auto model = trainer->finish();
        for (const std::int32_t user : {1, 7, 49}) {
          const auto history = history_of(*model, interactions, user);
          CHECK(scores_of(*model, history) == scores_of(*expected, history));
        }
      }
    }
  }
}

TEST_CASE("the reasons of every model sum to the score") {
  const Interactions interactions = rated_interactions(60, 31, true, 4);
  const TermMatrix terms = random_terms(31, 2);
  const SampleVectors vectors = random_vectors(31, 6, 2);
  Random random(8);
  for (const std::string_view name : model_names()) {
    CAPTURE(name);
    const auto model = trained(name, quick_settings(name), {&interactions, &terms, vectors.view()});
    for (int n = 0; n < 6; ++n) {
      const auto history =
          n == 0 ? std::vector<HistoryEntry>() : random_history(31, random_below(12, random) + 1, random);
      const auto profile = value_of(model->fold_in(history));
      std::vector<float> scores(31);
      profile->score_all(scores);
      REQUIRE(all_finite(scores));
      float largest = 0;
      for (const float score : scores) largest = std::max(largest, std::abs(score));
      Furthest furthest;
      for (std::int32_t item = 0; item < 31; ++item) {
        std::vector<Contribution> parts;
        profile->explain(item, parts);
        furthest.add(sum_of_parts(parts), static_cast<double>(scores[static_cast<std::size_t>(item)]));
      }
      CHECK(furthest.value() <= 2e-4 * std::max(1.0, static_cast<double>(largest)));
    }
  }
}

TEST_CASE("every model comes back from its file with the same lists, its half-life too") {
  const Interactions interactions = rated_interactions(40, 23, true, 5);
  const TermMatrix terms = random_terms(23, 3);
  const SampleVectors vectors = random_vectors(23, 6, 3);
  Random random(9);
  for (const std::string_view name : model_names()) {
    CAPTURE(name);
    const auto model = trained(name, quick_settings(name), {&interactions, &terms, vectors.view()});
    model->set_history_half_life(2.5);
    const auto bytes = value_of(write_model_file(*model, item_ids(23)));
    const ModelFile file = value_of(read_model_file(bytes));
    const TfIdf content(terms, std::vector<float>(23, 0.0f), "{}");
    file.model->attach(&content, 23);  // a file may leave the texts to the catalogue
    CHECK(file.model->name() == name);
    CHECK(file.model->config() == model->config());
    CHECK(file.model->history_half_life() == 2.5);
    CHECK(file.model->predicts_values() == model->predicts_values());
    for (int n = 0; n < 5; ++n) {
      const auto history = random_history(23, 6, random);
      CHECK(scores_of(*file.model, history) == scores_of(*model, history));
    }
    CHECK(value_of(write_model_file(*file.model, item_ids(23))) == bytes);
  }
}

TEST_CASE("with a half-life the newest entries of a history count most, in every model") {
  const Interactions interactions = rated_interactions(40, 23, true, 5);
  const TermMatrix terms = random_terms(23, 3);
  const SampleVectors vectors = random_vectors(23, 6, 3);
  const std::vector<HistoryEntry> history = {{4, 1}, {9, 1}, {14, 1}};
  const std::vector<HistoryEntry> by_hand = {{4, 0.25f}, {9, 0.5f}, {14, 1}};
  for (const std::string_view name : model_names()) {
    CAPTURE(name);
    const auto model = trained(name, quick_settings(name), {&interactions, &terms, vectors.view()});
    const std::vector<float> expected = scores_of(*model, by_hand);
    model->set_history_half_life(1);
    CHECK(scores_of(*model, history) == expected);
  }
}

TEST_CASE("no history, one of nothing known and one of huge weights give finite scores or an error, in every model") {
  const Interactions interactions = rated_interactions(40, 23, false, 6);
  const TermMatrix terms = random_terms(23, 3);
  const SampleVectors vectors = random_vectors(23, 6, 3);
  for (const std::string_view name : model_names()) {
    CAPTURE(name);
    const auto model = trained(name, quick_settings(name), {&interactions, &terms, vectors.view()});
    CHECK(all_finite(scores_of(*model, {})));
    CHECK(all_finite(scores_of(*model, std::vector<HistoryEntry>{{-3, 1}, {23, 1}, {1000000, 1}})));
    CHECK(all_finite(scores_of(*model, std::vector<HistoryEntry>{{0, 1}, {5, 0}, {6, -1}})));
    for (const float weight : {1e10f, 1e20f, 3e38f, -3e38f}) {
      const std::vector<HistoryEntry> history = {{3, weight}, {4, weight}, {5, 1}};
      const auto profile = model->fold_in(history);
      if (!profile.ok()) {
        CHECK(fails(profile, ErrorCode::kNotFinite));
        continue;
      }
      std::vector<float> scores(23);
      profile.value()->score_all(scores);
      // What is not finite is caught by whoever ranks; a history this model was given must not make it lie about it.
      if (weight < 1e15f) CHECK(all_finite(scores));
    }
  }
}

TEST_CASE("the smallest and the fullest data train every model") {
  struct Shape {
    std::int32_t users;
    std::int32_t items;
    std::vector<UserItem> rows;
  };
  std::vector<UserItem> full;
  for (std::int32_t user = 0; user < 9; ++user) {
    for (std::int32_t item = 0; item < 7; ++item) full.emplace_back(user, item);
  }
  const std::vector<Shape> shapes = {
      {1, 1, {{0, 0}}}, {1, 4, {{0, 0}, {0, 1}, {0, 2}, {0, 3}}}, {5, 1, {{0, 0}, {1, 0}, {2, 0}, {3, 0}, {4, 0}}},
      {9, 7, full},     {50, 60, {{49, 59}, {49, 58}, {3, 59}}},  {3, 3, {{0, 0}, {1, 1}, {2, 2}}},
  };
  for (const Shape& shape : shapes) {
    CAPTURE(shape.users);
    CAPTURE(shape.items);
    const Interactions interactions = interactions_of(shape.rows, shape.users, shape.items);
    const TermMatrix terms = random_terms(shape.items, 3);
    const SampleVectors vectors = random_vectors(shape.items, 6, 3);
    for (const std::string_view name : model_names()) {
      CAPTURE(name);
      ThreadPool pool(2);
      const auto model = train(name, quick_settings(name), {&interactions, &terms, vectors.view()}, 1, pool);
      if (!model.ok()) {  // data that cannot be divided, no words at all, or one vector
        CHECK((model.status().code() == ErrorCode::kInvalidInteractions ||
               model.status().code() == ErrorCode::kInvalidCatalog));
        CHECK((name == "ensemble" || name == "hybrid" || name == "tf_idf" || name == "item_vectors" ||
               name == "sasrec" || name == "gru"));
        continue;
      }
      CHECK(all_finite(scores_of(*model.value(), std::vector<HistoryEntry>{{0, 1}, {shape.items - 1, 1}})));
      std::vector<float> alike(static_cast<std::size_t>(shape.items));
      model.value()->similar(0, alike);
      CHECK(all_finite(alike));
    }
  }
}

TEST_CASE("a run of every model can be dropped anywhere") {
  const Interactions interactions = rated_interactions(40, 23, true, 6);
  const TermMatrix terms = random_terms(23, 3);
  const SampleVectors vectors = random_vectors(23, 6, 3);
  for (const std::string_view name : model_names()) {
    for (const double until : {0.0, 0.3, 0.7}) {
      ThreadPool pool(2);
      auto trainer =
          value_of(make_trainer(name, quick_settings(name), {&interactions, &terms, vectors.view()}, 1, pool));
      std::int64_t before = 0;
      while (!trainer->done() &&
             static_cast<double>(trainer->done_work()) < until * static_cast<double>(trainer->total_work())) {
        REQUIRE(succeeds(trainer->step(1)));
        CHECK(trainer->done_work() >= before);
        before = trainer->done_work();
      }
    }
  }
}

TEST_CASE("every model that learns from interactions finds the clusters that popularity cannot see") {
  const ClusteredData data = clustered_data(200, 60, 4, 7);
  ThreadPool pool(2);
  const auto metrics = value_of(parse_metrics("hit_rate@10"));
  const auto hit_rate = [&](const Model& model) {
    Evaluator evaluator(model, {&data.train, &data.test, nullptr}, metrics, 1, pool);
    while (!evaluator.done()) REQUIRE(succeeds(evaluator.step(1000)));
    return evaluator.results()[0];
  };
  const double of_popularity = hit_rate(*trained("popularity", {}, {&data.train, nullptr}));
  CHECK(of_popularity < 0.5);
  for (const std::string_view name : model_names()) {
    if (name == "popularity" || name == "tf_idf" || name == "item_vectors") continue;
    Settings::Given settings;
    // As many factors as there are clusters: with one an item, the truncated matrix would be the matrix itself.
    if (name == "pure_svd") settings = {{"num_factors", "4"}};
    if (name == "sasrec" || name == "gru") settings = {{"num_factors", "16"}};  // as good here, and sooner done
    const auto model = trained(name, settings, {&data.train, nullptr});
    if (model->predicts_values()) continue;  // all values are alike
    CAPTURE(name);
    CHECK(hit_rate(*model) > 0.8);
  }
}

}  // namespace inkling
