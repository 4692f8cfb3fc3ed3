#include "inkling/splits.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "expect.h"
#include "inkling/random.h"
#include "sample_data.h"

namespace inkling {

namespace {

using RowNumbers = std::vector<std::int32_t>;

InteractionLog random_log(std::size_t count, bool with_times, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::int32_t> users;
  std::vector<std::int32_t> items;
  std::vector<double> timestamps;
  for (std::size_t n = 0; n < count; ++n) {
    users.push_back(static_cast<std::int32_t>(random.below(40)) * 2);
    items.push_back(static_cast<std::int32_t>(random.below(30)));
    if (with_times) timestamps.push_back(static_cast<double>(random.below(50)));
  }
  InteractionLog log;
  CHECK(succeeds(log.append(users, items, std::vector<float>(count, 1.0f), timestamps)));
  return log;
}

// Whether each (user, item) of the log stands in one part and no more, with its latest row.
bool is_partition(const Split& split, const InteractionLog& log) {
  RowNumbers rows;
  for (const RowNumbers* part : {&split.train, &split.history, &split.test}) {
    rows.insert(rows.end(), part->begin(), part->end());
  }
  RowNumbers expected = log.distinct_rows();
  std::sort(rows.begin(), rows.end());
  std::sort(expected.begin(), expected.end());
  return rows == expected;
}

std::map<std::int32_t, RowNumbers> by_user(const InteractionLog& log, const RowNumbers& rows) {
  std::map<std::int32_t, RowNumbers> out;
  for (const std::int32_t row : rows) out[log.users()[row]].push_back(row);
  return out;
}

// Whether row a is not later than row b, ties by row number.
bool before(const InteractionLog& log, std::int32_t a, std::int32_t b) {
  if (log.has_timestamps() && log.timestamps()[a] != log.timestamps()[b]) {
    return log.timestamps()[a] < log.timestamps()[b];
  }
  return a < b;
}

}  // namespace

TEST_CASE("leave-one-out tests the last row in time of every user with two or more") {
  for (const bool with_times : {true, false}) {
    const InteractionLog log = random_log(120, with_times, 1);
    const Split split_rows = value_of(split(log, SplitKind::kLeaveOneOut, 0.2, 1));
    CHECK(is_partition(split_rows, log));
    CHECK(split_rows.history.empty());
    const auto train = by_user(log, split_rows.train);
    const auto test = by_user(log, split_rows.test);
    bool alone = false;
    for (const auto& [user, rows] : by_user(log, log.distinct_rows())) {
      REQUIRE(train.count(user) == 1);
      const std::size_t all = rows.size();
      alone = alone || all == 1;
      CHECK(train.at(user).size() == std::max<std::size_t>(all - 1, 1));
      CHECK(test.count(user) == (all > 1 ? 1 : 0));
      if (all == 1) continue;
      for (const std::int32_t row : train.at(user)) CHECK(before(log, row, test.at(user)[0]));
    }
    CHECK(alone);
  }
}

TEST_CASE("random tests a share of all rows, chosen by the seed") {
  const InteractionLog log = random_log(200, false, 2);
  for (const double fraction : {0.001, 0.1, 0.25, 0.999}) {
    const Split split_rows = value_of(split(log, SplitKind::kRandom, fraction, 5));
    CHECK(is_partition(split_rows, log));
    CHECK(split_rows.history.empty());
    const auto count = static_cast<double>(log.distinct_rows().size());
    CHECK(count < 200);
    const double wanted = std::clamp(std::round(fraction * count), 1.0, count - 1);
    CHECK(static_cast<double>(split_rows.test.size()) == wanted);
  }
  CHECK(value_of(split(log, SplitKind::kRandom, 0.2, 5)).test == value_of(split(log, SplitKind::kRandom, 0.2, 5)).test);
  CHECK(value_of(split(log, SplitKind::kRandom, 0.2, 5)).test != value_of(split(log, SplitKind::kRandom, 0.2, 6)).test);
}

TEST_CASE("temporal tests the latest share of all rows") {
  const InteractionLog log = random_log(200, true, 3);
  const Split split_rows = value_of(split(log, SplitKind::kTemporal, 0.3, 1));
  CHECK(is_partition(split_rows, log));
  const auto count = static_cast<double>(log.distinct_rows().size());
  CHECK(static_cast<double>(split_rows.test.size()) == std::round(0.3 * count));
  int mistakes = 0;
  for (const std::int32_t train : split_rows.train) {
    for (const std::int32_t test : split_rows.test) mistakes += before(log, train, test) ? 0 : 1;
  }
  CHECK(mistakes == 0);
}

TEST_CASE("temporal takes rows of the same time in the log's order") {
  InteractionLog log;
  const std::vector<std::int32_t> zeros(100);
  RowNumbers falling(100);
  std::iota(falling.rbegin(), falling.rend(), 0);
  REQUIRE(succeeds(log.append(zeros, falling, std::vector<float>(100), std::vector<double>(100, 7))));
  const Split split_rows = value_of(split(log, SplitKind::kTemporal, 0.3, 1));
  RowNumbers last(30);
  std::iota(last.begin(), last.end(), 70);
  CHECK(split_rows.test == last);
}

TEST_CASE("users tests users that are not trained on, by the last fifth of their rows") {
  for (const bool with_times : {true, false}) {
    const InteractionLog log = random_log(300, with_times, 4);
    const Split split_rows = value_of(split(log, SplitKind::kUsers, 0.25, 9));
    CHECK(is_partition(split_rows, log));
    const auto train = by_user(log, split_rows.train);
    const auto history = by_user(log, split_rows.history);
    const auto test = by_user(log, split_rows.test);
    CHECK(test.size() >= 5);
    CHECK(train.size() >= 20);
    for (const auto& [user, rows] : test) {
      CHECK(train.count(user) == 0);
      REQUIRE(history.count(user) == 1);
      const auto all = static_cast<double>(history.at(user).size() + rows.size());
      CHECK(static_cast<double>(rows.size()) == std::max(std::round(0.2 * all), 1.0));
      for (const std::int32_t known : history.at(user)) {
        for (const std::int32_t row : rows) CHECK(before(log, known, row));
      }
    }
    for (const auto& [user, rows] : history) CHECK(train.count(user) == 0);
    const Split again = value_of(split(log, SplitKind::kUsers, 0.25, 9));
    CHECK(again.train == split_rows.train);
    CHECK(again.history == split_rows.history);
    CHECK(again.test == split_rows.test);
    CHECK(value_of(split(log, SplitKind::kUsers, 0.25, 10)).test != split_rows.test);
  }
}

TEST_CASE("every kind keeps every pair in one part, on logs of any size") {
  Random random(6);
  int made = 0;
  for (int repeat = 0; repeat < 300; ++repeat) {
    const InteractionLog log = random_log(2 + random_below(30, random), true, random.next());
    for (const SplitKind kind :
         {SplitKind::kLeaveOneOut, SplitKind::kRandom, SplitKind::kTemporal, SplitKind::kUsers}) {
      const Result<Split> result = split(log, kind, 0.05 + 0.9 * random.uniform(), random.next());
      if (!result.ok()) {
        CHECK(fails(result, ErrorCode::kInvalidInteractions));
        continue;
      }
      ++made;
      CHECK(is_partition(result.value(), log));
      CHECK_FALSE(result.value().train.empty());
      CHECK_FALSE(result.value().test.empty());
    }
  }
  CHECK(made > 700);
}

TEST_CASE("a pair met again is never both learned from and tested") {
  InteractionLog log;
  REQUIRE(succeeds(log.append(std::vector<std::int32_t>{0, 0, 0, 0, 1, 1}, std::vector<std::int32_t>{5, 6, 5, 5, 7, 7},
                              std::vector<float>{1, 2, 3, 4, 5, 6}, std::vector<double>{10, 20, 40, 30, 2, 1})));
  const Split loo = value_of(split(log, SplitKind::kLeaveOneOut, 0.2, 1));
  CHECK(loo.test == RowNumbers{2});
  CHECK(loo.train == RowNumbers{1, 4});
  CHECK(value_of(split(log, SplitKind::kTemporal, 0.4, 1)).test == RowNumbers{2});
}

TEST_CASE("leave-one-out does not look at the fraction") {
  const InteractionLog log = random_log(50, false, 8);
  const Split expected = value_of(split(log, SplitKind::kLeaveOneOut, 0.2, 1));
  for (const double fraction : {0.0, 1.0, -3.0, std::nan("")}) {
    CHECK(value_of(split(log, SplitKind::kLeaveOneOut, fraction, 1)).test == expected.test);
  }
}

TEST_CASE("kinds are named") {
  CHECK(value_of(parse_split_kind("leave-one-out")) == SplitKind::kLeaveOneOut);
  CHECK(value_of(parse_split_kind("random")) == SplitKind::kRandom);
  CHECK(value_of(parse_split_kind("temporal")) == SplitKind::kTemporal);
  CHECK(value_of(parse_split_kind("users")) == SplitKind::kUsers);
  CHECK(fails(parse_split_kind("banana"), ErrorCode::kInvalidArgument,
              {"\"banana\"", "leave-one-out, random, temporal, users"}));
  CHECK(fails(parse_split_kind(""), ErrorCode::kInvalidArgument));
}

TEST_CASE("splits that cannot be made are errors that say why") {
  const InteractionLog log = random_log(50, false, 7);
  for (const double fraction : {0.0, 1.0, -0.1, 1.5, std::nan("")}) {
    CHECK(fails(split(log, SplitKind::kRandom, fraction, 1), ErrorCode::kInvalidArgument, {"fraction"}));
  }
  CHECK(fails(split(log, SplitKind::kTemporal, 0.2, 1), ErrorCode::kInvalidArgument, {"timestamp"}));
  const InteractionLog one = log_of({{0, 0}});
  CHECK(fails(split(one, SplitKind::kRandom, 0.2, 1), ErrorCode::kInvalidInteractions, {"at least two", "1"}));
  CHECK(fails(split(InteractionLog(), SplitKind::kRandom, 0.2, 1), ErrorCode::kInvalidInteractions, {"0"}));
  const InteractionLog one_each = log_of({{0, 0}, {1, 0}, {2, 0}});
  CHECK(fails(split(one_each, SplitKind::kLeaveOneOut, 0.2, 1), ErrorCode::kInvalidInteractions, {"nothing"}));
  CHECK(fails(split(one_each, SplitKind::kUsers, 0.2, 1), ErrorCode::kInvalidInteractions, {"nothing"}));
  const InteractionLog one_user = log_of({{0, 0}, {0, 1}, {0, 2}});
  CHECK(fails(split(one_user, SplitKind::kUsers, 0.2, 1), ErrorCode::kInvalidInteractions, {"nothing"}));
}

TEST_CASE("where the rows do not tell time, the last of a user is any of theirs, by the seed") {
  std::vector<UserItem> rows;
  for (std::int32_t user = 0; user < 400; ++user) {
    for (std::int32_t item = 0; item < 4; ++item) rows.emplace_back(user, item);
  }
  const InteractionLog log = log_of(rows);
  const auto tested = [&](SplitKind kind, std::uint64_t seed) {
    std::vector<int> counts(4, 0);
    const Split parts = value_of(split(log, kind, 0.5, seed, false));
    for (const std::int32_t row : parts.test) ++counts[static_cast<std::size_t>(row) % 4];
    CHECK(parts.train.size() + parts.history.size() + parts.test.size() == rows.size());
    return counts;
  };
  for (const int count : tested(SplitKind::kLeaveOneOut, 1)) CHECK(std::abs(count - 100) < 40);
  for (const int count : tested(SplitKind::kUsers, 1)) CHECK(std::abs(count - 50) < 30);
  CHECK(tested(SplitKind::kLeaveOneOut, 1) == tested(SplitKind::kLeaveOneOut, 1));
  CHECK(tested(SplitKind::kLeaveOneOut, 1) != tested(SplitKind::kLeaveOneOut, 2));
  const Split in_order = value_of(split(log, SplitKind::kLeaveOneOut, 0.5, 1));
  for (const std::int32_t row : in_order.test) CHECK(row % 4 == 3);
}

}  // namespace inkling
