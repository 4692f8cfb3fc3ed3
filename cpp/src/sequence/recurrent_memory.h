#pragma once

#include <vector>

#include "inkling/item_factors.h"
#include "sequence/recurrent.h"
#include "sequence/sequence_memory.h"

namespace inkling {

// The state of a gated recurrent unit after each item.
class RecurrentMemory final : public SequenceMemory {
 public:
  // network: of no items, its weights accordingly.
  RecurrentMemory(const Recurrent& network, const std::vector<float>& weights, const ItemFactors& factors)
      : network_(network), weights_(weights), factors_(factors), states_(network.num_factors()) {}

  void read(std::span<const std::int32_t> items) override;
  std::size_t size() const override { return states_.size() / network_.num_factors() - 1; }
  const float* state() const override { return states_.data() + states_.size() - network_.num_factors(); }
  std::unique_ptr<SequenceMemory> first(std::size_t count) const override;

 private:
  const Recurrent& network_;
  const std::vector<float>& weights_;
  const ItemFactors& factors_;
  std::vector<float> states_;  // (items read + 1, num_factors); the first is zeros
};

}  // namespace inkling
