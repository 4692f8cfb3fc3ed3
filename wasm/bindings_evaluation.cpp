#include <algorithm>

#include "seam_types.h"

namespace inkling::seam {

namespace {

// An evaluation run. What it works on must outlive it, until it is done.
struct Evaluation {
  SparseRows negatives;
  std::optional<Evaluator> evaluator;
};

}  // namespace

template <>
inline constexpr char kLetter<Evaluation> = 'V';

}  // namespace inkling::seam

namespace {

using namespace inkling;
using namespace inkling::seam;

// Before anything is trained.
int check_metrics(Engine& engine, const Text& metrics) { return engine.report(parse_metrics(metrics).status()); }

// negative_users, negative_items: int32 pairs, sorted by user, or empty to rank all items. sampled_negatives: how many
// are drawn at random where none are given, 0 = rank all items; max_history, max_test_users: 0 = all. topics:
// null where no metric needs them; reranking: null = lists stay as they are.
int start(Evaluation& evaluation, Engine& engine, const TrainedModel& model, const InteractionSet& train,
          const InteractionSet& history, const InteractionSet& test, const Buffer& negative_users,
          const Buffer& negative_items, bool known_items_only, double sampled_negatives, double max_history,
          double max_test_users, const Topics* topics, const Reranking* reranking, const Text& metrics, double seed) {
  Result<std::vector<Metric>> parsed = parse_metrics(metrics);
  if (!parsed.ok()) return engine.report(parsed.status());
  EvaluationData data{&history.interactions,
                      &test.interactions,
                      nullptr,
                      &train.interactions,
                      known_items_only,
                      static_cast<std::size_t>(sampled_negatives),
                      static_cast<std::size_t>(max_history),
                      static_cast<std::size_t>(max_test_users),
                      topics == nullptr ? nullptr : topics->quality.get(),
                      reranking == nullptr ? nullptr : reranking->reranker.get()};
  const auto users = negative_users.as<std::int32_t>();
  const auto items = negative_items.as<std::int32_t>();
  if (!users.empty()) {
    const std::int32_t num_items = test.interactions.num_items();
    if (items.size() != users.size() || !std::is_sorted(users.begin(), users.end()) || users.front() < 0 ||
        std::any_of(items.begin(), items.end(), [=](std::int32_t item) { return item < 0 || item >= num_items; })) {
      return engine.report({ErrorCode::kInvalidInteractions, "negatives that do not fit the users and items"});
    }
    evaluation.negatives = SparseRows();
    std::size_t next = 0;
    for (std::int32_t user = 0; user < test.interactions.num_users(); ++user) {
      for (; next < users.size() && users[next] == user; ++next) evaluation.negatives.columns.push_back(items[next]);
      evaluation.negatives.offsets.push_back(static_cast<std::int64_t>(evaluation.negatives.columns.size()));
    }
    evaluation.negatives.values.assign(evaluation.negatives.columns.size(), 1.0f);
    data.negatives = &evaluation.negatives;
  }
  evaluation.evaluator.emplace(*model.file.model, data, std::move(parsed.value()), static_cast<std::uint64_t>(seed),
                               engine.pool());
  return engine.report(evaluation.evaluator->check());
}

int step(Evaluation& evaluation, Engine& engine, double users) {
  return engine.report(evaluation.evaluator->step(static_cast<std::int64_t>(users)));
}

// float64, of each metric in the order asked for: value, low end, high end. NaN where there is no interval.
void results(const Evaluation& evaluation, Buffer& out) {
  out.clear();
  const std::vector<double> values = evaluation.evaluator->results();
  const std::vector<Interval> intervals = evaluation.evaluator->intervals();
  for (std::size_t m = 0; m < values.size(); ++m) {
    const double row[] = {values[m], intervals[m].low, intervals[m].high};
    out.append(std::span<const double>(row));
  }
}

// float64, of each metric: this one's value less the baseline's, low end, high end, p. NaN where there are none.
int compare(const Evaluation& evaluation, Engine& engine, const Evaluation& baseline, Buffer& out) {
  out.clear();
  const Result<std::vector<Difference>> differences = evaluation.evaluator->compare(*baseline.evaluator);
  if (!differences.ok()) return engine.report(differences.status());
  for (const Difference& difference : differences.value()) {
    const double row[] = {difference.mean, difference.interval.low, difference.interval.high, difference.p};
    out.append(std::span<const double>(row));
  }
  return 0;
}

// In test users.
double total_work(const Evaluation& evaluation) { return static_cast<double>(evaluation.evaluator->total_work()); }
double done_work(const Evaluation& evaluation) { return static_cast<double>(evaluation.evaluator->done_work()); }

const Binding kTable[] = {
    constructor<Evaluation>("Evaluation"), method("start", &start),        method("step", &step),
    method("totalWork", &total_work),      method("doneWork", &done_work), method("results", &results),
    method("compare", &compare),           destructor<Evaluation>(),       function("checkMetrics", &check_metrics),
};
const Bindings kBindings(kTable);

}  // namespace
