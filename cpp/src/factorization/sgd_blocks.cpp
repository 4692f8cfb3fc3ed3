#include "factorization/sgd_blocks.h"

#include <numeric>

#include "data/indices.h"
#include "data/sorting.h"

namespace inkling {

namespace {

constexpr std::int64_t kRowsAGroup = 32;  // fewer items or users than this would not be mixed well

// Those of about as many entries follow each other.
std::vector<std::int32_t> rows_by_length(const SparseRows& rows) {
  std::vector<std::int32_t> order(at(rows.num_rows()));
  std::iota(order.begin(), order.end(), 0);
  sort_numbers(order, [&](std::int32_t a, std::int32_t b) {
    return rows.row_length(a) != rows.row_length(b) ? rows.row_length(a) > rows.row_length(b) : a < b;
  });
  return order;
}

// Of each `groups` rows that follow each other every group gets one, at random, so that all groups have about as many
// entries and none has to be waited for. dealt: group after group, group g from offsets[g].
void deal_rows(const std::vector<std::int32_t>& by_length, std::int64_t groups, Random& random,
               std::vector<std::int32_t>& dealt, std::vector<std::int64_t>& offsets) {
  std::vector<std::int64_t> group_of(at(groups));
  const auto num_rows = static_cast<std::int64_t>(by_length.size());
  offsets.assign(1, 0);
  for (std::int64_t group = 0; group < groups; ++group) {
    offsets.push_back(offsets.back() + (num_rows - group + groups - 1) / groups);
  }
  dealt.resize(by_length.size());
  for (std::int64_t round = 0; round * groups < num_rows; ++round) {
    const std::int64_t count = std::min(groups, num_rows - round * groups);
    std::iota(group_of.begin(), group_of.end(), 0);
    for (std::int64_t n = count; n > 1; --n) {
      std::swap(group_of[at(n - 1)],
                group_of[at(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(n))))]);
    }
    for (std::int64_t n = 0; n < count; ++n) {
      dealt[at(offsets[at(group_of[at(n)])] + round)] = by_length[at(round * groups + n)];
    }
  }
}

}  // namespace

SgdBlocks::SgdBlocks(const Interactions& interactions, std::int64_t epochs, std::int64_t epochs_a_deal,
                     std::uint64_t seed)
    : epochs_(epochs), epochs_a_deal_(epochs_a_deal), random_(seed) {
  const std::int64_t rows = std::min(interactions.num_users(), interactions.num_items());
  groups_ = std::clamp<std::int64_t>(rows / kRowsAGroup, 1, kMaxGroups);
  for (std::int64_t group = 0; group < groups_; ++group) group_random_.emplace_back(random_.next());

  std::vector<std::int32_t> users;
  std::vector<std::int64_t> user_offsets;
  deal_rows(rows_by_length(interactions.by_user()), groups_, random_, users, user_offsets);
  entries_.reserve(at(interactions.num_entries()));
  for (std::int64_t group = 0; group < groups_; ++group) {
    group_offsets_.push_back(static_cast<std::int64_t>(entries_.size()));
    for (std::int64_t n = user_offsets[at(group)]; n < user_offsets[at(group) + 1]; ++n) {
      const auto columns = interactions.by_user().row_columns(users[at(n)]);
      const auto values = interactions.by_user().row_values(users[at(n)]);
      for (std::size_t e = 0; e < columns.size(); ++e) entries_.push_back({users[at(n)], columns[e], values[e]});
    }
  }
  group_offsets_.push_back(static_cast<std::int64_t>(entries_.size()));
  items_by_length_ = rows_by_length(interactions.by_item());

  block_offsets_.resize(at(groups_ * (groups_ + 1)));
  block_next_.resize(at(groups_));
  block_end_.resize(at(groups_));
  group_of_item_.resize(at(interactions.num_items()));
  const std::int64_t deals = (epochs_ + epochs_a_deal_ - 1) / epochs_a_deal_;
  for (std::int64_t group = 0; group < groups_; ++group) total_ += deals * shuffle_work(group);
  total_ += epochs_ * interactions.num_entries();
  start_epoch();
}

std::int64_t SgdBlocks::shuffle_work(std::int64_t group) const {
  return (group_offsets_[at(group) + 1] - group_offsets_[at(group)]) / kEntriesShuffledAUnit + 1;
}

