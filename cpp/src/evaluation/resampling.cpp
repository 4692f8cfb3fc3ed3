#include "inkling/resampling.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "inkling/random.h"

namespace inkling {

namespace {

constexpr std::size_t kMaxGroups = 8192;
constexpr std::int64_t kResamples = 1000;
constexpr std::int64_t kExchanges = 1999;
constexpr double kOutside = 0.025;  // share of the resamples on each side of an interval
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

std::size_t num_groups(std::size_t users) { return std::min(users, kMaxGroups); }

// Sums of neighbouring users: (groups, metrics).
std::vector<MetricSum> grouped(std::span<const MetricSum> sums, std::size_t num_metrics) {
  const std::size_t users = sums.size() / num_metrics;
  const std::size_t groups = num_groups(users);
  std::vector<MetricSum> out(groups * num_metrics);
  for (std::size_t user = 0; user < users; ++user) {
    const auto group = static_cast<std::size_t>(static_cast<std::uint64_t>(user) * groups / users);
    for (std::size_t m = 0; m < num_metrics; ++m) {
      out[group * num_metrics + m].total += sums[user * num_metrics + m].total;
      out[group * num_metrics + m].weight += sums[user * num_metrics + m].weight;
    }
  }
  return out;
}

void add(std::span<const MetricSum> row, std::span<MetricSum> to) {
  for (std::size_t m = 0; m < row.size(); ++m) {
    to[m].total += row[m].total;
    to[m].weight += row[m].weight;
  }
}

std::vector<MetricSum> total(std::span<const MetricSum> groups, std::size_t num_metrics) {
  std::vector<MetricSum> out(num_metrics);
  for (std::size_t g = 0; g < groups.size(); g += num_metrics) add(groups.subspan(g, num_metrics), out);
  return out;
}

// A stream of random numbers of its own for each repeat, so that any thread may do any of them.
Random stream(std::uint64_t seed, std::int64_t repeat) {
  return Random(Random(Random(seed).next() + static_cast<std::uint64_t>(repeat)).next());
}

// The values, (metrics, kResamples), of each resample: the metric of a, less that of b unless b is empty.
std::vector<double> resampled(std::span<const Metric> metrics, const std::vector<MetricSum>& a,
                              const std::vector<MetricSum>& b, std::uint64_t seed, ThreadPool& pool) {
  const std::size_t width = metrics.size();
  const std::size_t groups = a.size() / width;
  std::vector<double> values(width * at(kResamples));
  pool.for_each_chunk(kResamples, 16, [&](std::int64_t from, std::int64_t to, int /*thread*/) {
    std::vector<MetricSum> sum_a(width);
    std::vector<MetricSum> sum_b(width);
    for (std::int64_t repeat = from; repeat < to; ++repeat) {
      Random random = stream(seed, repeat);
      std::fill(sum_a.begin(), sum_a.end(), MetricSum());
      std::fill(sum_b.begin(), sum_b.end(), MetricSum());
      for (std::size_t draw = 0; draw < groups; ++draw) {
        const std::size_t start = static_cast<std::size_t>(random.below(groups)) * width;
        add(std::span(a).subspan(start, width), sum_a);
        if (!b.empty()) add(std::span(b).subspan(start, width), sum_b);
      }
      for (std::size_t m = 0; m < width; ++m) {
        const Metric::Kind kind = metrics[m].kind;
        values[m * at(kResamples) + at(repeat)] =
            metric_value(kind, sum_a[m]) - (b.empty() ? 0 : metric_value(kind, sum_b[m]));
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

}  // namespace

std::vector<Interval> bootstrap_intervals(std::span<const Metric> metrics, std::span<const MetricSum> sums,
                                          std::uint64_t seed, ThreadPool& pool) {
  return middles(metrics, resampled(metrics, grouped(sums, metrics.size()), {}, seed, pool));
}

std::vector<Difference> paired_differences(std::span<const Metric> metrics, std::span<const MetricSum> sums_a,
                                           std::span<const MetricSum> sums_b, std::uint64_t seed, ThreadPool& pool) {
  const std::size_t width = metrics.size();
  const std::vector<MetricSum> a = grouped(sums_a, width);
  const std::vector<MetricSum> b = grouped(sums_b, width);
  const std::size_t groups = a.size() / width;
  const std::vector<MetricSum> total_a = total(a, width);
  const std::vector<MetricSum> total_b = total(b, width);
  const std::vector<Interval> intervals = middles(metrics, resampled(metrics, a, b, seed, pool));
  std::vector<Difference> out(width);
  for (std::size_t m = 0; m < width; ++m) {
    const Metric::Kind kind = metrics[m].kind;
    out[m] = {metric_value(kind, total_a[m]) - metric_value(kind, total_b[m]), intervals[m], kNaN};
    if (!metrics[m].is_of_users()) out[m].mean = kNaN;
  }

  std::vector<std::uint8_t> as_large(width * at(kExchanges));
  pool.for_each_chunk(kExchanges, 16, [&](std::int64_t from, std::int64_t to, int /*thread*/) {
    std::vector<double> moved(width);  // what the exchange adds to a and takes from b
    for (std::int64_t repeat = from; repeat < to; ++repeat) {
      Random random = stream(~seed, repeat);
      std::fill(moved.begin(), moved.end(), 0.0);
      std::uint64_t coins = 0;
      for (std::size_t g = 0; g < groups; ++g, coins >>= 1) {
        if (g % 64 == 0) coins = random.next();
        const double exchanged = (coins & 1) != 0 ? 1 : 0;
        for (std::size_t m = 0; m < width; ++m)
          moved[m] += exchanged * (b[g * width + m].total - a[g * width + m].total);
      }
      for (std::size_t m = 0; m < width; ++m) {
        const Metric::Kind kind = metrics[m].kind;
        const double difference = metric_value(kind, {total_a[m].total + moved[m], total_a[m].weight}) -
                                  metric_value(kind, {total_b[m].total - moved[m], total_b[m].weight});
        // Equal but for rounding is as large.
        as_large[m * at(kExchanges) + at(repeat)] = std::abs(difference) >= std::abs(out[m].mean) * (1 - 1e-9) ? 1 : 0;
      }
    }
  });
  for (std::size_t m = 0; m < width; ++m) {
    if (!metrics[m].is_of_users()) continue;
    const auto begin = as_large.begin() + static_cast<std::ptrdiff_t>(m * at(kExchanges));
    out[m].p = static_cast<double>(1 + std::count(begin, begin + static_cast<std::ptrdiff_t>(kExchanges), 1)) / static_cast<double>(kExchanges + 1);
  }
  return out;
}

}  // namespace inkling
