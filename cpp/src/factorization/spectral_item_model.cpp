#include "inkling/spectral_item_model.h"

#include <algorithm>
#include <cmath>

#include "data/sparse_tensors.h"
#include "factorization/factor_rows.h"
#include "kernels/dot.h"

namespace inkling {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

constexpr char kNeighbors[] = "neighbors";

class SpectralItemProfile final : public Profile {
 public:
  SpectralItemProfile(const SpectralItemModel& model, std::vector<HistoryEntry> history,
                      std::vector<float> user_factors)
      : model_(model), history_(std::move(history)), user_factors_(std::move(user_factors)) {}

  void score_all(std::span<float> scores) const override {
    const SpectralItemModel::Parts& parts = model_.parts();
    kernels::gemv(parts.item_factors.data(), scores.size(), parts.num_factors, user_factors_.data(), scores.data());
    for (std::size_t i = 0; i < scores.size(); ++i) scores[i] *= model_.target_scales()[i];
    if (parts.neighbors.num_rows() == 0) return;
    for (const HistoryEntry& entry : history_) {
      const auto targets = parts.neighbors.row_columns(entry.item);
      const auto weights = parts.neighbors.row_values(entry.item);
      for (std::size_t e = 0; e < targets.size(); ++e) scores[at(targets[e])] += entry.weight * weights[e];
    }
  }

  void explain(std::int32_t item, std::vector<Contribution>& parts) const override {
    const SpectralItemModel::Parts& model = model_.parts();
    const float* target = model.item_factors.data() + at(item) * model.num_factors;
    for (const HistoryEntry& entry : history_) {
      const float* source = model.item_factors.data() + at(entry.item) * model.num_factors;
      float value = model_.source_scales()[at(entry.item)] * model_.target_scales()[at(item)] *
                    kernels::dot(source, target, model.num_factors);
      if (model.neighbors.num_rows() > 0) {
        const auto targets = model.neighbors.row_columns(entry.item);
        const auto found = std::lower_bound(targets.begin(), targets.end(), item);
        if (found != targets.end() && *found == item) {
          value += model.neighbors.row_values(entry.item)[static_cast<std::size_t>(found - targets.begin())];
        }
      }
      parts.push_back({entry.item, kNone, entry.weight * value});
    }
  }

 private:
  const SpectralItemModel& model_;
  std::vector<HistoryEntry> history_;
  std::vector<float> user_factors_;
};

}  // namespace

SpectralItemModel::SpectralItemModel(std::string_view name, Parts parts, std::vector<float> item_counts,
                                     std::string config)
    : Model(std::move(item_counts), std::move(config)), name_(name), parts_(std::move(parts)) {
  for (const float count : this->item_counts()) {
    source_scales_.push_back(count > 0 ? parts_.weight * std::pow(count, -parts_.exponent) : 0);
    target_scales_.push_back(count > 0 ? std::pow(count, parts_.exponent) : 0);
  }
}

Result<std::unique_ptr<Profile>> SpectralItemModel::profile_of(History history) const {
  std::vector<HistoryEntry> known;
  std::vector<float> user_factors(parts_.num_factors);
  float total_weight = 0;
  for (const HistoryEntry& entry : history) {
    if (entry.item < 0 || entry.item >= num_items() || entry.weight == 0) continue;
    known.push_back(entry);
    total_weight += std::abs(entry.weight);
    kernels::axpy(entry.weight * source_scales_[at(entry.item)],
                  parts_.item_factors.data() + at(entry.item) * parts_.num_factors, user_factors.data(),
                  parts_.num_factors);
  }
  // The square bounds every product with a row of orthonormal vectors.
  if (!std::isfinite(total_weight + kernels::dot(user_factors.data(), user_factors.data(), parts_.num_factors))) {
    return Status(ErrorCode::kNotFinite,
                  "the history cannot be folded in: the numbers overflow; use smaller event weights");
  }
  return std::unique_ptr<Profile>(
      std::make_unique<SpectralItemProfile>(*this, std::move(known), std::move(user_factors)));
}

void SpectralItemModel::similar(std::int32_t item, std::span<float> scores) const {
  const bool with_neighbors = parts_.neighbors.num_rows() > 0;
  const float* source = parts_.item_factors.data() + at(item) * parts_.num_factors;
  kernels::gemv(parts_.item_factors.data(), scores.size(), parts_.num_factors, source, scores.data());
  if (with_neighbors) {
    for (float& score : scores) score *= parts_.weight;
    const auto targets = parts_.neighbors.row_columns(item);
    const auto weights = parts_.neighbors.row_values(item);
    for (std::size_t e = 0; e < targets.size(); ++e) scores[at(targets[e])] += weights[e];
    return;
  }
  const float length = std::sqrt(scores[at(item)]);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const float* row = parts_.item_factors.data() + i * parts_.num_factors;
    const float lengths = length * std::sqrt(kernels::dot(row, row, parts_.num_factors));
    scores[i] = lengths > 0 ? scores[i] / lengths : 0;
  }
}

void SpectralItemModel::write(TensorFile& file) const {
  write_item_factors(parts_.item_factors, at(num_items()), file);
  const float low_rank[] = {parts_.weight, parts_.exponent};
  file.add("low_rank", std::span<const float>(low_rank), {2});
  if (parts_.neighbors.num_rows() > 0) write_sparse_rows(parts_.neighbors, kNeighbors, file);
}

Result<std::unique_ptr<Model>> SpectralItemModel::read(std::string_view name, bool with_neighbors,
                                                       const TensorFile& file, std::vector<float> item_counts,
                                                       std::string config) {
  Parts parts;
  std::vector<float> low_rank;
  Result<std::vector<float>> item_factors = read_item_factors(file, item_counts.size());
  if (!item_factors.ok()) return item_factors.status();
  if (Status s = file.get("low_rank", 1, low_rank); !s.ok()) return s;
  bool in_range = low_rank.size() == 2;
  for (const float value : low_rank) in_range = in_range && value >= 0 && value <= 100;
  if (!in_range) {
    return Status(ErrorCode::kCorruptModelFile,
                  "tensor \"low_rank\" should hold a weight and an exponent, from 0 to 100");
  }
  parts.item_factors = std::move(item_factors.value());
  parts.num_factors = parts.item_factors.size() / item_counts.size();
  parts.weight = low_rank[0];
  parts.exponent = low_rank[1];
  if (with_neighbors) {
    const auto num_items = static_cast<std::int32_t>(item_counts.size());
    Result<SparseRows> neighbors = read_sparse_rows(file, kNeighbors, num_items, num_items);
    if (!neighbors.ok()) return neighbors.status();
    parts.neighbors = std::move(neighbors.value());
  }
  return std::unique_ptr<Model>(
      std::make_unique<SpectralItemModel>(name, std::move(parts), std::move(item_counts), std::move(config)));
}

}  // namespace inkling
