#pragma once

#include <memory>

#include "inkling/model.h"

namespace inkling {

// Vectors that the app brings, one an item, such as a sentence encoder's of the texts. A person is the weighted sum of
// their items' vectors:
//
//   v_i = (x_i - m) / |x_i - m|, with m the mean of all vectors x, or 0 unless `center`
//   score(i) = sum over the history's j of w_j v_j · v_i
//
// An encoder's vectors share a direction that says nothing of any of them, and that without centring makes up most of
// every product: Mu & Viswanath, "All-but-the-top: simple and effective postprocessing for word representations", ICLR
// 2018. A row of zeros is an item without a vector, and so is one that is the mean itself. How many met an item plays
// no part, so items score that nobody has met, and logs are not needed at all. Training costs 4 flops a number; memory
// is num_items * width floats, at most 1 GiB (else kTooLarge), of at most ItemFactors::kMostFactors a vector. Trains a
// SpectralItemModel without neighbours.
struct ItemVectors {
  static constexpr std::string_view kName = "item_vectors";
  static std::span<const SettingSpec> settings();
  // What is wrong with the vectors (kInvalidCatalog, kTooLarge).
  static Status check(const TrainingData& data);
  static Result<std::unique_ptr<Trainer>> make_trainer(const Settings& settings, const TrainingData& data,
                                                       std::uint64_t seed, ThreadPool& pool);
  static Result<std::unique_ptr<Model>> read(const TensorFile& file, Held<float> item_counts, std::string config);
};

}  // namespace inkling
