#include "inkling/splits.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "data/indices.h"
#include "data/sorting.h"
#include "inkling/random.h"

namespace inkling {

namespace {

// How many of `count` are tested: at least one, at most all but one.
std::size_t tested_count(double fraction, std::size_t count) {
  const auto wanted = static_cast<std::size_t>(std::llround(fraction * static_cast<double>(count)));
  return std::clamp<std::size_t>(wanted, 1, std::max<std::size_t>(count, 2) - 1);
}

// Calls visit(begin, end) for each user's run in rows that are grouped by user.
template <class Visit>
void for_each_user(const InteractionLog& log, const std::vector<std::int32_t>& rows, Visit&& visit) {
  for (std::size_t begin = 0; begin < rows.size();) {
    std::size_t end = begin + 1;
    while (end < rows.size() && log.users()[at(rows[end])] == log.users()[at(rows[begin])]) ++end;
    visit(begin, end);
    begin = end;
  }
}

// The distinct rows by user, oldest first; each user's at random where the log knows nothing of time.
std::vector<std::int32_t> rows_of_users(const InteractionLog& log, bool rows_tell_time, std::uint64_t seed) {
  std::vector<std::int32_t> rows = log.distinct_rows_in_time();
  if (rows_tell_time || log.has_timestamps()) return rows;
  Random random(seed);
  for_each_user(log, rows, [&](std::size_t begin, std::size_t end) {
    for (std::size_t n = end - begin; n > 1; --n) {
      std::swap(rows[begin + n - 1], rows[begin + static_cast<std::size_t>(random.below(n))]);
    }
  });
  return rows;
}

Split leave_one_out(const InteractionLog& log, bool rows_tell_time, std::uint64_t seed) {
  Split out;
  const std::vector<std::int32_t> rows = rows_of_users(log, rows_tell_time, seed);
  for_each_user(log, rows, [&](std::size_t begin, std::size_t end) {
    const std::size_t cut = end - begin > 1 ? end - 1 : end;
    out.train.insert(out.train.end(), rows.begin() + static_cast<std::ptrdiff_t>(begin),
                     rows.begin() + static_cast<std::ptrdiff_t>(cut));
    if (cut < end) out.test.push_back(rows[cut]);
  });
  return out;
}

Split random_rows(const InteractionLog& log, double fraction, std::uint64_t seed) {
  Split out;
  const std::vector<std::int32_t> rows = log.distinct_rows();
  const std::vector<std::uint32_t> order = Random(seed).permutation(rows.size());
  const std::size_t tested = tested_count(fraction, rows.size());
  for (std::size_t n = 0; n < order.size(); ++n) (n < tested ? out.test : out.train).push_back(rows[order[n]]);
  return out;
}

Split temporal(const InteractionLog& log, double fraction) {
  Split out;
  std::vector<std::int32_t> order = log.distinct_rows();
  sort_numbers(order, [&](std::int32_t a, std::int32_t b) {
    const double time_a = log.timestamps()[at(a)];
    const double time_b = log.timestamps()[at(b)];
    return time_a != time_b ? time_a < time_b : a < b;
  });
  const auto cut = order.end() - static_cast<std::ptrdiff_t>(tested_count(fraction, order.size()));
  out.train.assign(order.begin(), cut);
  out.test.assign(cut, order.end());
  return out;
}

Split unseen_users(const InteractionLog& log, double fraction, std::uint64_t seed, bool rows_tell_time) {
  constexpr double kHeldOutOfHistory = 0.2;
  Split out;
  const auto num_users = at(log.num_users());
  const std::vector<std::uint32_t> order = Random(seed).permutation(num_users);
  std::vector<std::uint8_t> is_test(num_users, 0);
  for (std::size_t n = 0; n < tested_count(fraction, num_users); ++n) is_test[order[n]] = 1;
  const std::vector<std::int32_t> rows = rows_of_users(log, rows_tell_time, seed);
  for_each_user(log, rows, [&](std::size_t begin, std::size_t end) {
    const bool test = is_test[at(log.users()[at(rows[begin])])] != 0;
    const std::size_t cut = test && end - begin > 1 ? end - tested_count(kHeldOutOfHistory, end - begin) : end;
    for (std::size_t n = begin; n < end; ++n) (!test ? out.train : n < cut ? out.history : out.test).push_back(rows[n]);
  });
  return out;
}

}  // namespace

Result<SplitKind> parse_split_kind(std::string_view name) {
  if (name == "leave-one-out") return SplitKind::kLeaveOneOut;
  if (name == "random") return SplitKind::kRandom;
  if (name == "temporal") return SplitKind::kTemporal;
  if (name == "users") return SplitKind::kUsers;
  return Status(ErrorCode::kInvalidArgument,
                "unknown split \"" + std::string(name) + "\"; known are leave-one-out, random, temporal, users");
}

Result<Split> split(const InteractionLog& log, SplitKind kind, double test_fraction, std::uint64_t seed,
                    bool rows_tell_time) {
  if (kind != SplitKind::kLeaveOneOut && !(test_fraction > 0 && test_fraction < 1)) {
    return Status(ErrorCode::kInvalidArgument, "the test fraction must be above 0 and below 1, for example 0.2");
  }
  if (kind == SplitKind::kTemporal && !log.has_timestamps()) {
    return Status(
        ErrorCode::kInvalidArgument,
        "a temporal split needs a timestamp in every row, and the data has none; use leave-one-out or random");
  }
  if (log.size() < 2) {
    return Status(ErrorCode::kInvalidInteractions,
                  "a split needs at least two interactions; there are " + std::to_string(log.size()));
  }
  Split out;
  switch (kind) {
    case SplitKind::kLeaveOneOut:
      out = leave_one_out(log, rows_tell_time, seed);
      break;
    case SplitKind::kRandom:
      out = random_rows(log, test_fraction, seed);
      break;
    case SplitKind::kTemporal:
      out = temporal(log, test_fraction);
      break;
    case SplitKind::kUsers:
      out = unseen_users(log, test_fraction, seed, rows_tell_time);
      break;
  }
  if (out.train.empty() || out.test.empty()) {
    return Status(ErrorCode::kInvalidInteractions,
                  "the split leaves nothing to train on or nothing to test; it needs users with more than one item");
  }
  return out;
}

}  // namespace inkling
