#include "inkling/sasrec_import.h"

#include <algorithm>
#include <set>
#include <span>

#include "data/sparse_tensors.h"
#include "inkling/sasrec.h"
#include "kernels/matrix_product.h"
#include "sequence/transformer.h"

namespace inkling {

namespace {

using Shape = std::vector<std::int64_t>;

constexpr char kTheirItems[] = "item_emb.weight";
constexpr char kOurItems[] = "item_factors";

std::size_t at(std::int64_t size) { return static_cast<std::size_t>(size); }

std::string text_of(const Shape& shape) {
  std::string text;
  for (const std::int64_t side : shape) text += (text.empty() ? "" : " × ") + std::to_string(side);
  return text;
}

Status wrong(const std::string& what) { return {ErrorCode::kInvalidArgument, what}; }

// Reads tensors by name, and keeps the first thing that is wrong.
class Reader {
 public:
  explicit Reader(const TensorFile& file) : file_(file) {}

  const Status& status() const { return status_; }

  // That all tensors have been read: one of another name may have been meant for something.
  Status check_all_read() const {
    for (const auto& [name, tensor] : file_.tensors()) {
      if (!read_.contains(name)) return wrong("tensor \"" + name + "\" has no place in this layout");
    }
    return {};
  }

  // Its sides, or none where there is no such tensor.
  Shape shape(const std::string& name) const {
    const Tensor* tensor = file_.find(name);
    return tensor != nullptr ? tensor->shape : Shape();
  }

  // Its numbers, of exactly this shape.
  std::vector<float> get(const std::string& name, const Shape& expected) {
    std::vector<float> values;
    if (!status_.ok()) return values;
    read_.insert(name);
    if (const Status s = file_.get(name, expected.size(), values); !s.ok()) {
      status_ = wrong(s.message());
    } else if (shape(name) != expected) {
      status_ = wrong("tensor \"" + name + "\" is " + text_of(shape(name)) + "; expected " + text_of(expected));
    } else {
      status_ = check_finite(values, name);
    }
    return values;
  }

