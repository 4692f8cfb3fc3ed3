#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sequence/dropout.h"

namespace inkling {

// Scaled dot-product attention in which nothing sees what comes after it: Vaswani et al., NeurIPS 2017. For each of
// num_heads parts of a row: out_t = Σ over s <= t of softmax_s(q_t · k_s / sqrt(length of the part)) v_s.
//
// The rows of several sequences lie one after the other; offsets: where each begins, and behind the last one where it
// ends. A sequence of n rows costs about 2 n² width flops forward and twice that backward.
class CausalAttention {
 public:
  CausalAttention(std::size_t width, std::size_t num_heads)
      : width_(width), num_heads_(num_heads), head_width_(width / num_heads) {}

  // What backward() needs of a forward pass.
  struct Kept {
    std::vector<float> weights;      // of each sequence and head: (rows, rows, padded), 0 where s > t
    std::vector<std::uint8_t> mask;  // the same, of dropout
  };

  // Room to work in, of one thread.
  struct Desk {
    std::vector<float> transposed;  // (head width, rows, padded)
    std::vector<float> dropped;     // some rows of weights, after dropout
    std::vector<float> gradients;   // the same, gradients
  };

  // inputs: (rows, 3 width): query, key and value side by side; out: (rows, width). dropout: of the weights, or null.
  void forward(const float* inputs, std::span<const std::size_t> offsets, Dropout* dropout, float* out, Kept& kept,
               Desk& desk) const;
  // Adds to input_gradients.
  void backward(const float* inputs, std::span<const std::size_t> offsets, const Dropout* dropout,
                const float* out_gradients, const Kept& kept, float* input_gradients, Desk& desk) const;

 private:
  std::size_t width_;
  std::size_t num_heads_;
  std::size_t head_width_;
};

}  // namespace inkling
