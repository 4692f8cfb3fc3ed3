#pragma once

#include <cstddef>
#include <vector>

#include "sequence/linear_layer.h"
#include "sequence/sequence_network.h"

namespace inkling {

// GRU4Rec: Hidasi, Karatzoglou, Baltrunas & Tikk, "Session-based recommendations with recurrent neural networks", ICLR
// 2016, with the gated recurrent unit of Cho et al., EMNLP 2014:
//
//   r = σ(x W_r + h U_r + b_r);  z = σ(x W_z + h U_z + b_z);  n = tanh(x W_n + b_n + r ∘ (h U_n + c_n))
//   h = (1 - z) ∘ n + z ∘ h
//
// x: the factors of the item, h: the state, which begins as zeros.
class Recurrent final : public SequenceNetwork {
 public:
  Recurrent(std::size_t num_items, std::size_t num_factors);

  const ParameterTable& table() const override { return table_; }
  std::size_t num_factors() const override { return input_.inputs; }
  // Sequences go side by side, one item of each at a time: the more, the better.
  std::size_t rows_of_group() const override { return std::size_t{1} << 14; }
  // That of uniform numbers up to 1 / sqrt(num_factors).
  float start_stddev() const override;
  std::unique_ptr<SequencePass> make_pass() const override;

  // r, z and n side by side: (num_factors, 3 num_factors).
  const LinearLayer& input() const { return input_; }
  const LinearLayer& recurrence() const { return recurrence_; }

  // One step: gates become r, z and n in place of what goes into them. from_input, from_state: (3 num_factors) each;
  // state, next: num_factors, may be the same.
  static void step(std::size_t num_factors, const float* from_input, const float* from_state, const float* state,
                   float* gates, float* next);

 private:
  ParameterTable table_;
  LinearLayer input_;
  LinearLayer recurrence_;
};

}  // namespace inkling
