#include "sequence/recurrent.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "kernels/dot.h"

namespace inkling {

namespace {

float sigmoid(float x) { return 1 / (1 + std::exp(-x)); }

// The rows are worked on item by item: first those of every sequence's first item, the longest sequence first, then of
// every second item …
class RecurrentPass final : public SequencePass {
 public:
  explicit RecurrentPass(const Recurrent& network) : network_(network), width_(network.num_factors()) {}

  void refresh(const float* parameters) override {
    network_.input().transpose(parameters, input_transposed_);
    network_.recurrence().transpose(parameters, recurrence_transposed_);
  }

  const float* forward(const float* parameters, const SequenceGroup& group, Dropout* dropout) override {
    order_rows(group);
    const std::size_t rows = group.num_rows();
    inputs_.resize(rows * width_);
    for (std::size_t row = 0; row < rows; ++row) {
      const auto item = static_cast<std::size_t>(group.items[group_rows_[row]]);
      std::copy_n(parameters + item * width_, width_, inputs_.data() + row * width_);
    }
    if (dropout != nullptr) {
      mask_.resize(inputs_.size());
      dropout->draw(mask_.data(), mask_.size());
      dropout->apply(mask_.data(), mask_.size(), inputs_.data(), inputs_.data());
    }
    from_input_.resize(rows * 3 * width_);
    network_.input().forward(parameters, inputs_.data(), rows, from_input_.data());
    from_state_.resize(rows * 3 * width_);
    gates_.resize(rows * 3 * width_);
    hidden_.resize(rows * width_);
    before_.assign(rows * width_, 0.0f);
    for (std::size_t t = 0; t + 1 < steps_.size(); ++t) {
      const std::size_t begin = steps_[t];
      const std::size_t count = steps_[t + 1] - begin;
      float* before = before_.data() + begin * width_;
      if (t > 0) std::copy_n(hidden_.data() + steps_[t - 1] * width_, count * width_, before);
      network_.recurrence().forward(parameters, before, count, from_state_.data() + begin * 3 * width_);
      for (std::size_t row = begin; row < begin + count; ++row) {
        Recurrent::step(width_, from_input_.data() + row * 3 * width_, from_state_.data() + row * 3 * width_,
                        before_.data() + row * width_, gates_.data() + row * 3 * width_, hidden_.data() + row * width_);
      }
    }
    states_.resize(rows * width_);
    if (dropout != nullptr) {
      state_mask_.resize(hidden_.size());
      dropout->draw(state_mask_.data(), state_mask_.size());
    }
    for (std::size_t row = 0; row < rows; ++row) {
      float* state = states_.data() + group_rows_[row] * width_;
      std::copy_n(hidden_.data() + row * width_, width_, state);
      if (dropout != nullptr) dropout->apply(state_mask_.data() + row * width_, width_, state, state);
    }
    return states_.data();
  }

  void backward(const float* /*parameters*/, const SequenceGroup& group, const Dropout* dropout,
                const float* state_gradients, float* gradients) override {
    const std::size_t rows = group.num_rows();
    hidden_gradients_.resize(rows * width_);
    for (std::size_t row = 0; row < rows; ++row) {
      float* gradient = hidden_gradients_.data() + row * width_;
      std::copy_n(state_gradients + group_rows_[row] * width_, width_, gradient);
      if (dropout != nullptr) dropout->apply(state_mask_.data() + row * width_, width_, gradient, gradient);
    }
    input_gradients_.resize(rows * 3 * width_);
    state_part_.resize(rows * 3 * width_);
    for (std::size_t t = steps_.size() - 1; t-- > 0;) {
      const std::size_t begin = steps_[t];
      const std::size_t count = steps_[t + 1] - begin;
      before_gradients_.assign(count * width_, 0.0f);
      for (std::size_t row = begin; row < begin + count; ++row) {
        step_back(row, before_gradients_.data() + (row - begin) * width_);
      }
      network_.recurrence().backward(recurrence_transposed_, before_.data() + begin * width_, count,
                                     state_part_.data() + begin * 3 * width_, gradients, before_gradients_.data());
      if (t > 0) {
        kernels::axpy(1, before_gradients_.data(), hidden_gradients_.data() + steps_[t - 1] * width_, count * width_);
      }
    }
    factor_gradients_.assign(rows * width_, 0.0f);
    network_.input().backward(input_transposed_, inputs_.data(), rows, input_gradients_.data(), gradients,
                              factor_gradients_.data());
    if (dropout != nullptr) {
      dropout->apply(mask_.data(), mask_.size(), factor_gradients_.data(), factor_gradients_.data());
    }
    for (std::size_t row = 0; row < rows; ++row) {
      const auto item = static_cast<std::size_t>(group.items[group_rows_[row]]);
      kernels::axpy(1, factor_gradients_.data() + row * width_, gradients + item * width_, width_);
    }
  }

