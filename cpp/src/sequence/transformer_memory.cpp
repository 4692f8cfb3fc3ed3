#include "sequence/transformer_memory.h"

#include <algorithm>
#include <cmath>

#include "kernels/dot.h"
#include "kernels/matrix_product.h"
#include "kernels/softmax.h"

namespace inkling {

namespace {

using Norm = TransformerShape::Norm;

// The feed-forward part of some rows, added to out.
void add_hidden(const Transformer::Block& block, const float* weights, const float* input, std::size_t rows,
                std::vector<float>& hidden, std::vector<float>& scratch, float* out) {
  hidden.resize(rows * block.expand.outputs);
  block.expand.forward(weights, input, rows, hidden.data());
  for (float& value : hidden) value = value > 0 ? value : 0;
  scratch.resize(rows * block.contract.outputs);
  block.contract.forward(weights, hidden.data(), rows, scratch.data());
  kernels::axpy(1, scratch.data(), out, scratch.size());
}

}  // namespace

TransformerMemory::TransformerMemory(const Transformer& network, const std::vector<float>& weights,
                                     const ItemFactors& factors, const std::vector<PaddingRow>& padding)
    : network_(network),
      weights_(weights),
      factors_(factors),
      padding_(padding),
      caches_(network.shape().num_blocks),
      state_(network.shape().num_factors) {}

std::unique_ptr<SequenceMemory> TransformerMemory::first(std::size_t count) const {
  auto memory = std::make_unique<TransformerMemory>(network_, weights_, factors_, padding_);
  const std::span<const std::int32_t> items(items_.data(), count);
  if (network_.shape().positions_from_end) {
    memory->read(items);
    return memory;
  }
  // What came later changed nothing of these. The state is missing, and is not asked for before more is read.
  memory->items_.assign(items.begin(), items.end());
  memory->caches_ = caches_;
  return memory;
}

std::vector<float> TransformerMemory::attention() const {
  const auto sums = static_cast<float>(network_.shape().num_blocks * network_.shape().num_heads);
  std::vector<float> shares(attention_);
  for (float& share : shares) share /= sums;
  return shares;
}

void TransformerMemory::read(std::span<const std::int32_t> items) {
  const std::size_t before = items_.size();
  items_.insert(items_.end(), items.begin(), items.end());
  read_rows(network_.shape().positions_from_end ? 0 : before);
}

void TransformerMemory::read_rows(std::size_t begin) {
  const TransformerShape& shape = network_.shape();
  const std::size_t width = shape.num_factors;
  const std::size_t rows = items_.size() - begin;
  if (rows == 0) return;
  const std::size_t capacity = shape.max_length * width;
  for (Cache& cache : caches_) {
    cache.keys.resize(capacity);
    cache.values.resize(capacity);
  }
  const float* weights = weights_.data();
  const std::size_t first_position = shape.positions_from_end ? shape.max_length - items_.size() : 0;
  const float scale = std::sqrt(static_cast<float>(width));
  stream_.resize(rows * width);
  for (std::size_t row = 0; row < rows; ++row) {
    float* out = stream_.data() + row * width;
    const float* position = weights + network_.positions() + (first_position + begin + row) * width;
    factors_.copy_row(items_[begin + row], out);
    for (std::size_t c = 0; c < width; ++c) out[c] = scale * out[c] + position[c];
  }
  attention_.assign(items_.size(), 0.0f);
  for (std::size_t block = 0; block < caches_.size(); ++block) read_block(block, begin, rows);
  const LayerNorm norm{width, shape.epsilon};
  norm.forward(stream_.data() + stream_.size() - width, 1, weights + network_.last_gain(),
               weights + network_.last_bias(), state_.data(), nullptr);
}

void TransformerMemory::read_block(std::size_t block, std::size_t begin, std::size_t rows) {
  const TransformerShape& shape = network_.shape();
  const std::size_t width = shape.num_factors;
  const std::size_t head_width = width / shape.num_heads;
  const Transformer::Block& layers = network_.blocks()[block];
  const float* weights = weights_.data();
  const LayerNorm norm{width, shape.epsilon};
  input_.resize(rows * width);
  heads_input_.resize(rows * 3 * width);
  if (shape.norm != Norm::kAfter) {
    norm.forward(stream_.data(), rows, weights + layers.attention_gain, weights + layers.attention_bias, input_.data(),
                 nullptr);
  }
  if (shape.norm == Norm::kQuery) {
    // The query is of what is normalized, key and value are not.
    const LinearLayer& in = layers.attention_in;
    for (std::size_t row = 0; row < rows; ++row) {
      std::copy_n(weights + in.bias, 3 * width, heads_input_.data() + row * 3 * width);
    }
    kernels::add_product({rows, width, width}, {input_.data(), width}, {weights + in.weights, 3 * width},
                         {heads_input_.data(), 3 * width});
    kernels::add_product({rows, width, 2 * width}, {stream_.data(), width}, {weights + in.weights + width, 3 * width},
                         {heads_input_.data() + width, 3 * width});
    stream_ = input_;
  } else {
    layers.attention_in.forward(weights, shape.norm == Norm::kAfter ? stream_.data() : input_.data(), rows,
                                heads_input_.data());
  }
  Cache& cache = caches_[block];
  for (std::size_t row = 0; row < rows; ++row) {
    const float* key = heads_input_.data() + row * 3 * width + width;
    for (std::size_t head = 0; head < shape.num_heads; ++head) {
      const std::size_t place = (head * shape.max_length + begin + row) * head_width;
      std::copy_n(key + head * head_width, head_width, cache.keys.data() + place);
      std::copy_n(key + width + head * head_width, head_width, cache.values.data() + place);
    }
  }
  // Of the last block, nothing but the newest row is of use.
  std::size_t first = 0;
  if (block + 1 == caches_.size()) {
    first = rows - 1;
    std::copy(stream_.end() - static_cast<std::ptrdiff_t>(width), stream_.end(), stream_.begin());
    stream_.resize(width);
  }
  const std::size_t kept = rows - first;
  heads_.resize(kept * width);
  for (std::size_t row = first; row < rows; ++row) {
    attend(block, begin + row, heads_input_.data() + row * 3 * width, heads_.data() + (row - first) * width);
  }
  input_.resize(kept * width);
  layers.attention_out.forward(weights, heads_.data(), kept, input_.data());
  kernels::axpy(1, input_.data(), stream_.data(), kept * width);

  const float* gain = weights + layers.hidden_gain;
  const float* bias = weights + layers.hidden_bias;
  if (shape.norm == Norm::kAfter) {
    norm.forward(stream_.data(), kept, weights + layers.attention_gain, weights + layers.attention_bias, stream_.data(),
                 nullptr);
    input_ = stream_;
    add_hidden(layers, weights, input_.data(), kept, hidden_, heads_, stream_.data());
    norm.forward(stream_.data(), kept, gain, bias, stream_.data(), nullptr);
    return;
  }
  norm.forward(stream_.data(), kept, gain, bias, input_.data(), nullptr);
  if (shape.norm == Norm::kQuery) stream_ = input_;
  add_hidden(layers, weights, input_.data(), kept, hidden_, heads_, stream_.data());
}

void TransformerMemory::attend(std::size_t block, std::size_t place, const float* query, float* out) {
  const TransformerShape& shape = network_.shape();
  const std::size_t head_width = shape.num_factors / shape.num_heads;
  const float scale = 1 / std::sqrt(static_cast<float>(head_width));
  const std::size_t seen = place + 1;
  const bool newest = seen == items_.size();
  const std::size_t num_padding = padding_.empty() ? 0 : shape.max_length - items_.size();
  scores_.resize(seen + 1);
  std::fill_n(out, shape.num_factors, 0.0f);
  for (std::size_t head = 0; head < shape.num_heads; ++head) {
    const std::size_t begin = head * shape.max_length * head_width;
    const float* part = query + head * head_width;
    float* to = out + head * head_width;
    kernels::gemv(caches_[block].keys.data() + begin, seen, head_width, part, scores_.data());
    kernels::scaled_copy(scale, scores_.data(), scores_.data(), seen);
    if (num_padding > 0) {
      // n equal rows count as one of which e to the power of the score is n times as large.
      const float* key = padding_[block].key.data() + head * head_width;
      scores_[seen] = scale * kernels::dot(part, key, head_width) + std::log(static_cast<float>(num_padding));
    }
    kernels::softmax(scores_.data(), seen + (num_padding > 0 ? 1 : 0));
    kernels::add_product({1, seen, head_width}, {scores_.data(), seen},
                         {caches_[block].values.data() + begin, head_width}, {to, head_width});
    if (num_padding > 0) {
      kernels::axpy(scores_[seen], padding_[block].value.data() + head * head_width, to, head_width);
    }
    if (newest) kernels::axpy(1, scores_.data(), attention_.data(), seen);
  }
}

std::vector<TransformerMemory::PaddingRow> TransformerMemory::padding_rows(const Transformer& network,
                                                                           const float* weights) {
  const TransformerShape& shape = network.shape();
  const std::size_t width = shape.num_factors;
  const LayerNorm norm{width, shape.epsilon};
  std::vector<PaddingRow> padding;
  if (shape.padding == TransformerShape::Padding::kAbsent) return padding;
  std::vector<float> stream(width);
  std::vector<float> input(width);
  std::vector<float> heads_input(3 * width);
  std::vector<float> out(width);
  std::vector<float> hidden;
  for (const Transformer::Block& block : network.blocks()) {
    if (shape.padding == TransformerShape::Padding::kZeroed) std::fill(stream.begin(), stream.end(), 0.0f);
    input = stream;
    if (shape.norm != Norm::kAfter) {
      norm.forward(stream.data(), 1, weights + block.attention_gain, weights + block.attention_bias, input.data(),
                   nullptr);
    }
    block.attention_in.forward(weights, shape.norm == Norm::kQuery ? stream.data() : input.data(), 1,
                               heads_input.data());
    const auto value = heads_input.begin() + static_cast<std::ptrdiff_t>(2 * width);
    padding.push_back({{value - static_cast<std::ptrdiff_t>(width), value}, {value, heads_input.end()}});
    // It sees nothing but rows of its own kind, so what its attention gives is their value.
    block.attention_out.forward(weights, padding.back().value.data(), 1, out.data());
    if (shape.norm == Norm::kQuery) stream = input;
    kernels::axpy(1, out.data(), stream.data(), width);
    const bool after = shape.norm == Norm::kAfter;
    const float* gain = weights + (after ? block.attention_gain : block.hidden_gain);
    const float* bias = weights + (after ? block.attention_bias : block.hidden_bias);
    norm.forward(stream.data(), 1, gain, bias, input.data(), nullptr);
    if (shape.norm != Norm::kBefore) stream = input;
    add_hidden(block, weights, input.data(), 1, hidden, out, stream.data());
    if (after) {
      norm.forward(stream.data(), 1, weights + block.hidden_gain, weights + block.hidden_bias, stream.data(), nullptr);
    }
  }
  return padding;
}

}  // namespace inkling
