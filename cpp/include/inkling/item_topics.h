#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "inkling/interactions.h"
#include "inkling/status.h"

namespace inkling {

// What items are about: of each item the shares of its topics (genres, subjects, makers …), which sum to 1. Of an item
// without topics nothing is known, nor of one that is beyond num_items(). Immutable.
class ItemTopics {
 public:
  ItemTopics() = default;  // of no items
  // weights: (num_items, topics); each row is scaled. Errors: kInvalidArgument (a topic below 0, or not rising within
  // its row; a weight below 0), kNotFinite.
  static Result<ItemTopics> make(SparseRows weights);

  std::int32_t num_items() const { return shares_.num_rows(); }
  std::int32_t num_topics() const { return num_topics_; }
  const SparseRows& shares() const { return shares_; }  // (num_items, num_topics)

  bool knows(std::int32_t item) const { return length(item) > 0; }
  // The Euclidean length of the item's shares: above 0, at most 1; 0 where nothing is known.
  double length(std::int32_t item) const {
    return item >= 0 && item < num_items() ? lengths_[static_cast<std::size_t>(item)] : 0;
  }
  // Adds `weight` times the item's shares; sums: (num_topics).
  void add(std::int32_t item, double weight, std::span<double> sums) const;
  // Of the shares of two items; 0 where nothing is known of one.
  double cosine(std::int32_t a, std::int32_t b) const;
  // 1 less the largest cosine with any of the others: how far a known item is from what is nearest to it (Adamopoulos &
  // Tuzhilin, TIST 2014, call that of what somebody expects unexpectedness).
  double distance(std::int32_t item, std::span<const std::int32_t> others) const;

 private:
  explicit ItemTopics(SparseRows weights);

  SparseRows shares_;
  std::int32_t num_topics_ = 0;
  std::vector<double> lengths_;  // one an item
};

}  // namespace inkling
