#include "inkling/resampling.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "expect.h"
#include "inkling/random.h"

namespace inkling {

namespace {

// The figures of `users` users, one metric, each a mean's: normal with this mean and standard deviation.
std::vector<MetricSum> normal_users(std::size_t users, double mean, double deviation, Random& random) {
  std::vector<MetricSum> sums;
  for (std::size_t n = 0; n < users; ++n) sums.push_back({mean + deviation * static_cast<double>(random.normal()), 1});
  return sums;
}

double mean_of(const std::vector<MetricSum>& sums) {
  double total = 0;
  for (const MetricSum& sum : sums) total += sum.total;
  return total / static_cast<double>(sums.size());
}

}  // namespace

TEST_CASE("the interval of a mean is that of the normal distribution, however many users there are") {
  const std::vector<Metric> metrics = value_of(parse_metrics("ndcg@10"));
  ThreadPool pool(1);
  for (const std::size_t users : {100u, 1000u, 20000u}) {  // the last is resampled in groups
    Random random(users);
    const std::vector<MetricSum> sums = normal_users(users, 0.4, 0.2, random);
    const Interval interval = bootstrap_intervals(metrics, sums, 1, pool).at(0);
    const double half = 1.96 * 0.2 / std::sqrt(static_cast<double>(users));
    CAPTURE(users);
    CHECK(std::abs(interval.low - (mean_of(sums) - half)) < 0.25 * half);
    CHECK(std::abs(interval.high - (mean_of(sums) + half)) < 0.25 * half);
  }
}

TEST_CASE("95 of 100 intervals hold what is true") {
  const std::vector<Metric> metrics = value_of(parse_metrics("ndcg@10"));
  ThreadPool pool(1);
  Random random(3);
  int holds = 0;
  for (int repeat = 0; repeat < 200; ++repeat) {
    const std::vector<MetricSum> sums = normal_users(60, 0.5, 0.3, random);
    const Interval interval = bootstrap_intervals(metrics, sums, random.next(), pool).at(0);
    holds += interval.low <= 0.5 && 0.5 <= interval.high ? 1 : 0;
  }
  CHECK(holds > 175);
  CHECK(holds < 199);
}

TEST_CASE("rows of test values weigh by their number, and coverage and gini have no interval") {
  const std::vector<Metric> metrics = value_of(parse_metrics("rmse,coverage@5,mae,gini@5"));
  ThreadPool pool(1);
  std::vector<MetricSum> sums;
  for (int user = 0; user < 50; ++user) {  // 3 of 4 rows are of users with an error of 2, the others with none
    const bool busy = user % 2 == 0;
    sums.push_back({busy ? 12.0 : 0.0, busy ? 3.0 : 1.0});
    sums.push_back({});
    sums.push_back({busy ? 6.0 : 0.0, busy ? 3.0 : 1.0});
    sums.push_back({});
  }
  const std::vector<Interval> intervals = bootstrap_intervals(metrics, sums, 1, pool);
  CHECK(intervals[0].low < std::sqrt(3.0));
  CHECK(intervals[0].high > std::sqrt(3.0));
  CHECK(intervals[0].high < 2);
  CHECK(intervals[2].low < 1.5);
  CHECK(intervals[2].low > 1);
  CHECK(intervals[2].high > 1.5);
  for (const std::size_t m : {1u, 3u}) {
    CHECK(std::isnan(intervals[m].low));
    CHECK(std::isnan(intervals[m].high));
  }
}

TEST_CASE("the same seed gives the same intervals and p on any number of threads, and another seed others") {
  const std::vector<Metric> metrics = value_of(parse_metrics("ndcg@10"));
  Random random(5);
  const std::vector<MetricSum> a = normal_users(77, 0.5, 0.3, random);
  const std::vector<MetricSum> b = normal_users(77, 0.45, 0.3, random);
  const auto figures = [&](std::uint64_t seed, int num_threads) {
    ThreadPool pool(num_threads);
    const Interval own = bootstrap_intervals(metrics, a, seed, pool).at(0);
    const Difference difference = paired_differences(metrics, a, b, seed, pool).at(0);
    return std::vector<double>{
        own.low, own.high, difference.mean, difference.interval.low, difference.interval.high, difference.p};
  };
  const std::vector<double> expected = figures(1, 1);
  for (const int num_threads : {2, 3}) CHECK(figures(1, num_threads) == expected);
  CHECK(figures(2, 1) != expected);
}

TEST_CASE("p is that of every exchange, where they can all be made") {
  const std::vector<Metric> metrics = value_of(parse_metrics("ndcg@10"));
  ThreadPool pool(2);
  const std::vector<double> differences{0.3, 0.1, -0.05, 0.2, 0.15, 0.02, -0.1, 0.25};
  std::vector<MetricSum> a;
  std::vector<MetricSum> b;
  double sum = 0;
  for (const double difference : differences) {
    a.push_back({0.5 + difference, 1});
    b.push_back({0.5, 1});
    sum += difference;
  }
  int as_large = 0;
  for (int signs = 0; signs < 256; ++signs) {
    double exchanged = 0;
    for (std::size_t n = 0; n < 8; ++n) exchanged += (signs >> n & 1) != 0 ? -differences[n] : differences[n];
    as_large += std::abs(exchanged) >= sum - 1e-9 ? 1 : 0;
  }
  const Difference difference = paired_differences(metrics, a, b, 7, pool).at(0);
  CHECK(difference.mean == doctest::Approx(sum / 8));
  CHECK(std::abs(difference.p - as_large / 256.0) < 0.02);
  const Difference other_way = paired_differences(metrics, b, a, 7, pool).at(0);
  CHECK(other_way.mean == doctest::Approx(-difference.mean));
  CHECK(other_way.p == difference.p);
  CHECK(other_way.interval.low == doctest::Approx(-difference.interval.high));
}

TEST_CASE("models that are alike differ by nothing, with p of 1; a clear difference has the smallest p") {
  const std::vector<Metric> metrics = value_of(parse_metrics("ndcg@10"));
  ThreadPool pool(1);
  Random random(9);
  const std::vector<MetricSum> a = normal_users(300, 0.5, 0.3, random);
  const Difference none = paired_differences(metrics, a, a, 1, pool).at(0);
  CHECK(none.mean == 0);
  CHECK(none.interval.low == 0);
  CHECK(none.interval.high == 0);
  CHECK(none.p == 1);
  // The users differ far more from each other than the models do: only the pairs can tell.
  std::vector<MetricSum> better = a;
  for (MetricSum& sum : better) sum.total += 0.01 + 0.01 * static_cast<double>(random.normal());
  const Difference clear = paired_differences(metrics, better, a, 1, pool).at(0);
  CHECK(clear.mean == doctest::Approx(0.01).epsilon(0.2));
  CHECK(clear.interval.low > 0.007);
  CHECK(clear.interval.high < 0.013);
  CHECK(clear.p == doctest::Approx(0.0005));
}

TEST_CASE("where there is no difference, p is spread evenly") {
  const std::vector<Metric> metrics = value_of(parse_metrics("rmse"));
  ThreadPool pool(1);
  Random random(11);
  int below_a_fifth = 0;
  for (int repeat = 0; repeat < 100; ++repeat) {
    std::vector<MetricSum> a;
    std::vector<MetricSum> b;
    for (int user = 0; user < 40; ++user) {
      a.push_back({static_cast<double>(random.uniform()), 1});
      b.push_back({static_cast<double>(random.uniform()), 1});
    }
    below_a_fifth += paired_differences(metrics, a, b, random.next(), pool).at(0).p < 0.2 ? 1 : 0;
  }
  CHECK(below_a_fifth > 8);
  CHECK(below_a_fifth < 34);
}

TEST_CASE("one user has an interval of one value") {
  const std::vector<Metric> metrics = value_of(parse_metrics("hit_rate@5,popularity_bias@5"));
  ThreadPool pool(1);
  const std::vector<MetricSum> sums{{1, 1}, {0.3, 0.2}};
  const std::vector<Interval> intervals = bootstrap_intervals(metrics, sums, 1, pool);
  CHECK(intervals[0].low == 1);
  CHECK(intervals[0].high == 1);
  CHECK(intervals[1].low == doctest::Approx(0.5));
}

}  // namespace inkling
