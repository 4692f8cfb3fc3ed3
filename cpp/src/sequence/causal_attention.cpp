#include "sequence/causal_attention.h"

#include <algorithm>
#include <cmath>

#include "kernels/dot.h"
#include "kernels/matrix_product.h"
#include "kernels/simd.h"
#include "kernels/softmax.h"

namespace inkling {

namespace {

using kernels::MatrixView;
using kernels::MutableMatrixView;

// So many rows of weights at a time: what lies above the diagonal is worked out for their last columns only.
constexpr std::size_t kRowBlock = 32;

std::size_t padded(std::size_t count) { return simd::round_up(count, 16); }

// Some rows of the weights of a sequence, of which the last sees `columns` rows.
struct RowBlock {
  std::size_t begin;
  std::size_t rows;
  std::size_t columns;
};

RowBlock row_block(std::size_t begin, std::size_t length) {
  const std::size_t rows = std::min(kRowBlock, length - begin);
  return {begin, rows, begin + rows};
}

}  // namespace

void CausalAttention::forward(const float* inputs, std::span<const std::size_t> offsets, Dropout* dropout, float* out,
                              Kept& kept, Desk& desk) const {
  std::size_t size = 0;
  for (std::size_t n = 0; n + 1 < offsets.size(); ++n) {
    const std::size_t length = offsets[n + 1] - offsets[n];
    size += num_heads_ * length * padded(length);
  }
  kept.weights.assign(size, 0.0f);
  if (dropout != nullptr) kept.mask.resize(size);
  std::fill_n(out, offsets.back() * width_, 0.0f);
  const float scale = 1 / std::sqrt(static_cast<float>(head_width_));

  std::size_t place = 0;
  for (std::size_t n = 0; n + 1 < offsets.size(); ++n) {
    const std::size_t length = offsets[n + 1] - offsets[n];
    const std::size_t stride = padded(length);
    desk.transposed.assign(head_width_ * stride, 0.0f);
    desk.dropped.resize(kRowBlock * stride);
    for (std::size_t head = 0; head < num_heads_; ++head) {
      const float* query = inputs + offsets[n] * 3 * width_ + head * head_width_;
      const MatrixView value = {query + 2 * width_, 3 * width_};
      float* weights = kept.weights.data() + place;
      kernels::transpose(length, head_width_, {query + width_, 3 * width_}, {desk.transposed.data(), stride});
      for (std::size_t begin = 0; begin < length; begin += kRowBlock) {
        const RowBlock block = row_block(begin, length);
        float* rows = weights + begin * stride;
        kernels::add_product({block.rows, head_width_, std::min(padded(block.columns), stride)},
                             {query + begin * 3 * width_, 3 * width_}, {desk.transposed.data(), stride},
                             {rows, stride});
        for (std::size_t r = 0; r < block.rows; ++r) {
          float* row = rows + r * stride;
          const std::size_t seen = begin + r + 1;
          for (std::size_t c = 0; c < seen; ++c) row[c] *= scale;
          kernels::softmax(row, seen);
          std::fill(row + seen, row + stride, 0.0f);
        }
        const float* used = rows;
        if (dropout != nullptr) {
          std::uint8_t* mask = kept.mask.data() + place + begin * stride;
          for (std::size_t r = 0; r < block.rows; ++r) {
            dropout->draw(mask + r * stride, block.columns);
            dropout->apply(mask + r * stride, block.columns, rows + r * stride, desk.dropped.data() + r * stride);
          }
          used = desk.dropped.data();
        }
        kernels::add_product({block.rows, block.columns, head_width_}, {used, stride}, value,
                             {out + (offsets[n] + begin) * width_ + head * head_width_, width_});
      }
      place += length * stride;
    }
  }
}

void CausalAttention::backward(const float* inputs, std::span<const std::size_t> offsets, const Dropout* dropout,
                               const float* out_gradients, const Kept& kept, float* input_gradients, Desk& desk) const {
  const float scale = 1 / std::sqrt(static_cast<float>(head_width_));
  std::size_t place = 0;
  for (std::size_t n = 0; n + 1 < offsets.size(); ++n) {
    const std::size_t length = offsets[n + 1] - offsets[n];
    const std::size_t stride = padded(length);
    desk.transposed.assign(head_width_ * stride, 0.0f);
    desk.dropped.resize(kRowBlock * stride);
    desk.gradients.resize(kRowBlock * stride);
    for (std::size_t head = 0; head < num_heads_; ++head) {
      const std::size_t first = offsets[n] * 3 * width_ + head * head_width_;
      const float* query = inputs + first;
      const MatrixView key = {query + width_, 3 * width_};
      float* query_gradients = input_gradients + first;
      const MutableMatrixView key_gradients = {query_gradients + width_, 3 * width_};
      const MutableMatrixView value_gradients = {query_gradients + 2 * width_, 3 * width_};
      kernels::transpose(length, head_width_, {query + 2 * width_, 3 * width_}, {desk.transposed.data(), stride});
      for (std::size_t begin = 0; begin < length; begin += kRowBlock) {
        const RowBlock block = row_block(begin, length);
        const float* weights = kept.weights.data() + place + begin * stride;
        const std::uint8_t* mask = dropout != nullptr ? kept.mask.data() + place + begin * stride : nullptr;
        const MatrixView gradients = {out_gradients + (offsets[n] + begin) * width_ + head * head_width_, width_};
        const float* used = weights;
        if (dropout != nullptr) {
          for (std::size_t r = 0; r < block.rows; ++r) {
            dropout->apply(mask + r * stride, block.columns, weights + r * stride, desk.dropped.data() + r * stride);
          }
          used = desk.dropped.data();
        }
        kernels::add_transposed_product({block.columns, block.rows, head_width_}, {used, stride}, gradients,
                                        value_gradients);

        // What the weights would have to change by, then what their products would, in place.
        float* changes = desk.gradients.data();
        std::fill_n(changes, block.rows * stride, 0.0f);
        kernels::add_product({block.rows, head_width_, std::min(padded(block.columns), stride)}, gradients,
                             {desk.transposed.data(), stride}, {changes, stride});
        for (std::size_t r = 0; r < block.rows; ++r) {
          float* change = changes + r * stride;
          const float* row = weights + r * stride;
          if (dropout != nullptr) dropout->apply(mask + r * stride, block.columns, change, change);
          const std::size_t seen = begin + r + 1;
          const float mean = kernels::dot(change, row, seen);
          for (std::size_t c = 0; c < seen; ++c) change[c] = scale * row[c] * (change[c] - mean);
          std::fill(change + seen, change + stride, 0.0f);
        }
        kernels::add_product({block.rows, block.columns, head_width_}, {changes, stride}, key,
                             {query_gradients + begin * 3 * width_, 3 * width_});
        kernels::add_transposed_product({block.columns, block.rows, head_width_}, {changes, stride},
                                        {query + begin * 3 * width_, 3 * width_}, key_gradients);
      }
      place += length * stride;
    }
  }
}

}  // namespace inkling
