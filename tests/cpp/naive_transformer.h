#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "sequence/transformer.h"

namespace inkling {

// The formulas of transformer.h in double precision, a row at a time and with every row of padding there: the oracle of
// what trains and of what serves.
class NaiveTransformer {
 public:
  using Row = std::vector<double>;

  // parameters: with the factors of the items.
  NaiveTransformer(const Transformer& network, const std::vector<float>& parameters)
      : network_(network), parameters_(parameters) {}

  // The state after each item.
  std::vector<Row> states(const std::vector<std::int32_t>& items) const {
    const TransformerShape& shape = network_.shape();
    const std::size_t width = shape.num_factors;
    const bool padded = shape.padding != TransformerShape::Padding::kAbsent;
    const std::size_t num_padding = padded ? shape.max_length - items.size() : 0;
    std::vector<Row> rows(num_padding + items.size(), Row(width));
    for (std::size_t n = 0; n < items.size(); ++n) {
      const std::size_t position = shape.positions_from_end ? shape.max_length - items.size() + n : n;
      for (std::size_t c = 0; c < width; ++c) {
        rows[num_padding + n][c] =
            std::sqrt(static_cast<double>(width)) * number(static_cast<std::size_t>(items[n]) * width + c) +
            number(network_.positions() + position * width + c);
      }
    }
    for (const Transformer::Block& block : network_.blocks()) {
      for (std::size_t n = 0; n < num_padding; ++n) {
        if (shape.padding == TransformerShape::Padding::kZeroed) rows[n].assign(width, 0);
      }
      rows = through(block, rows);
    }
    std::vector<Row> states;
    for (std::size_t n = num_padding; n < rows.size(); ++n) {
      states.push_back(norm(rows[n], network_.last_gain(), network_.last_bias()));
    }
    return states;
  }

 private:
  using Norm = TransformerShape::Norm;

  double number(std::size_t place) const { return static_cast<double>(parameters_[place]); }

  static Row sum(const Row& a, const Row& b) {
    Row out(a);
    for (std::size_t c = 0; c < b.size(); ++c) out[c] += b[c];
    return out;
  }

  Row norm(const Row& row, std::size_t gain, std::size_t bias) const {
    double mean = 0;
    for (const double x : row) mean += x / static_cast<double>(row.size());
    double variance = 0;
    for (const double x : row) variance += (x - mean) * (x - mean) / static_cast<double>(row.size());
    Row out;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const double scale = std::sqrt(variance + static_cast<double>(network_.shape().epsilon));
      out.push_back(number(gain + c) * (row[c] - mean) / scale + number(bias + c));
    }
    return out;
  }

  Row layer(const LinearLayer& layer, const Row& row) const {
    Row out;
    for (std::size_t c = 0; c < layer.outputs; ++c) {
      double value = number(layer.bias + c);
      for (std::size_t k = 0; k < layer.inputs; ++k) value += row[k] * number(layer.weights + k * layer.outputs + c);
      out.push_back(value);
    }
    return out;
  }

  Row hidden(const Transformer::Block& block, const Row& row) const {
    Row between = layer(block.expand, row);
    for (double& value : between) value = std::max(value, 0.0);
    return layer(block.contract, between);
  }

  // What attention gives for the last of some rows, of which queries and keys are (rows, 3 width).
  Row attend(const std::vector<Row>& inputs, std::size_t last) const {
    const std::size_t width = network_.shape().num_factors;
    const std::size_t head_width = width / network_.shape().num_heads;
    Row out(width);
    for (std::size_t begin = 0; begin < width; begin += head_width) {
      Row weights;
      double total = 0;
      for (std::size_t n = 0; n <= last; ++n) {
        double product = 0;
        for (std::size_t c = begin; c < begin + head_width; ++c) product += inputs[last][c] * inputs[n][width + c];
        weights.push_back(std::exp(product / std::sqrt(static_cast<double>(head_width))));
        total += weights.back();
      }
      for (std::size_t n = 0; n <= last; ++n) {
        for (std::size_t c = begin; c < begin + head_width; ++c) {
          out[c] += weights[n] / total * inputs[n][2 * width + c];
        }
      }
    }
    return out;
  }

  std::vector<Row> through(const Transformer::Block& block, const std::vector<Row>& rows) const {
    const Norm where = network_.shape().norm;
    const std::size_t width = network_.shape().num_factors;
    std::vector<Row> normalized;
    std::vector<Row> inputs;
    for (const Row& row : rows) {
      normalized.push_back(norm(row, block.attention_gain, block.attention_bias));
      inputs.push_back(layer(block.attention_in, where == Norm::kBefore ? normalized.back() : row));
      if (where != Norm::kQuery) continue;
      const Row query = layer(block.attention_in, normalized.back());
      std::copy_n(query.begin(), width, inputs.back().begin());
    }
    std::vector<Row> out;
    for (std::size_t n = 0; n < rows.size(); ++n) {
      const Row attended = layer(block.attention_out, attend(inputs, n));
      if (where == Norm::kAfter) {
        const Row x = norm(sum(rows[n], attended), block.attention_gain, block.attention_bias);
        out.push_back(norm(sum(x, hidden(block, x)), block.hidden_gain, block.hidden_bias));
        continue;
      }
      const Row x = sum(where == Norm::kQuery ? normalized[n] : rows[n], attended);
      const Row y = norm(x, block.hidden_gain, block.hidden_bias);
      out.push_back(sum(where == Norm::kQuery ? y : x, hidden(block, y)));
    }
    return out;
  }

  const Transformer& network_;
  const std::vector<float>& parameters_;
};

}  // namespace inkling
