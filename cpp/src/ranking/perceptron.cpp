#include "ranking/perceptron.h"

#include <cmath>
#include <string>

#include "data/sparse_tensors.h"

namespace inkling {

float Perceptron::predict(std::span<const float> x) const {
  float sum = 0;
  const float* row = hidden.data();
  for (const float out : output) {
    float inner = row[num_features()];
    for (std::size_t f = 0; f < num_features(); ++f) inner += row[f] * (x[f] - means[f]) * scales[f];
    sum += out * std::tanh(inner);
    row += num_features() + 1;
  }
  return sum;
}

void Perceptron::add_gradient(std::span<const float> x, double factor, std::span<double> by_hidden,
                              std::span<double> by_output) const {
  const std::size_t width = num_features() + 1;
  for (std::size_t h = 0; h < num_hidden(); ++h) {
    const float* row = hidden.data() + h * width;
    float inner = row[width - 1];
    for (std::size_t f = 0; f + 1 < width; ++f) inner += row[f] * (x[f] - means[f]) * scales[f];
    const auto bent = static_cast<double>(std::tanh(inner));
    by_output[h] += factor * bent;
    const double back = factor * static_cast<double>(output[h]) * (1 - bent * bent);
    double* gradient = by_hidden.data() + h * width;
    for (std::size_t f = 0; f + 1 < width; ++f)
      gradient[f] += back * static_cast<double>((x[f] - means[f]) * scales[f]);
    gradient[width - 1] += back;
  }
}

void Perceptron::write(TensorFile& file) const {
  const auto features = static_cast<std::int64_t>(num_features());
  const auto count = static_cast<std::int64_t>(num_hidden());
  file.add("perceptron.means", std::span<const float>(means), {features});
  file.add("perceptron.scales", std::span<const float>(scales), {features});
  file.add("perceptron.hidden", std::span<const float>(hidden), {count, features + 1});
  file.add("perceptron.output", std::span<const float>(output), {count});
}

Result<Perceptron> Perceptron::read(const TensorFile& file, std::size_t num_features) {
  Perceptron out;
  const auto get = [&](const char* name, std::size_t dimensions, std::vector<float>& values) -> Status {
    if (Status s = file.get(name, dimensions, values); !s.ok()) return s;
    return check_finite(values, name);
  };
  if (Status s = get("perceptron.means", 1, out.means); !s.ok()) return s;
  if (Status s = get("perceptron.scales", 1, out.scales); !s.ok()) return s;
  if (Status s = get("perceptron.hidden", 2, out.hidden); !s.ok()) return s;
  if (Status s = get("perceptron.output", 1, out.output); !s.ok()) return s;
  if (out.means.size() != num_features || out.scales.size() != num_features ||
      out.hidden.size() != out.output.size() * (num_features + 1)) {
    return Status(ErrorCode::kCorruptModelFile, "the perceptron of the model file does not fit its features");
  }
  return out;
}

}  // namespace inkling
