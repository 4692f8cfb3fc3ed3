#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sequence/dropout.h"
#include "sequence/parameters.h"

namespace inkling {

// Some sequences of items, one after the other, without padding.
struct SequenceGroup {
  std::vector<std::int32_t> items;
  std::vector<std::int32_t> targets;    // one an item: what comes next
  std::vector<std::size_t> offsets{0};  // where each begins, and where the last one ends

  std::size_t num_rows() const { return items.size(); }
  std::size_t num_sequences() const { return offsets.size() - 1; }
};

// Forward and backward through a network, with the room to work in: one a thread.
class SequencePass {
 public:
  virtual ~SequencePass() = default;
  // To be called whenever the parameters have changed.
  virtual void refresh(const float* parameters) = 0;
  // A state for each row of the group, of which the score of the item to come next is a product with the item's
  // factors: (rows, num_factors), valid until the next call. dropout: null where nothing is learned.
  virtual const float* forward(const float* parameters, const SequenceGroup& group, Dropout* dropout) = 0;
  // Of the group and dropout of the last forward(). Adds to gradients, which are laid out as the parameters.
  virtual void backward(const float* parameters, const SequenceGroup& group, const Dropout* dropout,
                        const float* state_gradients, float* gradients) = 0;
};

// What makes states of sequences. The first of its parameters are the factors of the items: (num_items, num_factors).
class SequenceNetwork {
 public:
  virtual ~SequenceNetwork() = default;
  virtual const ParameterTable& table() const = 0;
  virtual std::size_t num_factors() const = 0;
  // A group is to have about so many rows, or sequences, so that its products are large and yet stay in the cache.
  virtual std::size_t rows_of_group() const = 0;
  // Standard deviation of the numbers that training begins with.
  virtual float start_stddev() const = 0;
  virtual std::unique_ptr<SequencePass> make_pass() const = 0;
};

}  // namespace inkling
