#include "inkling/spectral_item_model.h"

#include <algorithm>
#include <cmath>

#include "data/indices.h"
#include "data/sparse_tensors.h"
#include "factorization/factor_rows.h"
#include "kernels/dot.h"

namespace inkling {

namespace {

constexpr char kNeighbors[] = "neighbors";

class SpectralItemProfile final : public Profile {
 public:
  SpectralItemProfile(const SpectralItemModel& model, std::vector<HistoryEntry> history,
                      std::vector<float> user_factors)
      : model_(model), history_(std::move(history)), user_factors_(std::move(user_factors)) {}

  void score_all(std::span<float> scores) const override {
    const SpectralItemModel::Parts& parts = model_.parts();
    parts.item_factors.score(user_factors_.data(), 0, scores);
    finish(&model_, 0, scores);
    if (parts.neighbors.num_rows() == 0) return;
    for (const HistoryEntry& entry : history_) {
      const auto targets = parts.neighbors.row_columns(entry.item);
      const auto weights = parts.neighbors.row_values(entry.item);
      for (std::size_t e = 0; e < targets.size(); ++e) scores[at(targets[e])] += entry.weight * weights[e];
    }
  }

  bool top_k(std::span<const std::uint8_t> skip, std::size_t k, ThreadPool* pool,
             std::vector<ScoredItem>& best) const override {
    const SpectralItemModel::Parts& parts = model_.parts();
    if (parts.neighbors.num_rows() > 0) return Profile::top_k(skip, k, pool, best);
    // Without an exponent the scales of the targets are 1, and the products themselves may be scanned for.
    return parts.item_factors.top_k(
        {user_factors_.data(), skip, k, pool, parts.exponent == 0 ? nullptr : &finish, &model_}, best);
  }

  void explain(std::int32_t item, std::vector<Contribution>& parts) const override {
    const SpectralItemModel::Parts& model = model_.parts();
    const std::size_t num_factors = model.item_factors.num_factors();
    std::vector<float> scratch(2 * num_factors);  // of two rows at a time
    const float* target = model.item_factors.row(item, scratch.data());
    for (const HistoryEntry& entry : history_) {
      const float* source = model.item_factors.row(entry.item, scratch.data() + num_factors);
      float value = model_.source_scales()[at(entry.item)] * model_.target_scales()[at(item)] *
                    kernels::dot(source, target, num_factors);
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
  static void finish(const void* model, std::size_t first, std::span<float> scores) {
    const float* scales = static_cast<const SpectralItemModel*>(model)->target_scales().data() + first;
    for (std::size_t n = 0; n < scores.size(); ++n) scores[n] *= scales[n];
  }

  const SpectralItemModel& model_;
  std::vector<HistoryEntry> history_;
  std::vector<float> user_factors_;
};

}  // namespace

SpectralItemModel::SpectralItemModel(std::string_view name, Parts parts, Held<float> item_counts, std::string config)
    : Model(std::move(item_counts), std::move(config)), name_(name), parts_(std::move(parts)) {
  for (const float count : this->item_counts()) {
    const bool known = count > 0 || parts_.exponent == 0;
    source_scales_.push_back(known ? parts_.weight * std::pow(count, -parts_.exponent) : 0);
    target_scales_.push_back(known ? std::pow(count, parts_.exponent) : 0);
  }
}

Result<std::unique_ptr<Profile>> SpectralItemModel::profile_of(History history) const {
  const std::size_t num_factors = parts_.item_factors.num_factors();
  std::vector<HistoryEntry> known;
  std::vector<float> scratch(num_factors);
  std::vector<float> user_factors(num_factors);
  float total_weight = 0;
  for (const HistoryEntry& entry : history) {
    if (entry.item < 0 || entry.item >= num_items() || entry.weight == 0) continue;
    known.push_back(entry);
    total_weight += std::abs(entry.weight);
    kernels::axpy(entry.weight * source_scales_[at(entry.item)], parts_.item_factors.row(entry.item, scratch.data()),
                  user_factors.data(), num_factors);
  }
  // The square bounds every product with a row of orthonormal vectors, or of one that has length 1.
  if (!std::isfinite(total_weight + kernels::dot(user_factors.data(), user_factors.data(), num_factors))) {
    return Status(ErrorCode::kNotFinite,
                  "the history cannot be folded in: the numbers overflow; use smaller event weights");
  }
  return std::unique_ptr<Profile>(
      std::make_unique<SpectralItemProfile>(*this, std::move(known), std::move(user_factors)));
}

void SpectralItemModel::similar(std::int32_t item, std::span<float> scores) const {
  if (parts_.neighbors.num_rows() == 0) return parts_.item_factors.cosines(item, scores);
  std::vector<float> source(parts_.item_factors.num_factors());
  parts_.item_factors.copy_row(item, source.data());
  parts_.item_factors.score(source.data(), 0, scores);
  for (float& score : scores) score *= parts_.weight;
  const auto targets = parts_.neighbors.row_columns(item);
  const auto weights = parts_.neighbors.row_values(item);
  for (std::size_t e = 0; e < targets.size(); ++e) scores[at(targets[e])] += weights[e];
}

void SpectralItemModel::write(TensorFile& file) const {
  parts_.item_factors.write(file);
  const float low_rank[] = {parts_.weight, parts_.exponent};
  file.add("low_rank", std::span<const float>(low_rank), {2});
  if (parts_.neighbors.num_rows() > 0) write_sparse_rows(parts_.neighbors, kNeighbors, file);
}

Result<std::unique_ptr<Model>> SpectralItemModel::read(std::string_view name, bool with_neighbors,
                                                       const TensorFile& file, Held<float> item_counts,
                                                       std::string config) {
  Parts parts;
  std::vector<float> low_rank;
  Result<ItemFactors> item_factors = ItemFactors::read(file, item_counts.size());
  if (!item_factors.ok()) return item_factors.status();
  if (Status s = file.get("low_rank", 1, low_rank); !s.ok()) return s;
  bool in_range = low_rank.size() == 2;
  for (const float value : low_rank) in_range = in_range && value >= 0 && value <= 100;
  if (!in_range) {
    return Status(ErrorCode::kCorruptModelFile,
                  "tensor \"low_rank\" should hold a weight and an exponent, from 0 to 100");
  }
  parts.item_factors = std::move(item_factors.value());
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
