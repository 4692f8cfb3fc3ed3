#include "inkling/user_neighbors.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "expect.h"
#include "sample_data.h"

namespace inkling {

namespace {

struct NeighborOptions {
  std::size_t num_neighbors = 5;
  std::string similarity = "cosine";
  std::string weighting = "none";
  double alpha = 0.5;
  double shrinkage = 0;
  double amplification = 1;
  double beta = 0;

  Settings::Given settings() const {
    return {{"num_neighbors", std::to_string(num_neighbors)},
            {"similarity", similarity},
            {"weighting", weighting},
            {"alpha", std::to_string(alpha)},
            {"shrinkage", std::to_string(shrinkage)},
            {"amplification", std::to_string(amplification)},
            {"beta", std::to_string(beta)}};
  }
};

// The scores by their definition: dense vectors, every user compared, in double precision.
std::vector<double> expected_scores(const Interactions& interactions, const NeighborOptions& options, History history) {
  const auto num_items = static_cast<std::size_t>(interactions.num_items());
  const auto num_users = static_cast<std::size_t>(interactions.num_users());
  const bool idf = options.weighting != "none";
  const bool bm25 = options.weighting == "bm25";
  double known_users = 0;
  double known_items = 0;
  for (std::int32_t u = 0; u < interactions.num_users(); ++u) {
    known_users += interactions.by_user().row_length(u) > 0 ? 1 : 0;
  }
  const double mean_length = static_cast<double>(interactions.num_entries()) / known_users;
  const auto row_weight = [&](double length) {
    return bm25 ? 2.2 / (1 + 1.2 * (0.25 + 0.75 * length / mean_length)) : 1.0;
  };
  std::vector<double> item_weights;
  double item_squares = 0;
  for (std::size_t i = 0; i < num_items; ++i) {
    const auto users = static_cast<double>(interactions.by_item().row_length(static_cast<std::int32_t>(i)));
    item_weights.push_back(idf ? std::log((known_users + 1) / (users + 0.5)) : 1);
    known_items += users > 0 ? 1 : 0;
    item_squares += users > 0 ? item_weights[i] * item_weights[i] : 0;
  }
  double user_squares = 0;
  std::vector<double> rows(num_users * num_items);
  for (std::size_t u = 0; u < num_users; ++u) {
    const auto items = interactions.by_user().row_columns(static_cast<std::int32_t>(u));
    const double weight = row_weight(static_cast<double>(items.size()));
    user_squares += items.empty() ? 0 : weight * weight;
    for (const std::int32_t i : items)
      rows[u * num_items + static_cast<std::size_t>(i)] = weight * item_weights[static_cast<std::size_t>(i)];
  }
  const double shrinkage = options.shrinkage * (item_squares / known_items) * (user_squares / known_users);

  std::vector<double> person(num_items);
  for (const HistoryEntry& entry : history) {
    person[static_cast<std::size_t>(entry.item)] = static_cast<double>(entry.weight) *
                                                   item_weights[static_cast<std::size_t>(entry.item)] *
                                                   row_weight(static_cast<double>(history.size()));
  }
  const auto product = [&](const double* a, const double* b) {
    double sum = 0;
    for (std::size_t i = 0; i < num_items; ++i) sum += a[i] * b[i];
    return sum;
  };
  const double own = product(person.data(), person.data());
  std::vector<std::pair<double, std::size_t>> neighbors;
  for (std::size_t u = 0; u < num_users; ++u) {
    const double* row = rows.data() + u * num_items;
    bool has_new = false;
    for (std::size_t i = 0; i < num_items; ++i) has_new = has_new || (row[i] != 0 && person[i] == 0);
    const double sum = product(person.data(), row);
    if (!has_new || sum == 0) continue;
    const double length = product(row, row);
    double below = std::sqrt(own * length);
    if (options.similarity == "asymmetric_cosine") {
      below = std::pow(own, options.alpha) * std::pow(length, 1 - options.alpha);
    }
    if (options.similarity == "jaccard") below = own + length - std::abs(sum);
    neighbors.emplace_back(sum / (below + shrinkage), u);
  }
  std::sort(neighbors.begin(), neighbors.end(),
            [](const auto& a, const auto& b) { return std::abs(a.first) > std::abs(b.first); });
  neighbors.resize(std::min(neighbors.size(), options.num_neighbors));
  std::vector<double> scores(num_items);
  for (const auto& [similarity, u] : neighbors) {
    for (const std::int32_t i : interactions.by_user().row_columns(static_cast<std::int32_t>(u))) {
      scores[static_cast<std::size_t>(i)] +=
          similarity * std::pow(std::abs(similarity), options.amplification - 1) *
          std::pow(static_cast<double>(interactions.by_item().row_length(i)), -options.beta);
    }
  }
  return scores;
}

}  // namespace

TEST_CASE("scores are the nearest users' items as the definition has them, and the parts of a score sum to it") {
  const Interactions interactions = random_interactions(60, 25, 0.2f, 1);
  Random random(2);
  for (const char* similarity : {"cosine", "asymmetric_cosine", "jaccard"}) {
    for (const char* weighting : {"none", "bm25", "tf_idf"}) {
      for (const double shrinkage : {0.0, 4.0}) {
        for (const double amplification : {1.0, 2.5}) {
          // All users are kept where neighbours may be equally near, so that which of them is of no matter.
          const NeighborOptions options{60, similarity, weighting, 0.3, shrinkage, amplification, shrinkage / 10};
          CAPTURE(options.similarity);
          CAPTURE(options.weighting);
          CAPTURE(shrinkage);
          CAPTURE(amplification);
          const auto model = trained("user_neighbors", options.settings(), {&interactions, nullptr});
          const std::vector<HistoryEntry> history = random_history(25, 1 + random_below(10, random), random);
          const std::vector<double> expected = expected_scores(interactions, options, history);
          const auto profile = value_of(model->fold_in(history));
          std::vector<float> scores(25);
          profile->score_all(scores);
          double most = 0;
          for (const double score : expected) most = std::max(most, std::abs(score));
          CHECK(most > 0);
          Furthest furthest;
          Furthest furthest_parts;
          for (std::int32_t item = 0; item < 25; ++item) {
            furthest.add(scores[item], expected[static_cast<std::size_t>(item)]);
            std::vector<Contribution> parts;
            profile->explain(item, parts);
            furthest_parts.add(sum_of_parts(parts), scores[item]);
            for (const Contribution& part : parts) {
              CHECK(part.term == kNone);
              CHECK(std::any_of(history.begin(), history.end(),
                                [&](const HistoryEntry& entry) { return entry.item == part.item; }));
            }
          }
          CHECK(furthest.value() < 2e-5 * most);
          CHECK(furthest_parts.value() < 2e-5 * most);
        }
      }
    }
  }
}

TEST_CASE("only the nearest users count, and of equally near ones the first") {
  const Interactions interactions = random_interactions(70, 40, 0.15f, 3);
  Random random(4);
  for (const std::size_t num_neighbors : {1, 3, 20}) {
    for (int repeat = 0; repeat < 5; ++repeat) {
      const NeighborOptions options{num_neighbors, "asymmetric_cosine", "tf_idf", 0.3, 0, 1, 0};
      const auto model = trained("user_neighbors", options.settings(), {&interactions, nullptr});
      const std::vector<HistoryEntry> history = random_history(40, 8, random);  // random weights: no two are equal
      const std::vector<double> expected = expected_scores(interactions, options, history);
      const std::vector<float> scores = scores_of(*model, history);
      Furthest furthest;
      for (std::size_t item = 0; item < 40; ++item) furthest.add(scores[item], expected[item]);
      CHECK(furthest.value() < 1e-4);
    }
  }
  const Interactions twins = interactions_of({{0, 0}, {0, 1}, {1, 0}, {1, 2}, {2, 0}, {2, 3}});
  const auto model = trained("user_neighbors", {{"num_neighbors", "2"}}, {&twins, nullptr});
  const HistoryEntry history[] = {{0, 1}};
  const std::vector<float> scores = scores_of(*model, history);
  CHECK(scores[1] > 0);
  CHECK(scores[2] == scores[1]);
  CHECK(scores[3] == 0);
}

TEST_CASE("training users do not meet themselves, nor users who have nothing new for them") {
  const std::vector<UserItem> others{{1, 0}, {1, 1}, {1, 3}, {2, 1}, {2, 2}, {2, 4}, {3, 2}, {3, 5}};
  std::vector<UserItem> rows = others;
  for (const std::int32_t item : {0, 1, 2}) {
    rows.emplace_back(0, item);  // the person
    rows.emplace_back(4, item);  // their twin
  }
  rows.emplace_back(5, 1);  // a part of the person
  const Interactions with = interactions_of(rows);
  const std::vector<HistoryEntry> history = history_of(with, 0);
  for (const char* num_neighbors : {"1", "2", "10"}) {
    CAPTURE(std::string(num_neighbors));
    const Settings::Given settings{{"num_neighbors", num_neighbors}, {"weighting", "none"}, {"beta", "0"}};
    const auto everyone = trained("user_neighbors", settings, {&with, nullptr});
    const Interactions only_others = interactions_of(others);
    const auto without = trained("user_neighbors", settings, {&only_others, nullptr});
    const std::vector<float> scores = scores_of(*everyone, history);
    CHECK(scores == scores_of(*without, history));
    CHECK(scores[3] > 0);
  }
}

TEST_CASE("what a disliked item's users met scores below zero, and a history's sign is the scores' sign") {
  const Interactions interactions = random_interactions(40, 20, 0.3f, 5);
  for (const char* similarity : {"cosine", "asymmetric_cosine", "jaccard"}) {
    const auto model =
        trained("user_neighbors", {{"similarity", similarity}, {"num_neighbors", "7"}}, {&interactions, nullptr});
    const HistoryEntry liked[] = {{3, 1}, {5, 0.5f}};
    const HistoryEntry disliked[] = {{3, -1}, {5, -0.5f}};
    const std::vector<float> up = scores_of(*model, liked);
    const std::vector<float> down = scores_of(*model, disliked);
    CHECK(*std::max_element(up.begin(), up.end()) > 0);
    for (std::size_t item = 0; item < 20; ++item) CHECK(down[item] == -up[item]);
  }
}

TEST_CASE("histories of nothing known score zero, and entries outside the model or of weight zero are left out") {
  const Interactions interactions = random_interactions(40, 20, 0.3f, 5);
  const auto model = trained("user_neighbors", {}, {&interactions, nullptr});
  const std::vector<float> zeros(20, 0.0f);
  CHECK(scores_of(*model, {}) == zeros);
  const HistoryEntry unmet[] = {{0, 1}};  // nobody met item 0
  CHECK(scores_of(*model, unmet) == zeros);
  const HistoryEntry known[] = {{3, 1}, {7, 1}};
  const HistoryEntry with_unknown[] = {{-1, 1}, {3, 1}, {20, 4}, {8, 0}, {7, 1}, {2000000000, 5}};
  CHECK(scores_of(*model, with_unknown) == scores_of(*model, known));
  CHECK(scores_of(*model, known) != zeros);
}

TEST_CASE("one user, one item and a full matrix have nothing new for anybody") {
  const std::vector<UserItem> one{{0, 0}};
  std::vector<UserItem> all;
  for (std::int32_t n = 0; n < 12; ++n) all.emplace_back(n / 4, n % 4);
  for (const auto& rows : {one, all}) {
    const Interactions interactions = interactions_of(rows);
    for (const char* weighting : {"none", "bm25", "tf_idf"}) {
      const auto model = trained("user_neighbors", {{"weighting", weighting}}, {&interactions, nullptr});
      for (const float score : scores_of(*model, history_of(interactions, 0))) CHECK(score == 0);
    }
  }
}

TEST_CASE("weights that overflow the similarities are refused") {
  const Interactions interactions = random_interactions(40, 20, 0.3f, 5);
  for (const char* similarity : {"cosine", "jaccard"}) {
    const auto model = trained("user_neighbors", {{"similarity", similarity}}, {&interactions, nullptr});
    const HistoryEntry history[] = {{1, 3e38f}, {2, 3e38f}, {3, 3e38f}};
    CHECK(fails(model->fold_in(history), ErrorCode::kNotFinite, {"smaller"}));
  }
}

TEST_CASE("similar items of user_neighbors are the cosines of the items' users") {
  const Interactions interactions = random_interactions(40, 20, 0.3f, 6);
  const auto model = trained("user_neighbors", {}, {&interactions, nullptr});
  std::vector<float> scores(20, 9.0f);
  model->similar(3, scores);
  for (std::int32_t item = 0; item < 20; ++item) {
    const auto mine = interactions.by_item().row_columns(3);
    const auto other = interactions.by_item().row_columns(item);
    std::vector<std::int32_t> both;
    std::set_intersection(mine.begin(), mine.end(), other.begin(), other.end(), std::back_inserter(both));
    const double norms = std::sqrt(static_cast<double>(mine.size()) * static_cast<double>(other.size()));
    CHECK(std::abs(scores[item] - (both.empty() ? 0 : static_cast<double>(both.size()) / norms)) < 1e-6);
  }
}

TEST_CASE("the file of user_neighbors holds the rows of users who met something, and refuses what does not fit") {
  const Interactions interactions = random_interactions(30, 20, 0.3f, 7);  // user 0 met nothing
  const auto model = trained("user_neighbors", {{"num_neighbors", "4"}}, {&interactions, nullptr});
  TensorFile file;
  model->write(file);
  const std::vector<float> counts(model->item_counts().begin(), model->item_counts().end());
  const auto read = value_of(UserNeighbors::read(file, counts, "{}"));
  CHECK(static_cast<const UserNeighbors&>(*read).rows().columns == interactions.by_user().columns);
  CHECK(static_cast<const UserNeighbors&>(*read).rows().num_rows() == 29);
  Random random(8);
  for (int repeat = 0; repeat < 5; ++repeat) {
    const std::vector<HistoryEntry> history = random_history(20, 6, random);
    CHECK(scores_of(*read, history) == scores_of(*model, history));
  }

  const std::vector<float> fewer_counts(counts.begin(), counts.end() - 1);
  CHECK(fails(UserNeighbors::read(file, fewer_counts, "{}"), ErrorCode::kCorruptModelFile, {"user_rows.columns"}));
  const auto refuses = [&](std::vector<float> parameters) {
    TensorFile other;
    model->write(other);
    other.add("user_neighbors", std::span<const float>(parameters), {static_cast<std::int64_t>(parameters.size())});
    return fails(UserNeighbors::read(other, counts, "{}"), ErrorCode::kCorruptModelFile, {"user_neighbors"});
  };
  std::vector<float> parameters;
  REQUIRE(succeeds(file.get("user_neighbors", 1, parameters)));
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    CAPTURE(p);
    for (const float wrong : {-1.0f, 1e9f, std::nanf("")}) {
      std::vector<float> changed = parameters;
      changed[p] = wrong;
      CHECK(refuses(changed));
    }
  }
  std::vector<float> between = parameters;
  between[UserNeighbors::kSimilarity] = 0.5f;
  CHECK(refuses(between));
  parameters.pop_back();
  CHECK(refuses(parameters));
}

}  // namespace inkling
