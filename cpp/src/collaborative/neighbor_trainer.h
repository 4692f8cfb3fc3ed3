#pragma once

#include <memory>
#include <string>
#include <vector>

#include "collaborative/pair_similarity.h"
#include "inkling/model.h"

namespace inkling {

// What item_neighbors and item_graph have in common: for each target item i the sum S(i, j) over the users who met
// both i and j, for all j at once; from it a similarity; and the num_neighbors nearest j of each i.
struct ItemPairs {
  std::vector<float> user_weights;  // what a user adds to S of each pair of their items, above 0
  std::vector<float> item_weights;  // S(i, j) is multiplied by those of i and j
  std::vector<float> target_norms;  // one an item, as `similarity` takes them
  std::vector<float> source_norms;  // one an item
  PairSimilarity similarity;
};

// Trains a SparseItemModel of that name (a constant) and config. Work is counted in additions to sums. Errors:
// kTooLarge when more than 2^26 neighbours might be kept, which take 1 GiB while the model is made.
Result<std::unique_ptr<Trainer>> make_neighbor_trainer(std::string_view name, std::string config,
                                                       std::size_t num_neighbors, ItemPairs pairs,
                                                       const Interactions& interactions, ThreadPool& pool);

}  // namespace inkling
