#include "inkling/sparse_item_model.h"

#include <algorithm>
#include <cmath>

#include "data/indices.h"
#include "data/sparse_tensors.h"

namespace inkling {

namespace {

constexpr char kTensor[] = "neighbors";

class SparseItemProfile final : public Profile {
 public:
  SparseItemProfile(const SparseItemModel& model, std::vector<HistoryEntry> history)
      : model_(model), history_(std::move(history)) {}

  void score_all(std::span<float> scores) const override {
    std::fill(scores.begin(), scores.end(), 0.0f);
    for (const HistoryEntry& entry : history_) {
      const auto targets = model_.weights().row_columns(entry.item);
      const auto weights = model_.weights().row_values(entry.item);
      for (std::size_t e = 0; e < targets.size(); ++e) scores[at(targets[e])] += entry.weight * weights[e];
    }
  }

  void explain(std::int32_t item, std::vector<Contribution>& parts) const override {
    for (const HistoryEntry& entry : history_) {
      const auto targets = model_.weights().row_columns(entry.item);
      const auto found = std::lower_bound(targets.begin(), targets.end(), item);
      if (found == targets.end() || *found != item) continue;
      const auto position = static_cast<std::size_t>(found - targets.begin());
      parts.push_back({entry.item, kNone, entry.weight * model_.weights().row_values(entry.item)[position]});
    }
  }

 private:
  const SparseItemModel& model_;
  std::vector<HistoryEntry> history_;
};

}  // namespace

SparseItemModel::SparseItemModel(std::string_view name, SparseRows weights, Held<float> item_counts, std::string config)
    : Model(std::move(item_counts), std::move(config)), name_(name), weights_(std::move(weights)) {
  for (const float weight : weights_.values) largest_weight_ = std::max(largest_weight_, std::abs(weight));
}

Result<std::unique_ptr<Profile>> SparseItemModel::profile_of(History history) const {
  std::vector<HistoryEntry> known;
  float total_weight = 0;
  for (const HistoryEntry& entry : history) {
    if (entry.item < 0 || entry.item >= num_items()) continue;
    known.push_back(entry);
    total_weight += std::abs(entry.weight);
  }
  if (!std::isfinite(total_weight * largest_weight_)) {  // no score is larger
    return Status(ErrorCode::kNotFinite, "the history cannot be folded in with " + std::string(name_) +
                                             ": the numbers overflow; use smaller event weights");
  }
  return std::unique_ptr<Profile>(std::make_unique<SparseItemProfile>(*this, std::move(known)));
}

void SparseItemModel::similar(std::int32_t item, std::span<float> scores) const {
  std::fill(scores.begin(), scores.end(), 0.0f);
  const auto targets = weights_.row_columns(item);
  const auto weights = weights_.row_values(item);
  for (std::size_t e = 0; e < targets.size(); ++e) scores[at(targets[e])] = weights[e];
}

void SparseItemModel::write(TensorFile& file) const { write_sparse_rows(weights_, kTensor, file); }

Result<std::unique_ptr<Model>> SparseItemModel::read(std::string_view name, const TensorFile& file,
                                                     Held<float> item_counts, std::string config) {
  const auto num_items = static_cast<std::int32_t>(item_counts.size());
  Result<SparseRows> weights = read_sparse_rows(file, kTensor, num_items, num_items);
  if (!weights.ok()) return weights.status();
  return std::unique_ptr<Model>(
      std::make_unique<SparseItemModel>(name, std::move(weights.value()), std::move(item_counts), std::move(config)));
}

}  // namespace inkling
