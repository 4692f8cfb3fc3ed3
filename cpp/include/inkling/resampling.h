#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "inkling/metrics.h"
#include "inkling/thread_pool.h"

namespace inkling {

// How sure a figure is, judged by drawing the test users again. Where there are more than 8,192 of them, that many
// groups of neighbouring users stand for them, so the cost is bounded: some 10 ms a metric.

struct Interval {
  double low = 0;
  double high = 0;
};

// The percentile bootstrap (Efron & Tibshirani 1993): the middle 95 % of 1,000 values of the metric, each of as many
// users as there are, drawn with replacement. sums: (users, metrics), at least one user. One interval a metric; both
// ends NaN where the metric is not one of users. The same seed gives the same intervals on any number of threads.
std::vector<Interval> bootstrap_intervals(std::span<const Metric> metrics, std::span<const MetricSum> sums,
                                          std::uint64_t seed, ThreadPool& pool);

struct Difference {
  double mean = 0;    // the metric of a less that of b
  Interval interval;  // of the difference, by the same bootstrap, a and b of the same users drawn together
  double p = 0;       // two-sided: how often chance alone makes a difference at least as large
};

// Compares two models by the same users. p is that of the randomization test (Fisher; Smucker, Allan & Carterette,
// CIKM 2007): each user's a and b are exchanged by the toss of a coin, 1,999 times, so it is at least 0.0005. sums_a,
// sums_b: (users, metrics), with equal weights. Interval and p are NaN where the metric is not one of users, and so is
// the mean.
std::vector<Difference> paired_differences(std::span<const Metric> metrics, std::span<const MetricSum> sums_a,
                                           std::span<const MetricSum> sums_b, std::uint64_t seed, ThreadPool& pool);

}  // namespace inkling
