// A person who is brought up to date event by event.
#include "inkling/online_profile.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "expect.h"
#include "fixed_model.h"
#include "indices.h"
#include "inkling/bpr.h"
#include "inkling/ials.h"
#include "inkling/random.h"
#include "inkling/ranker.h"
#include "sample_data.h"

namespace inkling {

namespace {

constexpr std::int32_t kItems = 300;

std::vector<float> scores_by(const Profile& profile, std::int32_t num_items = kItems) {
  std::vector<float> scores(at(num_items));
  profile.score_all(scores);
  return scores;
}

float largest(const std::vector<float>& numbers) {
  float found = 0;
  for (const float number : numbers) found = std::max(found, std::abs(number));
  return found;
}

// The largest difference, as a share of the largest score.
double distance(const std::vector<float>& actual, const std::vector<float>& expected) {
  Furthest furthest;
  for (std::size_t n = 0; n < expected.size(); ++n) furthest.add(actual[n], expected[n]);
  return furthest.value() / static_cast<double>(largest(expected));
}

// Distinct items, each wanted.
std::vector<HistoryEntry> wanted_history(std::size_t length, Random& random) {
  std::vector<HistoryEntry> history = random_history(kItems, length, random);
  for (HistoryEntry& entry : history) entry.weight = 0.25f + std::abs(entry.weight);
  return history;
}

std::vector<float> random_factors(std::size_t count, Random& random) {
  std::vector<float> factors;
  for (std::size_t n = 0; n < count; ++n) factors.push_back(0.3f * random.normal());
  return factors;
}

Ials ials_of(const IalsFoldIn& fold_in, std::size_t num_factors, std::uint64_t seed) {
  Random random(seed);
  return {random_factors(at(kItems) * num_factors, random), num_factors, fold_in, std::vector<float>(at(kItems), 1.0f),
          "{}"};
}

struct Foreign {
  std::string name;
  IalsFoldIn fold_in;
};
const Foreign kForeign[] = {
    {"inkling", {0.006f, 0.1f}},
    {"spark", IalsFoldIn::spark(0.1f, 2)},
    {"implicit", IalsFoldIn::implicit(0.5f, 5)},
};

Bpr bpr_of(std::size_t num_factors, std::uint64_t seed) {
  Random random(seed);
  return {random_factors(at(kItems) * num_factors, random),
          num_factors,
          {0.02f, 6},
          std::vector<float>(at(kItems), 1.0f),
          "{}"};
}

const Profile& followed(OnlineProfile& online, const Model& model, History history) {
  CHECK(succeeds(online.follow(model, history)));
  if (online.profile() == nullptr) std::abort();
  return *online.profile();
}

// Whether both are the same to the bit: the profile is what fold-in makes.
bool is_folded_in(OnlineProfile& online, const Model& model, History history) {
  return scores_by(followed(online, model, history)) == scores_by(*value_of(model.fold_in(history)));
}

}  // namespace

TEST_CASE("event by event, ials has the same scores and reasons as by fold-in, whatever problem is solved") {
  for (const auto& [name, fold_in] : kForeign) {
    CAPTURE(name);
    for (const std::size_t num_factors : {1, 7, 32, 65}) {
      CAPTURE(num_factors);
      const Ials model = ials_of(fold_in, num_factors, 3);
      Random random(4);
      const std::vector<HistoryEntry> history = wanted_history(200, random);
      OnlineProfile online;
      Furthest from_fold_in;
      Furthest from_reasons;
      int steps = 0;
      for (std::size_t length = 1; length <= history.size(); ++length) {
        const History known = History(history).first(length);
        const Profile& profile = followed(online, model, known);
        const auto folded = value_of(model.fold_in(known));
        const std::vector<float> expected = scores_by(*folded);
        const std::vector<float> scores = scores_by(profile);
        steps += scores != expected ? 1 : 0;
        from_fold_in.add(distance(scores, expected), 0);
        if (length % 20 != 0) continue;
        for (const std::int32_t item : {0, 150, 299}) {
          std::vector<Contribution> parts;
          std::vector<Contribution> folded_parts;
          profile.explain(item, parts);
          folded->explain(item, folded_parts);
          REQUIRE(parts.size() == folded_parts.size());
          for (std::size_t n = 0; n < parts.size(); ++n) {
            CHECK(parts[n].item == folded_parts[n].item);
            from_reasons.add(parts[n].value, folded_parts[n].value);
          }
        }
      }
      CHECK(steps > (num_factors == 1 ? 50 : 120));  // else nothing but fold-in was compared
      CHECK(from_fold_in.value() < 2e-4);
      CHECK(from_reasons.value() < 2e-4);
    }
  }
}

TEST_CASE("the reasons of a profile that was brought up to date sum to its scores") {
  Random random(5);
  const std::vector<HistoryEntry> history = wanted_history(40, random);
  const Ials ials = ials_of(kForeign[0].fold_in, 16, 6);
  const Bpr bpr = bpr_of(16, 6);
  for (const Model* model : {static_cast<const Model*>(&ials), static_cast<const Model*>(&bpr)}) {
    CAPTURE(model->name());
    OnlineProfile online;
    followed(online, *model, History(history).first(30));
    const Profile& profile = followed(online, *model, history);
    const std::vector<float> scores = scores_by(profile);
    Furthest furthest;
    for (std::int32_t item = 0; item < kItems; ++item) {
      std::vector<Contribution> parts;
      profile.explain(item, parts);
      CHECK(parts.size() == history.size());
      furthest.add(sum_of_parts(parts), scores[at(item)]);
    }
    CHECK(furthest.value() < 1e-4 * static_cast<double>(largest(scores)));
  }
}

TEST_CASE("event by event, bpr comes near to what fold-in says, and learns what it is told") {
  const ClusteredData data = clustered_data(200, 100, 5, 1);
  const auto model = trained("bpr", {{"num_factors", "16"}}, {&data.train, nullptr});
  double agreement = 0;
  int moved = 0;
  for (std::int32_t user = 0; user < 100; ++user) {
    std::vector<HistoryEntry> history;
    for (const std::int32_t item : data.train.by_user().row_columns(user)) history.push_back({item, 1});
    OnlineProfile online;
    const std::size_t half = history.size() / 2;
    const std::vector<float> before = scores_by(followed(online, *model, History(history).first(half)), 100);
    for (std::size_t length = half + 1; length <= history.size(); ++length) {
      followed(online, *model, History(history).first(length));
    }
    const std::vector<float> after = scores_by(followed(online, *model, history), 100);
    const std::vector<float> folded = scores_of(*model, history);
    // The mean of the scores is 0, so this is their correlation.
    double product = 0;
    double squares = 0;
    double folded_squares = 0;
    for (std::size_t item = 0; item < after.size(); ++item) {
      product += static_cast<double>(after[item]) * static_cast<double>(folded[item]);
      squares += static_cast<double>(after[item]) * static_cast<double>(after[item]);
      folded_squares += static_cast<double>(folded[item]) * static_cast<double>(folded[item]);
    }
    agreement += product / std::sqrt(squares * folded_squares) / 100;
    double gain = 0;
    for (const HistoryEntry& entry : History(history).subspan(half))
      gain += after[at(entry.item)] - before[at(entry.item)];
    moved += gain > 0 ? 1 : 0;
  }
  CHECK(agreement > 0.95);
  CHECK(moved > 95);
}

TEST_CASE("a step of bpr is bounded, whatever an event weighs") {
  const Bpr model = bpr_of(8, 7);
  const HistoryEntry first[] = {{1, 1}, {2, 1}};
  for (const float weight : {1e-30f, 1.0f, 1e6f, 1e30f, std::numeric_limits<float>::max()}) {
    CAPTURE(weight);
    const auto profile = value_of(model.fold_in(first));
    const std::vector<float> before = scores_by(*profile);
    REQUIRE(profile->update({3, weight}));
    const std::vector<float> after = scores_by(*profile);
    // Eight margins by no more than ln(1 + step) each, of which a score here can be some times as large; and what
    // regularization takes off, whatever the event weighs.
    const double moved = distance(after, before) * static_cast<double>(largest(before));
    CHECK(moved < 30 * std::log1p(static_cast<double>(weight)) + 0.02 * static_cast<double>(largest(before)));
    if (weight >= 1) CHECK(after[3] > before[3]);
  }
}

TEST_CASE("a million further events, and events of any weight, leave every score finite") {
  Random random(8);
  for (const auto& [name, fold_in] : kForeign) {
    CAPTURE(name);
    const Ials model = ials_of(fold_in, 4, 9);
    for (const float weight : {1.0f, 1e6f, 1e12f, 1e30f}) {
      CAPTURE(weight);
      const HistoryEntry first[] = {{1, 1}};
      auto profile = value_of(model.fold_in(first));
      // One that was refused is folded in, and cannot be where its numbers are too large.
      for (int n = 0; n < (weight == 1 ? 1000000 : 1000); ++n) {
        const HistoryEntry entry[] = {{static_cast<std::int32_t>(random.below(10)), weight}};
        if (!profile->update(entry[0])) profile = value_of(model.fold_in(weight > 1e6f ? History(first) : entry));
      }
      CHECK(largest(scores_by(*profile)) < 100);
    }
  }
  const Bpr model = bpr_of(4, 9);
  for (const float weight : {1.0f, 1e6f, 1e30f, std::numeric_limits<float>::max()}) {
    CAPTURE(weight);
    auto profile = value_of(model.fold_in({}));
    bool done = true;
    for (int n = 0; n < 20000; ++n) {
      done = done && profile->update({static_cast<std::int32_t>(random.below(10)), weight});
    }
    CHECK(done);
    CHECK(largest(scores_by(*profile)) < 1000);
  }
}

TEST_CASE("whatever is not one more wanted item starts anew from fold-in") {
  Random random(10);
  const std::vector<HistoryEntry> history = wanted_history(20, random);
  const Bpr model = bpr_of(8, 11);  // where a step differs from fold-in
  const auto changed = [&](auto&& change) {
    std::vector<HistoryEntry> other = history;
    change(other);
    OnlineProfile online;
    followed(online, model, history);
    return is_folded_in(online, model, other);
  };
  using Entries = std::vector<HistoryEntry>;
  std::int32_t fresh = 0;
  const auto is_fresh = [&](const HistoryEntry& entry) { return entry.item != fresh; };
  while (!std::all_of(history.begin(), history.end(), is_fresh)) ++fresh;
  CHECK_FALSE(changed([&](Entries& entries) { entries.push_back({fresh, 1}); }));
  CHECK(changed([](Entries&) {}));
  CHECK(changed([&](Entries& entries) { entries.push_back({fresh, -1}); }));
  CHECK(changed([&](Entries& entries) { entries.push_back({fresh, 0}); }));
  CHECK(changed([](Entries& entries) { entries.pop_back(); }));
  CHECK(changed([&](Entries& entries) { entries[3] = {fresh, 1}; }));
  CHECK(changed([](Entries& entries) { entries[3].weight += 1; }));
  CHECK(changed([&](Entries& entries) { entries.insert(entries.begin(), {fresh, 1}); }));
  CHECK(changed([](Entries& entries) { std::swap(entries[2], entries[3]); }));
  CHECK(changed([](Entries& entries) { entries.clear(); }));
  CHECK(changed([&](Entries& entries) {  // more than there were
    for (std::int32_t item = 0; entries.size() <= 2 * history.size(); ++item) {
      const auto is_other = [&](const HistoryEntry& entry) { return entry.item != item; };
      if (std::all_of(history.begin(), history.end(), is_other)) entries.push_back({item, 1});
    }
  }));

  OnlineProfile online;
  followed(online, model, history);
  online.forget();
  std::vector<HistoryEntry> longer = history;
  longer.push_back({fresh, 1});
  CHECK(is_folded_in(online, model, longer));
}

TEST_CASE("after an event that cannot be taken in, and where the history fades, fold-in has the word") {
  const HistoryEntry history[] = {{1, 1}, {2, 1}, {3, 1}};
  Bpr fading = bpr_of(8, 12);
  fading.set_history_half_life(2);
  OnlineProfile online;
  followed(online, fading, History(history).first(2));
  CHECK(is_folded_in(online, fading, history));

  const FixedModel fixed({3, 1, 2, 0});
  OnlineProfile without_steps;
  followed(without_steps, fixed, History(history).first(2));
  CHECK(scores_by(followed(without_steps, fixed, history), 4) == std::vector<float>{3, 1, 2, 0});

  // Items of the catalogue that the model does not know change nothing.
  const Bpr model = bpr_of(8, 13);
  OnlineProfile wide;
  const HistoryEntry outside[] = {{1, 1}, {kItems + 3, 1}};
  const std::vector<float> before = scores_by(followed(wide, model, History(outside).first(1)));
  CHECK(scores_by(followed(wide, model, outside)) == before);

  // What cannot be folded in is an error, and the next call is not the worse for it.
  const Ials ials = ials_of(kForeign[0].fold_in, 8, 14);
  OnlineProfile recovering;
  const HistoryEntry huge[] = {{1, 1}, {2, std::numeric_limits<float>::infinity()}};
  followed(recovering, ials, History(huge).first(1));
  CHECK(fails(recovering.follow(ials, huge), ErrorCode::kNotFinite, {"cannot be folded in"}));
  CHECK(recovering.profile() == nullptr);
  CHECK(is_folded_in(recovering, ials, history));
}

TEST_CASE("a ranker makes the same list of a profile that it is given to bring up to date") {
  const Ials model = ials_of(kForeign[0].fold_in, 16, 15);
  const Ranker ranker(&model, nullptr, {}, std::vector<std::uint8_t>(at(kItems), 1));
  Random random(16);
  const std::vector<HistoryEntry> history = wanted_history(60, random);
  OnlineProfile online;
  for (std::size_t length = 20; length <= history.size(); ++length) {
    RecommendRequest request{.history = History(history).first(length), .excluded = {}, .query = {}};
    const auto expected = value_of(ranker.recommend(request));
    request.online = &online;
    const auto list = value_of(ranker.recommend(request));
    REQUIRE(list.size() == expected.size());
    for (std::size_t n = 0; n < list.size(); ++n) {
      CHECK(list[n].item == expected[n].item);
      CHECK(std::abs(list[n].score - expected[n].score) < 1e-4f);
    }
  }
  // A person without a history leaves nothing behind.
  RecommendRequest nobody{.history = {}, .excluded = {}, .query = {}};
  nobody.online = &online;
  value_of(ranker.recommend(nobody));
  std::vector<HistoryEntry> longer = history;
  CHECK(is_folded_in(online, model, longer));
}

}  // namespace inkling
