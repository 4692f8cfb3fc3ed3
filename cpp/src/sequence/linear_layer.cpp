#include "sequence/linear_layer.h"

#include <algorithm>

#include "kernels/matrix_product.h"

namespace inkling {

void LinearLayer::forward(const float* parameters, const float* x, std::size_t rows, float* out) const {
  for (std::size_t r = 0; r < rows; ++r) std::copy_n(parameters + bias, outputs, out + r * outputs);
  kernels::add_product({rows, inputs, outputs}, {x, inputs}, {parameters + weights, outputs}, {out, outputs});
}

void LinearLayer::transpose(const float* parameters, std::vector<float>& out) const {
  out.resize(inputs * outputs);
  kernels::transpose(inputs, outputs, {parameters + weights, outputs}, {out.data(), inputs});
}

void LinearLayer::backward(const std::vector<float>& transposed, const float* x, std::size_t rows,
                           const float* out_gradients, float* gradients, float* x_gradients) const {
  for (std::size_t r = 0; r < rows; ++r) {
    const float* row = out_gradients + r * outputs;
    for (std::size_t c = 0; c < outputs; ++c) gradients[bias + c] += row[c];
  }
  kernels::add_transposed_product({inputs, rows, outputs}, {x, inputs}, {out_gradients, outputs},
                                  {gradients + weights, outputs});
  if (x_gradients == nullptr) return;
  kernels::add_product({rows, outputs, inputs}, {out_gradients, outputs}, {transposed.data(), inputs},
                       {x_gradients, inputs});
}

}  // namespace inkling
