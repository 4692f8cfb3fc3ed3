#include "inkling/list_reranker.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>
#include <vector>

#include "expect.h"
#include "indices.h"
#include "rerank_catalogue.h"

namespace inkling {

namespace {

using By = RerankStep::By;
using On = RerankStep::On;

// What it gives refers to the catalogue.
OracleGain oracle(const RerankCatalogue& catalogue, const RerankStep& step, std::span<const float> foretold = {}) {
  const bool by_past = foretold.empty() || step.interests == RerankStep::Interests::kPast;
  const std::vector<float> interests =
      by_past ? catalogue.person() : std::vector<float>(foretold.begin(), foretold.end());
  const bool by_vectors = step.on == On::kVectors;
  const DenseVectors view = by_vectors ? DenseVectors{catalogue.candidate_numbers, kCatalogueWidth}
                                       : DenseVectors{catalogue.candidate_weights, kCatalogueTopics};
  switch (step.by) {
    case By::kMmr:
      return mmr_oracle(OracleSimilarity(view));
    case By::kMsd:
      return msd_oracle(OracleSimilarity(view));
    case By::kDpp:
      return dpp_oracle(OracleSimilarity(view));
    case By::kXquad:
      return xquad_oracle(view, interests);
    case By::kCalibrate:
      return calibrate_oracle(view, interests);
    case By::kClusters:
      return clusters_oracle(value_of(value_of(VectorSimilarity::make(view))->clusters(kRerankClusters, 1)));
    case By::kPopularity:
      return given_oracle(catalogue.rarity());
    case By::kSerendipity:
    case By::kGiven:
      break;
  }
  return given_oracle(catalogue.unexpectedness());
}

// What both make of the catalogue's list, in one order of its candidates.
void check_plan(const RerankCatalogue& catalogue, const RerankPlan& plan, const ListToRerank& list) {
  const auto reranker = value_of(ListReranker::make(plan, catalogue.items()));
  std::vector<float> scores;
  for (const ScoredItem& each : catalogue.candidates) scores.push_back(each.score);
  std::vector<RerankTerm> terms;
  std::vector<OracleGain> gains;
  for (const RerankStep& step : plan.steps) {
    RerankTerm term;
    term.weight = step.weight;
    term.window = step.window;
    terms.push_back(term);
    gains.push_back(oracle(catalogue, step, list.interests));
  }
  RerankRequest request;
  request.scores = scores;
  request.k = list.k;
  request.terms = terms;
  request.previous = list.previous;
  const RerankedList made = value_of(reranker->rerank(list));
  CHECK(made.order == oracle_order(request, gains));
  CHECK(made.parts.size() == made.order.size() * (1 + plan.steps.size()));
}

}  // namespace

TEST_CASE("each step of a plan is its method on the items and the person at hand") {
  constexpr By kSteps[] = {By::kMmr,       By::kMsd,      By::kDpp,        By::kXquad,
                           By::kCalibrate, By::kClusters, By::kPopularity, By::kSerendipity};
  constexpr double kWeights[] = {0.2, 0.5, 0.9};
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    const RerankCatalogue catalogue(seed);
    for (const By by : kSteps) {
      CAPTURE(static_cast<int>(by));
      RerankStep step = {by, kWeights[seed % 3]};
      if (by <= By::kXquad) step.window = static_cast<std::size_t>(seed % 4);
      check_plan(catalogue, {{step}}, {catalogue.candidates, catalogue.history, 12});
      if (by != By::kMmr && by != By::kMsd && by != By::kDpp && by != By::kClusters) continue;
      step.on = On::kVectors;
      check_plan(catalogue, {{step}}, {catalogue.candidates, catalogue.history, 12});
    }
  }
}

TEST_CASE("steps add up, and a list goes on where another has ended") {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    CAPTURE(seed);
    const RerankCatalogue catalogue(seed);
    const RerankPlan plan = {{{By::kMmr, 0.2},
                              {By::kDpp, 0.1, 3, On::kVectors},
                              {By::kCalibrate, 0.1},
                              {By::kPopularity, 0.1},
                              {By::kSerendipity, 0.2}}};
    const std::vector<std::int32_t> previous = {4, 0};
    check_plan(catalogue, plan, {catalogue.candidates, catalogue.history, 30, {}, previous});
  }
}

