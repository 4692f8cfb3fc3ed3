#include "inkling/interactions.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

namespace inkling {

namespace {

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

constexpr std::size_t kMaxRows = std::numeric_limits<std::int32_t>::max();
constexpr std::int32_t kMaxIndex = std::numeric_limits<std::int32_t>::max() - 1;

Status check_index(const char* what, std::int32_t index, std::size_t row) {
  if (index >= 0 && index <= kMaxIndex) return {};
  return {ErrorCode::kInvalidInteractions, std::string(what) + " index " + std::to_string(index) + " in row " +
                                               std::to_string(row) + " of the batch is out of range; expected 0 to " +
                                               std::to_string(kMaxIndex)};
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

std::vector<std::int32_t> InteractionLog::rows_by_user_in_time() const {
  std::vector<std::int64_t> next(at(num_users_) + 1, 0);
  for (const std::int32_t user : users_) ++next[at(user) + 1];
  for (std::size_t u = 0; u < at(num_users_); ++u) next[u + 1] += next[u];
  const std::vector<std::int64_t> starts = next;
  std::vector<std::int32_t> rows(size());
  for (std::size_t row = 0; row < size(); ++row) {
    rows[static_cast<std::size_t>(next[at(users_[row])]++)] = static_cast<std::int32_t>(row);
  }
  if (has_timestamps()) {
    for (std::size_t u = 0; u < at(num_users_); ++u) {
      std::stable_sort(rows.begin() + static_cast<std::ptrdiff_t>(starts[u]),
                       rows.begin() + static_cast<std::ptrdiff_t>(starts[u + 1]),
                       [this](std::int32_t a, std::int32_t b) { return timestamps_[at(a)] < timestamps_[at(b)]; });
    }
  }
  return rows;
}

std::span<const double> Interactions::user_timestamps(std::int32_t user) const {
  if (timestamps_.empty()) return {};
  return {timestamps_.data() + by_user_.offsets[at(user)], static_cast<std::size_t>(by_user_.row_length(user))};
}

std::span<const std::int32_t> Interactions::oldest_first(std::int32_t user) const {
  return {oldest_first_.data() + by_user_.offsets[at(user)], static_cast<std::size_t>(by_user_.row_length(user))};
}

Result<Interactions> Interactions::build(const InteractionLog& log, std::span<const std::int32_t> rows,
                                         std::int32_t num_users, std::int32_t num_items) {
  if (num_users < log.num_users() || num_items < log.num_items()) {
    return Status(ErrorCode::kInvalidInteractions, "the interactions name " + std::to_string(log.num_users()) +
                                                       " users and " + std::to_string(log.num_items()) +
                                                       " items, but only " + std::to_string(num_users) + " and " +
                                                       std::to_string(num_items) + " were announced");
  }
  // Each user's items are to rise, and the rows of one pair to stay in the log's order.
  std::vector<std::int32_t> in_log_order;
  if (!std::is_sorted(rows.begin(), rows.end())) {
    in_log_order.assign(rows.begin(), rows.end());
    std::sort(in_log_order.begin(), in_log_order.end());
    rows = in_log_order;
  }
  const std::size_t count = rows.empty() ? log.size() : rows.size();
  // Two stable counting passes over row numbers: by item, then by user.
  const auto row_at = [&](std::size_t n) { return rows.empty() ? n : at(rows[n]); };
  const std::vector<std::int32_t>& users = log.users();
  const std::vector<std::int32_t>& items = log.items();
  std::vector<std::int64_t> next(at(num_items) + 1, 0);
  for (std::size_t n = 0; n < count; ++n) ++next[at(items[row_at(n)]) + 1];
  for (std::size_t i = 0; i < at(num_items); ++i) next[i + 1] += next[i];
  std::vector<std::int32_t> by_item(count);
  for (std::size_t n = 0; n < count; ++n) {
    by_item[static_cast<std::size_t>(next[at(items[row_at(n)])]++)] = static_cast<std::int32_t>(row_at(n));
  }
  next.assign(at(num_users) + 1, 0);
  for (const std::int32_t row : by_item) ++next[at(users[at(row)]) + 1];
  for (std::size_t u = 0; u < at(num_users); ++u) next[u + 1] += next[u];
  std::vector<std::int32_t> sorted(count);
  for (const std::int32_t row : by_item) sorted[static_cast<std::size_t>(next[at(users[at(row)])]++)] = row;
  by_item = {};

  Interactions out;
  SparseRows& by_user = out.by_user_;
  by_user.offsets.assign(at(num_users) + 1, 0);
  by_user.columns.reserve(count);
  by_user.values.reserve(count);
  if (log.has_timestamps()) out.timestamps_.reserve(count);
  std::vector<std::int32_t> kept;  // the row of each entry
  kept.reserve(count);
  for (std::size_t n = 0; n < count; ++n) {
    const std::size_t row = at(sorted[n]);
    if (n + 1 < count && users[row] == users[at(sorted[n + 1])] && items[row] == items[at(sorted[n + 1])]) {
      continue;  // a later row of the pair follows
    }
    by_user.columns.push_back(items[row]);
    by_user.values.push_back(log.values()[row]);
    if (log.has_timestamps()) out.timestamps_.push_back(log.timestamps()[row]);
    kept.push_back(static_cast<std::int32_t>(row));
    by_user.offsets[at(users[row]) + 1] = static_cast<std::int64_t>(kept.size());
  }
  for (std::size_t u = 0; u < at(num_users); ++u) {
    by_user.offsets[u + 1] = std::max(by_user.offsets[u + 1], by_user.offsets[u]);
  }
  out.oldest_first_.resize(kept.size());
  for (std::int32_t user = 0; user < num_users; ++user) {
    const auto start = by_user.offsets[at(user)];
    const auto begin = out.oldest_first_.begin() + static_cast<std::ptrdiff_t>(start);
    const auto end = begin + static_cast<std::ptrdiff_t>(by_user.row_length(user));
    std::iota(begin, end, 0);
    std::sort(begin, end, [&](std::int32_t a, std::int32_t b) {
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
