#include "inkling/resampling.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "data/indices.h"
#include "inkling/random.h"

namespace inkling {

namespace {

constexpr std::size_t kMaxGroups = 8192;
constexpr std::int64_t kResamples = 1000;
constexpr std::int64_t kExchanges = 1999;
constexpr double kOutside = 0.025;  // share of the resamples on each side of an interval
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// The sums of groups of neighbouring users: of each metric a column of totals and one of weights.
class Groups {
 public:
  Groups(std::span<const MetricSum> sums, std::size_t num_metrics)
      : size_(std::min(sums.size() / num_metrics, kMaxGroups)), columns_(2 * num_metrics * size_) {
    const std::size_t users = sums.size() / num_metrics;
    for (std::size_t user = 0; user < users; ++user) {
      const auto group = static_cast<std::size_t>(static_cast<std::uint64_t>(user) * size_ / users);
      for (std::size_t m = 0; m < num_metrics; ++m) {
        columns_[2 * m * size_ + group] += sums[user * num_metrics + m].total;
        columns_[(2 * m + 1) * size_ + group] += sums[user * num_metrics + m].weight;
      }
    }
  }

  std::size_t size() const { return size_; }
  std::span<const double> totals(std::size_t metric) const {
    return std::span(columns_).subspan(2 * metric * size_, size_);
  }
  std::span<const double> weights(std::size_t metric) const {
    return std::span(columns_).subspan((2 * metric + 1) * size_, size_);
  }
  // The sums of the groups, each counted so many times.
  MetricSum sum(std::size_t metric, std::span<const double> times) const {
    return {dot(totals(metric), times), dot(weights(metric), times)};
  }

 private:
  static double dot(std::span<const double> a, std::span<const double> b) {
    double sums[4] = {};  // four, so that no addition waits for the one before
    std::size_t n = 0;
    for (; n + 4 <= a.size(); n += 4) {
      for (std::size_t lane = 0; lane < 4; ++lane) sums[lane] += a[n + lane] * b[n + lane];
    }
    for (; n < a.size(); ++n) sums[0] += a[n] * b[n];
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
  }

