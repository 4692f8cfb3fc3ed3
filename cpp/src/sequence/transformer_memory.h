#pragma once

#include <vector>

#include "inkling/item_factors.h"
#include "sequence/sequence_memory.h"
#include "sequence/transformer.h"

namespace inkling {

// The keys and values that a transformer made of the items read so far: a further item costs one row of products and
// its attention. Where positions count from the end, each new item moves all others, and all is read again.
class TransformerMemory final : public SequenceMemory {
 public:
  // The rows of padding, of which all are the same: a key and a value of each block.
  struct PaddingRow {
    std::vector<float> key;
    std::vector<float> value;
  };
  static std::vector<PaddingRow> padding_rows(const Transformer& network, const float* weights);

  // network: of no items, its weights accordingly; padding: of padding_rows(), or empty.
  TransformerMemory(const Transformer& network, const std::vector<float>& weights, const ItemFactors& factors,
                    const std::vector<PaddingRow>& padding);

  void read(std::span<const std::int32_t> items) override;
  std::size_t size() const override { return items_.size(); }
  const float* state() const override { return state_.data(); }
  std::unique_ptr<SequenceMemory> first(std::size_t count) const override;
  std::vector<float> attention() const override;

 private:
  // Of a block, a head after the other: (capacity, head width) each.
  struct Cache {
    std::vector<float> keys;
    std::vector<float> values;
  };

  void read_rows(std::size_t begin);
  void read_block(std::size_t block, std::size_t begin, std::size_t rows);
  void attend(std::size_t block, std::size_t place, const float* query, float* out);

  const Transformer& network_;
  const std::vector<float>& weights_;
  const ItemFactors& factors_;
  const std::vector<PaddingRow>& padding_;
  std::vector<std::int32_t> items_;
  std::vector<Cache> caches_;
  std::vector<float> stream_;  // (rows, width)
  std::vector<float> input_;   // (rows, width)
  std::vector<float> heads_input_;
  std::vector<float> heads_;
  std::vector<float> hidden_;
  std::vector<float> scores_;
  std::vector<float> attention_;  // of the newest item, not yet divided
  std::vector<float> state_;
};

}  // namespace inkling
