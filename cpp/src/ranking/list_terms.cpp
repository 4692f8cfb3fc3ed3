#include "ranking/list_terms.h"

#include <algorithm>
#include <cmath>

#include "data/sorting.h"

namespace inkling {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

// One a candidate; zeros of items that have none.
std::vector<float> vectors_of(const ItemFactors& vectors, std::span<const ScoredItem> candidates) {
  std::vector<float> rows(candidates.size() * vectors.num_factors());
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const std::int32_t item = candidates[i].item;
    if (at(item) < vectors.num_items()) vectors.copy_row(item, rows.data() + i * vectors.num_factors());
  }
  return rows;
}

// Only of columns that are there.
struct DenseRows {
  explicit DenseRows(const SparseRows& rows) {
    std::vector<std::int32_t> columns = rows.columns;
    sort_numbers(columns, [](std::int32_t a, std::int32_t b) { return a < b; });
    columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
    width = std::max<std::size_t>(columns.size(), 1);
    values.resize(at(rows.num_rows()) * width);
    for (std::int32_t row = 0; row < rows.num_rows(); ++row) {
      const auto own = rows.row_columns(row);
      for (std::size_t e = 0; e < own.size(); ++e) {
        const auto column = std::lower_bound(columns.begin(), columns.end(), own[e]) - columns.begin();
        values[at(row) * width + at(column)] = rows.row_values(row)[e];
      }
    }
  }

  std::vector<float> values;
  std::size_t width = 0;
};

RerankTerm::Kind kind_of(RerankStep::By by) {
  return by > RerankStep::By::kClusters ? RerankTerm::Kind::kGiven : static_cast<RerankTerm::Kind>(by);
}
static_assert(static_cast<int>(RerankStep::By::kClusters) == static_cast<int>(RerankTerm::Kind::kClusters));

}  // namespace

ListTerms::ListTerms(const RerankItems& items, const ListToRerank& list, float least_popularity)
    : items_(items), list_(list), least_popularity_(least_popularity) {
  if (items.topics != nullptr) {
    copy_topics();
    person_ = person();
  }
}

Status ListTerms::add(const RerankStep& step, std::uint64_t seed) {
  RerankTerm term;
  term.kind = kind_of(step.by);
  term.weight = step.weight;
  term.window = step.window;
  switch (step.by) {
    case RerankStep::By::kMmr:
    case RerankStep::By::kMsd:
    case RerankStep::By::kDpp: {
      const Result<const Similarity*> made = similarity(step.on);
      if (!made.ok()) return made.status();
      term.similarity = made.value();
      break;
    }
    case RerankStep::By::kXquad:
    case RerankStep::By::kCalibrate:
      term.topics = &topics_;
      term.person =
          step.interests == RerankStep::Interests::kPast || list_.interests.empty() ? person_ : list_.interests;
      break;
    case RerankStep::By::kClusters: {
      const Result<const VectorSimilarity*> made = vector_similarity(step.on);
      if (!made.ok()) return made.status();
      Result<std::vector<std::int32_t>> clusters = made.value()->clusters(kRerankClusters, seed);
      if (!clusters.ok()) return clusters.status();
      clusters_.push_back(std::move(clusters.value()));
      term.clusters = clusters_.back();
      break;
    }
    case RerankStep::By::kPopularity:
    case RerankStep::By::kSerendipity:
      values_.push_back(step.by == RerankStep::By::kPopularity ? rarity() : unexpectedness());
      term.values = values_.back();
      break;
    case RerankStep::By::kGiven:
      term.values = list_.given.subspan(num_given_ * list_.candidates.size(), list_.candidates.size());
      ++num_given_;
      break;
  }
  terms_.push_back(term);
  return {};
}

Result<const Similarity*> ListTerms::similarity(RerankStep::On on) {
  if (on == RerankStep::On::kVectors && items_.vectors != nullptr) {
    const Result<const VectorSimilarity*> made = vector_similarity(on);
    if (!made.ok()) return made.status();
    return static_cast<const Similarity*>(made.value());
  }
  if (topic_similarity_ == nullptr) {
    Result<std::unique_ptr<TopicSimilarity>> made = TopicSimilarity::make(topics_);
    if (!made.ok()) return made.status();
    topic_similarity_ = std::move(made.value());
  }
  return static_cast<const Similarity*>(topic_similarity_.get());
}

Result<const VectorSimilarity*> ListTerms::vector_similarity(RerankStep::On on) {
  const bool by_model = on == RerankStep::On::kVectors && items_.vectors != nullptr;
  std::unique_ptr<VectorSimilarity>& kept = by_model ? vectors_ : topics_as_dense_;
  if (kept == nullptr) {
    std::vector<float> rows;
    std::size_t width = 1;
    if (by_model) {
      rows = vectors_of(*items_.vectors, list_.candidates);
      width = items_.vectors->num_factors();
    } else {
      DenseRows dense(topics_);
      rows = std::move(dense.values);
      width = dense.width;
    }
    Result<std::unique_ptr<VectorSimilarity>> made = VectorSimilarity::make({rows, width});
    if (!made.ok()) return made.status();
    kept = std::move(made.value());
  }
  return static_cast<const VectorSimilarity*>(kept.get());
}

void ListTerms::copy_topics() {
  for (const auto& [item, score] : list_.candidates) {
    if (items_.topics->knows(item)) {
      const auto topics = items_.topics->shares().row_columns(item);
      const auto shares = items_.topics->shares().row_values(item);
      topics_.columns.insert(topics_.columns.end(), topics.begin(), topics.end());
      topics_.values.insert(topics_.values.end(), shares.begin(), shares.end());
    }
    topics_.offsets.push_back(static_cast<std::int64_t>(topics_.columns.size()));
  }
}

std::vector<float> ListTerms::person() const {
  std::vector<double> sums(at(items_.topics->num_topics()));
  for (const auto& [item, weight] : list_.history) {
    if (weight > 0) items_.topics->add(item, static_cast<double>(weight), sums);
  }
  return {sums.begin(), sums.end()};
}

// What is rarer than others, from 0 to 1.
std::vector<float> ListTerms::rarity() const {
  std::vector<float> values;
  for (const auto& [item, score] : list_.candidates) {
    const float own = at(item) < items_.popularity.size() ? items_.popularity[at(item)] : 0;
    values.push_back(own > 0 || least_popularity_ > 0 ? -std::log(std::max(own, least_popularity_)) : 0);
  }
  if (values.empty()) return values;
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const float low = *least;
  const float range = *most - low;
  for (float& value : values) value = range > 0 ? (value - low) / range : 0;
  return values;
}

std::vector<float> ListTerms::unexpectedness() const {
  std::vector<std::int32_t> met;
  for (const auto& [item, weight] : list_.history) {
    if (items_.topics->knows(item)) met.push_back(item);
  }
  std::vector<float> values(list_.candidates.size());
  if (met.empty()) return values;
  double sum = 0;
  double known = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::int32_t item = list_.candidates[i].item;
    if (!items_.topics->knows(item)) continue;
    values[i] = static_cast<float>(items_.topics->distance(item, met));
    sum += static_cast<double>(values[i]);
    known += 1;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!items_.topics->knows(list_.candidates[i].item) && known > 0) values[i] = static_cast<float>(sum / known);
  }
  return values;
}

}  // namespace inkling
