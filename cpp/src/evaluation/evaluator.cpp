#include "inkling/evaluator.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "data/indices.h"
#include "data/sorting.h"
#include "evaluation/list_quality.h"
#include "inkling/interest_prediction.h"
#include "inkling/list_reranker.h"
#include "inkling/random.h"
#include "inkling/topic_quality.h"
#include "kernels/top_k.h"

namespace inkling {

namespace {

// The share of the pairs of a test item and another candidate that the test item wins.
MetricSum auc(std::span<const float> scores, std::span<const std::uint8_t> skip,
              std::span<const std::int32_t> test_items, std::vector<double>& test_scores) {
  test_scores.clear();
  for (const std::int32_t item : test_items) {
    if (skip[at(item)] == 0) test_scores.push_back(scores[at(item)]);
  }
  std::sort(test_scores.data(), test_scores.data() + test_scores.size());
  double wins = 0;
  double candidates = 0;
  for (std::size_t item = 0; item < scores.size(); ++item) {
    if (skip[item] != 0) continue;
    candidates += 1;
    const auto [first, last] = std::equal_range(test_scores.begin(), test_scores.end(), scores[item]);
    wins += static_cast<double>(test_scores.end() - last) + 0.5 * static_cast<double>(last - first);
  }
  // The test items were among the candidates: each beat half of their own number, itself included.
  const auto tested = static_cast<double>(test_scores.size());
  wins -= tested * tested / 2;
  const double pairs = static_cast<double>(test_items.size()) * (candidates - tested);
  return {pairs > 0 ? wins / pairs : 0.5, 1};
}

MetricSum value_error(Metric::Kind kind, std::span<const float> scores, std::span<const std::int32_t> test_items,
                      std::span<const std::int32_t> items, std::span<const float> values) {
  MetricSum sum;
  std::size_t entry = 0;
  for (const std::int32_t item : test_items) {
    while (items[entry] != item) ++entry;  // both rise
    const double error = static_cast<double>(scores[at(item)]) - static_cast<double>(values[entry]);
    sum.total += kind == Metric::Kind::kRmse ? error * error : std::abs(error);
    sum.weight += 1;
  }
  return sum;
}

bool is_value_error(Metric::Kind kind) { return kind == Metric::Kind::kRmse || kind == Metric::Kind::kMae; }

}  // namespace

Evaluator::Evaluator(const Model& model, const EvaluationData& data, std::vector<Metric> metrics, std::uint64_t seed,
                     ThreadPool& pool)
    : model_(model),
      data_(data),
      metrics_(std::move(metrics)),
      seed_(seed),
      pool_(pool),
      num_items_(at(model.num_items())) {
  if (data_.train == nullptr) data_.train = data_.history;
  if (!check_parts().ok()) return;
  list_quality_ = std::make_unique<ListQuality>(*data_.train);
  for (std::int32_t user = 0; user < data_.test->num_users(); ++user) {
    const auto items = data_.test->by_user().row_columns(user);
    if (std::any_of(items.begin(), items.end(), [&](std::int32_t item) { return is_test_item(item); })) {
      test_users_.push_back(user);
    }
  }
  if (data_.max_test_users > 0 && data_.max_test_users < test_users_.size()) {
    std::vector<std::int32_t> drawn;
    for (const std::uint32_t place : Random(seed).permutation(test_users_.size())) {
      drawn.push_back(test_users_[place]);
      if (drawn.size() == data_.max_test_users) break;
    }
    sort_numbers(drawn, [](std::int32_t a, std::int32_t b) { return a < b; });
    test_users_ = std::move(drawn);
  }
  sums_.resize(test_users_.size() * metrics_.size());
  std::size_t num_catalogue_metrics = 0;
  bool diversity = false;
  for (const Metric& metric : metrics_) {
    list_length_ = std::max(list_length_, at(metric.k));
    num_catalogue_metrics += metric.is_of_users() ? 0 : 1;
    diversity = diversity || metric.kind == Metric::Kind::kDiversity;
  }
  desks_.resize(at(pool.num_threads()));
  for (Desk& desk : desks_) {
    desk.scores.resize(num_items_);
    desk.skip.resize(num_items_);
    desk.times_listed.resize(num_catalogue_metrics * num_items_);
    if (diversity) desk.audience.resize(at(data_.train->num_users()));
  }
}

Evaluator::~Evaluator() = default;

Status Evaluator::check_parts() const {
  for (const Metric& metric : metrics_) {
    if (metric.needs_topics() && data_.topics == nullptr) {
      return {
          ErrorCode::kInvalidArgument,
          metric.name + " needs to know what the items are about; give items, and by `topics` the field that tells"};
    }
    if (is_value_error(metric.kind) && !model_.predicts_values()) {
      return {ErrorCode::kInvalidArgument, metric.name + " is the error of foretold values, and " +
                                               std::string(model_.name()) +
                                               " only ranks; use biased_sgd, or a metric of lists such as ndcg@20"};
    }
  }
  const auto has = [](const Interactions& part, std::int32_t num_users, std::size_t num_items) {
    return part.num_users() >= num_users && at(part.num_items()) == num_items;
  };
  const std::int32_t num_users = data_.test->num_users();
  if (!has(*data_.test, 0, num_items_) || !has(*data_.history, num_users, num_items_) ||
      !has(*data_.train, 0, num_items_) || (data_.negatives != nullptr && data_.negatives->num_rows() < num_users) ||
      (data_.topics != nullptr && at(data_.topics->topics().num_items()) != num_items_)) {
    return {ErrorCode::kInvalidInteractions,
            "the model has " + std::to_string(num_items_) + " items and the test " + std::to_string(num_users) +
                " users; training, history, test, negatives and topics must be built for the same"};
  }
  return {};
}

bool Evaluator::is_test_item(std::int32_t item) const {
  return !data_.known_items_only || data_.train->by_item().row_length(item) > 0;
}

Status Evaluator::check() const {
  if (Status status = check_parts(); !status.ok()) return status;
  if (!test_users_.empty()) return {};
  return {ErrorCode::kInvalidInteractions, std::string("there are no test users: the test data has no interactions") +
                                               (data_.known_items_only ? " with items that training has" : "")};
}

Status Evaluator::step(std::int64_t users) {
  if (Status status = check(); !status.ok()) return status;
  const std::size_t begin = next_;
  next_ = begin + at(std::min(std::max<std::int64_t>(users, 1), total_work() - done_work()));
  std::atomic<bool> failed = false;
  pool_.for_each_chunk(static_cast<std::int64_t>(next_ - begin), 1,
                       [&](std::int64_t from, std::int64_t to, int thread) {
                         for (std::int64_t n = from; n < to; ++n) {
                           if (!rank(begin + at(n), desks_[at(thread)])) failed.store(true, std::memory_order_relaxed);
                         }
                       });
  if (failed.load()) {
    return {ErrorCode::kNotFinite, "a score of " + std::string(model_.name()) +
                                       " is not a finite number; use a larger regularization or smaller weights"};
  }
  return {};
}

void Evaluator::draw_negatives(std::int32_t user, std::vector<std::uint8_t>& skip) const {
  constexpr std::size_t kTriesEach = 50;  // so that a person who met nearly all ends too
  const auto history = data_.history->by_user().row_columns(user);
  for (const std::int32_t item : data_.test->by_user().row_columns(user)) skip[at(item)] = 0;
  Random random(seed_ + 0x9E3779B97F4A7C15ull * (static_cast<std::uint64_t>(user) + 1));
  std::size_t drawn = 0;
  for (std::size_t tries = 0; drawn < data_.sampled_negatives && tries < kTriesEach * data_.sampled_negatives;
       ++tries) {
    const auto item = static_cast<std::int32_t>(random.below(num_items_));
    if (skip[at(item)] == 0 || std::binary_search(history.begin(), history.end(), item)) continue;
    skip[at(item)] = 0;
    ++drawn;
  }
}

bool Evaluator::rank(std::size_t n, Desk& desk) {
  const std::int32_t user = test_users_[n];
  std::vector<float>& scores = desk.scores;
  std::vector<std::uint8_t>& skip = desk.skip;
  const auto history_items = data_.history->by_user().row_columns(user);
  const auto tested = data_.test->by_user().row_columns(user);
  desk.test_items.clear();
  for (const std::int32_t item : tested) {
    if (is_test_item(item)) desk.test_items.push_back(item);
  }

  std::vector<HistoryEntry> history;
  history.reserve(history_items.size());
  const auto history_values = data_.history->by_user().row_values(user);
  for (const std::int32_t place : data_.history->oldest_first(user)) {
    history.push_back({history_items[at(place)], model_.weight_of_value(history_values[at(place)])});
  }
  if (data_.max_history > 0 && data_.max_history < history.size()) {
    history.erase(history.begin(), history.end() - static_cast<std::ptrdiff_t>(data_.max_history));
  }
  const Result<std::unique_ptr<Profile>> profile = model_.fold_in(history);
  if (!profile.ok()) return false;
  profile.value()->score_all(scores);
  const auto counts = model_.item_counts();
  if (history.empty() && std::adjacent_find(scores.begin(), scores.end(), std::not_equal_to<>()) == scores.end()) {
    std::copy(counts.begin(), counts.end(), scores.begin());  // as the Ranker does for a new person
  }

  if (data_.negatives != nullptr) {
    std::fill(skip.begin(), skip.end(), std::uint8_t{1});
    for (const std::int32_t item : data_.negatives->row_columns(user)) skip[at(item)] = 0;
    for (const std::int32_t item : tested) skip[at(item)] = 0;
  } else {
    const bool sampled = data_.sampled_negatives > 0;
    std::fill(skip.begin(), skip.end(), static_cast<std::uint8_t>(sampled ? 1 : 0));
    if (sampled) draw_negatives(user, skip);
    for (const std::int32_t item : history_items) skip[at(item)] = 1;
  }
  float sum = 0;  // not finite as soon as one score is not
  for (const float score : scores) sum += score * 0.0f;
  if (!std::isfinite(sum)) return false;

  const std::uint64_t tie_seed = Random(Random(seed_).next() ^ static_cast<std::uint64_t>(user)).next();
  const std::size_t num_candidates = data_.reranker == nullptr ? 0 : data_.reranker->plan().num_candidates;
  std::vector<std::int32_t> ranked = kernels::top_k({scores, skip, tie_seed}, std::max(list_length_, num_candidates));
  if (data_.reranker != nullptr && !rerank(history, scores, ranked).ok()) return false;
  std::size_t catalogue_place = 0;
  for (std::size_t m = 0; m < metrics_.size(); ++m) {
    const Metric& metric = metrics_[m];
    MetricSum& out = sums_[n * metrics_.size() + m];
    if (!metric.is_of_users()) {
      std::uint32_t* times = desk.times_listed.data() + num_items_ * catalogue_place++;
      for (std::size_t place = 0; place < std::min(ranked.size(), at(metric.k)); ++place) ++times[ranked[place]];
    } else if (metric.kind == Metric::Kind::kAuc) {
      out = auc(scores, skip, desk.test_items, desk.test_scores);
    } else if (is_value_error(metric.kind)) {
      out = value_error(metric.kind, scores, desk.test_items, tested, data_.test->by_user().row_values(user));
    } else if (metric.kind < Metric::Kind::kAuc) {
      out = {metric_of_user(metric, ranked, desk.test_items), 1};
    } else {
      const auto first = std::span(ranked).first(std::min(ranked.size(), at(metric.k)));
      const MeasuredList list = {first, history_items, desk.test_items};
      out = metric.needs_topics() ? data_.topics->of(metric, list) : list_quality_->of(metric, list, desk.audience);
    }
  }
  return true;
}

// ranked: the items by falling score; then the list, and behind it what were no candidates.
Status Evaluator::rerank(History history, std::span<const float> scores, std::vector<std::int32_t>& ranked) const {
  if (list_length_ == 0) return {};
  std::vector<ScoredItem> candidates;
  for (std::size_t n = 0; n < std::min(ranked.size(), data_.reranker->plan().num_candidates); ++n) {
    candidates.push_back({ranked[n], scores[at(ranked[n])]});
  }
  ListToRerank wanted = {candidates, history, list_length_};
  const ItemTopics* topics = model_.foretells_next() ? data_.reranker->topics_of_interests() : nullptr;
  std::vector<float> interests;
  if (topics != nullptr) interests = interests_of_scores(scores, history, *topics);
  wanted.interests = interests;
  const Result<RerankedList> list = data_.reranker->rerank(wanted);
  if (!list.ok()) return list.status();
  for (std::size_t place = 0; place < list.value().order.size(); ++place) {
    ranked[place] = candidates[at(list.value().order[place])].item;
  }
  ranked.resize(std::min(ranked.size(), list_length_));
  return {};
}

double Evaluator::catalogue_value(Metric::Kind kind, std::size_t place) const {
  std::vector<double> times(num_items_);
  double total = 0;
  double listed = 0;
  for (std::size_t item = 0; item < num_items_; ++item) {
    for (const Desk& desk : desks_) times[item] += desk.times_listed[place * num_items_ + item];
    total += times[item];
    listed += times[item] > 0 ? 1 : 0;
  }
  const auto count = static_cast<double>(num_items_);
  if (kind == Metric::Kind::kCoverage) return listed / count;
  if (num_items_ < 2 || total == 0) return 0;
  std::sort(times.data(), times.data() + num_items_);
  double weighted = 0;
  for (std::size_t n = 0; n < num_items_; ++n) weighted += (2 * static_cast<double>(n + 1) - count - 1) * times[n];
  return weighted / ((count - 1) * total);
}

std::vector<double> Evaluator::results() const {
  const std::size_t width = metrics_.size();
  std::vector<double> values;
  std::size_t catalogue_place = 0;
  for (std::size_t m = 0; m < width; ++m) {
    const Metric& metric = metrics_[m];
    if (!metric.is_of_users()) {
      values.push_back(catalogue_value(metric.kind, catalogue_place++));
      continue;
    }
    MetricSum sum;
    for (std::size_t n = m; n < sums_.size(); n += width) {
      sum.total += sums_[n].total;
      sum.weight += sums_[n].weight;
    }
    values.push_back(metric_value(metric.kind, sum));
  }
  return values;
}

std::vector<Interval> Evaluator::intervals() const { return bootstrap_intervals(metrics_, sums_, seed_, pool_); }

Result<std::vector<Difference>> Evaluator::compare(const Evaluator& other) const {
  const bool same_metrics = std::equal(metrics_.begin(), metrics_.end(), other.metrics_.begin(), other.metrics_.end(),
                                       [](const Metric& a, const Metric& b) { return a.kind == b.kind && a.k == b.k; });
  if (!same_metrics || test_users_ != other.test_users_) {
    return Status(ErrorCode::kInvalidArgument,
                  "two evaluations are compared that have other metrics or test users; evaluate both alike");
  }
  std::vector<Difference> differences = paired_differences(metrics_, sums_, other.sums_, seed_, pool_);
  const std::vector<double> own = results();
  const std::vector<double> others = other.results();
  for (std::size_t m = 0; m < own.size(); ++m) differences[m].mean = own[m] - others[m];
  return differences;
}

}  // namespace inkling
