#pragma once

#include "inkling/sequence_model.h"

namespace inkling {

class Recurrent;

// GRU4Rec, a gated recurrent unit over a person's items. Hidasi, Karatzoglou, Baltrunas & Tikk, "Session-based
// recommendations with recurrent neural networks", ICLR 2016; src/sequence/recurrent.h has the formulas.
//
// With full cross-entropy (loss=softmax) an epoch costs about 6 * (num_items + 6 * num_factors) * num_factors flops an
// interaction. Two thread counts, and two runs, give the same bits.
class Gru final : public SequenceModel {
 public:
  static constexpr std::string_view kName = "gru";

  static std::span<const SettingSpec> settings();
  // Errors: kInvalidInteractions where nobody met two items; kTooLarge.
  static Result<std::unique_ptr<Trainer>> make_trainer(const Settings& settings, const TrainingData& data,
                                                       std::uint64_t seed, ThreadPool& pool);
  static Result<std::unique_ptr<Model>> read(const TensorFile& file, Held<float> item_counts, std::string config);

  // Of a network as it was trained. item_factors: (num_items, num_factors), row-major; weights: the parameters behind
  // them.
  static std::unique_ptr<Gru> of_network(std::size_t max_length, std::size_t num_factors,
                                         std::vector<float> item_factors, std::vector<float> weights,
                                         Held<float> item_counts, std::string config);

  // weights: the network's parameters behind the item factors, of which the mean is taken off.
  Gru(std::size_t max_length, ItemFactors factors, std::vector<float> weights, Held<float> item_counts,
      std::string config);
  ~Gru() override;

  std::string_view name() const override { return kName; }
  void write(TensorFile& file) const override;
  std::unique_ptr<SequenceMemory> make_memory() const override;

 private:
  std::unique_ptr<const Recurrent> network_;
  std::vector<float> weights_;
};

}  // namespace inkling
