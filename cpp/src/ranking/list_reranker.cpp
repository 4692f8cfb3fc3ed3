#include "inkling/list_reranker.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "ranking/list_terms.h"

namespace inkling {

namespace {

using By = RerankStep::By;

bool is_by_likeness(By by) { return by == By::kMmr || by == By::kMsd || by == By::kDpp || by == By::kClusters; }

bool asks_interests(By by) { return by == By::kXquad || by == By::kCalibrate; }

bool needs_topics(const RerankStep& step, const RerankItems& items) {
  if (is_by_likeness(step.by)) return step.on == RerankStep::On::kTopics || items.vectors == nullptr;
  return step.by != By::kPopularity && step.by != By::kGiven;
}

std::size_t num_topics(const ItemTopics& topics) { return static_cast<std::size_t>(topics.num_topics()); }

Status invalid(std::size_t step, const std::string& why) {
  return {ErrorCode::kInvalidArgument, "step " + std::to_string(step + 1) + " of the re-ranking " + why};
}

// Ties stay in the order they were chosen in.
void sort_by_score(RerankedList& list, std::span<const float> scores) {
  std::vector<std::size_t> places(list.order.size());
  std::iota(places.begin(), places.end(), 0u);
  std::stable_sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) {
    return scores[static_cast<std::size_t>(list.order[a])] > scores[static_cast<std::size_t>(list.order[b])];
  });
  const std::size_t width = list.order.empty() ? 0 : list.parts.size() / list.order.size();
  RerankedList sorted;
  for (const std::size_t place : places) {
    sorted.order.push_back(list.order[place]);
    const double* parts = list.parts.data() + place * width;
    sorted.parts.insert(sorted.parts.end(), parts, parts + width);
  }
  list.order = std::move(sorted.order);
  list.parts = std::move(sorted.parts);
}

}  // namespace

Result<std::unique_ptr<ListReranker>> ListReranker::make(RerankPlan plan, const RerankItems& items) {
  if (plan.num_candidates == 0) {
    return Status(ErrorCode::kInvalidArgument, "a list of 0 candidates cannot be re-ranked; take at least 1");
  }
  double sum = 0;
  for (std::size_t n = 0; n < plan.steps.size(); ++n) {
    const RerankStep& step = plan.steps[n];
    sum += step.weight;
    if (!(step.weight >= 0 && sum <= 1 + 1e-6)) {
      return invalid(n,
                     "has a weight that is below 0, or with those before it above 1; what is left of 1 is relevance's");
    }
    if (step.by < By::kMmr || step.by > By::kGiven) return invalid(n, "is of no known kind");
    if (step.window > 0 && step.by > By::kXquad) {
      return invalid(n, "has a window, which only mmr, msd, dpp and xquad have; leave it out");
    }
    if (step.on != RerankStep::On::kTopics && !is_by_likeness(step.by)) {
      return invalid(n, "says by what items are alike, which only mmr, msd, dpp and clusters ask; leave it out");
    }
    if (step.interests != RerankStep::Interests::kNext && !asks_interests(step.by)) {
      return invalid(n, "says whose interests count, which only xquad and calibrate ask; leave it out");
    }
    if (needs_topics(step, items) && items.topics == nullptr) {
      return invalid(n,
                     "needs the items' topics, and none are known; give items, and by `topics` the field with theirs" +
                         std::string(step.on == RerankStep::On::kVectors ? ", or a model that has vectors" : ""));
    }
    if (step.by == By::kPopularity && items.popularity.empty()) {
      return invalid(n, "needs to know how popular items are");
    }
  }
  return std::unique_ptr<ListReranker>(new ListReranker(std::move(plan), items));
}

ListReranker::ListReranker(RerankPlan plan, const RerankItems& items) : plan_(std::move(plan)), items_(items) {
  for (const float popularity : items.popularity) {
    if (popularity > 0 && (least_popularity_ == 0 || popularity < least_popularity_)) least_popularity_ = popularity;
  }
}

const ItemTopics* ListReranker::topics_of_interests() const {
  const bool asked = std::any_of(plan_.steps.begin(), plan_.steps.end(), [](const RerankStep& step) {
    return asks_interests(step.by) && step.interests == RerankStep::Interests::kNext;
  });
  return asked ? items_.topics : nullptr;
}

Result<RerankedList> ListReranker::rerank(const ListToRerank& list) const {
  const auto num_given = std::count_if(plan_.steps.begin(), plan_.steps.end(),
                                       [](const RerankStep& step) { return step.by == By::kGiven; });
  if (list.given.size() != static_cast<std::size_t>(num_given) * list.candidates.size()) {
    return Status(ErrorCode::kInvalidArgument,
                  "the values given do not fit the steps that are given and the candidates");
  }
  if (!list.interests.empty() && (items_.topics == nullptr || list.interests.size() != num_topics(*items_.topics))) {
    return Status(ErrorCode::kInvalidArgument, "the interests given do not fit the topics; give one a topic");
  }
  ListTerms terms(items_, list, least_popularity_);
  for (const RerankStep& step : plan_.steps) {
    if (Status s = terms.add(step, plan_.seed); !s.ok()) return s;
  }
  std::vector<float> scores;
  for (const auto& [item, score] : list.candidates) scores.push_back(score);
  RerankRequest request;
  request.scores = scores;
  request.k = list.k;
  request.terms = terms.terms();
  request.constraints = list.constraints;
  request.previous = list.previous;
  request.positions = list.positions;
  Result<RerankedList> made = inkling::rerank(request);
  const bool of_places = std::any_of(
      list.constraints.begin(), list.constraints.end(),
      [](const RerankConstraint& constraint) { return constraint.unit == RerankConstraint::Unit::kAttention; });
  if (made.ok() && plan_.by_score && !of_places) sort_by_score(made.value(), scores);
  return made;
}

}  // namespace inkling
