#pragma once

#include <memory>

#include "inkling/model.h"

namespace inkling {

// PureSVD: the interactions, projected onto their largest singular vectors. Cremonesi, Koren & Turrin, "Performance of
// recommender algorithms on top-N recommendation tasks", RecSys 2010; with rows and columns scaled before, as in
// Nikolakopoulos, Kalantzis, Gallopoulos & Garofalakis, "EigenRec: generalizing PureSVD for effective and efficient
// top-N recommendations", KAIS 2019:
//
//   A[u][i] = n_u^-user_exponent n_i^-item_exponent where u met i (n: interactions of the user, of the item)
//   score(i) = sum over the history's j of w_j v_j · v_i, with v the rows of the num_factors largest right singular
//   vectors of A
//
// Exponents of 0 give the first paper's model; a positive item exponent keeps popular items from taking all vectors.
// Values of interactions are not read. Training costs 4 * entries * l * iterations flops (l: num_factors and ten or
// more to spare; randomized_svd.h); memory is (users + items) * l floats, at most 1 GiB (else kTooLarge). The same bits
// for any number of threads. Trains a SpectralItemModel without neighbours.
struct PureSvd {
  static constexpr std::string_view kName = "pure_svd";
  static std::span<const SettingSpec> settings();
  static Result<std::unique_ptr<Trainer>> make_trainer(const Settings& settings, const TrainingData& data,
                                                       std::uint64_t seed, ThreadPool& pool);
  static Result<std::unique_ptr<Model>> read(const TensorFile& file, Held<float> item_counts, std::string config);
};

}  // namespace inkling
