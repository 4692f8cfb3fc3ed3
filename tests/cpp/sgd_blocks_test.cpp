#include "factorization/sgd_blocks.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "indices.h"
#include "sample_data.h"

namespace inkling {

namespace {

// A number a user and an item that hangs on the order in which they were visited, and with whom.
struct Trail {
  std::vector<std::uint64_t> users;
  std::vector<std::uint64_t> items;
  bool operator==(const Trail&) const = default;
};

Trail trail_of(const Interactions& interactions, std::uint64_t seed, int num_threads, std::int64_t slice,
               std::int64_t epochs_a_deal) {
  Trail trail{std::vector<std::uint64_t>(at(interactions.num_users())),
              std::vector<std::uint64_t>(at(interactions.num_items()))};
  ThreadPool pool(num_threads);
  SgdBlocks blocks(interactions, 3, epochs_a_deal, seed);
  while (blocks.done_work() < blocks.total_work()) {
    blocks.step(slice, pool, [&](const SgdBlocks::Part& part) {
      for (const SgdBlocks::Entry& entry : part.entries) {
        std::uint64_t& user = trail.users[at(entry.user)];
        std::uint64_t& item = trail.items[at(entry.item)];
        user = Random(user * 3 + item + part.random.next() + static_cast<std::uint64_t>(part.epoch)).next();
        item = Random(item * 5 + user).next();
      }
    });
  }
  return trail;
}

}  // namespace

TEST_CASE("every epoch visits every interaction once, and each belongs to its block") {
  for (const auto& [users, items] : {std::pair(300, 270), std::pair(70, 400), std::pair(40, 33), std::pair(2, 90)}) {
    CAPTURE(users);
    const Interactions interactions = random_interactions(users, items, 0.2f, 1);
    for (const std::int64_t epochs_a_deal : {1, 2, 5}) {
      ThreadPool pool(1);
      SgdBlocks blocks(interactions, 4, epochs_a_deal, 7);
      std::vector<std::set<UserItem>> visited(4);
      std::int64_t count = 0;
      std::int64_t last = 0;
      while (blocks.done_work() < blocks.total_work()) {
        blocks.step(50, pool, [&](const SgdBlocks::Part& part) {
          for (const SgdBlocks::Entry& entry : part.entries) {
            CHECK(entry.value == 1);
            CHECK(std::find(part.items.begin(), part.items.end(), entry.item) != part.items.end());
            visited[static_cast<std::size_t>(part.epoch)].emplace(entry.user, entry.item);
            ++count;
          }
        });
        CHECK(blocks.done_work() > last);
        last = blocks.done_work();
      }
      CHECK(last == blocks.total_work());
      CHECK(count == 4 * interactions.num_entries());
      for (const std::set<UserItem>& epoch : visited) {
        CHECK(static_cast<std::int64_t>(epoch.size()) == interactions.num_entries());
        const bool all_are_real = std::all_of(epoch.begin(), epoch.end(), [&](const UserItem& pair) {
          const auto row = interactions.by_user().row_columns(pair.first);
          return std::binary_search(row.begin(), row.end(), pair.second);
        });
        CHECK(all_are_real);
      }
    }
  }
}

TEST_CASE("parts that may run side by side share neither users nor items") {
  const Interactions interactions = random_interactions(300, 300, 0.1f, 2);
  ThreadPool pool(1);
  SgdBlocks blocks(interactions, 2, 1, 7);
  std::size_t most = 0;
  while (blocks.done_work() < blocks.total_work()) {
    std::size_t parts = 0;
    std::size_t users = 0;
    std::size_t items = 0;
    std::set<std::int32_t> all_users;
    std::set<std::int32_t> all_items;
    blocks.step(1, pool, [&](const SgdBlocks::Part& part) {
      ++parts;
      std::set<std::int32_t> of_part;
      for (const SgdBlocks::Entry& entry : part.entries) of_part.insert(entry.user);
      users += of_part.size();
      all_users.insert(of_part.begin(), of_part.end());
      items += part.items.size();
      all_items.insert(part.items.begin(), part.items.end());
    });
    CHECK(all_users.size() == users);
    CHECK(all_items.size() == items);
    most = std::max(most, parts);
  }
  CHECK(most == 8);
}

TEST_CASE("blocks have about as many interactions, also where a few users and items have most of them") {
  Random random(5);
  std::vector<UserItem> rows;
  for (std::int32_t user = 0; user < 1200; ++user) {
    for (std::int32_t item = 0; item < 900; ++item) {
      if (random.uniform() * std::sqrt(static_cast<float>((user + 8) * (item + 8))) < 24) rows.emplace_back(user, item);
    }
  }
  const Interactions interactions = interactions_of(rows);
  ThreadPool pool(1);
  SgdBlocks blocks(interactions, 4, 1, 7);
  std::size_t largest = 0;
  std::size_t num_blocks = 0;
  while (blocks.done_work() < blocks.total_work()) {
    blocks.step(blocks.total_work(), pool, [&](const SgdBlocks::Part& part) {
      if (part.epoch > 0) return;  // the last epochs' blocks come in parts
      largest = std::max(largest, part.entries.size());
      ++num_blocks;
    });
  }
  REQUIRE(num_blocks == 64);
  CHECK(static_cast<double>(largest * num_blocks) < 1.1 * static_cast<double>(interactions.num_entries()));
}

TEST_CASE("threads and slices change nothing in the order in which a row is visited, the seed does") {
  const Interactions interactions = random_interactions(280, 300, 0.1f, 3);
  for (const std::int64_t epochs_a_deal : {1, 3}) {
    const Trail expected = trail_of(interactions, 5, 1, 1000000, epochs_a_deal);
    for (const int num_threads : {1, 2, 3, 9}) {
      for (const std::int64_t slice : {100, 3333}) {
        CHECK(trail_of(interactions, 5, num_threads, slice, epochs_a_deal) == expected);
      }
    }
    CHECK(trail_of(interactions, 6, 1, 1000000, epochs_a_deal) != expected);
  }
  CHECK(trail_of(interactions, 5, 1, 1000, 1) != trail_of(interactions, 5, 1, 1000, 3));
}

TEST_CASE("items are dealt anew as often as asked for") {
  const Interactions interactions = random_interactions(300, 300, 0.1f, 4);
  for (const std::int64_t epochs_a_deal : {1, 3}) {
    ThreadPool pool(1);
    SgdBlocks blocks(interactions, 6, epochs_a_deal, 7);
    std::vector<std::set<std::int32_t>> with_first(6);  // the items of the block of item 1, in each epoch
    while (blocks.done_work() < blocks.total_work()) {
      blocks.step(100, pool, [&](const SgdBlocks::Part& part) {
        if (std::find(part.items.begin(), part.items.end(), 1) == part.items.end()) return;
        with_first[static_cast<std::size_t>(part.epoch)].insert(part.items.begin(), part.items.end());
      });
    }
    for (std::size_t epoch = 1; epoch < 6; ++epoch) {
      CHECK((with_first[epoch] == with_first[epoch - 1]) == (static_cast<std::int64_t>(epoch) % epochs_a_deal != 0));
    }
  }
}

}  // namespace inkling