  std::size_t size_;
  std::vector<double> columns_;
};

// A stream of random numbers of its own for each repeat, so that any thread may do any of them.
Random stream(std::uint64_t seed, std::int64_t repeat) {
  return Random(Random(Random(seed).next() + static_cast<std::uint64_t>(repeat)).next());
}

// The values, (metrics, kResamples), of each resample: the metric of a, less that of b unless b is null.
std::vector<double> resampled(std::span<const Metric> metrics, const Groups& a, const Groups* b, std::uint64_t seed,
                              ThreadPool& pool) {
  std::vector<double> values(metrics.size() * at(kResamples));
  pool.for_each_chunk(kResamples, 16, [&](std::int64_t from, std::int64_t to, int /*thread*/) {
    std::vector<double> times(a.size());
    for (std::int64_t repeat = from; repeat < to; ++repeat) {
      Random random = stream(seed, repeat);
      std::fill(times.begin(), times.end(), 0.0);
      for (std::size_t draw = 0; draw < a.size(); ++draw) times[static_cast<std::size_t>(random.below(a.size()))] += 1;
      for (std::size_t m = 0; m < metrics.size(); ++m) {
        const Metric::Kind kind = metrics[m].kind;
        double value = metric_value(kind, a.sum(m, times));
        if (b != nullptr) value -= metric_value(kind, b->sum(m, times));
        values[m * at(kResamples) + at(repeat)] = value;
      }
    }
  });
  return values;
}

// Between the two values next to the place, in proportion.
double percentile(std::span<const double> sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

std::vector<Interval> middles(std::span<const Metric> metrics, std::vector<double> values) {
  std::vector<Interval> out;
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    const std::span<double> own = std::span(values).subspan(m * at(kResamples), at(kResamples));
    std::sort(own.data(), own.data() + own.size());
    out.push_back(metrics[m].is_of_users() ? Interval{percentile(own, kOutside), percentile(own, 1 - kOutside)}
                                           : Interval{kNaN, kNaN});
  }
  return out;
}

// How often an exchange of groups at random makes a difference at least as large as this one.
double exchange_p(Metric::Kind kind, std::span<const double> a, std::span<const double> b, double weight,
                  double difference, std::uint64_t seed, ThreadPool& pool) {
  const double total_a = std::accumulate(a.begin(), a.end(), 0.0);
  const double total_b = std::accumulate(b.begin(), b.end(), 0.0);
  // What an exchange moves from b to a, for each choice among eight groups: (groups / 8, 256).
  const std::size_t eights = (a.size() + 7) / 8;
  std::vector<double> moved(eights * 256);
  for (std::size_t eight = 0; eight < eights; ++eight) {
    double* sums = moved.data() + eight * 256;
    for (std::size_t bit = 0; bit < 8 && eight * 8 + bit < a.size(); ++bit) {
      const std::size_t half = std::size_t{1} << bit;
      for (std::size_t n = 0; n < half; ++n) sums[half + n] = sums[n] + b[eight * 8 + bit] - a[eight * 8 + bit];
    }
    // Bits beyond the last group choose nothing.
    for (std::size_t known = std::size_t{1} << std::min<std::size_t>(8, a.size() - eight * 8); known < 256;
         known *= 2) {
      std::copy(sums, sums + known, sums + known);
    }
  }
  std::vector<std::uint8_t> as_large(at(kExchanges));
  pool.for_each_chunk(kExchanges, 16, [&](std::int64_t from, std::int64_t to, int /*thread*/) {
    for (std::int64_t repeat = from; repeat < to; ++repeat) {
      Random random = stream(~seed, repeat);
      double sum = 0;
      std::uint64_t coins = 0;
      for (std::size_t eight = 0; eight < eights; ++eight, coins >>= 8) {
        if (eight % 8 == 0) coins = random.next();
        sum += moved[eight * 256 + (coins & 255)];
      }
      const double exchanged =
          metric_value(kind, {total_a + sum, weight}) - metric_value(kind, {total_b - sum, weight});
      // Equal but for rounding is as large.
      as_large[at(repeat)] = std::abs(exchanged) >= std::abs(difference) * (1 - 1e-9) ? 1 : 0;
    }
  });
  const auto count = std::count(as_large.begin(), as_large.end(), 1);
  return static_cast<double>(1 + count) / static_cast<double>(kExchanges + 1);
}

}  // namespace

std::vector<Interval> bootstrap_intervals(std::span<const Metric> metrics, std::span<const MetricSum> sums,
                                          std::uint64_t seed, ThreadPool& pool) {
  return middles(metrics, resampled(metrics, Groups(sums, metrics.size()), nullptr, seed, pool));
}

std::vector<Difference> paired_differences(std::span<const Metric> metrics, std::span<const MetricSum> sums_a,
                                           std::span<const MetricSum> sums_b, std::uint64_t seed, ThreadPool& pool) {
  const Groups a(sums_a, metrics.size());
  const Groups b(sums_b, metrics.size());
  const std::vector<double> once(a.size(), 1.0);
  const std::vector<Interval> intervals = middles(metrics, resampled(metrics, a, &b, seed, pool));
  std::vector<Difference> out(metrics.size(), {kNaN, {kNaN, kNaN}, kNaN});
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    if (!metrics[m].is_of_users()) continue;
    const Metric::Kind kind = metrics[m].kind;
    const MetricSum sum = a.sum(m, once);
    const double difference = metric_value(kind, sum) - metric_value(kind, b.sum(m, once));
    out[m] = {difference, intervals[m], exchange_p(kind, a.totals(m), b.totals(m), sum.weight, difference, seed, pool)};
  }
  return out;
}

}  // namespace inkling
