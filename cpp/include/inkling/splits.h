#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "inkling/interactions.h"
#include "inkling/status.h"

namespace inkling {

enum class SplitKind {
  kLeaveOneOut,  // the last interaction in time of every user with two or more is tested
  kRandom,       // a random share of all rows is tested
  kTemporal,     // the latest share of all rows is tested; needs timestamps
  kUsers,  // strong generalization: a random share of users is not trained on; of each one's rows in time order the
           // last fifth is tested, and the rest is the history that is folded in
};

// "leave-one-out", "random", "temporal", "users".
Result<SplitKind> parse_split_kind(std::string_view name);

// Row numbers of the log. Of repeated rows of one (user, item) only the one that counts is there
// (InteractionLog::distinct_rows), so no pair is both learned from and tested.
struct Split {
  std::vector<std::int32_t> train;    // learned from
  std::vector<std::int32_t> history;  // what the test users are known by; empty means train
  std::vector<std::int32_t> test;     // what is to be found, also items that no row of train has
};

// test_fraction: share of distinct rows (or of users, for kUsers), above 0 and below 1; not read by kLeaveOneOut.
// rows_tell_time: whether the log's order is that of time where it has no timestamps; else the last of a user's rows
// are some drawn by the seed. The same seed gives the same split. Errors: kInvalidArgument for the fraction, or when
// kTemporal lacks timestamps; kInvalidInteractions when nothing is left to train on or to test.
Result<Split> split(const InteractionLog& log, SplitKind kind, double test_fraction, std::uint64_t seed,
                    bool rows_tell_time = true);

}  // namespace inkling
