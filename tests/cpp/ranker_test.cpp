#include "inkling/ranker.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "expect.h"
#include "inkling/ials.h"
#include "inkling/random.h"
#include "sample_data.h"

namespace inkling {

namespace {

using Items = std::vector<std::int32_t>;

Items items_of(const std::vector<RankedItem>& list) {
  Items out;
  for (const RankedItem& ranked : list) out.push_back(ranked.item);
  return out;
}

std::vector<Source> sources_of(const std::vector<RankedItem>& list) {
  std::vector<Source> out;
  for (const RankedItem& ranked : list) out.push_back(ranked.source);
  return out;
}

// Adds what one rung gives, the slow way.
void add_rung(std::vector<RankedItem>& list, std::set<std::int32_t>& left, Source source,
              const std::vector<float>& scores, bool all) {
  Items order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) { return scores[a] > scores[b]; });
  for (const std::int32_t item : order) {
    if (left.count(item) == 0 || (!all && scores[item] <= 0)) continue;
    list.push_back({item, scores[item], source, {}});
    left.erase(item);
  }
}

// Twelve items: a model knows the first eight, content all but item 11, which has no terms.
struct Sample {
  Interactions interactions = random_interactions(60, 8, 0.35f, 1);
  TermMatrix terms = terms_of({"ink pen", "ink paper", "pen", "stone", "water", "fire", "earth", "wind", "ink wind",
                               "fire water", "stone", ""});
  TfIdf content{terms, std::vector<float>(12), "{}"};
  std::unique_ptr<Model> model = trained("ials", {{"num_factors", "4"}}, {&interactions, nullptr});
  std::vector<std::uint8_t> all = std::vector<std::uint8_t>(12, 1);
  std::vector<float> counts = std::vector<float>(12, 0.0f);
};

