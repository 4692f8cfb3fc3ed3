#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace inkling {

// Adam: Kingma & Ba, ICLR 2015.
class Adam {
 public:
  struct Rates {
    float learning_rate = 1e-3f;
    float first_decay = 0.9f;    // β₁
    float second_decay = 0.98f;  // β₂, as SASRec has it
    float epsilon = 1e-8f;
  };
  struct State {
    std::vector<float> first;   // moving average of gradients
    std::vector<float> second;  // … of their squares
    std::int64_t steps = 0;
  };

  explicit Adam(std::size_t size) : state_{std::vector<float>(size), std::vector<float>(size), 0} {}

  // Begins a step, which update() then makes for every range of parameters once.
  void begin(const Rates& rates) {
    ++state_.steps;
    rates_ = rates;
    const auto steps = static_cast<double>(state_.steps);
    first_scale_ = static_cast<float>(1 / (1 - std::pow(static_cast<double>(rates.first_decay), steps)));
    second_scale_ = static_cast<float>(1 / (1 - std::pow(static_cast<double>(rates.second_decay), steps)));
  }

  void update(std::size_t begin, std::span<const float> gradients, float* parameters) {
    float* first = state_.first.data() + begin;
    float* second = state_.second.data() + begin;
    const Rates& rates = rates_;
    for (std::size_t i = 0; i < gradients.size(); ++i) {
      const float gradient = gradients[i];
      first[i] += (1 - rates.first_decay) * (gradient - first[i]);
      second[i] += (1 - rates.second_decay) * (gradient * gradient - second[i]);
      const float change = first[i] * first_scale_ / (std::sqrt(second[i] * second_scale_) + rates.epsilon);
      parameters[i] -= rates.learning_rate * change;
    }
  }

  State& state() { return state_; }
  const State& state() const { return state_; }

 private:
  State state_;
  Rates rates_;
  float first_scale_ = 1;
  float second_scale_ = 1;
};

}  // namespace inkling
