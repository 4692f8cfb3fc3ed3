// Weights of other code, against the naive transformer.

#include "inkling/sasrec_import.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "expect.h"
#include "inkling/model_file.h"
#include "naive_transformer.h"
#include "sample_data.h"

namespace inkling {

namespace {

constexpr std::int64_t kImportedItems = 19;
constexpr std::size_t kPositions = 12;

TransformerShape imported_shape() {
  TransformerShape shape{};
  shape.num_items = static_cast<std::size_t>(kImportedItems);
  shape.num_factors = 8;
  shape.num_blocks = 2;
  shape.num_heads = 2;
  shape.max_length = kPositions;
  shape.hidden = 8;
  shape.positions_from_end = true;
  return shape;
}

std::vector<float> random_weights(const Transformer& network, Random& random) {
  std::vector<float> weights = network.table().start_values(0.4f, random);
  for (float& weight : weights) weight += 0.2f * random.normal();
  return weights;
}

// The tensors as SASRec.pytorch saves them. padding_rows: whether the positions have a row for padding.
TensorFile theirs(const Transformer& network, const std::vector<float>& weights, bool padding_row) {
  TensorFile file;
  const std::size_t width = network.num_factors();
  const auto d = static_cast<std::int64_t>(width);
  const auto add = [&](const std::string& name, std::size_t begin, std::vector<std::int64_t> shape, bool padded) {
    std::size_t size = 1;
    for (const std::int64_t side : shape) size *= static_cast<std::size_t>(side);
    std::vector<float> values(padded ? width : 0);
    values.insert(values.end(), weights.begin() + static_cast<std::ptrdiff_t>(begin),
                  weights.begin() + static_cast<std::ptrdiff_t>(begin + size));
    if (padded) ++shape[0];
    file.add(name, std::span<const float>(values), std::move(shape));
  };
  const auto add_layer = [&](const std::string& name, const std::string& bias, const LinearLayer& layer,
                             std::vector<std::int64_t> further) {
    std::vector<float> turned(layer.inputs * layer.outputs);
    for (std::size_t i = 0; i < layer.inputs; ++i) {
      for (std::size_t o = 0; o < layer.outputs; ++o) {
        turned[o * layer.inputs + i] = weights[layer.weights + i * layer.outputs + o];
      }
    }
    std::vector<std::int64_t> shape = {static_cast<std::int64_t>(layer.outputs),
                                       static_cast<std::int64_t>(layer.inputs)};
    shape.insert(shape.end(), further.begin(), further.end());
    file.add(name, std::span<const float>(turned), shape);
    add(bias, layer.bias, {shape[0]}, false);
  };
  add("item_emb.weight", 0, {kImportedItems, d}, true);
  add("pos_emb.weight", network.positions(), {static_cast<std::int64_t>(kPositions), d}, padding_row);
  for (std::size_t b = 0; b < network.blocks().size(); ++b) {
    const Transformer::Block& block = network.blocks()[b];
    const std::string n = "." + std::to_string(b) + ".";
    add("attention_layernorms" + n + "weight", block.attention_gain, {d}, false);
    add("attention_layernorms" + n + "bias", block.attention_bias, {d}, false);
    add_layer("attention_layers" + n + "in_proj_weight", "attention_layers" + n + "in_proj_bias", block.attention_in,
              {});
    add_layer("attention_layers" + n + "out_proj.weight", "attention_layers" + n + "out_proj.bias", block.attention_out,
              {});
    add("forward_layernorms" + n + "weight", block.hidden_gain, {d}, false);
    add("forward_layernorms" + n + "bias", block.hidden_bias, {d}, false);
    add_layer("forward_layers" + n + "conv1.weight", "forward_layers" + n + "conv1.bias", block.expand, {1});
    add_layer("forward_layers" + n + "conv2.weight", "forward_layers" + n + "conv2.bias", block.contract, {1});
  }
  add("last_layernorm.weight", network.last_gain(), {d}, false);
  add("last_layernorm.bias", network.last_bias(), {d}, false);
  return file;
}

std::vector<float> no_counts() { return std::vector<float>(static_cast<std::size_t>(kImportedItems)); }

// Whether the model scores as the naive transformer of these weights does, less the mean of all items' scores.
bool scores_match(const Model& model, const NaiveTransformer& naive, const std::vector<float>& weights) {
  const std::vector<std::int32_t> items = {4, 18, 0, 7, 11};
  std::vector<HistoryEntry> history;
  for (const std::int32_t item : items) history.push_back({item, 1});
  const std::vector<float> scores = scores_of(model, history);
  const NaiveTransformer::Row state = naive.states(items).back();
  std::vector<double> logits;
  double mean = 0;
  for (std::size_t item = 0; item < scores.size(); ++item) {
    logits.push_back(0);
    for (std::size_t c = 0; c < state.size(); ++c) {
      logits.back() += state[c] * static_cast<double>(weights[item * state.size() + c]);
    }
    mean += logits.back() / static_cast<double>(scores.size());
  }
  Furthest furthest;
  for (std::size_t item = 0; item < scores.size(); ++item) {
    furthest.add(static_cast<double>(scores[item]), logits[item] - mean);
  }
  return furthest.value() < 1e-4;
}

}  // namespace

TEST_CASE("weights in the layout of SASRec.pytorch score as its formulas say, whichever version they are of") {
  Random random(1);
  using Kind = TransformerShape::Norm;
  using Rows = TransformerShape::Padding;
  struct Version {
    const char* norm;
    const char* padding;
    Kind kind;
    Rows rows;
    bool padding_row;
  };
  const Version versions[] = {{"before", "kept", Kind::kBefore, Rows::kKept, true},
                              {"after", "kept", Kind::kAfter, Rows::kKept, true},
                              {"query", "kept", Kind::kQuery, Rows::kKept, true},
                              {"query", "zeroed", Kind::kQuery, Rows::kZeroed, false}};
  for (const Version& version : versions) {
    CAPTURE(version.norm);
    CAPTURE(version.padding);
    TransformerShape shape = imported_shape();
    shape.norm = version.kind;
    shape.padding = version.rows;
    const Transformer network(shape);
    const std::vector<float> weights = random_weights(network, random);
    SasrecImport how;
    how.num_heads = 2;
    how.norm = version.norm;
    how.padding = version.padding;
    const auto model = value_of(import_sasrec(theirs(network, weights, version.padding_row), how, no_counts()));
    CHECK(scores_match(*model, NaiveTransformer(network, weights), weights));
    // And again from a model file.
    const auto bytes = value_of(write_model_file(*model, item_ids(static_cast<std::int32_t>(kImportedItems))));
    const ModelFile file = value_of(read_model_file(bytes));
    CHECK(scores_match(*file.model, NaiveTransformer(network, weights), weights));
  }
}

TEST_CASE("a plain list of tensors is a model too") {
  Random random(2);
  TransformerShape shape = imported_shape();
  shape.positions_from_end = false;
  shape.hidden = 13;
  const Transformer network(shape);
  const std::vector<float> weights = random_weights(network, random);
  TensorFile file;
  for (const Parameter& parameter : network.table().parameters()) {
    file.add(parameter.name, std::span(weights).subspan(parameter.offset, parameter.size), parameter.shape);
  }
  SasrecImport how;
  how.num_heads = 2;
  const auto model = value_of(import_sasrec(file, how, no_counts()));
  CHECK(scores_match(*model, NaiveTransformer(network, weights), weights));
}

TEST_CASE("weights that do not fit together are refused by name") {
  Random random(3);
  const Transformer network(imported_shape());
  const std::vector<float> weights = random_weights(network, random);
  const SasrecImport how{2, "query", "kept", false, 1e-8f, "{}"};
  const auto refused = [&](const TensorFile& file, const SasrecImport& options, std::size_t num_ids,
                           std::initializer_list<const char*> parts) {
    return fails(import_sasrec(file, options, std::vector<float>(num_ids)), ErrorCode::kInvalidArgument, parts);
  };
  const TensorFile whole = theirs(network, weights, true);
  const auto ids = static_cast<std::size_t>(kImportedItems);
  CHECK(refused(TensorFile(), how, ids, {"item_emb.weight", "item_factors", "there is none"}));
  CHECK(refused(whole, how, 20, {"for 19 items", "20 ids"}));
  SasrecImport other = how;
  other.num_heads = 3;
  CHECK(refused(whole, other, ids, {"num_heads is 3", "8 factors"}));
  other = how;
  other.norm = "first";
  CHECK(refused(whole, other, ids, {"\"first\"", "before, after or query"}));
  other = how;
  other.padding = "left";
  CHECK(refused(whole, other, ids, {"\"left\"", "absent, kept or zeroed"}));
  TensorFile further = theirs(network, weights, true);
  const float bias[] = {1};
  further.add("item_bias", std::span<const float>(bias), {1});
  CHECK(refused(further, how, ids, {"item_bias", "no place"}));
  for (const auto& [name, tensor] : whole.tensors()) {
    CAPTURE(name);
    TensorFile without;
    for (const auto& [each, kept] : whole.tensors()) {
      if (each != name) without.add_view(each, kept);
    }
    CHECK(refused(without, how, ids, {}));
    TensorFile bent;
    for (const auto& [each, kept] : whole.tensors()) bent.add_view(each, kept);
    Tensor longer = tensor;
    longer.shape.insert(longer.shape.begin(), 1);
    bent.add_view(name, longer);
    CHECK(refused(bent, how, ids, {}));
  }
}

}  // namespace inkling
