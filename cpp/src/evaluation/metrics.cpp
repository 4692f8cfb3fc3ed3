#include "inkling/metrics.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace inkling {

namespace {

struct NamedKind {
  std::string_view name;
  Metric::Kind kind;
  bool has_cut_off = true;
};

constexpr std::array kKinds = {
    NamedKind{"recall", Metric::Kind::kRecall},
    NamedKind{"recall_capped", Metric::Kind::kRecallCapped},
    NamedKind{"precision", Metric::Kind::kPrecision},
    NamedKind{"f1", Metric::Kind::kF1},
    NamedKind{"hit_rate", Metric::Kind::kHitRate},
    NamedKind{"ndcg", Metric::Kind::kNdcg},
    NamedKind{"mrr", Metric::Kind::kMrr},
    NamedKind{"map", Metric::Kind::kMap},
    NamedKind{"novelty", Metric::Kind::kNovelty},
    NamedKind{"diversity", Metric::Kind::kDiversity},
    NamedKind{"popularity_bias", Metric::Kind::kPopularityBias},
    NamedKind{"coverage", Metric::Kind::kCoverage},
    NamedKind{"gini", Metric::Kind::kGini},
    NamedKind{"exposure_ratio", Metric::Kind::kExposureRatio},
    NamedKind{"intra_list_distance", Metric::Kind::kIntraListDistance},
    NamedKind{"topic_entropy", Metric::Kind::kTopicEntropy},
    NamedKind{"calibration_kl", Metric::Kind::kCalibrationKl},
    NamedKind{"serendipity", Metric::Kind::kSerendipity},
    NamedKind{"auc", Metric::Kind::kAuc, false},
    NamedKind{"rmse", Metric::Kind::kRmse, false},
    NamedKind{"mae", Metric::Kind::kMae, false},
};

constexpr int kMaxCutOff = 100000;

// The whole number that `text` spells, or 0.
int parse_cut_off(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || value > kMaxCutOff) return 0;
    value = value * 10 + (c - '0');
  }
  return value > kMaxCutOff ? 0 : value;
}

double discount(std::size_t rank) { return 1.0 / std::log2(static_cast<double>(rank) + 2.0); }

}  // namespace

Result<std::vector<Metric>> parse_metrics(std::string_view names) {
  std::vector<Metric> metrics;
  if (names.empty()) {
    return Status(ErrorCode::kInvalidArgument, "no metrics are given; for example recall@20,ndcg@20");
  }
  for (bool more = true; more;) {
    const std::size_t end = std::min(names.find(','), names.size());
    const std::string_view name = names.substr(0, end);
    more = end < names.size();
    if (more) names.remove_prefix(end + 1);
    const std::size_t mark = std::min(name.find('@'), name.size());
    const auto kind = std::find_if(kKinds.begin(), kKinds.end(),
                                   [&](const NamedKind& known) { return known.name == name.substr(0, mark); });
    const int k = mark < name.size() ? parse_cut_off(name.substr(mark + 1)) : 0;
    if (kind == kKinds.end() || (kind->has_cut_off ? k < 1 : mark < name.size())) {
      std::string known;
      for (const NamedKind& each : kKinds) {
        known += (known.empty() ? "" : ", ") + std::string(each.name) + (each.has_cut_off ? "@k" : "");
      }
      return Status(ErrorCode::kInvalidArgument, "unknown metric \"" + std::string(name) + "\"; known are " + known +
                                                     ", with k from 1 to " + std::to_string(kMaxCutOff));
    }
    metrics.push_back({kind->kind, k, std::string(name)});
  }
  return metrics;
}

double metric_of_user(const Metric& metric, std::span<const std::int32_t> ranked,
                      std::span<const std::int32_t> test_items) {
  const std::size_t length = std::min(ranked.size(), static_cast<std::size_t>(metric.k));
  const std::size_t reachable = std::min(test_items.size(), static_cast<std::size_t>(metric.k));
  double hits = 0;
  double gain = 0;
  double precision_sum = 0;
  double first_hit = 0;
  for (std::size_t rank = 0; rank < length; ++rank) {
    if (!std::binary_search(test_items.begin(), test_items.end(), ranked[rank])) continue;
    hits += 1;
    gain += discount(rank);
    precision_sum += hits / static_cast<double>(rank + 1);
    if (first_hit == 0) first_hit = 1.0 / static_cast<double>(rank + 1);
  }
  switch (metric.kind) {
    case Metric::Kind::kRecall:
      return hits / static_cast<double>(test_items.size());
    case Metric::Kind::kRecallCapped:
      return hits / static_cast<double>(reachable);
    case Metric::Kind::kPrecision:
      return hits / metric.k;
    case Metric::Kind::kF1:
      return 2 * hits / (metric.k + static_cast<double>(test_items.size()));
    case Metric::Kind::kHitRate:
      return hits > 0 ? 1 : 0;
    case Metric::Kind::kNdcg: {
      double ideal = 0;
      for (std::size_t rank = 0; rank < reachable; ++rank) ideal += discount(rank);
      return gain / ideal;
    }
    case Metric::Kind::kMrr:
      return first_hit;
    case Metric::Kind::kMap:
      return precision_sum / static_cast<double>(reachable);
    default:
      return 0;
  }
}

double metric_value(Metric::Kind kind, const MetricSum& sum) {
  if (sum.weight == 0) return 0;
  const double mean = sum.total / sum.weight;
  if (kind == Metric::Kind::kRmse) return std::sqrt(std::max(mean, 0.0));  // rounding may have left less than nothing
  return kind == Metric::Kind::kPopularityBias ? mean - 1 : mean;
}

}  // namespace inkling
