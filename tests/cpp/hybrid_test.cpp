#include "inkling/hybrid.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "checked_best.h"
#include "expect.h"
#include "fixed_model.h"
#include "inkling/evaluator.h"
#include "ranking/learned_ranker.h"
#include "sample_data.h"

namespace inkling {

namespace {

double sum_of(const BlendWeights::Hats& hats) { return static_cast<double>(hats[0] + hats[1] + hats[2]); }

NearItems nobody_near(std::size_t num_items) {
  NearItems near;
  near.prior = 1;
  near.rows.offsets.assign(num_items + 1, 0);
  return near;
}

BoostedTrees random_trees(std::size_t num_parts, Random& random) {
  BoostedTrees trees;
  trees.num_features = static_cast<std::int32_t>(LearnedRanker::num_features(num_parts));
  trees.depth = 3;
  for (int node = 0; node < 20 * 7; ++node) {
    trees.features.push_back(static_cast<std::int32_t>(random.below(LearnedRanker::num_features(num_parts))));
    trees.thresholds.push_back(random.normal());
  }
  for (int leaf = 0; leaf < 20 * 8; ++leaf) trees.leaves.push_back(0.2f * random.normal());
  return trees;
}

Perceptron random_perceptron(std::size_t num_parts, Random& random) {
  const std::size_t num_features = LearnedRanker::num_features(num_parts);
  Perceptron perceptron;
  for (std::size_t n = 0; n < num_features; ++n) {
    perceptron.means.push_back(random.normal());
    perceptron.scales.push_back(random.uniform());
  }
  for (std::size_t n = 0; n < 6 * (num_features + 1); ++n) perceptron.hidden.push_back(random.normal());
  for (int n = 0; n < 6; ++n) perceptron.output.push_back(random.normal());
  return perceptron;
}

// Items of a cluster share words; users meet items of their cluster. Items from `first_new` on were met by nobody.
struct ClusteredTexts {
  Interactions train;
  Interactions test;  // of each user, the new items of their cluster
  TermMatrix terms;
};

ClusteredTexts clustered_texts(std::int32_t num_users, std::int32_t num_items, std::int32_t num_clusters,
                               std::int32_t first_new, std::uint64_t seed) {
  Random random(seed);
  std::vector<UserItem> train;
  std::vector<UserItem> test;
  for (std::int32_t user = 0; user < num_users; ++user) {
    for (std::int32_t item = 0; item < num_items; ++item) {
      const bool own = item % num_clusters == user % num_clusters;
      if (random.uniform() < (own ? 0.5f : 0.03f)) {
        if (item < first_new) {
          train.emplace_back(user, item);
        } else if (own) {
          test.emplace_back(user, item);
        }
      }
    }
  }
  std::vector<std::string> words;
  for (std::int32_t item = 0; item < num_items; ++item) {
    std::string text = "cluster" + std::to_string(item % num_clusters);
    for (int n = 0; n < 4; ++n) text += " noise" + std::to_string(random.below(40));
    words.push_back(text);
  }
  return {interactions_of(train, num_users, num_items), interactions_of(test, num_users, num_items), terms_of(words)};
}

// Of items first_new and after, among themselves.
double ndcg_of_new(const Model& model, const Interactions& train, const Interactions& test, std::int32_t first_new) {
  ThreadPool pool(2);
  SparseRows candidates;
  for (std::int32_t user = 0; user < test.num_users(); ++user) {
    for (std::int32_t item = first_new; item < test.num_items(); ++item) candidates.columns.push_back(item);
    candidates.offsets.push_back(static_cast<std::int64_t>(candidates.columns.size()));
  }
  candidates.values.assign(candidates.columns.size(), 1.0f);
  Evaluator evaluator(model, {&train, &test, &candidates}, value_of(parse_metrics("ndcg@10")), 1, pool);
  while (!evaluator.done()) REQUIRE(succeeds(evaluator.step(1000)));
  return evaluator.results()[0];
}

// Items stand on a circle, and people like those of an arc; the vectors say where an item stands. Items from
// `first_new` on were met by nobody; `order` deals the places, so that neither indices nor counts tell anything of
// them.
struct CircleData {
  Interactions train;
  Interactions test;  // two further items of each person's arc
  Interactions test_of_new;
  SampleVectors vectors;
};

CircleData circle_data(std::int32_t num_users, std::int32_t num_items, std::int32_t first_new, std::uint64_t seed) {
  Random random(seed);
  const auto order = random.permutation(static_cast<std::size_t>(num_items));
  std::vector<UserItem> train;
  std::vector<UserItem> test;
  std::vector<UserItem> test_of_new;
  for (std::int32_t user = 0; user < num_users; ++user) {
    const auto middle = static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(num_items)));
    std::vector<std::int32_t> liked;
    for (std::int32_t item = 0; item < num_items; ++item) {
      const std::int32_t apart = std::abs(static_cast<std::int32_t>(order[static_cast<std::size_t>(item)]) - middle);
      if (std::min(apart, num_items - apart) > num_items / 20) continue;
      if (item < first_new) {
        liked.push_back(item);
      } else {
        test_of_new.emplace_back(user, item);
      }
    }
    std::size_t place = 0;
    for (const std::uint32_t n : random.permutation(liked.size())) {
      if (place < 2) test.emplace_back(user, liked[n]);
      if (place >= 2 && place < 7) train.emplace_back(user, liked[n]);
      ++place;
    }
  }
  SampleVectors vectors{{}, 2};
  for (const std::uint32_t place : order) {
    const double angle = 6.283185307 * static_cast<double>(place) / static_cast<double>(num_items);
    vectors.values.push_back(static_cast<float>(std::cos(angle)));
    vectors.values.push_back(static_cast<float>(std::sin(angle)));
  }
  return {interactions_of(train, num_users, num_items), interactions_of(test, num_users, num_items),
          interactions_of(test_of_new, num_users, num_items), std::move(vectors)};
}

