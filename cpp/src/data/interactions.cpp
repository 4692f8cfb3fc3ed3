#include "inkling/interactions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "data/indices.h"
#include "data/sorting.h"

namespace inkling {

namespace {

constexpr std::size_t kMaxRows = std::numeric_limits<std::int32_t>::max();

// Counting takes memory for each key. A few rows of far keys are compared instead.
constexpr std::size_t kMostKeysARow = 16;

Status check_index(const char* what, std::int32_t index, std::size_t row) {
  if (index >= 0 && index < kMaxUsersOrItems) return {};
  return {index < 0 ? ErrorCode::kInvalidInteractions : ErrorCode::kTooLarge,
          std::string(what) + " index " + std::to_string(index) + " in row " + std::to_string(row) +
              " of the batch is out of range; number " + what + "s from 0 on, to at most " +
              std::to_string(kMaxUsersOrItems - 1)};
}

// Puts rows into the order of their keys, which are below num_keys; rows of one key keep their order.
std::vector<std::int32_t> sorted_by(const std::vector<std::int32_t>& keys, std::span<const std::int32_t> rows,
                                    std::int32_t num_keys) {
  if (static_cast<std::size_t>(num_keys) / kMostKeysARow > rows.size()) {
    std::vector<std::int32_t> order(rows.size());
    std::iota(order.begin(), order.end(), 0);
    sort_numbers(order, [&](std::int32_t a, std::int32_t b) {
      const std::int32_t key_a = keys[at(rows[at(a)])];
      const std::int32_t key_b = keys[at(rows[at(b)])];
      return key_a != key_b ? key_a < key_b : a < b;
    });
    for (std::int32_t& place : order) place = rows[at(place)];
    return order;
  }
  std::vector<std::uint32_t> next(at(num_keys) + 1, 0);
  for (const std::int32_t row : rows) ++next[at(keys[at(row)]) + 1];
  for (std::size_t key = 0; key < at(num_keys); ++key) next[key + 1] += next[key];
  std::vector<std::int32_t> sorted(rows.size());
  for (const std::int32_t row : rows) sorted[next[at(keys[at(row)])]++] = row;
  return sorted;
}

}  // namespace

SparseRows SparseRows::transposed(std::int32_t num_columns) const {
  SparseRows out;
  out.offsets.assign(at(num_columns) + 1, 0);
  out.columns.resize(columns.size());
  out.values.resize(values.size());
  for (const std::int32_t column : columns) ++out.offsets[at(column) + 1];
  for (std::size_t c = 0; c < at(num_columns); ++c) out.offsets[c + 1] += out.offsets[c];
  std::vector<std::int64_t> next(out.offsets.begin(), out.offsets.end() - 1);
  for (std::int32_t row = 0; row < num_rows(); ++row) {
    for (std::int64_t e = offsets[at(row)]; e < offsets[at(row) + 1]; ++e) {
      const auto from = static_cast<std::size_t>(e);
      const auto to = static_cast<std::size_t>(next[at(columns[from])]++);
      out.columns[to] = row;
      out.values[to] = values[from];
    }
  }
  return out;
}

Status InteractionLog::append(std::span<const std::int32_t> users, std::span<const std::int32_t> items,
                              std::span<const float> values, std::span<const double> timestamps) {
  const std::size_t count = users.size();
  if (items.size() != count || values.size() != count || (!timestamps.empty() && timestamps.size() != count)) {
    return {ErrorCode::kInvalidInteractions,
            "columns of different length: " + std::to_string(count) + " users, " + std::to_string(items.size()) +
                " items, " + std::to_string(values.size()) + " values, " + std::to_string(timestamps.size()) +
                " timestamps; expected one of each a row (or no timestamps at all)"};
  }
  if (count == 0) return {};
  if (!users_.empty() && has_timestamps() != !timestamps.empty()) {
    return {ErrorCode::kInvalidInteractions,
            "some batches have timestamps and others have none; give them to all or to none"};
  }
  if (users_.size() + count > kMaxRows) {
    return {ErrorCode::kTooLarge, "more than " + std::to_string(kMaxRows) + " interactions; sample the data"};
  }
  std::int32_t max_user = 0;
  std::int32_t max_item = 0;
  for (std::size_t row = 0; row < count; ++row) {
    if (Status status = check_index("user", users[row], row); !status.ok()) return status;
    if (Status status = check_index("item", items[row], row); !status.ok()) return status;
    if (!std::isfinite(values[row])) {
      return {ErrorCode::kInvalidInteractions,
              "the value in row " + std::to_string(row) + " of the batch is not a finite number"};
    }
    if (!timestamps.empty() && !std::isfinite(timestamps[row])) {
      return {ErrorCode::kInvalidInteractions,
              "the timestamp in row " + std::to_string(row) + " of the batch is not a finite number"};
    }
    max_user = std::max(max_user, users[row]);
    max_item = std::max(max_item, items[row]);
  }
  users_.insert(users_.end(), users.begin(), users.end());
  items_.insert(items_.end(), items.begin(), items.end());
  values_.insert(values_.end(), values.begin(), values.end());
  timestamps_.insert(timestamps_.end(), timestamps.begin(), timestamps.end());
  num_users_ = std::max(num_users_, max_user + 1);
  num_items_ = std::max(num_items_, max_item + 1);
  return {};
}

std::vector<std::int32_t> InteractionLog::distinct_rows(RowChoice among) const {
  std::vector<std::uint8_t> taken(size(), among.has_value() ? 0 : 1);
  if (among.has_value()) {
    for (const std::int32_t row : *among) taken[at(row)] = 1;
  }
  std::vector<std::int32_t> rows;
  rows.reserve(among.has_value() ? among->size() : size());
  for (std::size_t row = 0; row < size(); ++row) {
    if (taken[row] != 0) rows.push_back(static_cast<std::int32_t>(row));
  }
  rows = sorted_by(items_, rows, num_items_);
  rows = sorted_by(users_, rows, num_users_);
  // Rows of a pair are now neighbours, in the log's order.
  std::size_t kept = 0;
  for (const std::int32_t row : rows) {
    const bool repeated =
        kept > 0 && users_[at(rows[kept - 1])] == users_[at(row)] && items_[at(rows[kept - 1])] == items_[at(row)];
    if (!repeated) {
      rows[kept++] = row;
    } else if (!has_timestamps() || timestamps_[at(row)] >= timestamps_[at(rows[kept - 1])]) {
      rows[kept - 1] = row;
    }
  }
  rows.resize(kept);
  return rows;
}

std::vector<std::int32_t> InteractionLog::distinct_rows_in_time() const {
  std::vector<std::int32_t> rows = distinct_rows();
  for (auto begin = rows.begin(); begin != rows.end();) {
    auto end = begin;
    while (end != rows.end() && users_[at(*end)] == users_[at(*begin)]) ++end;
    sort_numbers({begin, end}, [this](std::int32_t a, std::int32_t b) {
      if (has_timestamps() && timestamps_[at(a)] != timestamps_[at(b)]) return timestamps_[at(a)] < timestamps_[at(b)];
      return a < b;
    });
    begin = end;
  }
  return rows;
}

std::span<const double> Interactions::user_timestamps(std::int32_t user) const {
  if (timestamps_.empty()) return {};
  return {timestamps_.data() + by_user_.offsets[at(user)], static_cast<std::size_t>(by_user_.row_length(user))};
}

double Interactions::newest_timestamp() const {
  const auto newest = std::max_element(timestamps_.begin(), timestamps_.end());
  return newest != timestamps_.end() ? *newest : 0;
}

std::span<const std::int32_t> Interactions::oldest_first(std::int32_t user) const {
  return {oldest_first_.data() + by_user_.offsets[at(user)], static_cast<std::size_t>(by_user_.row_length(user))};
}

Result<Interactions> Interactions::build(const InteractionLog& log, RowChoice rows, std::int32_t num_users,
                                         std::int32_t num_items) {
  if (num_users < log.num_users() || num_items < log.num_items()) {
    return Status(ErrorCode::kInvalidInteractions, "the interactions name " + std::to_string(log.num_users()) +
                                                       " users and " + std::to_string(log.num_items()) +
                                                       " items, but only " + std::to_string(num_users) + " and " +
                                                       std::to_string(num_items) + " were announced");
  }
  if (num_users > kMaxUsersOrItems || num_items > kMaxUsersOrItems) {
    return Status(ErrorCode::kTooLarge, std::to_string(num_users) + " users and " + std::to_string(num_items) +
                                            " items were announced; at most " + std::to_string(kMaxUsersOrItems) +
                                            " of each are taken on. Sample the data");
  }
  const std::vector<std::int32_t> kept = log.distinct_rows(rows);  // the row of each entry
  Interactions out;
  SparseRows& by_user = out.by_user_;
  by_user.offsets.assign(at(num_users) + 1, 0);
  by_user.columns.reserve(kept.size());
  by_user.values.reserve(kept.size());
  if (log.has_timestamps()) out.timestamps_.reserve(kept.size());
  for (const std::int32_t row : kept) {
    by_user.columns.push_back(log.items()[at(row)]);
    by_user.values.push_back(log.values()[at(row)]);
    if (log.has_timestamps()) out.timestamps_.push_back(log.timestamps()[at(row)]);
    ++by_user.offsets[at(log.users()[at(row)]) + 1];
  }
  for (std::size_t u = 0; u < at(num_users); ++u) by_user.offsets[u + 1] += by_user.offsets[u];
  out.oldest_first_.resize(kept.size());
  for (std::int32_t user = 0; user < num_users; ++user) {
    const auto start = by_user.offsets[at(user)];
    const auto begin = out.oldest_first_.begin() + static_cast<std::ptrdiff_t>(start);
    const auto end = begin + static_cast<std::ptrdiff_t>(by_user.row_length(user));
    std::iota(begin, end, 0);
    sort_numbers({begin, end}, [&](std::int32_t a, std::int32_t b) {
      const auto entry_a = static_cast<std::size_t>(start + a);
      const auto entry_b = static_cast<std::size_t>(start + b);
      if (out.has_timestamps() && out.timestamps_[entry_a] != out.timestamps_[entry_b]) {
        return out.timestamps_[entry_a] < out.timestamps_[entry_b];
      }
      return kept[entry_a] < kept[entry_b];
    });
  }
  out.by_item_ = by_user.transposed(num_items);
  return out;
}

}  // namespace inkling
