#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "inkling/status.h"
#include "inkling/tensor_file.h"

namespace inkling {

// A perceptron of two layers: sum over h of v_h tanh(sum over f of W_hf (x_f - mean_f) scale_f + b_h). (Rumelhart,
// Hinton & Williams, Nature 1986.)
struct Perceptron {
  std::vector<float> means;   // (num_features)
  std::vector<float> scales;  // (num_features)
  std::vector<float> hidden;  // (num_hidden, num_features + 1), row-major: W, and b in the last column
  std::vector<float> output;  // (num_hidden): v

  std::size_t num_features() const { return means.size(); }
  std::size_t num_hidden() const { return output.size(); }
  float predict(std::span<const float> x) const;
  // Adds `factor` times the gradient of predict(x) by `hidden` and `output` to these.
  void add_gradient(std::span<const float> x, double factor, std::span<double> by_hidden,
                    std::span<double> by_output) const;

  void write(TensorFile& file) const;
  // Errors: kCorruptModelFile.
  static Result<Perceptron> read(const TensorFile& file, std::size_t num_features);
};

}  // namespace inkling
