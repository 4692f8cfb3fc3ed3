#include "inkling/evaluator.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "inkling/random.h"
#include "kernels/top_k.h"

namespace inkling {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

constexpr int kNever = std::numeric_limits<int>::max();

}  // namespace

Evaluator::Evaluator(const Model& model, const EvaluationData& data, std::vector<Metric> metrics, std::uint64_t seed,
                     ThreadPool& pool)
    : model_(model), data_(data), metrics_(std::move(metrics)), pool_(pool) {
  for (const Metric& metric : metrics_) list_length_ = std::max(list_length_, at(metric.k));
  for (std::int32_t user = 0; user < data_.test->num_users(); ++user) {
    if (data_.test->by_user().row_length(user) > 0) test_users_.push_back(user);
  }
  const std::size_t num_items = at(model.num_items());
  tie_order_ = Random(seed).permutation(num_items);
  values_.assign(test_users_.size() * metrics_.size(), 0.0);
  for (int thread = 0; thread < pool.num_threads(); ++thread) {
    scores_.emplace_back(num_items);
    skip_.emplace_back(num_items);
    first_rank_.emplace_back(num_items, kNever);
  }
}

Status Evaluator::step(std::int64_t users) {
  if (test_users_.empty()) {
    return {ErrorCode::kInvalidInteractions, "there are no test users: the test data has no interactions"};
  }
  const std::size_t begin = next_;
  next_ = std::min(next_ + at(std::max<std::int64_t>(users, 1)), test_users_.size());
  std::atomic<bool> failed = false;
  pool_.for_each_chunk(static_cast<std::int64_t>(next_ - begin), 4,
                       [&](std::int64_t from, std::int64_t to, int thread) {
                         for (std::int64_t n = from; n < to; ++n) {
                           if (!rank(begin + at(n), thread)) failed.store(true, std::memory_order_relaxed);
                         }
                       });
  if (failed.load()) {
    return {ErrorCode::kNotFinite, "a score of " + std::string(model_.name()) +
                                       " is not a finite number; use a larger regularization or smaller weights"};
  }
  return {};
}

bool Evaluator::rank(std::size_t n, int thread) {
  const std::int32_t user = test_users_[n];
  std::vector<float>& scores = scores_[at(thread)];
  std::vector<std::uint8_t>& skip = skip_[at(thread)];
  const auto history_items = data_.history->by_user().row_columns(user);
  const auto test_items = data_.test->by_user().row_columns(user);

  std::vector<HistoryEntry> history;
  history.reserve(history_items.size());
  const auto history_values = data_.history->by_user().row_values(user);
  for (const std::int32_t place : data_.history->oldest_first(user)) {
    history.push_back({history_items[at(place)], model_.weight_of_value(history_values[at(place)])});
  }
  const Result<std::unique_ptr<Profile>> profile = model_.fold_in(history);
  if (!profile.ok()) return false;
  profile.value()->score_all(scores);

  if (data_.negatives != nullptr) {
    std::fill(skip.begin(), skip.end(), std::uint8_t{1});
    for (const std::int32_t item : data_.negatives->row_columns(user)) skip[at(item)] = 0;
    for (const std::int32_t item : test_items) skip[at(item)] = 0;
  } else {
    std::fill(skip.begin(), skip.end(), std::uint8_t{0});
    for (const std::int32_t item : history_items) skip[at(item)] = 1;
  }
  float sum = 0;  // not finite as soon as one score is not
  for (const float score : scores) sum += score * 0.0f;
  if (!std::isfinite(sum)) return false;

  const std::vector<std::int32_t> ranked = kernels::top_k({scores, skip, tie_order_}, list_length_);
  for (std::size_t m = 0; m < metrics_.size(); ++m) {
    values_[n * metrics_.size() + m] = metric_of_user(metrics_[m], ranked, test_items);
  }
  for (std::size_t position = 0; position < ranked.size(); ++position) {
    int& first = first_rank_[at(thread)][at(ranked[position])];
    first = std::min(first, static_cast<int>(position));
  }
  return true;
}

std::vector<double> Evaluator::results() const {
  std::vector<double> means(metrics_.size(), 0.0);
  for (std::size_t n = 0; n < test_users_.size(); ++n) {
    for (std::size_t m = 0; m < means.size(); ++m) means[m] += values_[n * metrics_.size() + m];
  }
  for (double& mean : means) mean /= static_cast<double>(test_users_.size());
  for (std::size_t m = 0; m < metrics_.size(); ++m) {
    if (metrics_[m].kind != Metric::Kind::kCoverage) continue;
    double covered = 0;
    for (std::size_t item = 0; item < tie_order_.size(); ++item) {
      const bool listed = std::any_of(first_rank_.begin(), first_rank_.end(),
                                      [&](const std::vector<int>& ranks) { return ranks[item] < metrics_[m].k; });
      covered += listed ? 1 : 0;
    }
    means[m] = covered / static_cast<double>(tie_order_.size());
  }
  return means;
}

}  // namespace inkling