 private:
  const TensorFile& file_;
  Status status_;
  std::set<std::string> read_;
};

// A linear layer's weights from (outputs, inputs) to (inputs, outputs).
std::vector<float> turned(const std::vector<float>& values, std::size_t outputs, std::size_t inputs) {
  std::vector<float> out(values.size());
  if (values.empty()) return out;
  kernels::transpose(outputs, inputs, {values.data(), inputs}, {out.data(), outputs});
  return out;
}

// The number of blocks: as many as there are tensors of such a name.
std::size_t count_blocks(const Reader& reader, const std::string& before, const std::string& after) {
  std::size_t count = 0;
  while (!reader.shape(before + std::to_string(count) + after).empty()) ++count;
  return count;
}

// All tensors behind the factors of the items, one after the other as a Transformer of this shape has them.
std::vector<float> their_weights(Reader& reader, const Transformer& network, const std::vector<float>& positions) {
  const auto d = static_cast<std::int64_t>(network.num_factors());
  const std::size_t width = network.num_factors();
  std::vector<float> weights;
  const auto add = [&](const std::vector<float>& values) {
    weights.insert(weights.end(), values.begin(), values.end());
  };
  const auto add_layer = [&](const std::string& weight, const std::string& bias, const Shape& shape) {
    add(turned(reader.get(weight, shape), at(shape[0]), width));
    add(reader.get(bias, {shape[0]}));
  };
  add(positions);
  for (std::size_t b = 0; b < network.blocks().size(); ++b) {
    const std::string n = "." + std::to_string(b) + ".";
    add(reader.get("attention_layernorms" + n + "weight", {d}));
    add(reader.get("attention_layernorms" + n + "bias", {d}));
    add_layer("attention_layers" + n + "in_proj_weight", "attention_layers" + n + "in_proj_bias", {3 * d, d});
    add_layer("attention_layers" + n + "out_proj.weight", "attention_layers" + n + "out_proj.bias", {d, d});
    add(reader.get("forward_layernorms" + n + "weight", {d}));
    add(reader.get("forward_layernorms" + n + "bias", {d}));
    add_layer("forward_layers" + n + "conv1.weight", "forward_layers" + n + "conv1.bias", {d, d, 1});
    add_layer("forward_layers" + n + "conv2.weight", "forward_layers" + n + "conv2.bias", {d, d, 1});
  }
  add(reader.get("last_layernorm.weight", {d}));
  add(reader.get("last_layernorm.bias", {d}));
  return weights;
}

std::vector<float> our_weights(Reader& reader, const Transformer& network) {
  std::vector<float> weights;
  for (const Parameter& parameter : network.table().parameters()) {
    if (parameter.size == 0) continue;
    const std::vector<float> values = reader.get(parameter.name, parameter.shape);
    weights.insert(weights.end(), values.begin(), values.end());
  }
  return weights;
}

// Which of some words, or none of them.
int place_of(const std::string& word, std::initializer_list<const char*> words) {
  int place = 0;
  for (const char* each : words) {
    if (word == each) return place;
    ++place;
  }
  return -1;
}

}  // namespace

Result<std::int64_t> items_of_import(const TensorFile& file) {
  const Reader reader(file);
  const bool theirs = file.find(kTheirItems) != nullptr;
  const Shape shape = reader.shape(theirs ? kTheirItems : kOurItems);
  if (shape.size() != 2 || shape[0] < (theirs ? 2 : 1) || shape[1] < 1 ||
      shape[1] > static_cast<std::int64_t>(ItemFactors::kMostFactors)) {
    return wrong("expected a tensor \"" + std::string(kTheirItems) + "\" (SASRec.pytorch) or \"" + kOurItems +
                 "\" with a row for each item" +
                 (shape.empty() ? ", and there is none" : ", and it is " + text_of(shape)));
  }
  return theirs ? shape[0] - 1 : shape[0];
}

Result<std::unique_ptr<Model>> import_sasrec(const TensorFile& file, const SasrecImport& how,
                                             std::vector<float> item_counts) {
  const Result<std::int64_t> num_items = items_of_import(file);
  if (!num_items.ok()) return num_items.status();
  if (static_cast<std::int64_t>(item_counts.size()) != num_items.value()) {
    return wrong("the tensors are for " + std::to_string(num_items.value()) + " items, and there are " +
                 std::to_string(item_counts.size()) + " ids");
  }
  if (!(how.epsilon > 0 && how.epsilon < 1)) return wrong("epsilon is not between 0 and 1");
  const int norm = place_of(how.norm, {"before", "after", "query"});
  const int padding = place_of(how.padding, {"absent", "kept", "zeroed"});
  if (norm < 0) return wrong("norm is \"" + how.norm + "\"; expected before, after or query");
  if (padding < 0) return wrong("padding is \"" + how.padding + "\"; expected absent, kept or zeroed");

  Reader reader(file);
  const bool theirs = file.find(kTheirItems) != nullptr;
  TransformerShape shape{};
  const std::int64_t d = reader.shape(theirs ? kTheirItems : kOurItems)[1];
  shape.num_factors = at(d);
  shape.num_heads = at(std::max(how.num_heads, 1));
  if (how.num_heads < 1 || shape.num_factors % shape.num_heads != 0) {
    return wrong("num_heads is " + std::to_string(how.num_heads) + ", which does not divide the " + std::to_string(d) +
                 " factors");
  }
  shape.norm = static_cast<TransformerShape::Norm>(norm);
  shape.padding = static_cast<TransformerShape::Padding>(padding);
  shape.positions_from_end = theirs || padding > 0 || how.positions_from_end;
  shape.epsilon = how.epsilon;
  const std::string place_tensor = theirs ? "pos_emb.weight" : "positions";
  const Shape places = reader.shape(place_tensor);
  if (places.size() != 2 || places[0] < 1)
    return wrong("there is no tensor \"" + place_tensor + "\" with a row for each position");
  std::vector<float> positions = reader.get(place_tensor, {places[0], d});
  if (!reader.status().ok()) return reader.status();
  const auto row_of_padding = positions.begin() + static_cast<std::ptrdiff_t>(d);
  if (theirs && places[0] > 1 && std::all_of(positions.begin(), row_of_padding, [](float x) { return x == 0; })) {
    positions.erase(positions.begin(), row_of_padding);
  }
  shape.max_length = positions.size() / shape.num_factors;
  shape.num_blocks = theirs ? count_blocks(reader, "attention_layers.", ".in_proj_weight")
                            : count_blocks(reader, "blocks.", ".attention_in.weights");
  if (shape.num_blocks == 0) return wrong("there are no tensors of a block's attention");
  const Shape expand = reader.shape("blocks.0.expand.weights");
  if (!theirs && expand.size() != 2) return wrong("there is no tensor \"blocks.0.expand.weights\" of two dimensions");
  shape.hidden = theirs ? shape.num_factors : at(expand[1]);

  const Transformer network(shape);
  std::vector<float> weights = theirs ? their_weights(reader, network, positions) : our_weights(reader, network);
  const std::int64_t rows = num_items.value() + (theirs ? 1 : 0);
  std::vector<float> factors = reader.get(theirs ? kTheirItems : kOurItems, {rows, d});
  if (!reader.status().ok()) return reader.status();
  if (Status s = reader.check_all_read(); !s.ok()) return s;
  if (theirs) factors.erase(factors.begin(), factors.begin() + static_cast<std::ptrdiff_t>(d));
  return std::unique_ptr<Model>(
      Sasrec::of_network(shape, std::move(factors), std::move(weights), std::move(item_counts), how.config));
}

}  // namespace inkling
