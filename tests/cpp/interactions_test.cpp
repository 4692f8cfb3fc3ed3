#include "inkling/interactions.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "expect.h"
#include "inkling/random.h"
#include "sample_data.h"

namespace inkling {

namespace {

using Entries = std::map<UserItem, float>;

// All entries of CSR rows; columns must rise.
Entries entries_of(const SparseRows& rows) {
  Entries out;
  for (std::int32_t row = 0; row < rows.num_rows(); ++row) {
    const auto columns = rows.row_columns(row);
    CHECK(std::is_sorted(columns.begin(), columns.end()));
    for (std::size_t e = 0; e < columns.size(); ++e) {
      CHECK(out.emplace(UserItem(row, columns[e]), rows.row_values(row)[e]).second);
    }
  }
  return out;
}

struct Rows {
  std::vector<std::int32_t> users;
  std::vector<std::int32_t> items;
  std::vector<float> values;
  std::vector<double> timestamps;
};

Rows random_rows(std::size_t count, bool with_times, Random& random) {
  Rows rows;
  for (std::size_t n = 0; n < count; ++n) {
    rows.users.push_back(static_cast<std::int32_t>(random.below(20)) * 2);  // odd users meet nothing
    rows.items.push_back(static_cast<std::int32_t>(random.below(15)));
    rows.values.push_back(random.normal());
    if (with_times) rows.timestamps.push_back(static_cast<double>(random.below(10)));
  }
  return rows;
}

}  // namespace

TEST_CASE("both ways round hold the latest row of each user and item, as a map does") {
  Random random(1);
  for (int repeat = 0; repeat < 100; ++repeat) {
    const bool with_times = repeat % 2 == 0;
    const Rows rows = random_rows(random_below(150, random), with_times, random);
    InteractionLog log;
    REQUIRE(succeeds(log.append(rows.users, rows.items, rows.values, rows.timestamps)));
    const Interactions interactions = value_of(Interactions::build(log, std::nullopt, 45, 17));
    std::map<UserItem, std::size_t> latest;
    for (std::size_t n = 0; n < rows.users.size(); ++n) {
      const auto [place, is_new] = latest.emplace(UserItem(rows.users[n], rows.items[n]), n);
      if (is_new || !with_times || rows.timestamps[n] >= rows.timestamps[place->second]) place->second = n;
    }
    Entries expected;
    Entries exchanged;
    std::map<std::int32_t, std::vector<double>> times;
    for (const auto& [pair, row] : latest) {
      expected[pair] = rows.values[row];
      exchanged[{pair.second, pair.first}] = rows.values[row];
      if (with_times) times[pair.first].push_back(rows.timestamps[row]);
    }
    CHECK(interactions.num_users() == 45);
    CHECK(interactions.num_items() == 17);
    CHECK(interactions.num_entries() == static_cast<std::int64_t>(expected.size()));
    CHECK(entries_of(interactions.by_user()) == expected);
    CHECK(entries_of(interactions.by_item()) == exchanged);
    CHECK(interactions.by_user().row_length(1) == 0);
    CHECK(interactions.by_item().row_length(16) == 0);
    double newest = 0;
    for (const auto& [user, expected_times] : times) {
      const auto own = interactions.user_timestamps(user);
      CHECK(std::vector<double>(own.begin(), own.end()) == expected_times);
      newest = std::max(newest, *std::max_element(own.begin(), own.end()));
    }
    CHECK(interactions.newest_timestamp() == newest);
  }
}

TEST_CASE("of the rows of one user and item the latest counts, and of those of one time the last") {
  const std::vector<std::int32_t> users{0, 1, 0, 0};
  const std::vector<std::int32_t> items{3, 3, 3, 3};
  const std::vector<float> values{1, 2, 5, 7};
  for (const auto& [times, expected] : std::vector<std::pair<std::vector<double>, float>>{
           {{}, 7.0f}, {{9, 0, 8, 7}, 1.0f}, {{1, 0, 8, 7}, 5.0f}, {{8, 0, 8, 8}, 7.0f}, {{8, 0, 8, 3}, 5.0f}}) {
    InteractionLog log;
    REQUIRE(succeeds(log.append(users, items, values, times)));
    const Interactions all = value_of(Interactions::build(log, std::nullopt, 2, 4));
    CHECK(entries_of(all.by_user()) == Entries{{{0, 3}, expected}, {{1, 3}, 2.0f}});
  }
}

TEST_CASE("a few rows of far users and items are ordered as many near ones are") {
  Random random(4);
  for (int repeat = 0; repeat < 20; ++repeat) {
    const Rows near = random_rows(1 + random_below(40, random), repeat % 2 == 0, random);
    Rows far = near;
    for (std::int32_t& user : far.users) user += 40'000;
    for (std::int32_t& item : far.items) item += 49'000'000;
    InteractionLog near_log;
    InteractionLog far_log;
    REQUIRE(succeeds(near_log.append(near.users, near.items, near.values, near.timestamps)));
    REQUIRE(succeeds(far_log.append(far.users, far.items, far.values, far.timestamps)));
    CHECK(far_log.distinct_rows() == near_log.distinct_rows());
    CHECK(far_log.distinct_rows_in_time() == near_log.distinct_rows_in_time());
  }
}

TEST_CASE("no rows chosen is none, and no choice is all") {
  const InteractionLog log = log_of({{0, 0}, {1, 1}});
  CHECK(value_of(Interactions::build(log, std::vector<std::int32_t>(), 2, 2)).num_entries() == 0);
  CHECK(value_of(Interactions::build(log, std::nullopt, 2, 2)).num_entries() == 2);
}

TEST_CASE("only the chosen rows are taken, and the log's order decides whatever theirs is") {
  InteractionLog log;
  REQUIRE(succeeds(log.append(std::vector<std::int32_t>{0, 0, 0, 1}, std::vector<std::int32_t>{2, 2, 1, 2},
                              std::vector<float>{1, 2, 3, 4}, {})));
  for (const std::vector<std::int32_t>& rows : {std::vector<std::int32_t>{2, 1, 0}, {0, 1, 2}, {2, 0, 1}}) {
    const Interactions some = value_of(Interactions::build(log, rows, 2, 3));
    CHECK(entries_of(some.by_user()) == Entries{{{0, 1}, 3.0f}, {{0, 2}, 2.0f}});
  }
  const Interactions one = value_of(Interactions::build(log, std::vector<std::int32_t>{3}, 2, 3));
  CHECK(entries_of(one.by_user()) == Entries{{{1, 2}, 4.0f}});
}

TEST_CASE("transposing twice gives the same rows, also when some are empty") {
  const SparseRows rows = random_interactions(30, 20, 0.2f, 3).by_user();
  const SparseRows back = rows.transposed(20).transposed(30);
  CHECK(back.offsets == rows.offsets);
  CHECK(back.columns == rows.columns);
  CHECK(back.values == rows.values);
}

TEST_CASE("a log without rows has no users and no items") {
  InteractionLog log;
  CHECK(succeeds(log.append({}, {}, {}, {})));
  CHECK(log.size() == 0);
  const Interactions none = value_of(Interactions::build(log, std::nullopt, 0, 0));
  CHECK(none.num_users() == 0);
  CHECK(none.num_items() == 0);
  CHECK(none.num_entries() == 0);
}

TEST_CASE("building for fewer users or items than the log names is refused") {
  const InteractionLog log = log_of({{4, 7}});
  CHECK(succeeds(Interactions::build(log, std::nullopt, 5, 8)));
  CHECK(fails(Interactions::build(log, std::nullopt, 4, 8), ErrorCode::kInvalidInteractions, {"5 users", "4 and 8"}));
  CHECK(fails(Interactions::build(log, std::nullopt, 5, 7), ErrorCode::kInvalidInteractions, {"8 items", "5 and 7"}));
}

TEST_CASE("more users or items than anybody has are refused before memory is asked for") {
  const InteractionLog log = log_of({{0, 0}});
  constexpr std::int32_t kLargest = std::numeric_limits<std::int32_t>::max();
  CHECK(fails(Interactions::build(log, std::nullopt, kLargest, 1), ErrorCode::kTooLarge, {"2147483647", "50000000"}));
  CHECK(fails(Interactions::build(log, std::nullopt, 1, kMaxUsersOrItems + 1), ErrorCode::kTooLarge));
}

TEST_CASE("rows that make no sense are refused and nothing of their batch is kept") {
  using Ints = std::vector<std::int32_t>;
  using Floats = std::vector<float>;
  using Doubles = std::vector<double>;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr std::int32_t kLargest = std::numeric_limits<std::int32_t>::max();
  constexpr ErrorCode kInvalid = ErrorCode::kInvalidInteractions;
  InteractionLog log;
  REQUIRE(succeeds(log.append(Ints{0}, Ints{0}, Floats{1}, Doubles{1})));
  CHECK(fails(log.append(Ints{1, 2}, Ints{1}, Floats{1, 1}, Doubles{1, 1}), kInvalid, {"2 users", "1 items"}));
  CHECK(fails(log.append(Ints{1}, Ints{1}, Floats{}, Doubles{1}), kInvalid, {"0 values"}));
  CHECK(fails(log.append(Ints{1}, Ints{1}, Floats{1}, Doubles{1, 2}), kInvalid, {"2 timestamps"}));
  CHECK(fails(log.append(Ints{1, -1}, Ints{1, 1}, Floats{1, 1}, Doubles{1, 1}), kInvalid, {"user", "-1", "row 1"}));
  CHECK(fails(log.append(Ints{1}, Ints{-7}, Floats{1}, Doubles{1}), kInvalid, {"item", "-7", "row 0"}));
  CHECK(
      fails(log.append(Ints{kLargest}, Ints{1}, Floats{1}, Doubles{1}), ErrorCode::kTooLarge, {"user", "2147483647"}));
  CHECK(fails(log.append(Ints{1}, Ints{kMaxUsersOrItems}, Floats{1}, Doubles{1}), ErrorCode::kTooLarge,
              {"item", "49999999"}));
  CHECK(fails(log.append(Ints{1}, Ints{1}, Floats{kNaN}, Doubles{1}), kInvalid, {"value", "row 0"}));
  CHECK(fails(log.append(Ints{1}, Ints{1}, Floats{1}, Doubles{kInfinity}), kInvalid, {"timestamp", "row 0"}));
  CHECK(fails(log.append(Ints{1}, Ints{1}, Floats{1}, {}), kInvalid, {"timestamps"}));
  CHECK(log.size() == 1);
  CHECK(log.num_users() == 1);
  CHECK(log.num_items() == 1);
  CHECK(log.timestamps().size() == 1);
  REQUIRE(succeeds(log.append(Ints{2}, Ints{5}, Floats{1}, Doubles{0})));
  REQUIRE(succeeds(log.append(Ints{0}, Ints{3}, Floats{1}, Doubles{0})));
  CHECK(log.size() == 3);
  CHECK(log.num_users() == 3);
  CHECK(log.num_items() == 6);

  InteractionLog without_times = log_of({{0, 0}});
  CHECK(fails(without_times.append(Ints{1}, Ints{1}, Floats{1}, Doubles{1}), kInvalid, {"timestamps"}));
  CHECK_FALSE(without_times.has_timestamps());
}

TEST_CASE("distinct rows in time are grouped by user, in time order, ties in row order, each pair once") {
  Random random(2);
  for (const bool with_times : {true, false}) {
    const Rows rows = random_rows(300, with_times, random);
    InteractionLog log;
    REQUIRE(succeeds(log.append(rows.users, rows.items, rows.values, rows.timestamps)));
    const auto time = [&](std::int32_t row) { return with_times ? rows.timestamps[static_cast<std::size_t>(row)] : 0; };
    std::map<UserItem, std::int32_t> latest;
    for (std::int32_t row = 0; row < 300; ++row) {
      const UserItem pair(rows.users[static_cast<std::size_t>(row)], rows.items[static_cast<std::size_t>(row)]);
      const auto [place, is_new] = latest.emplace(pair, row);
      if (!is_new && time(row) >= time(place->second)) place->second = row;
    }
    std::vector<std::int32_t> expected;
    for (const auto& [pair, row] : latest) expected.push_back(row);
    CHECK(expected.size() < 250);
    CHECK(log.distinct_rows() == expected);
    std::sort(expected.begin(), expected.end());
    std::stable_sort(expected.begin(), expected.end(), [&](std::int32_t a, std::int32_t b) {
      const auto user_a = rows.users[static_cast<std::size_t>(a)];
      const auto user_b = rows.users[static_cast<std::size_t>(b)];
      return user_a != user_b ? user_a < user_b : time(a) < time(b);
    });
    CHECK(log.distinct_rows_in_time() == expected);
    CHECK(log.distinct_rows(std::vector<std::int32_t>()).empty());
  }
}

}  // namespace inkling
