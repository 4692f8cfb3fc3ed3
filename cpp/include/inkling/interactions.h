#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "inkling/status.h"

namespace inkling {

// Compressed sparse rows. Row r holds entries offsets[r] to offsets[r + 1]; columns rise within a row.
struct SparseRows {
  std::vector<std::int64_t> offsets{0};  // num_rows + 1
  std::vector<std::int32_t> columns;     // one an entry
  std::vector<float> values;             // one an entry

  std::int32_t num_rows() const { return static_cast<std::int32_t>(offsets.size()) - 1; }
  std::int64_t num_entries() const { return offsets.back(); }
  std::int64_t row_length(std::int32_t row) const {
    return offsets[static_cast<std::size_t>(row) + 1] - offsets[static_cast<std::size_t>(row)];
  }
  std::span<const std::int32_t> row_columns(std::int32_t row) const {
    return {columns.data() + offsets[static_cast<std::size_t>(row)], static_cast<std::size_t>(row_length(row))};
  }
  std::span<const float> row_values(std::int32_t row) const {
    return {values.data() + offsets[static_cast<std::size_t>(row)], static_cast<std::size_t>(row_length(row))};
  }
  // The same entries with rows and columns exchanged. O(entries + columns).
  SparseRows transposed(std::int32_t num_columns) const;
};

// The largest number of users, and of items: one row with a wild index must not ask for gigabytes.
inline constexpr std::int32_t kMaxUsersOrItems = 50'000'000;

// Row numbers of a log, or all of its rows.
using RowChoice = std::optional<std::span<const std::int32_t>>;

// Rows of (user, item, value, time) as they came, in their order: what splits work on.
class InteractionLog {
 public:
  // Appends rows. All spans have the same length, but timestamps may be empty when the data has no times.
  // Errors (nothing is appended then): kInvalidInteractions for spans of different length, a negative index, a value or
  // time that is not finite, times in one batch and none in another; kTooLarge for an index of kMaxUsersOrItems or
  // more, or more than 2^31 - 1 rows.
  Status append(std::span<const std::int32_t> users, std::span<const std::int32_t> items, std::span<const float> values,
                std::span<const double> timestamps);

  std::size_t size() const { return users_.size(); }
  bool has_timestamps() const { return !timestamps_.empty(); }
  std::int32_t num_users() const { return num_users_; }  // largest index + 1
  std::int32_t num_items() const { return num_items_; }  // largest index + 1
  const std::vector<std::int32_t>& users() const { return users_; }
  const std::vector<std::int32_t>& items() const { return items_; }
  const std::vector<float>& values() const { return values_; }
  const std::vector<double>& timestamps() const { return timestamps_; }

  // The rows that count, one a (user, item): of repeated ones the latest in time, ties (and all where there are no
  // timestamps) the last in the log's order. By user, then by item. `among`: chooses from these rows only, in any
  // order; std::nullopt = all. O(rows + users + items).
  std::vector<std::int32_t> distinct_rows(RowChoice among = std::nullopt) const;
  // The same rows with each user's together and in time order, ties in the log's order.
  std::vector<std::int32_t> distinct_rows_in_time() const;

 private:
  std::vector<std::int32_t> users_;
  std::vector<std::int32_t> items_;
  std::vector<float> values_;
  std::vector<double> timestamps_;
  std::int32_t num_users_ = 0;
  std::int32_t num_items_ = 0;
};

// Who met what, both ways round, each (user, item) once. Immutable.
class Interactions {
 public:
  // rows: which rows of the log to take; std::nullopt = all, an empty span = none. Of several rows of one (user, item)
  // the latest in time counts, ties by the log's order (InteractionLog::distinct_rows). num_users and num_items: at
  // least the log's own, more where other data has further ones. Errors: kInvalidInteractions when they are less;
  // kTooLarge when they are more than kMaxUsersOrItems.
  static Result<Interactions> build(const InteractionLog& log, RowChoice rows, std::int32_t num_users,
                                    std::int32_t num_items);

  std::int32_t num_users() const { return by_user_.num_rows(); }
  std::int32_t num_items() const { return by_item_.num_rows(); }
  std::int64_t num_entries() const { return by_user_.num_entries(); }
  const SparseRows& by_user() const { return by_user_; }
  const SparseRows& by_item() const { return by_item_; }

  bool has_timestamps() const { return !timestamps_.empty(); }
  // The timestamps of a user's entries, in the order of by_user(); empty when the log has none.
  std::span<const double> user_timestamps(std::int32_t user) const;
  double newest_timestamp() const;  // 0 when there are none
  // Where the user's entries stand in the row of by_user(), oldest first: by timestamp, ties (and all where there are
  // no timestamps) in the log's order.
  std::span<const std::int32_t> oldest_first(std::int32_t user) const;

 private:
  SparseRows by_user_;                      // (num_users, num_items)
  SparseRows by_item_;                      // (num_items, num_users)
  std::vector<double> timestamps_;          // one an entry of by_user_, or empty
  std::vector<std::int32_t> oldest_first_;  // one an entry of by_user_
};

}  // namespace inkling
