#pragma once

#include <memory>

#include "inkling/model.h"

namespace inkling {

// SLIM: each item is foretold from a few others by a regression with an elastic net. Ning & Karypis, "SLIM: sparse
// linear methods for top-N recommender systems", ICDM 2011; among the target's most similar items only, as the fsSLIM
// of that paper:
//
//   for each target i minimize over w:  ½ sum over u of (x_ui - sum over j of w_j x_uj)² + ½ L2 |w|² + L1 |w|₁
//
// with w_j = 0 but for the num_neighbors items j of largest cosine to i, and w >= 0 when `nonnegative`; x_ui is 1 where
// user u met item i. L1 = l1 * m and L2 = l2 * m, with m the mean users of an item that anybody met, so that the same
// settings fit small and large data; l2 * m compares with the l2 of ease. score(i) = sum over the history's j of
// weight_j * w_j, so each term of the sum is one reason. Trains a SparseItemModel.
//
// Solved by coordinate descent (elastic_net.h; weights that would move by 0.001 or less stay where they are) on the
// candidates' Gram matrix, which comes from that of all items up to 11,585 of them (512 MiB), and beyond from the rows
// of the users who met a candidate, each row when it is first needed. Memory beyond that: 4 * num_neighbors² bytes a
// thread and 16 bytes a weight. The seed is not read, and two thread counts give the same bits.
//
// Errors: kTooLarge when items * num_neighbors is above 67,108,864 (1 GiB while training).
struct SparseLinear {
  static constexpr std::string_view kName = "sparse_linear";
  static std::span<const SettingSpec> settings();
  static Result<std::unique_ptr<Trainer>> make_trainer(const Settings& settings, const TrainingData& data,
                                                       std::uint64_t seed, ThreadPool& pool);
  static Result<std::unique_ptr<Model>> read(const TensorFile& file, Held<float> item_counts, std::string config);
};

}  // namespace inkling
