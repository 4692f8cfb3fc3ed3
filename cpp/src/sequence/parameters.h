#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "inkling/random.h"

namespace inkling {

// One tensor among a network's numbers, which all lie in one vector.
struct Parameter {
  enum class Start { kRandom, kZeros, kOnes };
  std::string name;
  std::vector<std::int64_t> shape;
  Start start;
  std::size_t offset;
  std::size_t size;
};

class ParameterTable {
 public:
  // Returns the place of the first number.
  std::size_t add(std::string name, std::vector<std::int64_t> shape, Parameter::Start start) {
    std::size_t count = 1;
    for (const std::int64_t side : shape) count *= static_cast<std::size_t>(side);
    parameters_.push_back({std::move(name), std::move(shape), start, size_, count});
    size_ += count;
    return parameters_.back().offset;
  }

  std::span<const Parameter> parameters() const { return parameters_; }
  std::size_t size() const { return size_; }

  // Numbers to begin training with: normal ones of this standard deviation, zeros and ones.
  std::vector<float> start_values(float stddev, Random& random) const {
    std::vector<float> values(size_);
    for (const Parameter& parameter : parameters_) {
      for (std::size_t n = 0; n < parameter.size; ++n) {
        float& value = values[parameter.offset + n];
        if (parameter.start == Parameter::Start::kRandom) value = stddev * random.normal();
        if (parameter.start == Parameter::Start::kOnes) value = 1;
      }
    }
    return values;
  }

 private:
  std::vector<Parameter> parameters_;
  std::size_t size_ = 0;
};

}  // namespace inkling