double ndcg_of(const Model& model, const Interactions& train, const Interactions& test) {
  ThreadPool pool(2);
  Evaluator evaluator(model, {&train, &test, nullptr}, value_of(parse_metrics("ndcg@10")), 1, pool);
  while (!evaluator.done()) REQUIRE(succeeds(evaluator.step(1000)));
  return evaluator.results()[0];
}

Settings::Given quick(const char* ranker) { return {{"num_factors", "8"}, {"ranker", ranker}}; }

}  // namespace

TEST_CASE("the hats of a count sum to 1, are 1 at the knots, and stay at the ends") {
  for (const double count : {0.0, 0.5, 1.0, 2.0, 6.0, 9.0, 36.0, 40.0, 1e9}) {
    CHECK(sum_of(BlendWeights::of_events(count)) == doctest::Approx(1));
    CHECK(sum_of(BlendWeights::of_users(count)) == doctest::Approx(1));
  }
  for (std::size_t n = 0; n < BlendWeights::kKnots; ++n) {
    CHECK(BlendWeights::of_events(static_cast<double>(BlendWeights::kEvents[n]))[n] == doctest::Approx(1));
    CHECK(BlendWeights::of_users(static_cast<double>(BlendWeights::kUsers[n]))[n] == doctest::Approx(1));
  }
  CHECK(BlendWeights::of_events(0)[0] == 1);
  CHECK(BlendWeights::of_users(1e9)[2] == 1);
}

TEST_CASE("an item that few have met is lent the scores of those near it") {
  NearItems near;
  near.prior = 2;
  near.rows.offsets = {0, 2, 2, 2};
  near.rows.columns = {1, 2};
  near.rows.values = {0.25f, 0.75f};
  const std::vector<float> counts = {2, 10, 10};
  std::vector<float> scores = {1, 4, 8};
  std::vector<float> before;
  near.lend(counts, false, scores, before);
  CHECK(scores == std::vector<float>{(2 * 1 + 2 * 7) / 4.0f, 4, 8});
  scores = {1, 4, 8};
  near.lend(counts, true, scores, before);
  CHECK(scores == std::vector<float>{1, 4, 8});
  scores = {0, 4, 8};
  near.lend(counts, true, scores, before);
  CHECK(scores == std::vector<float>{3.5f, 4, 8});
}

