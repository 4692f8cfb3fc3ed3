#pragma once

#include <memory>

#include "inkling/model.h"

namespace inkling {

// RP3beta: a walk of three steps over the graph of users and items, held back where many arrive. Paudel, Christoffel,
// Newell & Bernstein, "Updatable, accurate, diverse, and scalable recommendations for interactive applications", ACM
// TiiS 2017; with beta = 0 it is P3alpha, Cooper, Lee, Radinsky & Silverman, WWW 2014.
//
//   W(j, i)  = sum over the users u who met both of (1 / n_j)^alpha (1 / n_u)^alpha / n_i^beta,   W(i, i) = 0
//   score(i) = sum over the history's j among the num_neighbors of i with the largest W of w_j W(j, i)
//
// with n the number of an item's users or a user's items; the first step, from the person to their items, has the
// weights w_j of the history. Each term of the sum is one reason. Neighbours are kept of each *target* item i, which on
// the validation data beats keeping those of each source j, both, and rows that sum to 1. Values of interactions are
// not read. Costs, memory and errors are those of item_neighbors. Trains a SparseItemModel.
struct ItemGraph {
  static constexpr std::string_view kName = "item_graph";
  static std::span<const SettingSpec> settings();
  static Result<std::unique_ptr<Trainer>> make_trainer(const Settings& settings, const TrainingData& data,
                                                       std::uint64_t seed, ThreadPool& pool);
  static Result<std::unique_ptr<Model>> read(const TensorFile& file, Held<float> item_counts, std::string config);
};

}  // namespace inkling
