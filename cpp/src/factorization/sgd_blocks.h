#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "inkling/interactions.h"
#include "inkling/random.h"
#include "inkling/thread_pool.h"

namespace inkling {

// Stochastic gradient descent over interactions by several threads that never share a row, in slices, to the same bits
// whatever the number of threads and the length of the slices: Gemulla, Nijkamp, Haas & Sismanis, "Large-scale matrix
// factorization with distributed stochastic gradient descent", KDD 2011.
//
// Users and items are dealt at random into `groups` groups each, of about as many interactions, which cuts the matrix
// into groups² blocks. An epoch does `groups` diagonals one after the other; the blocks of a diagonal have neither
// users nor items in common, so they run side by side. Within a block the interactions come in random order. The items
// are dealt anew every `epochs_a_deal` epochs. Memory: 12 bytes an interaction.
class SgdBlocks {
 public:
  struct Entry {
    std::int32_t user;
    std::int32_t item;
    float value;
  };
  // Part of a block, and what belongs to it alone.
  struct Part {
    std::span<const Entry> entries;
    std::span<const std::int32_t> items;  // all of the block's items
    Random& random;
    std::int64_t epoch;
  };

  SgdBlocks(const Interactions& interactions, std::int64_t epochs, std::int64_t epochs_a_deal, std::uint64_t seed);

  // In entries visited; dealing and shuffling count as one for each kEntriesShuffledAUnit.
  std::int64_t total_work() const { return total_; }
  std::int64_t done_work() const { return done_; }

  // Does at least one and about `work` units: calls visit(part) for parts of blocks, side by side, and in such an
  // order that each sees what those before it on its users and items have left.
  template <class Visit>
  void step(std::int64_t work, ThreadPool& pool, Visit&& visit) {
    const std::int64_t goal = std::min(done_ + std::max<std::int64_t>(work, 1), total_);
    while (done_ < goal) {
      if (next_dealt_ < groups_) {
        deal(goal - done_, pool);
        continue;
      }
      const std::int64_t length = std::max<std::int64_t>((goal - done_) / groups_, 1);
      const std::int64_t before = visited();
      for_each_group(pool, [&](std::int64_t group) {
        Random random = group_random_[static_cast<std::size_t>(group)];  // those of all groups lie side by side
        const Part part = next_part(group, length, random);
        if (!part.entries.empty()) visit(part);
        group_random_[static_cast<std::size_t>(group)] = random;
      });
      advance(visited() - before);
    }
  }

 private:
  static constexpr std::int64_t kMaxGroups = 8;  // more threads than this are of no use
  static constexpr std::int64_t kEntriesShuffledAUnit = 16;

  // Each thread begins with groups of its own, so that their users' rows stay in its cache from one diagonal to the
  // next, and goes on with what others have not begun.
  template <class Visit>
  void for_each_group(ThreadPool& pool, Visit&& visit) {
    std::atomic<bool> taken[kMaxGroups] = {};
    const std::int64_t threads = std::min<std::int64_t>(pool.num_threads(), groups_);
    pool.for_each_chunk(threads, 1, [&](std::int64_t from, std::int64_t to, int /*thread*/) {
      for (std::int64_t n = from; n < to; ++n) {
        for (std::int64_t step = 0; step < groups_; ++step) {
          const std::int64_t group = (n * groups_ / threads + step) % groups_;
          if (!taken[group].exchange(true, std::memory_order_relaxed)) visit(group);
        }
      }
    });
  }

  std::int64_t shuffle_work(std::int64_t group) const;
  std::int64_t block_of(std::int64_t group) const;
  std::int64_t visited() const;  // entries of this diagonal, and what cancels out in a difference
  Part next_part(std::int64_t group, std::int64_t length, Random& random);
  void start_epoch();
  void start_diagonal();
  void deal(std::int64_t work, ThreadPool& pool);
  void deal_group(std::int64_t group);
  void advance(std::int64_t num_visited);

  std::int64_t groups_;
  std::int64_t epochs_;
  std::int64_t epochs_a_deal_;
  Random random_;
  std::vector<Random> group_random_;         // one a group of users
  std::vector<Entry> entries_;               // of the first group of users, then of the second …
  std::vector<std::int64_t> group_offsets_;  // groups + 1, into entries_
  std::vector<std::int64_t> block_offsets_;  // (groups of users, groups of items + 1), from the group's first entry
  std::vector<std::int64_t> block_next_;     // one a group of users: how far its block of this diagonal is done
  std::vector<std::int64_t> block_end_;      // and where it ends, into entries_
  std::vector<std::int32_t> items_by_length_;
  std::vector<std::int32_t> items_;          // in the order they were dealt
  std::vector<std::int64_t> item_offsets_;   // groups + 1, into items_
  std::vector<std::uint8_t> group_of_item_;  // one an item
  std::vector<std::uint32_t> diagonals_;     // in the epoch's order
  std::int64_t total_ = 0;
  std::int64_t done_ = 0;
  std::int64_t epoch_ = 0;
  std::int64_t next_dealt_ = 0;  // the next group of users whose entries are to be put into blocks
  std::int64_t diagonal_ = 0;
};

}  // namespace inkling
