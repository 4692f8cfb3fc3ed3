// The gated recurrent unit against a naive twin in double precision, in training and in serving.

#include "sequence/recurrent.h"

#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <vector>

#include "expect.h"
#include "inkling/gru.h"
#include "inkling/random.h"
#include "sample_data.h"
#include "sequence/recurrent_memory.h"

namespace inkling {

namespace {

constexpr std::size_t kItemsOfUnit = 20;
constexpr std::size_t kWidth = 6;
using State = std::vector<double>;

double number_at(const std::vector<float>& parameters, std::size_t place) {
  return static_cast<double>(parameters[place]);
}

// Column `gate * kWidth + c` of x W + bias.
double gate_input(const std::vector<float>& parameters, const LinearLayer& layer, const State& x, std::size_t gate,
                  std::size_t c) {
  const std::size_t column = gate * kWidth + c;
  double sum = number_at(parameters, layer.bias + column);
  for (std::size_t k = 0; k < kWidth; ++k) {
    sum += x[k] * number_at(parameters, layer.weights + k * layer.outputs + column);
  }
  return sum;
}

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

// The state after each item, by the formulas of recurrent.h.
std::vector<State> naive_states(const Recurrent& network, const std::vector<float>& parameters,
                                const std::vector<std::int32_t>& items) {
  std::vector<State> states;
  State state(kWidth);
  for (const std::int32_t item : items) {
    State x(kWidth);
    for (std::size_t c = 0; c < kWidth; ++c) {
      x[c] = number_at(parameters, static_cast<std::size_t>(item) * kWidth + c);
    }
    State next(kWidth);
    for (std::size_t c = 0; c < kWidth; ++c) {
      const auto both = [&](std::size_t gate) {
        return gate_input(parameters, network.input(), x, gate, c) +
               gate_input(parameters, network.recurrence(), state, gate, c);
      };
      const double reset = logistic(both(0));
      const double kept = logistic(both(1));
      const double fresh = std::tanh(gate_input(parameters, network.input(), x, 2, c) +
                                     reset * gate_input(parameters, network.recurrence(), state, 2, c));
      next[c] = (1 - kept) * fresh + kept * state[c];
    }
    state = next;
    states.push_back(state);
  }
  return states;
}

double furthest_from(const State& expected, const float* state) {
  Furthest furthest;
  for (std::size_t c = 0; c < kWidth; ++c) furthest.add(static_cast<double>(state[c]), expected[c]);
  return furthest.value();
}

std::vector<std::int32_t> drawn_items(std::size_t count, Random& random) {
  std::vector<std::int32_t> items;
  for (std::size_t n = 0; n < count; ++n) items.push_back(static_cast<std::int32_t>(random.below(kItemsOfUnit)));
  return items;
}

}  // namespace

TEST_CASE("a recurrent unit is trained by the states of its naive twin, and serves by them") {
  Random random(8);
  const Recurrent network(kItemsOfUnit, kWidth);
  std::vector<float> parameters = network.table().start_values(0.5f, random);
  for (float& parameter : parameters) parameter += 0.3f * random.normal();
  const std::size_t end_of_items = kItemsOfUnit * kWidth;
  const std::vector<float> item_factors(parameters.begin(), parameters.begin() + end_of_items);
  const std::vector<float> weights(parameters.begin() + end_of_items, parameters.end());
  const Recurrent without_items(0, kWidth);
  const ItemFactors factors(item_factors, kWidth);

  SequenceGroup group;
  std::vector<State> expected;
  for (const std::size_t length : {3, 1, 9, 5}) {
    const auto items = drawn_items(length, random);
    group.items.insert(group.items.end(), items.begin(), items.end());
    group.offsets.push_back(group.items.size());
    const std::vector<State> states = naive_states(network, parameters, items);
    expected.insert(expected.end(), states.begin(), states.end());

    RecurrentMemory grown(without_items, weights, factors);
    for (std::size_t n = 0; n < items.size(); ++n) {
      grown.read(std::span(items).subspan(n, 1));
      CHECK(furthest_from(states[n], grown.state()) < 1e-5);
    }
    RecurrentMemory at_once(without_items, weights, factors);
    at_once.read(items);
    CHECK(furthest_from(states.back(), at_once.state()) < 1e-5);
  }
  const std::unique_ptr<SequencePass> pass = network.make_pass();
  pass->refresh(parameters.data());
  const float* states = pass->forward(parameters.data(), group, nullptr);
  for (std::size_t row = 0; row < expected.size(); ++row) {
    CHECK(furthest_from(expected[row], states + row * kWidth) < 1e-5);
  }
}

TEST_CASE("a model of a recurrent unit scores items as the unit does, but for what all have in common") {
  Random random(9);
  const Recurrent network(kItemsOfUnit, kWidth);
  std::vector<float> parameters = network.table().start_values(0.5f, random);
  for (float& parameter : parameters) parameter += 0.3f * random.normal();
  const std::size_t end_of_items = kItemsOfUnit * kWidth;
  const auto model = Gru::of_network(10, kWidth, {parameters.begin(), parameters.begin() + end_of_items},
                                     {parameters.begin() + end_of_items, parameters.end()},
                                     std::vector<float>(kItemsOfUnit, 1.0f), "{}");
  const std::vector<std::int32_t> items = {3, 7, 1, 12};
  std::vector<HistoryEntry> history;
  for (const std::int32_t item : items) history.push_back({item, 1});
  const State state = naive_states(network, parameters, items).back();
  const std::vector<float> scores = scores_of(*model, history);
  const auto naive_score = [&](std::size_t item) {
    double sum = 0;
    for (std::size_t c = 0; c < kWidth; ++c) sum += state[c] * number_at(parameters, item * kWidth + c);
    return sum;
  };
  Furthest furthest;
  for (std::size_t item = 1; item < kItemsOfUnit; ++item) {
    furthest.add(static_cast<double>(scores[item] - scores[0]), naive_score(item) - naive_score(0));
  }
  CHECK(furthest.value() < 1e-5);
}

}  // namespace inkling
