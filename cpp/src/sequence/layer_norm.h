#pragma once

#include <cstddef>
#include <vector>

namespace inkling {

// Layer normalization: Ba, Kiros & Hinton 2016. out = gain ∘ (x - mean) / sqrt(variance + ε) + bias, a row at a time.
struct LayerNorm {
  std::size_t width;
  float epsilon;

  // What backward() needs of a forward pass.
  struct Kept {
    std::vector<float> normalized;  // (rows, width): before gain and bias
    std::vector<float> scales;      // rows: 1 / sqrt(variance + ε)
  };

  // x, out: (rows, width), may be the same; gain, bias: width; kept: null where there is no way back.
  void forward(const float* x, std::size_t rows, const float* gain, const float* bias, float* out, Kept* kept) const;
  // Adds to all three gradients. out_gradient, x_gradient: (rows, width).
  void backward(const float* out_gradient, std::size_t rows, const float* gain, const Kept& kept, float* x_gradient,
                float* gain_gradient, float* bias_gradient) const;
};

}  // namespace inkling
