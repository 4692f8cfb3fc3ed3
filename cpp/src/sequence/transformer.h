#pragma once

#include <cstddef>
#include <vector>

#include "sequence/causal_attention.h"
#include "sequence/layer_norm.h"
#include "sequence/linear_layer.h"
#include "sequence/sequence_network.h"

namespace inkling {

struct TransformerShape {
  std::size_t num_items;  // 0 where their factors are kept elsewhere
  std::size_t num_factors;
  std::size_t num_blocks;
  std::size_t num_heads;   // divides num_factors
  std::size_t max_length;  // of sequences
  std::size_t hidden;      // numbers between the two layers of a block's feed-forward part
  float epsilon = 1e-8f;   // of layer normalization
  // How the learned positions are counted: from a sequence's first item, or so that the newest has the last one.
  bool positions_from_end = false;
  // Where a block normalizes. What is trained here has kBefore; other code's models may have the others.
  enum class Norm {
    kBefore,  // x = x + attention(norm(x)); x = x + hidden(norm(x))
    kAfter,   // x = norm(x + attention(x)); x = norm(x + hidden(x))
    kQuery,   // q = norm(x); x = q + attention(query q, key and value x); y = norm(x); x = y + hidden(y)
  };
  Norm norm = Norm::kBefore;
  // Whether sequences were filled up in front to max_length with rows that begin as zeros and are attended to as items
  // are. Before each block they may have been set back to zeros.
  enum class Padding { kAbsent, kKept, kZeroed };
  Padding padding = Padding::kAbsent;
};

// SASRec: Kang & McAuley, "Self-attentive sequential recommendation", ICDM 2018, with the normalization before each
// part of a block:
//
//   x = dropout(sqrt(num_factors) item_factors + positions)
//   x = x + dropout(attention(norm(x)));  x = x + dropout(dropout(relu(norm(x) W₁ + b₁)) W₂ + b₂)    num_blocks times
//   state = norm(x)
class Transformer final : public SequenceNetwork {
 public:
  struct Block {
    std::size_t attention_gain;
    std::size_t attention_bias;
    LinearLayer attention_in;  // query, key and value side by side
    LinearLayer attention_out;
    std::size_t hidden_gain;
    std::size_t hidden_bias;
    LinearLayer expand;
    LinearLayer contract;
  };

  explicit Transformer(const TransformerShape& shape);

  const TransformerShape& shape() const { return shape_; }
  const ParameterTable& table() const override { return table_; }
  std::size_t num_factors() const override { return shape_.num_factors; }
  std::size_t rows_of_group() const override { return 256; }
  float start_stddev() const override { return 0.02f; }
  std::unique_ptr<SequencePass> make_pass() const override;

  // Where its numbers are.
  std::size_t positions() const { return positions_; }
  const std::vector<Block>& blocks() const { return blocks_; }
  std::size_t last_gain() const { return last_gain_; }
  std::size_t last_bias() const { return last_bias_; }

 private:
  LinearLayer add_layer(const std::string& name, std::size_t inputs, std::size_t outputs);

  TransformerShape shape_;
  ParameterTable table_;
  std::size_t positions_;
  std::vector<Block> blocks_;
  std::size_t last_gain_;
  std::size_t last_bias_;
};

}  // namespace inkling
