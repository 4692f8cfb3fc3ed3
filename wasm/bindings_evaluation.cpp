#include <emscripten/bind.h>

#include "seam_types.h"

namespace {

using namespace inkling;
using namespace inkling::seam;

// An evaluation run. What it works on must outlive it.
struct Evaluation {
  SparseRows negatives;
  std::optional<Evaluator> evaluator;

  double total_work() const { return static_cast<double>(evaluator->total_work()); }
  double done_work() const { return static_cast<double>(evaluator->done_work()); }
};

// negative_users, negative_items: int32 pairs, sorted by user, or empty to rank all items.
int start(Evaluation& evaluation, Engine& engine, const TrainedModel& model, const InteractionSet& history,
          const InteractionSet& test, const Buffer& negative_users, const Buffer& negative_items,
          const std::string& metrics, double seed) {
  Result<std::vector<Metric>> parsed = parse_metrics(metrics);
  if (!parsed.ok()) return engine.report(parsed.status());
  EvaluationData data{&history.interactions, &test.interactions, nullptr};
  const auto users = negative_users.as<std::int32_t>();
  const auto items = negative_items.as<std::int32_t>();
  if (!users.empty()) {
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
  return 0;
}

int step(Evaluation& evaluation, Engine& engine, double users) {
  return engine.report(evaluation.evaluator->step(static_cast<std::int64_t>(users)));
}

// float64, one a metric in the order asked for.
void results(const Evaluation& evaluation, Buffer& out) {
  out.clear();
  const std::vector<double> values = evaluation.evaluator->results();
  out.append(std::span<const double>(values));
}

}  // namespace

EMSCRIPTEN_BINDINGS(evaluation) {
  emscripten::class_<Evaluation>("Evaluation")
      .constructor<>()
      .function("start", &start)
      .function("step", &step)
      .function("totalWork", &Evaluation::total_work)
      .function("doneWork", &Evaluation::done_work)
      .function("results", &results);
}
