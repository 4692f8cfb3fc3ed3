#pragma once

#include <memory>

#include "inkling/model.h"

namespace inkling {

// Item-based nearest neighbours. Sarwar, Karypis, Konstan & Riedl, "Item-based collaborative filtering recommendation
// algorithms", WWW 2001; Deshpande & Karypis, TOIS 2004; similarities and weights as in Ferrari Dacrema, Boglio,
// Cremonesi & Jannach, TOIS 2021.
//
//   r_ui    = a_i b_u where user u met item i: a_i from `weighting`, b_u from `weighting` and `normalize_users`
//             (src/collaborative/pair_similarity.h); both 1 without them. Values of interactions are not read.
//   S(i, j) = sum over u of r_ui r_uj,   A_i = S(i, i)
//   similarity(i, j), of the target i and the history's j:
//     cosine             S / (A_i^½ A_j^½ + shrinkage)
//     asymmetric_cosine  S / (A_i^alpha A_j^(1 - alpha) + shrinkage)     Aiolli, RecSys 2013; alpha ½ is cosine
//     jaccard            S / (A_i + A_j - S + shrinkage)
//   score(i) = sum over the history's j among the num_neighbors most similar of i of w_j similarity(i, j)
//
// so each term of the sum is one reason. The shrinkage is multiplied by the mean of b_u² and of a_i² over who and what
// is not without interactions, so that it counts users of average weight. Neighbours are kept of each *target* item:
// kept of each source, they give visibly worse lists. Training costs the sum over users of (items of the user)²;
// memory is 16 bytes a neighbour, num_items * num_neighbors of them at most. Errors: kTooLarge when these might be
// more than 2^26. Trains a SparseItemModel.
struct ItemNeighbors {
  static constexpr std::string_view kName = "item_neighbors";
  static std::span<const SettingSpec> settings();
  static Result<std::unique_ptr<Trainer>> make_trainer(const Settings& settings, const TrainingData& data,
                                                       std::uint64_t seed, ThreadPool& pool);
  static Result<std::unique_ptr<Model>> read(const TensorFile& file, Held<float> item_counts, std::string config);
};

}  // namespace inkling