TEST_CASE("the items nearest by content are those with the most alike words that somebody met") {
  const TermMatrix terms = terms_of({"red fox", "red fox", "blue whale", "red wine", "red fox"});
  const TfIdf content(terms, std::vector<float>(5, 0.0f), "{}");
  const std::vector<float> counts = {0, 10, 10, 10, 0};
  const NearItems near = nearest_by_content(content, counts, 0, 2, 2, nullptr);
  const auto columns = near.rows.row_columns(0);
  REQUIRE(columns.size() == 2);
  CHECK(columns[0] == 1);
  CHECK(columns[1] == 3);
  const auto weights = near.rows.row_values(0);
  CHECK(weights[0] > weights[1]);
  CHECK(weights[0] + weights[1] == doctest::Approx(1));
  CHECK(near.rows.row_length(1) == 0);  // met by 4 * prior and more
  const NearItems later = nearest_by_content(content, counts, 4, 2, 2, nullptr);
  CHECK(later.rows.row_length(0) == 0);
  CHECK(later.rows.row_length(4) == 2);
}

TEST_CASE("a hybrid's score is the sum of its parts' standardized scores, weighed by person and item") {
  std::vector<std::unique_ptr<Model>> members;
  members.push_back(std::make_unique<FixedModel>(std::vector<float>{1, 2, 3, 6}));
  members.push_back(std::make_unique<FixedModel>(std::vector<float>{4, 0, 0, 0}));
  BlendWeights weights;
  weights.numbers.assign(BlendWeights::kRows * 3, 0.0f);
  weights.numbers[0] = 0.5f;                                 // base, part 0
  weights.numbers[1] = 1;                                    // base, part 1
  weights.numbers[1 * 3 + 1] = 2;                            // newcomers: part 1 counts more
  weights.numbers[(1 + BlendWeights::kKnots) * 3 + 2] = 7;   // what nobody met stands higher
  const std::vector<float> counts = {100, 100, 1e-9f, 100};  // as good as nobody
  const Hybrid hybrid(std::move(members), {{0, 0}, {1, 0}}, weights, nobody_near(4), nullptr, counts, "{}");
  const std::vector<float> scores = scores_of(hybrid, std::vector<HistoryEntry>{{0, 1}});
  const double first = std::sqrt(3.5);
  const double second = std::sqrt(3.0);
  const double expected[] = {0.5 * -2 / first + 3 * 3 / second, 0.5 * -1 / first - 3 / second, -3 / second + 7,
                             0.5 * 3 / first - 3 / second};
  for (std::size_t item = 0; item < 4; ++item) {
    CHECK(static_cast<double>(scores[item]) == doctest::Approx(expected[item]));
  }
  // With more events the second part counts as for everybody.
  const std::vector<HistoryEntry> longer = {{0, 1}, {1, 1}, {2, 1}, {3, 1}, {0, 1}, {1, 1}};
  CHECK(static_cast<double>(scores_of(hybrid, longer)[0]) == doctest::Approx(-1 / first + 3 / second));
  // A tilt adds to the weight of a part.
  std::vector<float> tilted(4);
  const std::vector<float> tilt = {0, -1};
  value_of(hybrid.fold_in_tilted(longer, tilt))->score_all(tilted);
  CHECK(static_cast<double>(tilted[0]) == doctest::Approx(-1 / first));
  const std::vector<std::int32_t> items = {2, 0, 99};
  const Hybrid::Opinion opinion = value_of(hybrid.opinion_of(std::vector<HistoryEntry>{{0, 1}}, items));
  CHECK(static_cast<double>(opinion.sums[0]) == doctest::Approx(expected[2]));
  CHECK(static_cast<double>(opinion.sums[1]) == doctest::Approx(expected[0]));
  CHECK(static_cast<double>(opinion.z[2]) == doctest::Approx(-2 / first));
  CHECK(opinion.z[4] == 0);  // an item it does not know
}

TEST_CASE("a hybrid finds new items by their words, better than chance and than no words at all") {
  const ClusteredTexts data = clustered_texts(120, 80, 4, 60, 5);
  const auto with_words = trained("hybrid", quick("linear"), {&data.train, &data.terms});
  const auto without = trained("hybrid", quick("linear"), {&data.train, nullptr});
  const double found = ndcg_of_new(*with_words, data.train, data.test, 60);
  CHECK(found > 2 * ndcg_of_new(*without, data.train, data.test, 60));
  CHECK(found > 0.5);  // chance says which half of their own cluster people met
}