// Whether events stand by falling size, each followed by its own terms by falling size.
bool is_in_order(const std::vector<Contribution>& reasons) {
  float last_event = std::numeric_limits<float>::infinity();
  float last_detail = 0;
  std::int32_t event = kNone;
  for (const Contribution& part : reasons) {
    const float size = std::abs(part.value);
    if (part.item == kNone || part.term == kNone) {
      if (size > last_event) return false;
      last_event = size;
      last_detail = std::numeric_limits<float>::infinity();
      event = part.item;
    } else {
      if (part.item != event || size > last_detail) return false;
      last_detail = size;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("a list is filled from the query, the model, content and popularity, in this order") {
  const Sample sample;
  const Ranker ranker(sample.model.get(), &sample.content, sample.counts, sample.all);
  const HistoryEntry history[] = {{3, 1}, {5, 1}};
  const Items seen{3, 5};
  const auto list = value_of(ranker.recommend({history, seen, "earth", 10}));
  REQUIRE(list.size() == 10);
  CHECK(list[0].item == 6);
  CHECK(list[0].source == Source::kQuery);
  const std::vector<Source> sources = sources_of(list);
  CHECK(std::is_sorted(sources.begin(), sources.end()));
  CHECK(std::count(sources.begin(), sources.end(), Source::kModel) > 0);
  CHECK(std::count(sources.begin(), sources.end(), Source::kContent) > 0);
  CHECK(std::count(sources.begin(), sources.end(), Source::kPopularity) > 0);
  // Items 9 and 10 are new to the model; what they say of themselves brings them in. Nothing is known of 11.
  for (const RankedItem& ranked : list) {
    if (ranked.item == 9 || ranked.item == 10) CHECK(ranked.source == Source::kContent);
    if (ranked.item == 11) CHECK(ranked.source == Source::kPopularity);
  }
}

TEST_CASE("a new person gets what is popular, best first, ties by index") {
  const Sample sample;
  const Ranker ranker(sample.model.get(), &sample.content, sample.counts, sample.all);
  const auto list = value_of(ranker.recommend({{}, {}, {}, 12}));
  REQUIRE(list.size() == 12);
  std::vector<float> counts(sample.model->item_counts().begin(), sample.model->item_counts().end());
  counts.resize(12);
  Items expected(12);
  std::iota(expected.begin(), expected.end(), 0);
  std::stable_sort(expected.begin(), expected.end(),
                   [&](std::int32_t a, std::int32_t b) { return counts[a] > counts[b]; });
  CHECK(items_of(list) == expected);
  for (const RankedItem& ranked : list) {
    CHECK(ranked.source == Source::kPopularity);
    CHECK(ranked.score == counts[ranked.item]);
    CHECK(sum_of_parts(ranked.reasons) == ranked.score);
  }
}

TEST_CASE("without a model and without content the given popularity decides") {
  const Ranker ranker(nullptr, nullptr, {1, 5, 3}, {1, 1, 1});
  const HistoryEntry history[] = {{0, 1}};
  const auto list = value_of(ranker.recommend({history, {}, "ink", 3}));
  CHECK(items_of(list) == Items{1, 2, 0});
  CHECK(list[0].source == Source::kPopularity);
}

TEST_CASE("the model's counts take the place of the given popularity, unless it has none") {
  const Sample sample;
  const std::vector<float> other{9, 8, 7, 6, 5, 4, 3, 2, 1, 1, 1, 99};
  const Ranker with_counts(sample.model.get(), nullptr, other, sample.all);
  CHECK(value_of(with_counts.recommend({{}, {}, {}, 12})).back().score == 0);
  const Ranker without_counts(nullptr, &sample.content, other, sample.all);
  CHECK(value_of(without_counts.recommend({{}, {}, {}, 12})).front().item == 11);
  const TfIdf untrained(sample.terms, std::vector<float>(12), "{}");
  const Ranker content_alone(&untrained, nullptr, other, sample.all);
  CHECK(value_of(content_alone.recommend({{}, {}, {}, 12})).front().item == 11);
}

TEST_CASE("a tf_idf model is the content rung and a popularity model the popularity rung") {
  const Sample sample;
  const HistoryEntry history[] = {{0, 1}};
  const auto tf_idf = trained("tf_idf", {}, {nullptr, &sample.terms});
  const Ranker by_content(tf_idf.get(), nullptr, sample.counts, sample.all);
  const auto list = value_of(by_content.recommend({history, {}, "fire", 12}));
  CHECK(list[0].source == Source::kQuery);
  CHECK(std::count_if(list.begin(), list.end(), [](const RankedItem& r) { return r.source == Source::kContent; }) == 4);
  const auto popularity = trained("popularity", {}, {&sample.interactions, nullptr});
  const Ranker by_popularity(popularity.get(), nullptr, sample.counts, sample.all);
  for (const RankedItem& ranked : value_of(by_popularity.recommend({history, {}, {}, 12}))) {
    CHECK(ranked.source == Source::kPopularity);
  }
}

TEST_CASE("whatever is asked for, the list is what the slow way gives, and its reasons sum to the scores") {
  Random random(1);
  Furthest from_reasons;
  std::set<Source> met;
  for (int repeat = 0; repeat < 150; ++repeat) {
    const auto model_items = static_cast<std::int32_t>(2 + random.below(30));
    const std::int32_t num_items = model_items + static_cast<std::int32_t>(random.below(8));
    const Interactions interactions = random_interactions(40, model_items, 0.3f, random.next());
    const TermMatrix terms = random_terms(num_items, random.next());
    const TfIdf content(terms, std::vector<float>(static_cast<std::size_t>(num_items)), "{}");
    std::unique_ptr<Model> model;
    if (interactions.num_entries() > 0) {
      const std::uint64_t kind = random.below(4);
      if (kind == 1) model = trained("ials", {{"num_factors", "6"}, {"iterations", "2"}}, {&interactions, nullptr});
      if (kind == 2) model = trained("item_neighbors", {{"num_neighbors", "4"}}, {&interactions, nullptr});
      if (kind == 3) model = trained("popularity", {}, {&interactions, nullptr});
    }
    const bool with_content = random.below(3) != 0;
    std::vector<float> popularity(static_cast<std::size_t>(num_items));
    for (float& count : popularity) count = static_cast<float>(random.below(4));
    std::vector<std::uint8_t> candidate(static_cast<std::size_t>(num_items));
    for (std::uint8_t& value : candidate) value = random.below(5) != 0 ? 1 : 0;
    const Ranker ranker(model.get(), with_content ? &content : nullptr, popularity, candidate);

    const auto history = random_history(num_items, random_below(8, random), random);
    Items excluded;
    for (std::uint64_t n = random.below(6); n > 0; --n) {
      excluded.push_back(static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(num_items))));
    }
    const char* const queries[] = {"", "", "word3 word5 tag", "7", "nonsense"};
    const std::string query = queries[random.below(std::size(queries))];
    const std::size_t k = 1 + random_below(static_cast<std::size_t>(num_items) + 3, random);
    const bool explain = random.below(4) != 0;
    const auto list = value_of(ranker.recommend({history, excluded, query, k, explain ? kAllReasons : 0}));

    std::set<std::int32_t> left;
    for (std::int32_t item = 0; item < num_items; ++item) {
      if (candidate[item] != 0) left.insert(item);
    }
    for (const std::int32_t item : excluded) left.erase(item);
    const std::size_t available = left.size();
    std::vector<RankedItem> expected;
    if (with_content && !query.empty()) {
      std::vector<float> scores(static_cast<std::size_t>(num_items));
      content.score_query(query, scores);
      add_rung(expected, left, Source::kQuery, scores, false);
    }
    if (model != nullptr && model->name() != "popularity" && !history.empty()) {
      add_rung(expected, left, Source::kModel, scores_of(*model, history), false);
    }
    if (with_content && !history.empty()) {
      add_rung(expected, left, Source::kContent, scores_of(content, history), false);
    }
    if (model != nullptr) {
      std::fill(popularity.begin(), popularity.end(), 0.0f);
      std::copy(model->item_counts().begin(), model->item_counts().end(), popularity.begin());
    }
    add_rung(expected, left, Source::kPopularity, popularity, true);

    CAPTURE(repeat);
    REQUIRE(list.size() == std::min(k, available));
    int different = 0;
    for (std::size_t n = 0; n < list.size(); ++n) {
      met.insert(list[n].source);
      const bool same = list[n].item == expected[n].item && list[n].source == expected[n].source &&
                        list[n].score == expected[n].score;
      different += same ? 0 : 1;
      if (explain) {
        CHECK_FALSE(list[n].reasons.empty());
        CHECK(is_in_order(list[n].reasons));
        from_reasons.add(sum_of_parts(list[n].reasons), list[n].score);
      } else {
        CHECK(list[n].reasons.empty());
      }
    }
    CHECK(different == 0);
    CHECK(items_of(value_of(ranker.recommend({history, excluded, query, k}))) == items_of(list));
  }
  CHECK(from_reasons.value() < 1e-4);
  CHECK(met.size() == 4);
}

TEST_CASE("items that are no candidates never appear, nor excluded ones, however few are left") {
  const Sample sample;
  std::vector<std::uint8_t> candidate(12, 0);
  candidate[3] = candidate[8] = candidate[11] = 1;
  const Ranker ranker(sample.model.get(), &sample.content, sample.counts, candidate);
  const HistoryEntry history[] = {{0, 1}};
  const Items excluded{8, 8, 0};
  const auto list = value_of(ranker.recommend({history, excluded, "ink stone", 10}));
  CHECK(items_of(list) == Items{3, 11});
  const Items everything{3, 8, 11};
  CHECK(value_of(ranker.recommend({history, everything, "ink", 10})).empty());
  for (const RankedItem& ranked : value_of(ranker.similar(0, 12))) CHECK(candidate[ranked.item] != 0);
}

TEST_CASE("an unwanted item's like come last, by popularity, and not from the model") {
  const Sample sample;
  const Ranker ranker(nullptr, &sample.content, sample.counts, sample.all);
  const HistoryEntry history[] = {{0, -1}, {3, 1}};
  const auto list = value_of(ranker.recommend({history, {}, {}, 12}));
  CHECK(items_of(list)[0] == 3);
  CHECK(items_of(list)[1] == 10);
  for (std::size_t n = 2; n < list.size(); ++n) CHECK(list[n].source == Source::kPopularity);
}

TEST_CASE("items like one are the model's, then content's, and itself is never among them") {
  const Sample sample;
  const Ranker ranker(sample.model.get(), &sample.content, sample.counts, sample.all);
  for (std::int32_t item = 0; item < 12; ++item) {
    CAPTURE(item);
    const auto list = value_of(ranker.similar(item, 12));
    const Items items = items_of(list);
    CHECK(std::set<std::int32_t>(items.begin(), items.end()).size() == items.size());
    CHECK(std::find(items.begin(), items.end(), item) == items.end());
    const std::vector<Source> sources = sources_of(list);
    CHECK(std::is_sorted(sources.begin(), sources.end()));
    for (std::size_t n = 0; n < list.size(); ++n) {
      CHECK(list[n].score > 0);
      if (n > 0 && sources[n] == sources[n - 1]) CHECK(list[n].score <= list[n - 1].score);
    }
    if (item == 8) CHECK(std::set<std::int32_t>(items.begin(), items.end()) == std::set<std::int32_t>{0, 1, 7});
    if (item == 11) CHECK(list.empty());
  }
  CHECK(value_of(ranker.similar(0, 2)).size() == 2);
  CHECK(value_of(Ranker(nullptr, nullptr, {1, 2}, {1, 1}).similar(0, 5)).empty());
}

TEST_CASE("interests are content's, and none without it") {
  const Sample sample;
  const HistoryEntry history[] = {{2, 1}};
  const Ranker with(nullptr, &sample.content, sample.counts, sample.all);
  REQUIRE(with.interests(history, 5).size() == 1);
  CHECK(sample.terms.term_text(with.interests(history, 5)[0].term) == "pen");
  const Ranker without(sample.model.get(), nullptr, sample.counts, sample.all);
  CHECK(without.interests(history, 5).empty());
}

TEST_CASE("unknown items and a k of 0 are errors") {
  const Sample sample;
  const Ranker ranker(sample.model.get(), &sample.content, sample.counts, sample.all);
  for (const std::int32_t item : {-1, 12, 2147483647}) {
    CAPTURE(item);
    const Items excluded{0, item};
    CHECK(fails(ranker.similar(item, 5), ErrorCode::kUnknownItem, {std::to_string(item).c_str(), "12 items"}));
    CHECK(fails(ranker.recommend({{}, excluded, {}, 5}), ErrorCode::kUnknownItem, {std::to_string(item).c_str()}));
  }
  CHECK(fails(ranker.recommend({{}, {}, {}, 0}), ErrorCode::kInvalidArgument, {"k is 0"}));
  CHECK(fails(ranker.similar(0, 0), ErrorCode::kInvalidArgument, {"k is 0"}));
  // A history may name items that nobody knows any more.
  const HistoryEntry history[] = {{-5, 1}, {12, 1}, {2000000000, 1}};
  CHECK(value_of(ranker.recommend({history, {}, {}, 5})).size() == 5);
}

TEST_CASE("numbers that overflow are errors, not rankings") {
  const Sample sample;
  const HistoryEntry history[] = {{0, 3e38f}, {1, 3e38f}, {8, 3e38f}};
  const Ranker by_model(sample.model.get(), nullptr, sample.counts, sample.all);
  CHECK(fails(by_model.recommend({history, {}, {}, 5}), ErrorCode::kNotFinite));
  const Ranker by_content(nullptr, &sample.content, sample.counts, sample.all);
  const HistoryEntry usual[] = {{0, 1}, {1, 1}, {8, 1}};
  const auto list = value_of(by_content.recommend({history, {}, {}, 5}));  // only the weights' ratios count there
  const auto same = value_of(by_content.recommend({usual, {}, {}, 5}));
  REQUIRE(list.size() == same.size());
  for (std::size_t n = 0; n < list.size(); ++n) CHECK(list[n].item == same[n].item);
  const Ials huge(std::vector<float>(8, 1e30f), 4, {0.1f, 0.1f}, std::vector<float>{1, 1}, "{}");
  const Ranker by_huge(&huge, nullptr, {1, 1}, {1, 1});
  CHECK(fails(by_huge.similar(0, 1), ErrorCode::kNotFinite, {"ials"}));
}

TEST_CASE("a thousand events are explained in order, too") {
  const Interactions interactions = random_interactions(60, 1100, 0.05f, 3);
  const auto model = trained("ials", {{"num_factors", "4"}, {"iterations", "1"}}, {&interactions, nullptr});
  Random random(4);
  const auto history = random_history(1100, 1000, random);
  const Ranker ranker(model.get(), nullptr, std::vector<float>(1100), std::vector<std::uint8_t>(1100, 1));
  const auto list = value_of(ranker.recommend({history, {}, {}, 3}));
  REQUIRE(list.size() == 3);
  for (const RankedItem& ranked : list) {
    CHECK(ranked.reasons.size() == 1000);
    CHECK(is_in_order(ranked.reasons));
    CHECK(std::abs(sum_of_parts(ranked.reasons) - ranked.score) < 1e-4);
    CHECK(ranked.num_other_reasons == 0);
    CHECK(ranked.other_reasons == 0);
  }
}

TEST_CASE("of many reasons the largest are told apart, with their terms, and the others summed up") {
  const Sample sample;
  const HistoryEntry history[] = {{0, 1}, {1, -0.5f}, {2, 0.7f}, {3, 1.2f}, {5, 1}, {6, 0.3f}, {8, 1}};
  const Ranker by_model(sample.model.get(), nullptr, sample.counts, sample.all);
  const Ranker by_content(nullptr, &sample.content, sample.counts, sample.all);
  for (const Ranker* ranker : {&by_model, &by_content}) {
    const auto whole = value_of(ranker->recommend({history, {}, "ink fire", 12}));
    for (std::size_t most = 1; most < 9; ++most) {
      const auto list = value_of(ranker->recommend({history, {}, "ink fire", 12, most}));
      REQUIRE(items_of(list) == items_of(whole));
      for (std::size_t n = 0; n < list.size(); ++n) {
        const std::vector<Contribution>& all = whole[n].reasons;
        const std::vector<Contribution>& kept = list[n].reasons;
        REQUIRE(kept.size() <= all.size());
        const auto same = [](const Contribution& a, const Contribution& b) {
          return a.item == b.item && a.term == b.term && a.value == b.value;
        };
        CHECK(std::equal(kept.begin(), kept.end(), all.begin(), same));
        const auto heads = [](const std::vector<Contribution>& parts) {
          return static_cast<std::size_t>(std::count_if(parts.begin(), parts.end(), [](const Contribution& part) {
            return part.item == kNone || part.term == kNone;
          }));
        };
        CHECK(heads(kept) == std::min(most, heads(all)));
        CHECK(list[n].num_other_reasons == heads(all) - heads(kept));
        CHECK(sum_of_parts(kept) + list[n].other_reasons == doctest::Approx(sum_of_parts(all)).epsilon(1e-5));
        // The terms of the last event that is kept are all there.
        CHECK((kept.size() == all.size() || all[kept.size()].item == kNone || all[kept.size()].term == kNone));
      }
    }
  }
}

}  // namespace inkling
