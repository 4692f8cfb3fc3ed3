#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <vector>

#include "expect.h"
#include "indices.h"
#include "inkling/random.h"
#include "inkling/ranker.h"
#include "sample_data.h"

// What a request changes of the ladder: adjustments, preferred items, given rungs, their order, and a query's blend.

namespace inkling {

namespace {

using Items = std::vector<std::int32_t>;
using Scores = std::vector<float>;

// Where an item of a list comes from, the slow way.
struct Expected {
  std::int32_t item;
  double score;
  Source source;
};

// The standard deviation of the scores above 0 in two passes; what they are where they are alike.
double spread_naive(const Scores& scores, const std::vector<std::uint8_t>& candidate) {
  std::vector<double> known;
  for (std::size_t n = 0; n < scores.size(); ++n) {
    if (candidate[n] != 0 && scores[n] > 0) known.push_back(scores[n]);
  }
  if (known.empty()) return 0;
  const double count = static_cast<double>(known.size());
  const double mean = std::accumulate(known.begin(), known.end(), 0.0) / count;
  double squares = 0;
  for (const double score : known) squares += (score - mean) * (score - mean);
  const double deviation = std::sqrt(squares / count);
  return deviation > 1e-6 * mean ? deviation : mean;
}

struct RulesSample {
  Interactions interactions = random_interactions(60, 20, 0.3f, 1);
  TermMatrix terms = random_terms(24, 2);
  TfIdf content{terms, Scores(24), "{}"};
  std::unique_ptr<Model> model = trained("ials", {{"num_factors", "4"}}, {&interactions, nullptr});
  std::vector<std::uint8_t> all = std::vector<std::uint8_t>(24, 1);
  Ranker ranker{model.get(), &content, {}, all};
  HistoryEntry history[2] = {{3, 1}, {5, 1}};

