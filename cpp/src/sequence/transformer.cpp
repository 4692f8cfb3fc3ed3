#include "sequence/transformer.h"

#include <algorithm>
#include <cmath>

#include "kernels/dot.h"

namespace inkling {

namespace {

std::int64_t side(std::size_t size) { return static_cast<std::int64_t>(size); }

// Adds a layer's output to the residual stream, after dropout.
void add_dropped(const std::vector<float>& from, Dropout* dropout, std::vector<std::uint8_t>& mask,
                 std::vector<float>& to) {
  if (dropout == nullptr) {
    kernels::axpy(1, from.data(), to.data(), to.size());
    return;
  }
  mask.resize(from.size());
  dropout->draw(mask.data(), mask.size());
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i] * (static_cast<float>(mask[i]) * dropout->scale());
}

class TransformerPass final : public SequencePass {
 public:
  explicit TransformerPass(const Transformer& network)
      : network_(network),
        shape_(network.shape()),
        norm_{shape_.num_factors, shape_.epsilon},
        attention_(shape_.num_factors, shape_.num_heads),
        kept_(shape_.num_blocks) {}

  void refresh(const float* parameters) override {
    for (std::size_t b = 0; b < kept_.size(); ++b) {
      const Transformer::Block& block = network_.blocks()[b];
      block.attention_in.transpose(parameters, kept_[b].attention_in);
      block.attention_out.transpose(parameters, kept_[b].attention_out);
      block.expand.transpose(parameters, kept_[b].expand);
      block.contract.transpose(parameters, kept_[b].contract);
    }
  }

  const float* forward(const float* parameters, const SequenceGroup& group, Dropout* dropout) override {
    const std::size_t rows = group.num_rows();
    const std::size_t width = shape_.num_factors;
    stream_.resize(rows * width);
    layer_.resize(rows * width);
    const float scale = std::sqrt(static_cast<float>(width));
    for_each_row(group, [&](std::size_t row, std::size_t position) {
      const float* factors = parameters + static_cast<std::size_t>(group.items[row]) * width;
      const float* place = parameters + network_.positions() + position * width;
      for (std::size_t c = 0; c < width; ++c) stream_[row * width + c] = scale * factors[c] + place[c];
    });
    if (dropout != nullptr) {
      input_mask_.resize(stream_.size());
      dropout->draw(input_mask_.data(), input_mask_.size());
      dropout->apply(input_mask_.data(), input_mask_.size(), stream_.data(), stream_.data());
    }
    for (std::size_t b = 0; b < kept_.size(); ++b)
      forward_block(network_.blocks()[b], parameters, group, dropout, kept_[b]);
    states_.resize(rows * width);
    norm_.forward(stream_.data(), rows, parameters + network_.last_gain(), parameters + network_.last_bias(),
                  states_.data(), &last_);
    return states_.data();
  }

  void backward(const float* parameters, const SequenceGroup& group, const Dropout* dropout,
                const float* state_gradients, float* gradients) override {
    const std::size_t rows = group.num_rows();
    const std::size_t width = shape_.num_factors;
    stream_.assign(rows * width, 0.0f);
    norm_.backward(state_gradients, rows, parameters + network_.last_gain(), last_, stream_.data(),
                   gradients + network_.last_gain(), gradients + network_.last_bias());
    for (std::size_t b = kept_.size(); b-- > 0;) {
      backward_block(network_.blocks()[b], parameters, group, dropout, kept_[b], gradients);
    }
    if (dropout != nullptr) dropout->apply(input_mask_.data(), input_mask_.size(), stream_.data(), stream_.data());
    const float scale = std::sqrt(static_cast<float>(width));
    for_each_row(group, [&](std::size_t row, std::size_t position) {
      const float* gradient = stream_.data() + row * width;
      kernels::axpy(scale, gradient, gradients + static_cast<std::size_t>(group.items[row]) * width, width);
      kernels::axpy(1, gradient, gradients + network_.positions() + position * width, width);
    });
  }

