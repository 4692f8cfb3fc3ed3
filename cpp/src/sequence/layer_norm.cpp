#include "sequence/layer_norm.h"

#include <cmath>

#include "kernels/dot.h"

namespace inkling {

void LayerNorm::forward(const float* x, std::size_t rows, const float* gain, const float* bias, float* out,
                        Kept* kept) const {
  if (kept != nullptr) {
    kept->normalized.resize(rows * width);
    kept->scales.resize(rows);
  }
  for (std::size_t r = 0; r < rows; ++r, x += width, out += width) {
    float mean = 0;
    for (std::size_t c = 0; c < width; ++c) mean += x[c];
    mean /= static_cast<float>(width);
    float variance = 0;
    for (std::size_t c = 0; c < width; ++c) variance += (x[c] - mean) * (x[c] - mean);
    const float scale = 1 / std::sqrt(variance / static_cast<float>(width) + epsilon);
    float* normalized = kept != nullptr ? kept->normalized.data() + r * width : out;
    for (std::size_t c = 0; c < width; ++c) normalized[c] = (x[c] - mean) * scale;
    for (std::size_t c = 0; c < width; ++c) out[c] = gain[c] * normalized[c] + bias[c];
    if (kept != nullptr) kept->scales[r] = scale;
  }
}

void LayerNorm::backward(const float* out_gradient, std::size_t rows, const float* gain, const Kept& kept,
                         float* x_gradient, float* gain_gradient, float* bias_gradient) const {
  std::vector<float> scaled(width);
  for (std::size_t r = 0; r < rows; ++r, out_gradient += width, x_gradient += width) {
    const float* normalized = kept.normalized.data() + r * width;
    for (std::size_t c = 0; c < width; ++c) {
      gain_gradient[c] += out_gradient[c] * normalized[c];
      bias_gradient[c] += out_gradient[c];
      scaled[c] = out_gradient[c] * gain[c];
    }
    float sum = 0;
    for (std::size_t c = 0; c < width; ++c) sum += scaled[c];
    const float mean = sum / static_cast<float>(width);
    const float slope = kernels::dot(scaled.data(), normalized, width) / static_cast<float>(width);
    for (std::size_t c = 0; c < width; ++c) {
      x_gradient[c] += kept.scales[r] * (scaled[c] - mean - normalized[c] * slope);
    }
  }
}

}  // namespace inkling