  Scores padded(Scores scores) const {
    scores.resize(24);
    return scores;
  }
  std::vector<RankedItem> list(RecommendRequest request) const {
    request.k = 24;
    return value_of(ranker.recommend(request));
  }
};

const RankedItem& entry_of(const std::vector<RankedItem>& list, std::int32_t item) {
  return *std::find_if(list.begin(), list.end(), [&](const RankedItem& ranked) { return ranked.item == item; });
}

}  // namespace

TEST_CASE("adjustments are added in spreads of the rung before the best are taken, and reasons sum to the score") {
  Random random(11);
  Furthest from_scores;
  Furthest from_reasons;
  std::set<Source> met;
  int let_in = 0;
  for (int repeat = 0; repeat < 120; ++repeat) {
    const auto model_items = static_cast<std::int32_t>(4 + random.below(20));
    const std::int32_t num_items = model_items + static_cast<std::int32_t>(random.below(6));
    const std::size_t count = at(num_items);
    const Interactions interactions = random_interactions(40, model_items, 0.3f, random.next());
    const TermMatrix terms = random_terms(num_items, random.next());
    const TfIdf content(terms, Scores(count), "{}");
    const auto model = trained("ials", {{"num_factors", "4"}, {"iterations", "2"}}, {&interactions, nullptr});
    std::vector<std::uint8_t> candidate(count);
    for (std::uint8_t& value : candidate) value = random.below(6) != 0 ? 1 : 0;
    const Ranker ranker(model.get(), &content, {}, candidate);
    const auto history = random_history(num_items, random_below(6, random), random);
    Scores adjustments(count);
    for (float& value : adjustments) {
      if (random.below(2) != 0) value = static_cast<float>(random.below(7)) - 3.0f;
    }
    const char* const queries[] = {"", "word3 word5 tag"};
    const char* const query = queries[random.below(2)];
    RecommendRequest request{history, {}, query, 1 + random_below(count, random)};
    request.adjustments = adjustments;
    const auto list = value_of(ranker.recommend(request));

    std::vector<Expected> expected;
    std::set<std::int32_t> left;
    for (std::int32_t item = 0; item < num_items; ++item) {
      if (candidate[at(item)] != 0) left.insert(item);
    }
    const auto add_rung = [&](Source source, Scores scores, bool lifts) {
      scores.resize(count);
      double spread = spread_naive(scores, candidate);
      if (source == Source::kPopularity && spread == 0) spread = 1;
      std::vector<Expected> rung;
      for (const std::int32_t item : left) {
        const double score = scores[at(item)] + adjustments[at(item)] * spread;
        const bool enters = source == Source::kPopularity || scores[at(item)] > 0 || (lifts && score > 0);
        if (enters) rung.push_back({item, score, source});
      }
      std::stable_sort(rung.begin(), rung.end(),
                       [](const Expected& a, const Expected& b) { return a.score > b.score; });
      for (const Expected& entry : rung) left.erase(entry.item);
      expected.insert(expected.end(), rung.begin(), rung.end());
    };
    Scores found(count);
    content.score_query(query, found);
    add_rung(Source::kQuery, found, false);
    if (!history.empty()) {
      add_rung(Source::kModel, scores_of(*model, history), true);
      add_rung(Source::kContent, scores_of(content, history), true);
    }
    add_rung(Source::kPopularity, Scores(model->item_counts().begin(), model->item_counts().end()), false);

    CAPTURE(repeat);
    REQUIRE(list.size() == std::min(request.k, expected.size()));
    std::set<std::int32_t> items;
    for (std::size_t n = 0; n < list.size(); ++n) {
      const RankedItem& ranked = list[n];
      met.insert(ranked.source);
      // Scores that are next to equal may change places.
      from_scores.add(ranked.score, expected[n].score);
      CHECK(ranked.source == expected[n].source);
      CHECK(items.insert(ranked.item).second);
      from_reasons.add(sum_of_parts(ranked.reasons), ranked.score);
      const bool told = std::any_of(ranked.reasons.begin(), ranked.reasons.end(),
                                    [](const Contribution& part) { return part.term == kAdjustment; });
      CHECK(told == (adjustments[at(ranked.item)] != 0));
      const bool from_history = ranked.source == Source::kModel || ranked.source == Source::kContent;
      if (from_history && ranked.score - ranked.adjusted <= 0) ++let_in;
    }
  }
  CHECK(from_scores.value() < 1e-3);
  CHECK(from_reasons.value() < 1e-3);
  CHECK(met.size() == 4);
  CHECK(let_in > 0);
}

TEST_CASE("the spread does not hang on what is excluded") {
  const RulesSample sample;
  Scores adjustments(24);
  adjustments[7] = 2;
  RecommendRequest request;
  request.history = sample.history;
  request.adjustments = adjustments;
  const auto whole = sample.list(request);
  const Items excluded{0, 1, 2, 4, 6, 8, 9, 10, 11};
  request.excluded = excluded;
  CHECK(entry_of(sample.list(request), 7).adjusted == entry_of(whole, 7).adjusted);
  CHECK(entry_of(whole, 7).adjusted > 0);
}

TEST_CASE("without any popularity an adjustment counts itself, and where all are alike their score") {
  const Ranker unknown(nullptr, nullptr, {}, {1, 1, 1});
  const Scores adjustments{0, -1, 2};
  RecommendRequest request;
  request.adjustments = adjustments;
  const auto list = value_of(unknown.recommend(request));
  REQUIRE(list.size() == 3);
  CHECK(list[0].item == 2);
  CHECK(list[0].score == 2);
  CHECK(list[2].item == 1);
  CHECK(list[2].score == -1);
  const Ranker alike(nullptr, nullptr, {5, 5, 5}, {1, 1, 1});
  CHECK(value_of(alike.recommend(request))[0].score == 15);
}

TEST_CASE("preferred items gain what lies between the first and the last place of their rung") {
  const Ranker ranker(nullptr, nullptr, {9, 7, 6, 4, 3, 1}, std::vector<std::uint8_t>(6, 1));
  const Items preferred{3, 5};
  RecommendRequest request;
  request.k = 3;
  request.preferred = preferred;
  const auto list = value_of(ranker.recommend(request));
  REQUIRE(list.size() == 3);
  // Without a preference the list is 9, 7, 6: 3 more for those that are preferred.
  CHECK(list[0].item == 0);
  CHECK(list[1].item == 1);
  CHECK(list[2].item == 3);
  CHECK(list[2].score == 7);
  CHECK(list[2].preferred == 3);
  REQUIRE(list[2].reasons.size() == 2);
  CHECK(list[2].reasons[1].term == kPreference);
  CHECK(sum_of_parts(list[2].reasons) == 7);
}

TEST_CASE("given rungs stand where the ladder has them, hold what is above 0, and are not changed by preferences") {
  const RulesSample sample;
  Scores given(48);
  given[7] = 2;
  given[20] = 3;
  given[24 + 20] = 9;
  given[24 + 1] = 1;
  const Source ladder[] = {static_cast<Source>(4), Source::kModel, static_cast<Source>(5), Source::kPopularity};
  const Items preferred{7, 1};
  RecommendRequest request;
  request.history = sample.history;
  request.given = given;
  request.ladder = ladder;
  request.preferred = preferred;
  const auto list = sample.list(request);
  REQUIRE(list.size() == 24);
  CHECK(list[0].item == 20);
  CHECK(list[0].source == Source::kGiven);
  CHECK(list[1].item == 7);
  CHECK(list[1].score == 2);
  CHECK(sum_of_parts(list[1].reasons) == 2);
  CHECK(std::none_of(list.begin(), list.end(), [](const RankedItem& r) { return r.source == Source::kContent; }));
  std::vector<std::size_t> places;
  for (const RankedItem& ranked : list) {
    const auto* place = std::find(std::begin(ladder), std::end(ladder), ranked.source);
    places.push_back(static_cast<std::size_t>(place - std::begin(ladder)));
  }
  CHECK(std::is_sorted(places.begin(), places.end()));
}

TEST_CASE("a popularity that is given takes the place of the model's") {
  const RulesSample sample;
  Scores popularity(24);
  std::iota(popularity.begin(), popularity.end(), 1.0f);
  RecommendRequest request;
  request.popularity = popularity;
  const auto list = sample.list(request);
  for (std::size_t n = 0; n < list.size(); ++n) CHECK(list[n].item == 23 - static_cast<std::int32_t>(n));
  CHECK(sample.ranker.popularity().size() == 20);
}

TEST_CASE(
    "what a person has met has its say in what a query finds, as much as it is told, and no more items are found") {
  const RulesSample sample;
  Random random(5);
  int different = 0;
  for (int repeat = 0; repeat < 20; ++repeat) {
    const auto history = random_history(24, 3, random);
    RecommendRequest request;
    request.history = history;
    request.query = "word3 word5 word7 tag";
    const auto plain = sample.list(request);
    request.profile_weight = 0.5f;
    const auto blended = sample.list(request);
    const Scores own = sample.padded(scores_of(*sample.model, history));
    float largest = 0;
    for (const RankedItem& ranked : plain) {
      if (ranked.source == Source::kQuery) largest = std::max(largest, std::abs(own[at(ranked.item)]));
    }
    std::set<std::int32_t> found;
    for (const RankedItem& ranked : plain) {
      if (ranked.source == Source::kQuery) found.insert(ranked.item);
    }
    REQUIRE(found.size() > 2);
    const float scale = 0.5f * plain[0].score / largest;
    for (std::size_t n = 0; n < blended.size(); ++n) {
      const RankedItem& ranked = blended[n];
      CHECK((ranked.source == Source::kQuery) == (found.count(ranked.item) == 1));
      CHECK(std::abs(sum_of_parts(ranked.reasons) - ranked.score) < 1e-4);
      if (ranked.source != Source::kQuery) continue;
      CHECK(ranked.score ==
            doctest::Approx(entry_of(plain, ranked.item).score + scale * own[at(ranked.item)]).epsilon(1e-4));
      if (ranked.item != plain[n].item) ++different;
    }
  }
  CHECK(different > 0);
}

TEST_CASE("spans of the wrong length, rungs that are not there and numbers that overflow are errors") {
  const RulesSample sample;
  const Scores short_one(23);
  const Scores long_one(25);
  const Source nowhere[] = {static_cast<Source>(4)};
  const Source below[] = {static_cast<Source>(-1)};
  const Items far{24};
  const auto refused = [&](const RecommendRequest& request, ErrorCode code) {
    return fails(sample.ranker.recommend(request), code);
  };
  RecommendRequest request;
  request.adjustments = short_one;
  CHECK(refused(request, ErrorCode::kInvalidArgument));
  request = {};
  request.popularity = long_one;
  CHECK(refused(request, ErrorCode::kInvalidArgument));
  request = {};
  request.given = long_one;
  CHECK(refused(request, ErrorCode::kInvalidArgument));
  request = {};
  request.ladder = nowhere;
  CHECK(refused(request, ErrorCode::kInvalidArgument));
  request.ladder = below;
  CHECK(refused(request, ErrorCode::kInvalidArgument));
  request = {};
  request.preferred = far;
  CHECK(refused(request, ErrorCode::kUnknownItem));
  Scores huge(24, std::numeric_limits<float>::max());
  request = {};
  request.adjustments = huge;
  CHECK(refused(request, ErrorCode::kNotFinite));
  huge[3] = std::numeric_limits<float>::quiet_NaN();
  CHECK(refused(request, ErrorCode::kNotFinite));
}

}  // namespace inkling