TEST_CASE("interests that are foretold take the place of the history's, where no step says otherwise") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    const RerankCatalogue catalogue(seed);
    Random random(seed);
    std::vector<float> interests(static_cast<std::size_t>(catalogue.topics.num_topics()));
    for (float& share : interests) share = random.uniform();
    ListToRerank list = {catalogue.candidates, catalogue.history, 12};
    list.interests = interests;
    for (const By by : {By::kXquad, By::kCalibrate}) {
      RerankStep step = {by, 0.6};
      const RerankStep next = step;
      check_plan(catalogue, {{step}}, list);
      step.interests = RerankStep::Interests::kPast;
      check_plan(catalogue, {{step}}, list);
      CHECK(value_of(ListReranker::make({{step}}, catalogue.items()))->topics_of_interests() == nullptr);
      const auto both = value_of(ListReranker::make({{step, {By::kMmr, 0.1}, {by, 0.1}}}, catalogue.items()));
      CHECK(both->topics_of_interests() == &catalogue.topics);
      const auto reranker = value_of(ListReranker::make({{next}}, catalogue.items()));
      list.interests = std::span(interests).first(1);
      CHECK(fails(reranker->rerank(list), ErrorCode::kInvalidArgument, {"interests", "topics"}));
      list.interests = interests;
    }
  }
  const RerankCatalogue catalogue(1);
  RerankStep wrong = {By::kMmr, 0.1};
  wrong.interests = RerankStep::Interests::kPast;
  CHECK(fails(ListReranker::make({{wrong}}, catalogue.items()), ErrorCode::kInvalidArgument, {"step 1", "interests"}));
}

TEST_CASE("values known beforehand are those of the list at hand, a row a step") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    CAPTURE(seed);
    const RerankCatalogue catalogue(seed);
    const std::size_t count = catalogue.candidates.size();
    std::vector<float> given(2 * count);
    Random random(seed);
    for (float& value : given) value = random.uniform();
    const auto reranker =
        value_of(ListReranker::make({{{By::kGiven, 0.3}, {By::kMmr, 0.2}, {By::kGiven, 0.25}}}, catalogue.items()));
    const RerankedList made = value_of(reranker->rerank({catalogue.candidates, catalogue.history, 12, {}, {}, given}));
    RerankRequest request;
    std::vector<float> scores;
    for (const ScoredItem& each : catalogue.candidates) scores.push_back(each.score);
    std::vector<RerankTerm> terms(3);
    for (std::size_t t = 0; t < 3; ++t) terms[t].weight = reranker->plan().steps[t].weight;
    request.scores = scores;
    request.k = 12;
    request.terms = terms;
    const auto row = [&](std::size_t n) {
      return std::vector<float>(given.begin() + static_cast<std::ptrdiff_t>(n * count),
                                given.begin() + static_cast<std::ptrdiff_t>((n + 1) * count));
    };
    CHECK(made.order ==
          oracle_order(request, {given_oracle(row(0)), oracle(catalogue, {By::kMmr}), given_oracle(row(1))}));
    CHECK(fails(reranker->rerank({catalogue.candidates, catalogue.history, 12}), ErrorCode::kInvalidArgument,
                {"values given"}));
  }
}

TEST_CASE("a list by score holds what was chosen, the best first, but where places are constrained") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    const RerankCatalogue catalogue(seed);
    RerankPlan plan = {{{By::kMsd, 0.6}, {By::kCalibrate, 0.2}}};
    const auto as_chosen = value_of(ListReranker::make(plan, catalogue.items()));
    plan.by_score = true;
    const auto by_score = value_of(ListReranker::make(plan, catalogue.items()));
    ListToRerank list = {catalogue.candidates, catalogue.history, 8};
    const RerankedList chosen = value_of(as_chosen->rerank(list));
    const RerankedList sorted = value_of(by_score->rerank(list));
    CHECK(std::is_permutation(chosen.order.begin(), chosen.order.end(), sorted.order.begin(), sorted.order.end()));
    const auto score = [&](std::int32_t i) { return catalogue.candidates[at(i)].score; };
    CHECK(std::is_sorted(sorted.order.begin(), sorted.order.end(),
                         [&](std::int32_t a, std::int32_t b) { return score(a) > score(b); }));
    // Each keeps its own parts.
    for (std::size_t n = 0; n < chosen.order.size(); ++n) {
      const auto place = std::find(sorted.order.begin(), sorted.order.end(), chosen.order[n]) - sorted.order.begin();
      for (std::size_t p = 0; p < 3; ++p) {
        CHECK(sorted.parts[static_cast<std::size_t>(place) * 3 + p] == chosen.parts[n * 3 + p]);
      }
    }
    const std::vector<std::int32_t> group = {0, 1};
    RerankConstraint seen;
    seen.unit = RerankConstraint::Unit::kAttention;
    seen.group = group;
    seen.floor = 0.5;
    list.constraints = std::span(&seen, 1);
    CHECK(value_of(by_score->rerank(list)).order == value_of(as_chosen->rerank(list)).order);
  }
}

TEST_CASE("constraints are of the candidates") {
  const RerankCatalogue catalogue(3);
  const auto reranker = value_of(ListReranker::make({{{By::kMmr, 0.3}}}, catalogue.items()));
  const std::vector<std::int32_t> group = {1, 2, 3, 4, 5, 6, 7, 8};
  RerankConstraint most_two;
  most_two.group = group;
  most_two.ceiling = 2;
  const RerankedList list =
      value_of(reranker->rerank({catalogue.candidates, catalogue.history, 10, std::span(&most_two, 1)}));
  CHECK(list.broken.empty());
  CHECK(std::count_if(list.order.begin(), list.order.end(), [](std::int32_t i) { return i >= 1 && i <= 8; }) == 2);
}

