// The layers of sequence models: each one's gradients against finite differences.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "expect.h"
#include "inkling/random.h"
#include "sample_data.h"
#include "sequence/causal_attention.h"
#include "sequence/dropout.h"
#include "sequence/layer_norm.h"
#include "sequence/linear_layer.h"
#include "sequence/next_item_loss.h"
#include "sequence/recurrent.h"
#include "sequence/transformer.h"
#include "slopes.h"

namespace inkling {

namespace {

double weighted_sum(const std::vector<float>& weights, const float* values) {
  double sum = 0;
  for (std::size_t n = 0; n < weights.size(); ++n) {
    sum += static_cast<double>(weights[n]) * static_cast<double>(values[n]);
  }
  return sum;
}

SequenceGroup group_of(const std::vector<std::vector<std::int32_t>>& sequences) {
  SequenceGroup group;
  for (const auto& sequence : sequences) {
    group.items.insert(group.items.end(), sequence.begin(), sequence.end());
    group.offsets.push_back(group.items.size());
  }
  return group;
}

// Checks every tensor of a network's parameters, with and without dropout.
void check_network(const SequenceNetwork& network, const SequenceGroup& group) {
  Random random(11);
  std::vector<float> parameters = network.table().start_values(0.3f, random);
  for (float& parameter : parameters) parameter += 0.1f * random.normal();
  const auto weights = random_numbers(group.num_rows() * network.num_factors(), random);
  for (const float rate : {0.0f, 0.4f}) {
    const std::unique_ptr<SequencePass> pass = network.make_pass();
    const auto forward = [&](const std::vector<float>& at, Dropout& dropout) {
      pass->refresh(at.data());
      return pass->forward(at.data(), group, dropout.active() ? &dropout : nullptr);
    };
    const auto loss = [&](const std::vector<float>& at) {
      Dropout dropout(rate, Random(5));
      return weighted_sum(weights, forward(at, dropout));
    };
    Dropout dropout(rate, Random(5));
    forward(parameters, dropout);
    std::vector<float> gradient(parameters.size());
    pass->backward(parameters.data(), group, dropout.active() ? &dropout : nullptr, weights.data(), gradient.data());
    for (const Parameter& tensor : network.table().parameters()) {
      CAPTURE(rate);
      CAPTURE(tensor.name);
      CHECK(error_of_slope(loss, parameters, gradient, tensor.offset, tensor.offset + tensor.size, 1e-3f, random) <
            0.02);
    }
  }
}

}  // namespace

TEST_CASE("dropout drops its share, scales up the rest and does the same for the same numbers") {
  Dropout dropout(0.25f, Random(1));
  std::vector<std::uint8_t> mask(80003);
  dropout.draw(mask.data(), mask.size());
  const auto kept = static_cast<double>(std::count(mask.begin(), mask.end(), 1));
  CHECK(kept / static_cast<double>(mask.size()) == doctest::Approx(0.75).epsilon(0.01));
  CHECK(dropout.scale() == doctest::Approx(1 / 0.75));
  std::vector<float> ones(mask.size(), 1.0f);
  dropout.apply(mask.data(), mask.size(), ones.data(), ones.data());
  for (std::size_t n = 0; n < ones.size(); ++n) CHECK(ones[n] == (mask[n] != 0 ? dropout.scale() : 0.0f));
  Dropout again(0.25f, Random(1));
  std::vector<std::uint8_t> same(mask.size());
  again.draw(same.data(), same.size());
  CHECK(same == mask);
  CHECK(!Dropout(0, Random(1)).active());
}

TEST_CASE("layer normalization has mean 0 and variance 1, and its gradients are its slopes") {
  Random random(2);
  for (const std::size_t width : {1, 5, 16, 37}) {
    CAPTURE(width);
    const std::size_t rows = 4;
    const LayerNorm norm{width, 1e-5f};
    // x, gain and bias side by side, as one vector of parameters.
    std::vector<float> all = random_numbers(rows * width + 2 * width, random);
    const auto weights = random_numbers(rows * width, random);
    std::vector<float> out(rows * width);
    const auto forward = [&](const std::vector<float>& at, LayerNorm::Kept* kept) {
      norm.forward(at.data(), rows, at.data() + rows * width, at.data() + (rows + 1) * width, out.data(), kept);
    };
    const auto loss = [&](const std::vector<float>& at) {
      forward(at, nullptr);
      return weighted_sum(weights, out.data());
    };
    LayerNorm::Kept kept;
    forward(all, &kept);
    std::vector<float> gradient(all.size());
    norm.backward(weights.data(), rows, all.data() + rows * width, kept, gradient.data(),
                  gradient.data() + rows * width, gradient.data() + (rows + 1) * width);
    if (width > 1) {
      CHECK(error_of_slope(loss, all, gradient, 0, rows * width, 1e-3f, random) < 0.01);
      CHECK(error_of_slope(loss, all, gradient, rows * width, (rows + 1) * width, 1e-3f, random) < 0.01);
      double sum = 0;
      double squares = 0;
      for (std::size_t c = 0; c < width; ++c) {
        sum += static_cast<double>(kept.normalized[c]);
        squares += static_cast<double>(kept.normalized[c]) * static_cast<double>(kept.normalized[c]);
      }
      CHECK(sum == doctest::Approx(0).epsilon(1e-4));
      CHECK(squares / static_cast<double>(width) == doctest::Approx(1).epsilon(1e-3));
    }
    CHECK(error_of_slope(loss, all, gradient, (rows + 1) * width, all.size(), 1e-3f, random) < 0.01);
  }
}

TEST_CASE("a linear layer's gradients are its slopes") {
  Random random(3);
  for (const std::size_t rows : {1, 9}) {
    const LinearLayer layer{7, 18, 4, 4 + 7 * 18};  // behind four numbers that are not its own
    const std::size_t end = layer.bias + layer.outputs;
    std::vector<float> all = random_numbers(end + rows * layer.inputs, random);
    const auto weights = random_numbers(rows * layer.outputs, random);
    std::vector<float> out(rows * layer.outputs);
    const auto loss = [&](const std::vector<float>& at) {
      layer.forward(at.data(), at.data() + end, rows, out.data());
      return weighted_sum(weights, out.data());
    };
    std::vector<float> transposed;
    layer.transpose(all.data(), transposed);
    std::vector<float> gradient(all.size());
    layer.backward(transposed, all.data() + end, rows, weights.data(), gradient.data(), gradient.data() + end);
    CHECK(error_of_slope(loss, all, gradient, layer.weights, layer.bias, 1e-2f, random) < 0.01);
    CHECK(error_of_slope(loss, all, gradient, layer.bias, end, 1e-2f, random) < 0.01);
    CHECK(error_of_slope(loss, all, gradient, end, all.size(), 1e-2f, random) < 0.01);
    CHECK(std::all_of(gradient.begin(), gradient.begin() + 4, [](float number) { return number == 0; }));
  }
}

TEST_CASE("causal attention sees nothing of what comes later, and its gradients are its slopes") {
  Random random(4);
  const std::vector<std::size_t> offsets = {0, 1, 36, 36 + 71};
  const std::size_t rows = offsets.back();
  for (const std::size_t num_heads : {1, 3}) {
    for (const float rate : {0.0f, 0.3f}) {
      CAPTURE(num_heads);
      CAPTURE(rate);
      const std::size_t width = 12;
      const CausalAttention attention(width, num_heads);
      CausalAttention::Desk desk;
      CausalAttention::Kept kept;
      const auto inputs = random_numbers(rows * 3 * width, random);
      const auto weights = random_numbers(rows * width, random);
      std::vector<float> out(rows * width);
      const auto forward = [&](const std::vector<float>& at) {
        Dropout dropout(rate, Random(7));
        attention.forward(at.data(), offsets, dropout.active() ? &dropout : nullptr, out.data(), kept, desk);
      };
      const auto loss = [&](const std::vector<float>& at) {
        forward(at);
        return weighted_sum(weights, out.data());
      };
      forward(inputs);
      const auto before = out;
      std::vector<float> gradient(inputs.size());
      const Dropout dropout(rate, Random(7));
      attention.backward(inputs.data(), offsets, dropout.active() ? &dropout : nullptr, weights.data(), kept,
                         gradient.data(), desk);
      CHECK(error_of_slope(loss, inputs, gradient, 0, inputs.size(), 1e-3f, random) < 0.01);

      // Another input of row 50, the 15th of the last sequence: nothing before it changes.
      auto changed = inputs;
      for (std::size_t c = 0; c < 3 * width; ++c) changed[50 * 3 * width + c] += 1;
      forward(changed);
      CHECK(std::equal(out.begin(), out.begin() + 50 * static_cast<std::ptrdiff_t>(width), before.begin()));
      CHECK(!std::equal(out.begin() + 50 * static_cast<std::ptrdiff_t>(width), out.end(),
                        before.begin() + 50 * static_cast<std::ptrdiff_t>(width)));
    }
  }
}

TEST_CASE("the gradients of every part of a transformer are its slopes") {
  TransformerShape shape{};
  shape.num_items = 9;
  shape.num_factors = 12;
  shape.num_blocks = 2;
  shape.num_heads = 2;
  shape.max_length = 40;
  shape.hidden = 20;
  shape.epsilon = 1e-5f;
  const SequenceGroup group = group_of({{3, 1, 4, 1, 5}, {8}, {2, 6, 5, 3, 5, 8, 0, 7, 3, 2, 3, 8, 4, 6, 2, 6, 4,
                                                               3, 3, 8, 3, 2, 7, 0, 5, 0, 2, 8, 8, 4, 1, 7, 1, 6}});
  for (const bool from_end : {false, true}) {
    shape.positions_from_end = from_end;
    check_network(Transformer(shape), group);
  }
}

TEST_CASE("the gradients of every part of a recurrent network are its slopes") {
  check_network(Recurrent(9, 10), group_of({{3, 1, 4, 1, 5}, {8}, {2, 6, 5, 3, 5, 8, 7, 0, 7}, {1, 1}}));
}

TEST_CASE("the gradients of every loss are its slopes, and so is its value what its formula says") {
  Random random(6);
  const std::size_t num_items = 23;
  const std::size_t num_factors = 6;
  const std::vector<std::int32_t> targets = {0, 22, 5, 5, 11};
  const std::size_t end = num_items * num_factors;
  using Kind = LossShape::Kind;
  for (const Kind kind : {Kind::kBinary, Kind::kCalibratedBinary, Kind::kSampledSoftmax, Kind::kSoftmax}) {
    CAPTURE(static_cast<int>(kind));
    // The factors, then the states.
    const auto all = random_numbers(end + targets.size() * num_factors, random);
    NextItemLoss loss({kind, 7, 0.6f}, num_items, num_factors);
    NextItemLoss::Desk desk;
    const float weight = 0.25f;
    std::vector<float> unused(all.size());
    const auto value = [&](const std::vector<float>& at, float* state_gradients, float* factor_gradients) {
      Random draws(9);
      loss.refresh(at.data());
      return loss.add(at.data(), at.data() + end, targets, weight, draws, state_gradients, factor_gradients, desk);
    };
    const auto weighted = [&](const std::vector<float>& at) {
      return static_cast<double>(weight) * value(at, unused.data() + end, unused.data());
    };
    std::vector<float> gradient(all.size());
    const double at_start = value(all, gradient.data() + end, gradient.data());
    CHECK(error_of_slope(weighted, all, gradient, 0, end, 2e-3f, random) < 0.01);
    CHECK(error_of_slope(weighted, all, gradient, end, all.size(), 2e-3f, random) < 0.01);

    // By the formulas, with the same draws.
    Random draws(9);
    double expected = 0;
    for (std::size_t n = 0; n < targets.size(); ++n) {
      const auto score = [&](std::size_t item) {
        double product = 0;
        for (std::size_t c = 0; c < num_factors; ++c) {
          product +=
              static_cast<double>(all[item * num_factors + c]) * static_cast<double>(all[end + n * num_factors + c]);
        }
        return product;
      };
      std::vector<std::size_t> others;
      for (std::size_t i = 0; kind == Kind::kSoftmax && i < num_items; ++i) {
        if (i != static_cast<std::size_t>(targets[n])) others.push_back(i);
      }
      for (int i = 0; kind != Kind::kSoftmax && i < 7; ++i) {
        const auto other = static_cast<std::size_t>(draws.below(num_items - 1));
        others.push_back(other < static_cast<std::size_t>(targets[n]) ? other : other + 1);
      }
      const double own = score(static_cast<std::size_t>(targets[n]));
      if (kind == Kind::kSoftmax || kind == Kind::kSampledSoftmax) {
        double total = std::exp(own);
        for (const std::size_t other : others) total += std::exp(score(other));
        expected -= own - std::log(total);
        continue;
      }
      const double alpha = 7.0 / 22;
      const double power = kind == Kind::kBinary ? 1 : alpha * ((1 - 1 / alpha) * 0.6 + 1 / alpha);
      expected += power * std::log(1 + std::exp(-own));
      for (const std::size_t other : others) expected += std::log(1 + std::exp(score(other)));
    }
    CHECK(at_start == doctest::Approx(expected).epsilon(1e-5));
  }
}

}  // namespace inkling
