#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inkling/status.h"

namespace inkling {

// One metric at a cut-off, as "ndcg@20" names it.
struct Metric {
  enum class Kind {
    kRecall,        // hits / test items
    kRecallCapped,  // hits / min(k, test items)
    kPrecision,     // hits / k
    kHitRate,       // 1 if any test item is in the list
    kNdcg,          // binary gains, log2 discounts, over the ideal of min(k, test items)
    kMrr,           // 1 / rank of the first hit
    kMap,           // mean over hits of precision at the hit, over min(k, test items)
    kCoverage,      // share of all items that stand in anybody's list; not a mean over users
  };
  Kind kind = Kind::kRecall;
  int k = 0;
  std::string name;
};

// Reads "recall@20,ndcg@20,…". Errors: kInvalidArgument, listing the known names.
Result<std::vector<Metric>> parse_metrics(std::string_view names);

// The metric of one user. ranked: the list, best first, at least min(k, candidates) long; test_items: sorted, at least
// one. 0 for kCoverage, which is no matter of one user.
double metric_of_user(const Metric& metric, std::span<const std::int32_t> ranked,
                      std::span<const std::int32_t> test_items);

}  // namespace inkling
