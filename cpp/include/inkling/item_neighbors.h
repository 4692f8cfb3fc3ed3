#pragma once

#include <memory>

#include "inkling/model.h"

namespace inkling {

// Item-based nearest neighbours with cosine similarity. Sarwar, Karypis, Konstan & Riedl, "Item-based collaborative
// filtering recommendation algorithms", WWW 2001; Deshpande & Karypis, TOIS 2004.
//
// similarity(i, j) = sum over u of r_ui r_uj / (|r_i| |r_j| + shrinkage), where r_ui is 1, or 1/sqrt(items of u) with
// normalize_users; the shrinkage is then multiplied by the mean of r_u² over users, so that it still counts users. Each
// *target* item keeps its num_neighbors most similar ones. score(i) = sum over the history's j of weight_j *
// similarity(i, j), so each term of the sum is one reason. Training costs the sum over users of (items of the user)²;
// memory is num_items * num_neighbors entries. Trains a SparseItemModel.
struct ItemNeighbors {
  static constexpr std::string_view kName = "item_neighbors";
  static std::span<const SettingSpec> settings();
  static Result<std::unique_ptr<Trainer>> make_trainer(const Settings& settings, const TrainingData& data,
                                                       std::uint64_t seed, ThreadPool& pool);
  static Result<std::unique_ptr<Model>> read(const TensorFile& file, std::vector<float> item_counts,
                                             std::string config);
};

// Every similarity, computed pair by pair, before neighbours are cut, with this very shrinkage: (num_items, num_items),
// dense, row-major. For tests.
std::vector<float> item_similarities_naive(const Interactions& interactions, float shrinkage, bool normalize_users);

}  // namespace inkling
