#include <algorithm>

#include "seam_types.h"

namespace {

using namespace inkling;
using namespace inkling::seam;

// The topics of each item, all alike. offsets: int32 (items + 1), where each item's stand in topics: int32, rising for
// each item.
int fill(Topics& to, Engine& engine, const Buffer& offsets, const Buffer& topics) {
  const auto begins = offsets.as<std::int32_t>();
  const auto columns = topics.as<std::int32_t>();
  if (begins.empty() || begins.front() != 0 || static_cast<std::size_t>(begins.back()) != columns.size() ||
      !std::is_sorted(begins.begin(), begins.end())) {
    return engine.report({ErrorCode::kInvalidArgument, "topics that do not fit the items"});
  }
  SparseRows rows;
  rows.offsets.assign(begins.begin(), begins.end());
  rows.columns.assign(columns.begin(), columns.end());
  rows.values.assign(columns.size(), 1.0f);
  Result<ItemTopics> made = ItemTopics::make(std::move(rows));
  if (!made.ok()) return engine.report(made.status());
  to.topics = std::move(made.value());
  to.quality = std::make_unique<TopicQuality>(to.topics);
  return 0;
}

// by, on: numbers of RerankStep.
void add(Reranking& reranking, int by, double weight, double window, int on) {
  reranking.plan.steps.push_back(
      {static_cast<RerankStep::By>(by), weight, static_cast<std::size_t>(window), static_cast<RerankStep::On>(on)});
}

// Makes the steps added so far ready for lists of the model's items; both must outlive it.
int use(Reranking& reranking, Engine& engine, const TrainedModel& model, const Topics* topics, double num_candidates,
        double seed) {
  RerankPlan plan = reranking.plan;
  plan.num_candidates = static_cast<std::size_t>(num_candidates);
  plan.seed = static_cast<std::uint64_t>(seed);
  const Model& trained = *model.file.model;
  Result<std::unique_ptr<ListReranker>> made = ListReranker::make(
      std::move(plan),
      {topics == nullptr ? nullptr : &topics->topics, trained.latent_factors(), trained.item_counts()});
  if (!made.ok()) return engine.report(made.status());
  reranking.reranker = std::move(made.value());
  return 0;
}

const Binding kTable[] = {
    constructor<Topics>("ItemTopics"),
    method("fill", &fill),
    destructor<Topics>(),
    constructor<Reranking>("Reranking"),
    method("add", &add),
    method("use", &use),
    destructor<Reranking>(),
};
const Bindings kBindings(kTable);

}  // namespace