void SgdBlocks::start_epoch() {
  diagonals_ = random_.permutation(at(groups_));
  diagonal_ = 0;
  if (epoch_ % epochs_a_deal_ != 0) {
    start_diagonal();
    return;
  }
  next_dealt_ = 0;
  deal_rows(items_by_length_, groups_, random_, items_, item_offsets_);
  for (std::int64_t group = 0; group < groups_; ++group) {
    for (std::int64_t n = item_offsets_[at(group)]; n < item_offsets_[at(group) + 1]; ++n) {
      group_of_item_[at(items_[at(n)])] = static_cast<std::uint8_t>(group);
    }
  }
}

void SgdBlocks::deal(std::int64_t work, ThreadPool& pool) {
  const std::int64_t begin = next_dealt_;
  std::int64_t planned = 0;
  while (next_dealt_ < groups_ && planned < work) planned += shuffle_work(next_dealt_++);
  pool.for_each_chunk(next_dealt_ - begin, 1, [&](std::int64_t from, std::int64_t to, int /*thread*/) {
    for (std::int64_t group = from; group < to; ++group) deal_group(begin + group);
  });
  done_ += planned;
  if (next_dealt_ == groups_) start_diagonal();
}

// Shuffles the group's entries, then moves each into its block, in place.
void SgdBlocks::deal_group(std::int64_t group) {
  Entry* entries = entries_.data() + group_offsets_[at(group)];
  const std::int64_t count = group_offsets_[at(group) + 1] - group_offsets_[at(group)];
  Random random = group_random_[at(group)];  // those of all groups lie side by side
  for (std::int64_t n = count; n > 1; --n) {
    std::swap(entries[n - 1], entries[random.below(static_cast<std::uint64_t>(n))]);
  }
  group_random_[at(group)] = random;
  std::int64_t* offsets = block_offsets_.data() + group * (groups_ + 1);
  std::int64_t ends[kMaxGroups + 1] = {};
  for (std::int64_t n = 0; n < count; ++n) ++ends[group_of_item_[at(entries[n].item)] + 1];
  for (std::int64_t block = 0; block < groups_; ++block) ends[block + 1] += ends[block];
  std::copy(ends, ends + groups_ + 1, offsets);
  std::int64_t next[kMaxGroups];
  std::copy(ends, ends + groups_, next);
  for (std::int64_t block = 0; block < groups_; ++block) {
    while (next[block] < ends[block + 1]) {
      const std::int64_t target = group_of_item_[at(entries[next[block]].item)];
      if (target != block) std::swap(entries[next[block]], entries[next[target]]);
      ++next[target];
    }
  }
}

std::int64_t SgdBlocks::block_of(std::int64_t group) const { return (group + diagonals_[at(diagonal_)]) % groups_; }

void SgdBlocks::start_diagonal() {
  for (std::int64_t group = 0; group < groups_; ++group) {
    const std::int64_t block = group * (groups_ + 1) + block_of(group);
    block_next_[at(group)] = group_offsets_[at(group)] + block_offsets_[at(block)];
    block_end_[at(group)] = group_offsets_[at(group)] + block_offsets_[at(block) + 1];
  }
}

SgdBlocks::Part SgdBlocks::next_part(std::int64_t group, std::int64_t length, Random& random) {
  std::int64_t& next = block_next_[at(group)];
  const std::int64_t begin = next;
  next = std::min(begin + length, block_end_[at(group)]);
  const std::int64_t block = block_of(group);
  const std::int32_t* items = items_.data() + item_offsets_[at(block)];
  return {{entries_.data() + begin, entries_.data() + next},
          {items, items_.data() + item_offsets_[at(block) + 1]},
          random,
          epoch_};
}

std::int64_t SgdBlocks::visited() const {
  std::int64_t total = 0;
  for (const std::int64_t next : block_next_) total += next;
  return total;
}

void SgdBlocks::advance(std::int64_t num_visited) {
  done_ += num_visited;
  while (next_dealt_ == groups_ && block_next_ == block_end_ && done_ < total_) {
    if (++diagonal_ < groups_) {
      start_diagonal();
    } else {
      ++epoch_;
      start_epoch();
    }
  }
}

}  // namespace inkling