 private:
  // What a block's backward pass needs of its forward pass.
  struct Kept {
    LayerNorm::Kept attention_norm;
    std::vector<float> attention_input;  // (rows, width)
    std::vector<float> heads_input;      // (rows, 3 width)
    CausalAttention::Kept attention;
    std::vector<float> heads;  // (rows, width)
    std::vector<std::uint8_t> attention_mask;
    LayerNorm::Kept hidden_norm;
    std::vector<float> hidden_input;  // (rows, width)
    std::vector<float> hidden;        // (rows, hidden), after dropout
    std::vector<std::uint8_t> hidden_mask;
    // Transposed weights.
    std::vector<float> attention_in;
    std::vector<float> attention_out;
    std::vector<float> expand;
    std::vector<float> contract;
  };

  template <class Body>
  void for_each_row(const SequenceGroup& group, Body&& body) const {
    for (std::size_t n = 0; n < group.num_sequences(); ++n) {
      const std::size_t begin = group.offsets[n];
      const std::size_t length = group.offsets[n + 1] - begin;
      const std::size_t first = shape_.positions_from_end ? shape_.max_length - length : 0;
      for (std::size_t row = 0; row < length; ++row) body(begin + row, first + row);
    }
  }

  void forward_block(const Transformer::Block& block, const float* parameters, const SequenceGroup& group,
                     Dropout* dropout, Kept& kept) {
    const std::size_t rows = group.num_rows();
    const std::size_t size = rows * shape_.num_factors;
    kept.attention_input.resize(size);
    norm_.forward(stream_.data(), rows, parameters + block.attention_gain, parameters + block.attention_bias,
                  kept.attention_input.data(), &kept.attention_norm);
    kept.heads_input.resize(3 * size);
    block.attention_in.forward(parameters, kept.attention_input.data(), rows, kept.heads_input.data());
    kept.heads.resize(size);
    attention_.forward(kept.heads_input.data(), group.offsets, dropout, kept.heads.data(), kept.attention, desk_);
    block.attention_out.forward(parameters, kept.heads.data(), rows, layer_.data());
    add_dropped(layer_, dropout, kept.attention_mask, stream_);

    kept.hidden_input.resize(size);
    norm_.forward(stream_.data(), rows, parameters + block.hidden_gain, parameters + block.hidden_bias,
                  kept.hidden_input.data(), &kept.hidden_norm);
    kept.hidden.resize(rows * shape_.hidden);
    block.expand.forward(parameters, kept.hidden_input.data(), rows, kept.hidden.data());
    for (float& value : kept.hidden) value = value > 0 ? value : 0;
    if (dropout != nullptr) {
      wide_mask_.resize(kept.hidden.size());
      dropout->draw(wide_mask_.data(), wide_mask_.size());
      dropout->apply(wide_mask_.data(), wide_mask_.size(), kept.hidden.data(), kept.hidden.data());
    }
    block.contract.forward(parameters, kept.hidden.data(), rows, layer_.data());
    add_dropped(layer_, dropout, kept.hidden_mask, stream_);
  }

  // stream_: the gradients of what the block gives, then of what it gets.
  void backward_block(const Transformer::Block& block, const float* parameters, const SequenceGroup& group,
                      const Dropout* dropout, const Kept& kept, float* gradients) {
    const std::size_t rows = group.num_rows();
    const std::size_t size = rows * shape_.num_factors;
    const float scale = dropout != nullptr ? dropout->scale() : 1;
    take_dropped(dropout, kept.hidden_mask);
    hidden_gradients_.assign(rows * shape_.hidden, 0.0f);
    block.contract.backward(kept.contract, kept.hidden.data(), rows, layer_.data(), gradients,
                            hidden_gradients_.data());
    // What is 0 was below 0 or dropped.
    for (std::size_t i = 0; i < hidden_gradients_.size(); ++i) {
      hidden_gradients_[i] = kept.hidden[i] > 0 ? scale * hidden_gradients_[i] : 0;
    }
    layer_.assign(size, 0.0f);
    block.expand.backward(kept.expand, kept.hidden_input.data(), rows, hidden_gradients_.data(), gradients,
                          layer_.data());
    norm_.backward(layer_.data(), rows, parameters + block.hidden_gain, kept.hidden_norm, stream_.data(),
                   gradients + block.hidden_gain, gradients + block.hidden_bias);

    take_dropped(dropout, kept.attention_mask);
    heads_gradients_.assign(size, 0.0f);
    block.attention_out.backward(kept.attention_out, kept.heads.data(), rows, layer_.data(), gradients,
                                 heads_gradients_.data());
    input_gradients_.assign(3 * size, 0.0f);
    attention_.backward(kept.heads_input.data(), group.offsets, dropout, heads_gradients_.data(), kept.attention,
                        input_gradients_.data(), desk_);
    layer_.assign(size, 0.0f);
    block.attention_in.backward(kept.attention_in, kept.attention_input.data(), rows, input_gradients_.data(),
                                gradients, layer_.data());
    norm_.backward(layer_.data(), rows, parameters + block.attention_gain, kept.attention_norm, stream_.data(),
                   gradients + block.attention_gain, gradients + block.attention_bias);
  }

