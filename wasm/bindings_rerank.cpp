#include <algorithm>

#include "inkling/interest_prediction.h"
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

// by, on, interests: numbers of RerankStep.
void add(Reranking& reranking, int by, double weight, double window, int on, int interests) {
  reranking.plan.steps.push_back({static_cast<RerankStep::By>(by), weight, static_cast<std::size_t>(window),
                                  static_cast<RerankStep::On>(on), static_cast<RerankStep::Interests>(interests)});
}

// Makes the steps added so far ready for lists of items of which the first are the model's, if there is one; model and
// topics must outlive it. popularity: float32, one an item, or empty where it is what the model has.
int use(Reranking& reranking, Engine& engine, const TrainedModel* model, const Topics* topics, const Buffer& popularity,
        double num_candidates, bool by_score, double seed) {
  RerankPlan plan = reranking.plan;
  plan.num_candidates = static_cast<std::size_t>(num_candidates);
  plan.by_score = by_score;
  plan.seed = static_cast<std::uint64_t>(seed);
  const Model* trained = model == nullptr ? nullptr : model->file.model.get();
  const auto given = popularity.as<float>();
  reranking.popularity.assign(given.begin(), given.end());
  RerankItems items;
  items.topics = topics == nullptr ? nullptr : &topics->topics;
  if (trained != nullptr) {
    items.vectors = trained->latent_factors();
    items.popularity = trained->item_counts();
  }
  if (!reranking.popularity.empty()) items.popularity = reranking.popularity;
  Result<std::unique_ptr<ListReranker>> made = ListReranker::make(std::move(plan), items);
  if (!made.ok()) return engine.report(made.status());
  reranking.reranker = std::move(made.value());
  reranking.model = trained;
  return 0;
}

// Chooses a list from candidates. items: int32, scores: float32, one a candidate; constraints: float64, (constraints,
// 4): unit, floor, ceiling, credit; offsets: int32 (constraints + 1), where the members of each stand in groups: int32
// places among the candidates; given: float32, (steps by given values, candidates); positions: int32, one a place.
// out: int32: places among the candidates. What is broken the other side tells, which knows the rest of what is shown.
int rerank(const Reranking& reranking, Engine& engine, const Buffer& items, const Buffer& scores,
           const Buffer& history_items, const Buffer& history_weights, int k, const Buffer& constraints,
           const Buffer& offsets, const Buffer& groups, const Buffer& given, const Buffer& positions, Buffer& out) {
  const auto indices = items.as<std::int32_t>();
  const auto values = scores.as<float>();
  std::vector<ScoredItem> candidates;
  for (std::size_t i = 0; i < indices.size(); ++i) candidates.push_back({indices[i], values[i]});
  const std::vector<HistoryEntry> history = history_of(history_items, history_weights);
  const auto numbers = constraints.as<double>();
  const auto begins = offsets.as<std::int32_t>();
  const auto members = groups.as<std::int32_t>();
  std::vector<RerankConstraint> rules(numbers.size() / 4);
  for (std::size_t n = 0; n < rules.size(); ++n) {
    const auto begin = static_cast<std::size_t>(begins[n]);
    rules[n].unit = static_cast<RerankConstraint::Unit>(numbers[4 * n]);
    rules[n].group = members.subspan(begin, static_cast<std::size_t>(begins[n + 1]) - begin);
    rules[n].floor = numbers[4 * n + 1];
    rules[n].ceiling = numbers[4 * n + 2];
    rules[n].credit = numbers[4 * n + 3];
  }
  std::vector<float> interests;
  const ItemTopics* topics = reranking.reranker->topics_of_interests();
  if (topics != nullptr && reranking.model != nullptr) {
    Result<std::vector<float>> predicted = predicted_interests(*reranking.model, history, *topics);
    if (!predicted.ok()) return engine.report(predicted.status());
    interests = std::move(predicted.value());
  }
  ListToRerank wanted = {candidates, history, static_cast<std::size_t>(k), rules};
  wanted.given = given.as<float>();
  wanted.positions = positions.as<std::int32_t>();
  wanted.interests = interests;
  const Result<RerankedList> list = reranking.reranker->rerank(wanted);
  if (!list.ok()) return engine.report(list.status());
  out.clear();
  out.append(std::span<const std::int32_t>(list.value().order));
  return 0;
}

// out: float32, the share of each topic in what the person takes next, or nothing.
int foretell(const TrainedModel& model, Engine& engine, const Topics& topics, const Buffer& history_items,
             const Buffer& history_weights, Buffer& out) {
  const Result<std::vector<float>> shares =
      predicted_interests(*model.file.model, history_of(history_items, history_weights), topics.topics);
  if (!shares.ok()) return engine.report(shares.status());
  out.clear();
  out.append(std::span<const float>(shares.value()));
  return 0;
}

bool has_vectors(const TrainedModel& model) { return model.file.model->latent_factors() != nullptr; }

const Binding kTable[] = {
    function("hasVectors", &has_vectors),
    function("foretell", &foretell),
    constructor<Topics>("ItemTopics"),
    method("fill", &fill),
    destructor<Topics>(),
    constructor<Reranking>("Reranking"),
    method("add", &add),
    method("use", &use),
    method("rerank", &rerank),
    destructor<Reranking>(),
};
const Bindings kBindings(kTable);

}  // namespace
