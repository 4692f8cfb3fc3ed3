#pragma once

#include <memory>

#include "inkling/model.h"

namespace inkling {

// EASE: each item is foretold from all others by ridge regression, for all items at once and in closed form. Steck,
// "Embarrassingly shallow autoencoders for sparse data", WWW 2019:
//
//   minimize  |X - X W|²  +  l2 |W|²   with W_ii = 0;      P = (XᵀX + l2 I)⁻¹,   W_ji = -P_ji / P_ii for j ≠ i
//
// where X_ui is 1 where user u met item i; values of interactions are not read. score(i) = sum over the history's j of
// weight_j * W_ji, so each term of the sum is one reason; weights may be negative. Similar items are ranked by the
// partial correlation -P_ij / sqrt(P_ii P_jj). l2 is counted in users and fits the size of the data best when it grows
// with it, so by default (l2 = 0) it is 5 times the mean users of an item that anybody met.
//
// Training costs num_items³ flops (symmetric_inverse.h) and num_items² floats of memory. With num_neighbors = 0 the
// model is that matrix, and so is its file: 4 * num_items² bytes, 55 MB for 3,706 items. With num_neighbors > 0 each
// *target* keeps the weights that are largest in size, 8 bytes each, in a SparseItemModel, whose similar items are
// ranked by W alone. The seed is not read, and two thread counts give the same bits.
// Errors: kTooLarge beyond 11,585 items (512 MiB); kNotFinite when l2 is too small for the matrix to be inverted.
struct Ease {
  static constexpr std::string_view kName = "ease";
  static std::span<const SettingSpec> settings();
  static Result<std::unique_ptr<Trainer>> make_trainer(const Settings& settings, const TrainingData& data,
                                                       std::uint64_t seed, ThreadPool& pool);
  static Result<std::unique_ptr<Model>> read(const TensorFile& file, Held<float> item_counts, std::string config);
};

}  // namespace inkling
