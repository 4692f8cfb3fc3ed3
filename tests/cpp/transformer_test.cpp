// Transformers against their naive twin, in training and in serving.

#include "sequence/transformer.h"

#include <doctest/doctest.h>

#include <memory>
#include <vector>

#include "expect.h"
#include "inkling/item_factors.h"
#include "inkling/random.h"
#include "naive_transformer.h"
#include "sequence/transformer_memory.h"

namespace inkling {

namespace {

constexpr std::size_t kNumItems = 30;

TransformerShape shape_of(std::size_t num_factors, std::size_t num_heads) {
  TransformerShape shape{};
  shape.num_items = kNumItems;
  shape.num_factors = num_factors;
  shape.num_blocks = 2;
  shape.num_heads = num_heads;
  shape.max_length = 24;
  shape.hidden = num_factors + 3;
  return shape;
}

std::vector<float> random_parameters(const Transformer& network, Random& random) {
  std::vector<float> parameters = network.table().start_values(0.4f, random);
  for (float& parameter : parameters) parameter += 0.2f * random.normal();
  return parameters;
}

std::vector<std::int32_t> random_items(std::size_t count, Random& random) {
  std::vector<std::int32_t> items;
  for (std::size_t n = 0; n < count; ++n) items.push_back(static_cast<std::int32_t>(random.below(kNumItems)));
  return items;
}

double furthest_of(const float* state, const NaiveTransformer::Row& expected) {
  Furthest furthest;
  for (std::size_t c = 0; c < expected.size(); ++c) furthest.add(static_cast<double>(state[c]), expected[c]);
  return furthest.value();
}

// What serves: the network without items, its weights, and the factors.
struct Served {
  Served(const TransformerShape& shape, const std::vector<float>& parameters)
      : network(without_items(shape)),
        weights(parameters.begin() + static_cast<std::ptrdiff_t>(kNumItems * shape.num_factors), parameters.end()),
        factors({parameters.begin(), parameters.begin() + static_cast<std::ptrdiff_t>(kNumItems * shape.num_factors)},
                shape.num_factors),
        padding(TransformerMemory::padding_rows(network, weights.data())) {}

  static TransformerShape without_items(TransformerShape shape) {
    shape.num_items = 0;
    return shape;
  }

  std::unique_ptr<TransformerMemory> memory() const {
    return std::make_unique<TransformerMemory>(network, weights, factors, padding);
  }

  Transformer network;
  std::vector<float> weights;
  ItemFactors factors;
  std::vector<TransformerMemory::PaddingRow> padding;
};

}  // namespace

TEST_CASE("what a transformer is trained by gives the states of its naive twin") {
  Random random(1);
  for (const bool from_end : {false, true}) {
    TransformerShape shape = shape_of(10, 2);
    shape.positions_from_end = from_end;
    const Transformer network(shape);
    const auto parameters = random_parameters(network, random);
    const NaiveTransformer naive(network, parameters);
    SequenceGroup group;
    std::vector<NaiveTransformer::Row> expected;
    for (const std::size_t length : {1, 24, 7, 16}) {
      const auto items = random_items(length, random);
      group.items.insert(group.items.end(), items.begin(), items.end());
      group.offsets.push_back(group.items.size());
      for (auto& state : naive.states(items)) expected.push_back(std::move(state));
    }
    const std::unique_ptr<SequencePass> pass = network.make_pass();
    pass->refresh(parameters.data());
    const float* states = pass->forward(parameters.data(), group, nullptr);
    for (std::size_t row = 0; row < expected.size(); ++row) {
      CHECK(furthest_of(states + row * shape.num_factors, expected[row]) < 1e-4);
    }
  }
}

TEST_CASE("what serves gives the states of the naive twin, however normalized and padded, at once or item by item") {
  Random random(2);
  for (const TransformerShape::Norm norm :
       {TransformerShape::Norm::kBefore, TransformerShape::Norm::kAfter, TransformerShape::Norm::kQuery}) {
    for (const TransformerShape::Padding padding :
         {TransformerShape::Padding::kAbsent, TransformerShape::Padding::kKept, TransformerShape::Padding::kZeroed}) {
      for (const bool from_end : {false, true}) {
        for (const std::size_t num_heads : {1, 4}) {
          CAPTURE(static_cast<int>(norm));
          CAPTURE(static_cast<int>(padding));
          CAPTURE(from_end);
          TransformerShape shape = shape_of(12, num_heads);
          shape.norm = norm;
          shape.padding = padding;
          shape.positions_from_end = from_end || padding != TransformerShape::Padding::kAbsent;
          const Transformer network(shape);
          const auto parameters = random_parameters(network, random);
          const NaiveTransformer naive(network, parameters);
          const Served served(shape, parameters);
          const auto items = random_items(shape.max_length, random);
          const std::unique_ptr<TransformerMemory> grown = served.memory();
          for (std::size_t count = 1; count <= items.size(); ++count) {
            const std::vector<std::int32_t> read(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(count));
            const auto expected = naive.states(read).back();
            grown->read(std::span(items).subspan(count - 1, 1));
            CHECK(grown->size() == count);
            CHECK(furthest_of(grown->state(), expected) < 1e-4);
            if (count % 6 != 0) continue;
            const std::unique_ptr<TransformerMemory> at_once = served.memory();
            at_once->read(read);
            CHECK(furthest_of(at_once->state(), expected) < 1e-4);
            // From what was read before some item, and others after it.
            const std::unique_ptr<SequenceMemory> branch = at_once->first(count / 2);
            std::vector<std::int32_t> other(read.begin(), read.begin() + static_cast<std::ptrdiff_t>(count / 2));
            const std::int32_t further[] = {7, 3};
            branch->read(further);
            other.insert(other.end(), std::begin(further), std::end(further));
            CHECK(furthest_of(branch->state(), naive.states(other).back()) < 1e-4);
          }
        }
      }
    }
  }
}

TEST_CASE("the newest item's attention is shared out among the items") {
  Random random(3);
  const TransformerShape shape = shape_of(8, 2);
  const Transformer network(shape);
  const Served served(shape, random_parameters(network, random));
  const auto items = random_items(20, random);
  const std::unique_ptr<TransformerMemory> memory = served.memory();
  memory->read(items);
  const auto attention = memory->attention();
  REQUIRE(attention.size() == items.size());
  double sum = 0;
  for (const float share : attention) {
    CHECK(share > 0);
    sum += static_cast<double>(share);
  }
  CHECK(sum == doctest::Approx(1).epsilon(1e-5));
}

}  // namespace inkling
