#pragma once

// What JavaScript holds handles of: core objects that may not be there yet.

#include <memory>
#include <optional>

#include "bindings.h"
#include "inkling/evaluator.h"
#include "inkling/interactions.h"
#include "inkling/item_topics.h"
#include "inkling/list_reranker.h"
#include "inkling/model_file.h"
#include "inkling/ranker.h"
#include "inkling/tf_idf.h"
#include "inkling/topic_quality.h"
#include "marshal.h"

namespace inkling::seam {

struct InteractionSet {
  Interactions interactions;
  double num_entries() const {
    return interactions.num_users() < 0 ? 0 : static_cast<double>(interactions.num_entries());
  }
};

// The texts of the items: filled field by field, then finished.
struct ItemTexts {
  explicit ItemTexts(int num_items) : builder(std::in_place, num_items) {}
  std::optional<TermMatrix::Builder> builder;
  std::unique_ptr<TfIdf> content;  // there once finished
};

struct TrainedModel {
  OpenModelFile file;
};

// A training run. What it learns from must outlive it.
struct Training {
  std::unique_ptr<Trainer> trainer;
};

// What the items are about; bindings_rerank.cpp, which not all modules have, makes it …
struct Topics {
  ItemTopics topics;
  std::unique_ptr<TopicQuality> quality;  // there once the topics are
};

// … and how lists are re-ranked.
struct Reranking {
  RerankPlan plan;
  std::vector<float> popularity;           // one an item, where it is not the model's
  std::unique_ptr<ListReranker> reranker;  // there once it is to be used
  const Model* model = nullptr;            // likewise, if there is one
};

// items: int32; weights: float32, as many.
inline std::vector<HistoryEntry> history_of(const Buffer& items, const Buffer& weights) {
  const auto indices = items.as<std::int32_t>();
  const auto values = weights.as<float>();
  std::vector<HistoryEntry> history;
  for (std::size_t n = 0; n < indices.size() && n < values.size(); ++n) history.push_back({indices[n], values[n]});
  return history;
}

template <>
inline constexpr char kLetter<InteractionLog> = 'L';
template <>
inline constexpr char kLetter<InteractionSet> = 'I';
template <>
inline constexpr char kLetter<ItemTexts> = 'T';
template <>
inline constexpr char kLetter<TrainedModel> = 'M';
template <>
inline constexpr char kLetter<Training> = 'A';
template <>
inline constexpr char kLetter<Topics> = 'C';
template <>
inline constexpr char kLetter<Reranking> = 'K';

}  // namespace inkling::seam
