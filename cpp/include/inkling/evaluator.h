#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "inkling/metrics.h"
#include "inkling/model.h"
#include "inkling/resampling.h"

namespace inkling {

class ListQuality;
class ListReranker;
class TopicQuality;

struct EvaluationData {
  // What each test user is known by; its items are not ranked again. (num_users, num_items)
  const Interactions* history = nullptr;
  // What is to be found. (num_users, num_items); users without entries are not test users. An item among the user's
  // history too is no candidate, and so is never found.
  const Interactions* test = nullptr;
  // Where given, a user's candidates are the test items and this row's; else all items not in the history.
  const SparseRows* negatives = nullptr;  // (num_users, num_items), or null
  // What the model learned from, which is how novelty, diversity, popularity_bias and exposure_ratio know the items.
  // Null: the history.
  const Interactions* train = nullptr;  // (any users, num_items)
  // Test items that nobody met in training are misses for most models, and stay in the test all the same. With this
  // they are not to be found (but stay candidates), and users with no others are not test users.
  bool known_items_only = false;
  // Where above 0 and negatives is null: a user's candidates are the test items and this many others, drawn by the seed
  // from what is neither among the history nor tested.
  std::size_t sampled_negatives = 0;
  // Where above 0: the people are known by no more than the newest this many of their history; the others stay no
  // candidates. What a newcomer gets.
  std::size_t max_history = 0;
  // At most this many test users, drawn by the seed; 0 = all.
  std::size_t max_test_users = 0;
  // For the metrics that need to know what the items are about; of num_items. Null where there are none.
  const TopicQuality* topics = nullptr;
  // Where given, each list is re-ranked before it is measured: its candidates are the best of the scores, behind them
  // come the others as they were. auc, rmse and mae are of scores, and stay. Of topics and popularity for all the
  // model's items.
  const ListReranker* reranker = nullptr;
};

// Ranks for every test user and averages, in slices. Every user is folded in from the history, so test users need not
// have been there at training. Equal scores are ordered at random, for each user anew, by the seed, the user and the
// item; never by which one is a test item. Who has no history, and of whom the model knows nothing, gets the most
// popular items, as recommend() has it.
class Evaluator {
 public:
  // All must outlive the evaluator; once it is done, only the pool.
  Evaluator(const Model& model, const EvaluationData& data, std::vector<Metric> metrics, std::uint64_t seed,
            ThreadPool& pool);
  ~Evaluator();

  std::int64_t total_work() const { return static_cast<std::int64_t>(test_users_.size()); }  // test users
  std::int64_t done_work() const { return static_cast<std::int64_t>(next_); }
  bool done() const { return next_ > 0 && next_ >= test_users_.size(); }  // never without test users: step() says why
  // Errors: kInvalidInteractions when there are no test users, or the parts of the data are of different sizes;
  // kInvalidArgument when rmse or mae is asked of a model that foretells no values, or a metric needs topics and none
  // are given.
  Status check() const;
  // Ranks for `users` more. Errors: those of check(); kNotFinite when a score is none.
  Status step(std::int64_t users);

  const std::vector<Metric>& metrics() const { return metrics_; }
  // The value of each metric. All below are valid when done.
  std::vector<double> results() const;
  // 95 % of each, from resampling the test users; NaN for coverage and gini.
  std::vector<Interval> intervals() const;
  // The results of this one less those of the other, of another model on the same data. The mean alone for coverage
  // and gini. Errors: kInvalidArgument when metrics or test users are not the same.
  Result<std::vector<Difference>> compare(const Evaluator& other) const;

 private:
  // What one thread works in, on cache lines of its own.
  struct alignas(kCacheLineBytes) Desk {
    std::vector<float> scores;                // one an item
    std::vector<std::uint8_t> skip;           // one an item
    std::vector<std::int32_t> test_items;     // of one user
    std::vector<double> test_scores;          // of one user, for auc
    std::vector<double> audience;             // one a training user, for diversity; 0 between two lists
    std::vector<std::uint32_t> times_listed;  // (coverage and gini metrics, items)
  };

  Status check_parts() const;
  bool rank(std::size_t n, Desk& desk);
  void draw_negatives(std::int32_t user, std::vector<std::uint8_t>& skip) const;
  Status rerank(History history, std::span<const float> scores, std::vector<std::int32_t>& ranked) const;
  bool is_test_item(std::int32_t item) const;
  double catalogue_value(Metric::Kind kind, std::size_t place) const;

  const Model& model_;
  EvaluationData data_;
  std::vector<Metric> metrics_;
  std::uint64_t seed_;
  ThreadPool& pool_;
  std::size_t num_items_;
  std::unique_ptr<const ListQuality> list_quality_;
  std::size_t list_length_ = 0;
  std::vector<std::int32_t> test_users_;
  std::vector<MetricSum> sums_;  // (test users, metrics)
  std::vector<Desk> desks_;      // one a thread
  std::size_t next_ = 0;
};

}  // namespace inkling