TEST_CASE("a hybrid gains from vectors that tell the truth, most of all for items that nobody met") {
  const std::string member = "{\"model\":\"item_vectors\"";
  double found = 0;
  double found_without = 0;
  for (const std::uint64_t seed : {5, 6, 7}) {
    const CircleData data = circle_data(80, 300, 240, seed);
    const auto with_vectors = trained("hybrid", quick("linear"), {&data.train, nullptr, data.vectors.view()});
    const auto without = trained("hybrid", quick("linear"), {&data.train, nullptr});
    CHECK(with_vectors->config().find(member) != std::string::npos);
    CHECK(without->config().find(member) == std::string::npos);
    found += ndcg_of(*with_vectors, data.train, data.test);
    found_without += ndcg_of(*without, data.train, data.test);
    CHECK(ndcg_of_new(*with_vectors, data.train, data.test_of_new, 240) > 0.95);
    CHECK(ndcg_of_new(*without, data.train, data.test_of_new, 240) < 0.2);
  }
  CHECK(found > 1.2 * found_without);
}

TEST_CASE("a hybrid does without vectors that are all the same") {
  CircleData data = circle_data(80, 300, 300, 5);
  std::fill(data.vectors.values.begin(), data.vectors.values.end(), 0.5f);
  const auto with_vectors = trained("hybrid", quick("linear"), {&data.train, nullptr, data.vectors.view()});
  CHECK(with_vectors->config().find("item_vectors") == std::string::npos);
  CHECK(ndcg_of(*with_vectors, data.train, data.test) > 0.05);
}

TEST_CASE("items that came after training have their place too, with the catalogue's words") {
  const ClusteredTexts data = clustered_texts(120, 80, 4, 60, 5);
  std::vector<UserItem> known;
  for (std::int32_t user = 0; user < 120; ++user) {
    for (const std::int32_t item : data.train.by_user().row_columns(user)) known.emplace_back(user, item);
  }
  const Interactions train = interactions_of(known, 120, 60);
  std::vector<std::string> none;
  const auto model = trained("hybrid", quick("linear"), {&train, nullptr});
  CHECK(model->num_items() == 60);
  const TfIdf content(data.terms, std::vector<float>(80, 0.0f), "{}");
  model->attach(&content, 80);
  REQUIRE(model->num_items() == 80);
  const std::vector<float> scores = scores_of(*model, std::vector<HistoryEntry>{{1, 1}, {5, 1}, {9, 1}});
  double own = 0;
  double others = 0;
  for (std::size_t item = 60; item < 80; ++item) (item % 4 == 1 ? own : others) += static_cast<double>(scores[item]);
  CHECK(own / 5 > others / 15 + 0.1);
  std::vector<Contribution> parts;
  value_of(model->fold_in(std::vector<HistoryEntry>{{1, 1}, {5, 1}, {9, 1}}))->explain(61, parts);
  CHECK(sum_of_parts(parts) == doctest::Approx(static_cast<double>(scores[61])).epsilon(1e-4));
  model->attach(nullptr, 60);
  CHECK(model->num_items() == 60);
}

TEST_CASE("an item of which nothing is known comes after all others, whatever the weights make of that") {
  for (const bool with_trees : {false, true}) {
    std::vector<std::unique_ptr<Model>> members;
    members.push_back(std::make_unique<FixedModel>(std::vector<float>{1, 2, 3, 6, 0}));
    BlendWeights weights;
    weights.numbers.assign(BlendWeights::kRows * 2, 0.0f);
    weights.numbers[0] = 1;
    weights.numbers[(1 + BlendWeights::kKnots) * 2 + 1] = 50;  // what nobody met stands higher
    NearItems near = nobody_near(5);
    near.rows.offsets = {0, 0, 0, 1, 1, 1};  // item 2 is near to item 0
    near.rows.columns = {0};
    near.rows.values = {1};
    Random random(9);
    const Hybrid hybrid(std::move(members), {{0, 0}}, weights, near,
                        with_trees ? std::make_shared<LearnedRanker>(random_trees(1, random)) : nullptr,
                        std::vector<float>{100, 100, 0, 100, 0}, "{}");
    const std::vector<HistoryEntry> history = {{0, 1}};
    const auto profile = value_of(hybrid.fold_in(history));
    const std::vector<float> scores = scores_of(hybrid, history);
    CHECK(scores[2] == *std::max_element(scores.begin(), scores.end()));
    CHECK(scores[4] == *std::min_element(scores.begin(), scores.end()));
    std::vector<Contribution> parts;
    profile->explain(4, parts);
    CHECK(sum_of_parts(parts) == doctest::Approx(scores[4]));
    const std::vector<std::uint8_t> skip(5, 0);
    for (const std::size_t k : {std::size_t{3}, std::size_t{5}}) CHECK(checked_best(*profile, skip, k).size() == k);
  }
}

