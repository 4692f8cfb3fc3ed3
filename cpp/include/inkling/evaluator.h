#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "inkling/metrics.h"
#include "inkling/model.h"

namespace inkling {

struct EvaluationData {
  // What each test user is known by; its items are not ranked again. (num_users, num_items)
  const Interactions* history = nullptr;
  // What is to be found. (num_users, num_items); users without entries are not test users.
  const Interactions* test = nullptr;
  // Where given, a user's candidates are the test items and this row's; else all items not in the history.
  const SparseRows* negatives = nullptr;  // (num_users, num_items), or null
};

// Ranks for every test user and averages, in slices. Every user is folded in from the history, so test users need not
// have been there at training. Equal scores are ordered at random by the seed, never by which one is a test item.
class Evaluator {
 public:
  // All must outlive the evaluator.
  Evaluator(const Model& model, const EvaluationData& data, std::vector<Metric> metrics, std::uint64_t seed,
            ThreadPool& pool);

  std::int64_t total_work() const { return static_cast<std::int64_t>(test_users_.size()); }  // test users
  std::int64_t done_work() const { return static_cast<std::int64_t>(next_); }
  bool done() const { return next_ >= test_users_.size(); }
  // Ranks for `users` more. Errors: kInvalidInteractions when there are no test users; kNotFinite when a score is none.
  Status step(std::int64_t users);

  const std::vector<Metric>& metrics() const { return metrics_; }
  // Means over the test users, one a metric; valid when done.
  std::vector<double> results() const;

 private:
  bool rank(std::size_t n, int thread);

  const Model& model_;
  EvaluationData data_;
  std::vector<Metric> metrics_;
  ThreadPool& pool_;
  std::size_t list_length_ = 0;
  std::vector<std::int32_t> test_users_;
  std::vector<std::uint32_t> tie_order_;
  std::vector<double> values_;                   // (test users, metrics)
  std::vector<std::vector<float>> scores_;       // one a thread
  std::vector<std::vector<std::uint8_t>> skip_;  // one a thread
  std::vector<std::vector<int>> first_rank_;     // one a thread: the best rank of each item in any list, for coverage
  std::size_t next_ = 0;
};

}  // namespace inkling