 private:
  void order_rows(const SequenceGroup& group) {
    std::vector<std::size_t> sequences(group.num_sequences());
    std::iota(sequences.begin(), sequences.end(), std::size_t{0});
    const auto length = [&](std::size_t n) { return group.offsets[n + 1] - group.offsets[n]; };
    std::stable_sort(sequences.begin(), sequences.end(),
                     [&](std::size_t a, std::size_t b) { return length(a) > length(b); });
    group_rows_.clear();
    steps_.assign(1, 0);
    for (std::size_t t = 0; group_rows_.size() < group.num_rows(); ++t) {
      for (const std::size_t n : sequences) {
        if (length(n) <= t) break;
        group_rows_.push_back(group.offsets[n] + t);
      }
      steps_.push_back(group_rows_.size());
    }
  }

  // The gradients of what goes into a row's gates, and of the state before but for its way through the recurrence.
  void step_back(std::size_t row, float* before_gradient) {
    const float* gates = gates_.data() + row * 3 * width_;
    const float* from_state = from_state_.data() + row * 3 * width_;
    const float* before = before_.data() + row * width_;
    const float* gradient = hidden_gradients_.data() + row * width_;
    float* to_input = input_gradients_.data() + row * 3 * width_;
    float* to_state = state_part_.data() + row * 3 * width_;
    for (std::size_t c = 0; c < width_; ++c) {
      const float reset = gates[c];
      const float update = gates[width_ + c];
      const float fresh = gates[2 * width_ + c];
      const float of_fresh = gradient[c] * (1 - update) * (1 - fresh * fresh);
      const float of_update = gradient[c] * (before[c] - fresh) * update * (1 - update);
      const float of_reset = of_fresh * from_state[2 * width_ + c] * reset * (1 - reset);
      before_gradient[c] += gradient[c] * update;
      to_input[c] = to_state[c] = of_reset;
      to_input[width_ + c] = to_state[width_ + c] = of_update;
      to_input[2 * width_ + c] = of_fresh;
      to_state[2 * width_ + c] = of_fresh * reset;
    }
  }

  const Recurrent& network_;
  std::size_t width_;
  std::vector<std::size_t> group_rows_;  // which row of the group each is
  std::vector<std::size_t> steps_;       // where the rows of each item begin
  std::vector<float> input_transposed_;
  std::vector<float> recurrence_transposed_;
  std::vector<float> inputs_;      // (rows, width)
  std::vector<float> from_input_;  // (rows, 3 width)
  std::vector<float> from_state_;  // (rows, 3 width)
  std::vector<float> gates_;       // (rows, 3 width)
  std::vector<float> before_;      // (rows, width): the state before
  std::vector<float> hidden_;      // (rows, width)
  std::vector<float> states_;      // (rows, width), in the group's order
  std::vector<std::uint8_t> mask_;
  std::vector<std::uint8_t> state_mask_;
  std::vector<float> hidden_gradients_;  // (rows, width)
  std::vector<float> input_gradients_;   // (rows, 3 width)
  std::vector<float> state_part_;        // (rows, 3 width)
  std::vector<float> before_gradients_;
  std::vector<float> factor_gradients_;  // (rows, width)
};

}  // namespace

Recurrent::Recurrent(std::size_t num_items, std::size_t num_factors)
    : input_{num_factors, 3 * num_factors, 0, 0}, recurrence_{num_factors, 3 * num_factors, 0, 0} {
  using Start = Parameter::Start;
  const auto width = static_cast<std::int64_t>(num_factors);
  table_.add("item_factors", {static_cast<std::int64_t>(num_items), width}, Start::kRandom);
  input_.weights = table_.add("input.weights", {width, 3 * width}, Start::kRandom);
  input_.bias = table_.add("input.bias", {3 * width}, Start::kZeros);
  recurrence_.weights = table_.add("recurrence.weights", {width, 3 * width}, Start::kRandom);
  recurrence_.bias = table_.add("recurrence.bias", {3 * width}, Start::kZeros);
}

float Recurrent::start_stddev() const { return 1 / std::sqrt(3 * static_cast<float>(num_factors())); }

std::unique_ptr<SequencePass> Recurrent::make_pass() const { return std::make_unique<RecurrentPass>(*this); }

void Recurrent::step(std::size_t num_factors, const float* from_input, const float* from_state, const float* state,
                     float* gates, float* next) {
  for (std::size_t c = 0; c < num_factors; ++c) {
    const std::size_t z = num_factors + c;
    const std::size_t n = 2 * num_factors + c;
    gates[c] = sigmoid(from_input[c] + from_state[c]);
    gates[z] = sigmoid(from_input[z] + from_state[z]);
    gates[n] = std::tanh(from_input[n] + gates[c] * from_state[n]);
    next[c] = (1 - gates[z]) * gates[n] + gates[z] * state[c];
  }
}

}  // namespace inkling
