#pragma once

#include <cstddef>
#include <vector>

namespace inkling {

// out = x W + bias, with W: (inputs, outputs), row-major. Where W and its bias stand among a network's parameters.
struct LinearLayer {
  std::size_t inputs;
  std::size_t outputs;
  std::size_t weights;
  std::size_t bias;

  // x: (rows, inputs); out: (rows, outputs).
  void forward(const float* parameters, const float* x, std::size_t rows, float* out) const;
  // Wᵀ, for backward().
  void transpose(const float* parameters, std::vector<float>& out) const;
  // transposed: of transpose(). Adds to gradients (laid out as the parameters) and, unless null, to x_gradients.
  void backward(const std::vector<float>& transposed, const float* x, std::size_t rows, const float* out_gradients,
                float* gradients, float* x_gradients) const;
};

}  // namespace inkling
