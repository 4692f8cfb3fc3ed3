#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inkling/status.h"

namespace inkling {

// One metric, as "ndcg@20" names it: most have a cut-off k and look at the first k of each user's list.
struct Metric {
  enum class Kind {
    kRecall,        // hits / test items
    kRecallCapped,  // hits / min(k, test items)
    kPrecision,     // hits / k
    kF1,            // harmonic mean of precision and recall: 2 hits / (k + test items)
    kHitRate,       // 1 if any test item is in the list
    kNdcg,          // binary gains, log2 discounts, over the ideal of min(k, test items)
    kMrr,           // 1 / rank of the first hit
    kMap,           // mean over hits of precision at the hit, over min(k, test items)

    // No cut-off: all candidates count. The share of pairs of a test item and another candidate in which the test item
    // has the higher score; equal scores count half, and a test item that is no candidate loses its pairs. 0.5 for a
    // user without pairs.
    kAuc,

    // No cut-off; only for models that foretell values. Over all test rows at once, not a mean over users.
    kRmse,  // root of the mean squared difference of score and value
    kMae,   // mean absolute difference

    // Beyond accuracy; p(i) is the share of the training users who met item i.
    kNovelty,    // mean of -log2 p(i) over the list (mean self-information; Zhou et al. 2010, Vargas & Castells 2011);
                 // an item that nobody met counts as if one user had
    kDiversity,  // mean of 1 - cosine over the pairs of the list (intra-list diversity; Ziegler et al. 2005), the
                 // cosine of who met the two items in training; 1 with an item that nobody met, 0 of a list of one
    kPopularityBias,  // ΔGAP (Abdollahpouri et al. 2019): mean over users of the list's mean p, over the same of the
                      // users' histories, less 1. 0: lists are as popular as what users choose; 1: twice. Users without
                      // a history do not count
    kCoverage,        // share of all items that stand in anybody's list; not a mean over users
    kGini,            // Gini index of how often each of all items is listed (Shani & Gunawardana 2011): 0 when all are
                      // listed alike, 1 when everybody gets the same item; not a mean over users
    kExposureRatio,   // what the long tail has of the attention that lists get (1 / log2(rank + 1) a place; Singh &
                      // Joachims 2018), mean over users, over its mean share of the users' histories. 1: as much as
                      // users choose. Users without a history do not count. kLongTail says what the tail is

    // On the topics of the items (item_topics.h), whose shares sum to 1. An item without topics plays no part.
    kIntraListDistance,  // mean of 1 - cosine of the topics over the pairs of the list that have some (Smyth & McClave
                         // 2001; Ziegler et al. 2005); 0 of a list without such pairs
    kTopicEntropy,       // Shannon entropy of the list's mean shares, in bits: the logarithm of how many equally common
                         // topics would be as diverse (Jost 2006); 0 of a list without topics
    kCalibrationKl,  // KL(p || q̃) of Steck 2018, in nats: p the mean shares of the user's history, q those of the list,
                     // q̃ = (1 - α) q + α p, α = kCalibrationMix. 0: the list is as the history; at most -ln α = 4.6,
                     // which a list without topics has. Users without topics in their history do not count
    kSerendipity,    // sum over hits of 1 - the largest cosine of the topics with those of an item of the history, over
                     // k: precision that counts what is unexpected (Ge et al. 2010; the distance is that of Adamopoulos
                     // & Tuzhilin 2014). Users without topics in their history do not count
  };
  Kind kind = Kind::kRecall;
  int k = 0;  // 0 where there is no cut-off
  std::string name;

  // Whether users add to it one by one, so that it has an interval: all but coverage and gini.
  bool is_of_users() const { return kind != Kind::kCoverage && kind != Kind::kGini; }
  bool needs_topics() const { return kind >= Kind::kIntraListDistance; }
};

// The long tail: the items of fewest training users, of equal ones those of larger index first, which together have at
// most this share of the training interactions (Yin et al., "Challenging the long tail recommendation", PVLDB 2012).
inline constexpr double kLongTail = 0.2;

// Reads "recall@20,ndcg@20,auc,…". Errors: kInvalidArgument, listing the known names.
Result<std::vector<Metric>> parse_metrics(std::string_view names);

// The metric of one user's list. ranked: the list, best first, at least min(k, candidates) long; test_items: sorted, at
// least one. 0 for the metrics that take more than these two: from kAuc on.
double metric_of_user(const Metric& metric, std::span<const std::int32_t> ranked,
                      std::span<const std::int32_t> test_items);

// What metrics beyond accuracy are taken of, for one user.
struct MeasuredList {
  std::span<const std::int32_t> ranked;      // the first k
  std::span<const std::int32_t> history;     // rising
  std::span<const std::int32_t> test_items;  // rising
};

// What users add to a metric. Sums of any set of users add up, and metric_value() makes the metric of that set of them:
// so users can be drawn again, or exchanged between two models.
struct MetricSum {
  double total = 0;
  double weight = 0;  // users; for rmse and mae test rows; for popularity_bias the mean p of the histories, for
                      // exposure_ratio the tail's share of them
};
// total / weight; of rmse its root, of popularity_bias less 1. 0 where the weight is 0.
double metric_value(Metric::Kind kind, const MetricSum& sum);

}  // namespace inkling