TEST_CASE("with trees or a perceptron the best are those of all scores and a full sort") {
  const ClusteredTexts data = clustered_texts(150, 90, 5, 80, 6);
  for (const bool with_trees : {true, false}) {
    CAPTURE(with_trees);
    std::vector<std::unique_ptr<Model>> members;
    members.push_back(trained("item_graph", {}, {&data.train, nullptr}));
    members.push_back(trained("item_neighbors", {}, {&data.train, nullptr}));
    Random random(4);
    BlendWeights weights;
    for (std::size_t n = 0; n < BlendWeights::kRows * 3; ++n) weights.numbers.push_back(random.uniform());
    std::vector<float> counts(members[0]->item_counts().begin(), members[0]->item_counts().end());
    const Hybrid model(std::move(members), {{0, 0}, {1, 0}}, std::move(weights), nobody_near(90),
                       std::make_shared<LearnedRanker>(with_trees ? LearnedRanker(random_trees(2, random))
                                                                  : LearnedRanker(random_perceptron(2, random))),
                       std::move(counts), "{}");
    int added = 0;
    for (int n = 0; n < 20; ++n) {
      const auto history = random_history(90, 1 + random_below(10, random), random);
      const auto profile = value_of(model.fold_in(history));
      const std::vector<std::uint8_t> skip = skipping(history, 90);
      std::vector<ScoredItem> best = checked_best(*profile, skip, 7);
      REQUIRE(best.size() == 7);
      for (const ScoredItem& each : best) {
        std::vector<Contribution> parts;
        profile->explain(each.item, parts);
        CHECK(sum_of_parts(parts) == doctest::Approx(each.score).epsilon(1e-4));
      }
      REQUIRE(profile->top_k(skip, 1000, nullptr, best));
      CHECK(best.size() == 90 - history.size());
      const std::vector<std::int32_t> item = {best[0].item};
      const float sum = value_of(model.opinion_of(history, item)).sums[0];
      added += std::abs(best[0].score - sum) > 1e-2f ? 1 : 0;
    }
    CHECK(added > 10);
  }
}

TEST_CASE("a hybrid's file is refused where its parts do not fit together") {
  const ClusteredTexts data = clustered_texts(60, 40, 4, 36, 7);
  const auto model = trained("hybrid", quick("trees"), {&data.train, &data.terms});
  const auto file_of = [&] {
    TensorFile file;
    model->write(file);
    return file;
  };
  const std::vector<float> counts(40, 1.0f);
  REQUIRE(succeeds(Hybrid::read(file_of(), counts, "{}")));
  const auto refused = [&](const TensorFile& file) {
    return fails(Hybrid::read(file, counts, "{}"), ErrorCode::kCorruptModelFile);
  };
  const std::vector<std::int32_t> members(model->num_items(), 9);
  TensorFile unknown = file_of();
  const auto count = static_cast<std::int64_t>(static_cast<const Hybrid&>(*model).parts().size());
  unknown.add("parts.members", std::span(members).first(static_cast<std::size_t>(count)), {count});
  CHECK(refused(unknown));
  TensorFile backwards = file_of();
  const std::vector<float> negative(static_cast<std::size_t>(count), -1.0f);
  backwards.add("parts.half_lives", std::span<const float>(negative), {count});
  CHECK(refused(backwards));
  TensorFile short_weights = file_of();
  short_weights.add("blend.weights", std::span<const float>(negative), {1, count});
  CHECK(refused(short_weights));
  TensorFile infinite = file_of();
  const std::vector<float> prior = {INFINITY};
  infinite.add("near.prior", std::span<const float>(prior), {1});
  CHECK(refused(infinite));
  TensorFile nested = file_of();
  nested.set_metadata("member0.model", "hybrid");
  CHECK(refused(nested));
}

}  // namespace inkling
