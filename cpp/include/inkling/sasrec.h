#pragma once

#include "inkling/sequence_model.h"

namespace inkling {

class Transformer;
struct TransformerShape;

// SASRec, a transformer over a person's last items. Kang & McAuley, "Self-attentive sequential recommendation", ICDM
// 2018; src/sequence/transformer.h has the formulas.
//
// With full cross-entropy (loss=softmax) an epoch costs about 6 * (num_items + 6 * num_blocks * num_factors) *
// num_factors flops an interaction; memory is 15 copies of the parameters (6 more while a checkpoint is written) and, a
// thread, 5 * num_heads * num_blocks bytes for each pair of rows of a sequence. Two thread counts, and two runs, give
// the same bits.
class Sasrec final : public SequenceModel {
 public:
  static constexpr std::string_view kName = "sasrec";

  static std::span<const SettingSpec> settings();
  // Errors: kInvalidArgument where num_heads does not divide num_factors; kInvalidInteractions where nobody met two
  // items; kTooLarge.
  static Result<std::unique_ptr<Trainer>> make_trainer(const Settings& settings, const TrainingData& data,
                                                       std::uint64_t seed, ThreadPool& pool);
  static Result<std::unique_ptr<Model>> read(const TensorFile& file, Held<float> item_counts, std::string config);

  // Of a network as it was trained. item_factors: (num_items, num_factors), row-major; weights: the parameters behind
  // them.
  static std::unique_ptr<Sasrec> of_network(const TransformerShape& shape, std::vector<float> item_factors,
                                            std::vector<float> weights, Held<float> item_counts, std::string config);

  // weights: the network's parameters behind the item factors, of which the mean is taken off.
  Sasrec(const TransformerShape& shape, ItemFactors factors, std::vector<float> weights, Held<float> item_counts,
         std::string config);
  ~Sasrec() override;

  std::string_view name() const override { return kName; }
  // 1 where positions count from the end: then each item makes it read all anew as it is.
  std::size_t hop() const override;
  void write(TensorFile& file) const override;
  std::unique_ptr<SequenceMemory> make_memory() const override;

 private:
  struct Parts;
  std::unique_ptr<const Parts> parts_;
};

}  // namespace inkling
