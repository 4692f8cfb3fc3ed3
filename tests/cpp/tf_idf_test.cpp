#include "inkling/tf_idf.h"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "content/interests.h"
#include "expect.h"
#include "inkling/random.h"
#include "sample_data.h"

namespace inkling {

namespace {

TfIdf model_of(const TermMatrix& terms) {
  return {terms, std::vector<float>(static_cast<std::size_t>(terms.num_items())), "{}"};
}

// Dense rows: (num_items, num_terms).
std::vector<std::vector<double>> dense(const TermMatrix& terms) {
  std::vector<std::vector<double>> out;
  for (std::int32_t item = 0; item < terms.num_items(); ++item) {
    auto& row = out.emplace_back(static_cast<std::size_t>(terms.num_terms()));
    const auto columns = terms.by_item().row_columns(item);
    for (std::size_t e = 0; e < columns.size(); ++e) row[columns[e]] = terms.by_item().row_values(item)[e];
  }
  return out;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double total = 0;
  for (std::size_t n = 0; n < a.size(); ++n) total += a[n] * b[n];
  return total;
}

}  // namespace

TEST_CASE("similar items are those of a large cosine, computed by hand") {
  const TfIdf model = model_of(terms_of({"cat sat mat cat", "dog sat", "dog dog bird", ""}));
  std::vector<float> scores(4, 9.0f);
  model.similar(1, scores);
  CHECK(scores[0] == doctest::Approx(0.235130));
  CHECK(scores[1] == doctest::Approx(1));
  CHECK(scores[2] == doctest::Approx(0.597147));
  CHECK(scores[3] == 0);
  model.similar(3, scores);
  CHECK(scores == std::vector<float>(4, 0.0f));
}

TEST_CASE(
    "a score is the sum over interests of a cosine to the power of one and a half, each item of a short history one") {
  const TermMatrix terms = random_terms(40, 1);
  const TfIdf model = model_of(terms);
  const auto rows = dense(terms);
  Random random(2);
  Furthest furthest;
  for (int repeat = 0; repeat < 50; ++repeat) {
    const std::vector<HistoryEntry> history = random_history(40, random_below(12, random), random);
    double square_sum = 0;
    for (const HistoryEntry& entry : history) {
      if (dot(rows[entry.item], rows[entry.item]) > 0) square_sum += static_cast<double>(entry.weight) * entry.weight;
    }
    const std::vector<float> scores = scores_of(model, history);
    for (std::size_t item = 0; item < 40; ++item) {
      double expected = 0;
      for (const HistoryEntry& entry : history) {
        expected += entry.weight * std::pow(dot(rows[entry.item], rows[item]), 1.5);
      }
      furthest.add(scores[item], square_sum > 0 ? expected / std::sqrt(square_sum) : 0);
    }
  }
  CHECK(furthest.value() < 1e-5);
}

TEST_CASE("items of a kind are one interest, whatever their order, and what is disliked is one of its own") {
  // Three kinds of eight words; an item has five of its kind's. The last kind is disliked.
  std::vector<std::string> texts;
  Random random(7);
  for (int item = 0; item < 90; ++item) {
    std::string text;
    for (const std::uint32_t word : random.permutation(8)) {
      if (word < 5) text += "kind" + std::to_string(item % 3) + "word" + std::to_string((item / 3 + word) % 8) + " ";
    }
    texts.push_back(text);
  }
  const TermMatrix terms = terms_of(texts);
  std::vector<HistoryEntry> history;
  for (const std::uint32_t item : random.permutation(60)) {
    history.push_back({static_cast<std::int32_t>(item), item % 3 == 2 ? -1.0f : 1.0f});
  }
  int liked = 0;
  int disliked = 0;
  double square_sum = 0;
  std::map<std::int32_t, int> times;
  for (const Interest& interest : interests_of(terms, history)) {
    std::map<int, int> kinds;
    for (const HistoryEntry& event : interest.events) {
      ++kinds[event.item % 3];
      ++times[event.item];
      CHECK(event.weight > 0);
    }
    CHECK(kinds.size() == 1);
    CHECK((interest.factor < 0) == (kinds.begin()->first == 2));
    (interest.factor < 0 ? disliked : liked) += static_cast<int>(interest.events.size());
    square_sum += static_cast<double>(interest.factor) * interest.factor;
  }
  CHECK(liked == 40);
  CHECK(disliked == 20);
  CHECK(times.size() == 60);
  CHECK(square_sum == doctest::Approx(1));
  // Also in the score: a further item of the disliked kind is below 0, one of each liked kind above.
  const std::vector<float> scores = scores_of(model_of(terms), history);
  for (int item = 60; item < 90; ++item) {
    CHECK((item % 3 == 2 ? scores[static_cast<std::size_t>(item)] < 0 : scores[static_cast<std::size_t>(item)] > 0));
  }
}

TEST_CASE("a word that nearly all items have is in no profile, a tag is, and queries find both") {
  std::vector<std::string> texts;
  std::vector<std::string> tags;
  for (int item = 0; item < 600; ++item) {
    texts.push_back("everywhere pair" + std::to_string(item / 2));
    tags.emplace_back("common");
  }
  const TermMatrix terms = terms_of(texts, tags);
  const TfIdf model = model_of(terms);
  const HistoryEntry history[] = {{0, 1}};
  const std::vector<Contribution> interests = model.interests(history, 10);
  REQUIRE(interests.size() == 2);
  CHECK(terms.term_text(interests[0].term) == "pair0");
  CHECK(terms.term_text(interests[1].term) == "common");
  std::vector<Contribution> parts;
  const auto profile = value_of(model.fold_in(history));
  profile->explain(1, parts);
  CHECK(parts.size() == 3);  // the event, and of it the word and the tag
  CHECK(sum_of_parts(parts) == doctest::Approx(scores_of(model, history)[1]));
  std::vector<float> found(600);
  model.score_query("everywhere", found);
  CHECK(found[17] > 0);
}

TEST_CASE("the one item of another kind has an interest of its own among many of one kind") {
  std::vector<std::string> texts;
  for (int item = 0; item < 40; ++item) {
    texts.push_back("common shared word" + std::to_string(item) + " word" + std::to_string((item + 1) % 40));
  }
  texts.emplace_back("other rare");
  texts.emplace_back("other thing");
  const TermMatrix terms = terms_of(texts);
  std::vector<HistoryEntry> history{{40, 1}};
  for (std::int32_t item = 0; item < 39; ++item) history.push_back({item, 1});
  bool alone = false;
  for (const Interest& interest : interests_of(terms, history)) {
    if (interest.events.size() == 1 && interest.events[0].item == 40) alone = true;
  }
  CHECK(alone);
  // It counts for as much as its own weight, not for a fortieth.
  const std::vector<float> scores = scores_of(model_of(terms), history);
  CHECK(scores[41] > 0.2f * scores[39]);
}

TEST_CASE("reasons sum to the score, and an event's terms sum to the event") {
  const TermMatrix terms = random_terms(40, 3);
  const TfIdf model = model_of(terms);
  Random random(4);
  std::size_t details = 0;
  for (int repeat = 0; repeat < 30; ++repeat) {
    const std::vector<HistoryEntry> history = random_history(40, random_below(12, random), random);
    const std::vector<float> scores = scores_of(model, history);
    const auto profile = value_of(model.fold_in(history));
    for (std::int32_t item = 0; item < 40; ++item) {
      std::vector<Contribution> parts;
      profile->explain(item, parts);
      CHECK(std::abs(sum_of_parts(parts) - scores[item]) < 1e-5);
      std::map<std::int32_t, double> by_event;
      std::map<std::int32_t, double> by_detail;
      for (const Contribution& part : parts) {
        CHECK(part.item != kNone);
        (part.term == kNone ? by_event : by_detail)[part.item] += part.value;
        details += part.term == kNone ? 0 : 1;
      }
      CHECK(by_event.size() == by_detail.size());
      for (const auto& [event, value] : by_event) CHECK(std::abs(by_detail[event] - value) < 1e-5);
    }
  }
  CHECK(details > 1000);
}

TEST_CASE("queries score by cosine, computed by hand, and each term is a reason") {
  const TermMatrix terms = terms_of({"cat sat mat cat", "dog sat", "dog dog bird", ""});
  const TfIdf model = model_of(terms);
  std::vector<float> scores(4, 9.0f);
  model.score_query("sat dog bird nonsense", scores);
  CHECK(scores[0] == doctest::Approx(0.175043));
  CHECK(scores[1] == doctest::Approx(0.744450));
  CHECK(scores[2] == doctest::Approx(0.802132));
  CHECK(scores[3] == 0);
  for (std::int32_t item = 0; item < 4; ++item) {
    std::vector<Contribution> parts;
    model.explain_query("sat dog bird nonsense", item, parts);
    CHECK(sum_of_parts(parts) == doctest::Approx(scores[item]));
    CHECK(parts.size() == std::vector<std::size_t>{1, 2, 2, 0}[static_cast<std::size_t>(item)]);
    for (const Contribution& part : parts) {
      CHECK(part.item == kNone);
      CHECK(part.term != kNone);
    }
  }
  model.score_query("nonsense", scores);
  CHECK(scores == std::vector<float>(4, 0.0f));
  model.score_query("", scores);
  CHECK(scores == std::vector<float>(4, 0.0f));
}

TEST_CASE("a query's sparse scores are the same, to the bit") {
  constexpr std::int32_t kItems = 500;
  const TermMatrix terms = random_terms(kItems, 6);
  const TfIdf model = model_of(terms);
  for (const char* query : {"word1", "word3 tag word7 5", "tag 2", "unheard", ""}) {
    std::vector<float> scores(kItems, 9.0f);
    model.score_query(query, scores);
    std::vector<float> sparse(kItems);
    model.query_scores(query).each([&](std::int32_t item, float score) {
      CHECK(score != 0);
      sparse[static_cast<std::size_t>(item)] = score;
    });
    CHECK(sparse == scores);
  }
}

TEST_CASE("interests are the profile's terms, strongest first, whatever their sign") {
  const TermMatrix terms = terms_of({"cat cat mat", "dog", "bird", ""});
  const TfIdf model = model_of(terms);
  const HistoryEntry history[] = {{0, 1}, {1, -3}, {3, 1}, {17, 1}};
  const std::vector<Contribution> interests = model.interests(history, 10);
  REQUIRE(interests.size() == 3);
  CHECK(terms.term_text(interests[0].term) == "dog");
  CHECK(interests[0].value == doctest::Approx(-3 / std::sqrt(10)));
  CHECK(terms.term_text(interests[1].term) == "cat");
  CHECK(interests[1].value == doctest::Approx(2 / std::sqrt(5) / std::sqrt(10)));
  CHECK(interests[1].item == interests[2].item);  // of one interest
  CHECK(interests[0].item != interests[1].item);
  CHECK(terms.term_text(interests[2].term) == "mat");
  CHECK(model.interests(history, 2).size() == 2);
  CHECK(model.interests(history, 0).empty());
  CHECK(model.interests({}, 10).empty());
}

TEST_CASE("a history of weights next to nothing gives numbers that are finite") {
  const TfIdf model = model_of(terms_of({"cat mat", "dog", "bird", ""}));
  for (const float weight : {1e-45f, 1e-42f, 1e-39f, 1e-38f, -1e-45f}) {
    const HistoryEntry history[] = {{0, weight}, {1, weight}};
    for (const Contribution& interest : model.interests(history, 10)) CHECK(std::isfinite(interest.value));
    for (const float score : scores_of(model, history)) CHECK(std::isfinite(score));
  }
}

TEST_CASE("items outside the model are left out, and no history or an empty one scores zero") {
  const TfIdf model = model_of(random_terms(20, 5));
  const HistoryEntry known[] = {{3, 1}};
  const HistoryEntry with_unknown[] = {{-1, 1}, {3, 1}, {20, 1}, {2000000000, 1}};
  const HistoryEntry textless[] = {{7, 1}};
  CHECK(scores_of(model, with_unknown) == scores_of(model, known));
  CHECK(scores_of(model, {}) == std::vector<float>(20, 0.0f));
  CHECK(scores_of(model, textless) == std::vector<float>(20, 0.0f));
}

TEST_CASE("a profile with opposite halves that cancel scores zero, not NaN") {
  const TfIdf model = model_of(terms_of({"ink", "ink", "pen"}));
  const HistoryEntry history[] = {{0, 1}, {1, -1}};
  CHECK(scores_of(model, history) == std::vector<float>(3, 0.0f));
}

TEST_CASE("weights so large that their sum overflows give the scores of smaller ones") {
  const TfIdf model = model_of(terms_of({"ink", "ink", "pen"}));
  const HistoryEntry large[] = {{0, 3e38f}, {2, 3e38f}};
  const HistoryEntry usual[] = {{0, 1}, {2, 1}};
  CHECK(scores_of(model, large) == scores_of(model, usual));
}

TEST_CASE("trained with interactions it knows how many met each item") {
  const TermMatrix terms = terms_of({"ink", "pen", "paper"});
  const Interactions interactions = interactions_of({{0, 1}, {1, 1}});
  const auto with = trained("tf_idf", {}, {&interactions, &terms});
  CHECK(std::vector<float>(with->item_counts().begin(), with->item_counts().end()) == std::vector<float>{0, 2, 0});
  CHECK(trained("tf_idf", {}, {nullptr, &terms})->num_items() == 3);
}

}  // namespace inkling
