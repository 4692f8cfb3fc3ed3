#include "sequence/sequence_tensors.h"

#include <cmath>

#include "data/sparse_tensors.h"
#include "kernels/quantized.h"

namespace inkling {

namespace {

std::size_t at(std::int64_t size) { return static_cast<std::size_t>(size); }

void write_integers(const Parameter& parameter, const float* values, TensorFile& file) {
  const std::size_t rows = at(parameter.shape[0]);
  const std::size_t columns = at(parameter.shape[1]);
  std::vector<std::int8_t> integers(parameter.size);
  std::vector<float> scales(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    scales[row] = kernels::quantize_row(values + row * columns, columns, integers.data() + row * columns);
  }
  file.add(parameter.name, std::span<const std::int8_t>(integers), parameter.shape);
  file.add(parameter.name + ".scales", std::span<const float>(scales), {parameter.shape[0]});
}

Status read_integers(const TensorFile& file, const Parameter& parameter, std::vector<float>& values) {
  Held<std::int8_t> integers;
  std::vector<float> scales;
  if (Status s = file.view(parameter.name, 2, integers); !s.ok()) return s;
  if (Status s = file.get(parameter.name + ".scales", 1, scales); !s.ok()) return s;
  if (scales.size() != at(parameter.shape[0])) {
    return {ErrorCode::kCorruptModelFile, "tensor \"" + parameter.name + ".scales\" does not have one number a row"};
  }
  values.resize(integers.size());
  const std::size_t columns = at(parameter.shape[1]);
  for (std::size_t row = 0; row < scales.size(); ++row) {
    kernels::dequantize_row(scales[row], integers.values.data() + row * columns, columns,
                            values.data() + row * columns);
  }
  return {};
}

}  // namespace

void write_parameters(const ParameterTable& table, const std::vector<float>& weights, TensorFile& file) {
  for (const Parameter& parameter : table.parameters()) {
    if (parameter.size == 0) continue;
    const float* values = weights.data() + parameter.offset;
    if (parameter.shape.size() == 2 && file.factor_storage() == FactorStorage::kInt8) {
      write_integers(parameter, values, file);
    } else {
      file.add(parameter.name, std::span(values, parameter.size), parameter.shape);
    }
  }
}

Status read_parameters(const TensorFile& file, const ParameterTable& table, std::vector<float>& weights) {
  // Before there is room for them: a file that only says so must not ask for gigabytes.
  for (const Parameter& parameter : table.parameters()) {
    const Tensor* tensor = file.find(parameter.name);
    if (parameter.size > 0 && (tensor == nullptr || tensor->shape != parameter.shape)) {
      return {ErrorCode::kCorruptModelFile,
              "tensor \"" + parameter.name + "\" is not there, or has another shape than the network's own"};
    }
  }
  weights.resize(table.size());
  for (const Parameter& parameter : table.parameters()) {
    if (parameter.size == 0) continue;
    std::vector<float> values;
    const Tensor* tensor = file.find(parameter.name);
    const bool integers = tensor != nullptr && tensor->type == Tensor::Type::kI8 && parameter.shape.size() == 2;
    if (Status s = integers ? read_integers(file, parameter, values)
                            : file.get(parameter.name, parameter.shape.size(), values);
        !s.ok()) {
      return s;
    }
    if (Status s = check_finite(values, parameter.name); !s.ok()) return s;
    std::copy(values.begin(), values.end(), weights.begin() + static_cast<std::ptrdiff_t>(parameter.offset));
  }
  return {};
}

}  // namespace inkling
