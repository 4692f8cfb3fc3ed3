#pragma once

#include <memory>

#include "inkling/model.h"

namespace inkling {

// GF-CF: graph filters on the graph of users and items. Shen, Wu, Zhang, Shan, Zhang, Letaief & Li, "How powerful is
// graph convolution for recommendation?", CIKM 2021. With B[u][i] = 1 / sqrt(n_u n_i) where u met i (n: interactions of
// the user, of the item), and v the rows of the num_factors largest right singular vectors of B:
//
//   score(i) = sum over the history's j of w_j ((BᵀB)[j][i] + alpha sqrt(n_i / n_j) v_j · v_i)
//
// The first part is a linear filter that looks at neighbours, the second an ideal low-pass filter that looks at the
// whole graph. Of BᵀB each target i keeps its num_neighbors largest entries, and none on the diagonal: an item does not
// speak for itself, and no row of a user is kept. Values of interactions are not read. Training costs the sum over
// users of n_u², and (4 * entries + 2 * items * l) * l * iterations flops (l: num_factors and ten or more to spare;
// randomized_svd.h); memory is (users + items) * l floats, at most 1 GiB (else kTooLarge), and 16 bytes a neighbour.
// The same bits for any number of threads. Trains a SpectralItemModel with neighbours.
struct GraphFilter {
  static constexpr std::string_view kName = "graph_filter";
  static std::span<const SettingSpec> settings();
  static Result<std::unique_ptr<Trainer>> make_trainer(const Settings& settings, const TrainingData& data,
                                                       std::uint64_t seed, ThreadPool& pool);
  static Result<std::unique_ptr<Model>> read(const TensorFile& file, Held<float> item_counts, std::string config);
};

}  // namespace inkling