TEST_CASE("items are alike by topics where the model has no vectors") {
  const RerankCatalogue catalogue(1);
  const auto order = [&](On on, const ItemFactors* vectors, By by) {
    const auto reranker =
        value_of(ListReranker::make({{{by, 0.5, 0, on}}}, {&catalogue.topics, vectors, catalogue.popularity}));
    return value_of(reranker->rerank({catalogue.candidates, catalogue.history})).order;
  };
  for (const By by : {By::kMmr, By::kClusters}) {
    CHECK(order(On::kVectors, nullptr, by) == order(On::kTopics, &catalogue.vectors, by));
    CHECK(order(On::kVectors, &catalogue.vectors, by) != order(On::kTopics, &catalogue.vectors, by));
  }
}

TEST_CASE("lists stay in the order of their scores where nothing is known") {
  RerankCatalogue catalogue(2);
  std::vector<std::int32_t> by_score(catalogue.candidates.size());
  for (std::size_t n = 0; n < by_score.size(); ++n) by_score[n] = static_cast<std::int32_t>(n);
  std::sort(by_score.begin(), by_score.end(), [&](std::int32_t a, std::int32_t b) {
    return catalogue.candidates[at(a)].score > catalogue.candidates[at(b)].score;
  });
  const auto order = [&](By by, const ItemTopics& topics, History history, std::span<const float> popularity) {
    const auto reranker = value_of(ListReranker::make({{{by, 0.6}}}, {&topics, nullptr, popularity}));
    return value_of(reranker->rerank({catalogue.candidates, history, 100})).order;
  };
  const ItemTopics none;
  const std::vector<float> nobody(3);
  for (const By by : {By::kXquad, By::kCalibrate, By::kSerendipity}) {
    CHECK(order(by, catalogue.topics, {}, {}) == by_score);  // of a newcomer
  }
  for (const By by : {By::kMmr, By::kMsd, By::kDpp, By::kXquad, By::kCalibrate, By::kClusters, By::kSerendipity}) {
    CHECK(order(by, none, catalogue.history, {}) == by_score);
  }
  CHECK(order(By::kPopularity, none, catalogue.history, nobody) == by_score);
  const auto no_steps = value_of(ListReranker::make({}, {}));
  CHECK(no_steps->plan().num_candidates == 100);
  CHECK(value_of(no_steps->rerank({catalogue.candidates, {}, 100})).order == by_score);
  CHECK(value_of(no_steps->rerank({{}, {}, 5})).order.empty());
}

TEST_CASE("plans that cannot be followed are refused") {
  const RerankCatalogue catalogue(1);
  const auto made = [&](RerankPlan plan, const RerankItems& items) {
    return ListReranker::make(std::move(plan), items).status();
  };
  const RerankItems all = catalogue.items();
  CHECK(succeeds(made({{{By::kMmr, 0.5}, {By::kPopularity, 0.5}}}, all)));
  CHECK(
      fails(made({{{By::kMmr, 0.5}, {By::kPopularity, 0.6}}}, all), ErrorCode::kInvalidArgument, {"step 2", "weight"}));
  CHECK(fails(made({{{By::kMmr, -0.5}}}, all), ErrorCode::kInvalidArgument, {"step 1", "weight"}));
  CHECK(fails(made({{{By::kMmr, std::nan("")}}}, all), ErrorCode::kInvalidArgument, {"weight"}));
  CHECK(fails(made({{{static_cast<By>(9), 0.1}}}, all), ErrorCode::kInvalidArgument, {"no known kind"}));
  CHECK(fails(made({{{static_cast<By>(-1), 0.1}}}, all), ErrorCode::kInvalidArgument, {"no known kind"}));
  CHECK(fails(made({{{By::kCalibrate, 0.1, 3}}}, all), ErrorCode::kInvalidArgument,
              {"window", "mmr, msd, dpp and xquad"}));
  CHECK(fails(made({{{By::kXquad, 0.1, 0, On::kVectors}}}, all), ErrorCode::kInvalidArgument, {"alike"}));
  CHECK(fails(made({{{By::kMmr, 0.1}}, 0}, all), ErrorCode::kInvalidArgument, {"0 candidates"}));

  const RerankItems vectors_only = {nullptr, &catalogue.vectors, {}};
  CHECK(succeeds(made({{{By::kDpp, 0.1, 0, On::kVectors}}}, vectors_only)));
  CHECK(fails(made({{{By::kDpp, 0.1}}}, vectors_only), ErrorCode::kInvalidArgument, {"topics", "give items"}));
  CHECK(fails(made({{{By::kSerendipity, 0.1}}}, vectors_only), ErrorCode::kInvalidArgument, {"topics", "give items"}));
  CHECK(fails(made({{{By::kClusters, 0.1, 0, On::kVectors}}}, {}), ErrorCode::kInvalidArgument, {"model", "vectors"}));
  CHECK(fails(made({{{By::kPopularity, 0.1}}}, vectors_only), ErrorCode::kInvalidArgument, {"popular"}));
}

}  // namespace inkling