  // The gradients of what add_dropped added, into layer_.
  void take_dropped(const Dropout* dropout, const std::vector<std::uint8_t>& mask) {
    layer_.resize(stream_.size());
    if (dropout == nullptr) {
      std::copy(stream_.begin(), stream_.end(), layer_.begin());
    } else {
      dropout->apply(mask.data(), mask.size(), stream_.data(), layer_.data());
    }
  }

  const Transformer& network_;
  const TransformerShape& shape_;
  LayerNorm norm_;
  CausalAttention attention_;
  std::vector<Kept> kept_;
  LayerNorm::Kept last_;
  CausalAttention::Desk desk_;
  std::vector<float> stream_;  // (rows, width)
  std::vector<float> layer_;   // (rows, width)
  std::vector<float> states_;  // (rows, width)
  std::vector<std::uint8_t> input_mask_;
  std::vector<std::uint8_t> wide_mask_;
  std::vector<float> hidden_gradients_;  // (rows, hidden)
  std::vector<float> heads_gradients_;   // (rows, width)
  std::vector<float> input_gradients_;   // (rows, 3 width)
};

}  // namespace

Transformer::Transformer(const TransformerShape& shape) : shape_(shape) {
  using Start = Parameter::Start;
  const std::size_t width = shape.num_factors;
  table_.add("item_factors", {side(shape.num_items), side(width)}, Start::kRandom);
  positions_ = table_.add("positions", {side(shape.max_length), side(width)}, Start::kRandom);
  for (std::size_t b = 0; b < shape.num_blocks; ++b) {
    const std::string name = "blocks." + std::to_string(b) + ".";
    Block block;
    block.attention_gain = table_.add(name + "attention_norm.gain", {side(width)}, Start::kOnes);
    block.attention_bias = table_.add(name + "attention_norm.bias", {side(width)}, Start::kZeros);
    block.attention_in = add_layer(name + "attention_in", width, 3 * width);
    block.attention_out = add_layer(name + "attention_out", width, width);
    block.hidden_gain = table_.add(name + "hidden_norm.gain", {side(width)}, Start::kOnes);
    block.hidden_bias = table_.add(name + "hidden_norm.bias", {side(width)}, Start::kZeros);
    block.expand = add_layer(name + "expand", width, shape.hidden);
    block.contract = add_layer(name + "contract", shape.hidden, width);
    blocks_.push_back(block);
  }
  last_gain_ = table_.add("last_norm.gain", {side(width)}, Start::kOnes);
  last_bias_ = table_.add("last_norm.bias", {side(width)}, Start::kZeros);
}

LinearLayer Transformer::add_layer(const std::string& name, std::size_t inputs, std::size_t outputs) {
  using Start = Parameter::Start;
  LinearLayer layer{inputs, outputs, 0, 0};
  layer.weights = table_.add(name + ".weights", {side(inputs), side(outputs)}, Start::kRandom);
  layer.bias = table_.add(name + ".bias", {side(outputs)}, Start::kZeros);
  return layer;
}

std::unique_ptr<SequencePass> Transformer::make_pass() const { return std::make_unique<TransformerPass>(*this); }

}  // namespace inkling
