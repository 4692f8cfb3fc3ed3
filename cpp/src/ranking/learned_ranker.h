#pragma once

#include <span>
#include <variant>
#include <vector>

#include "ranking/boosted_trees.h"
#include "ranking/perceptron.h"

namespace inkling {

// The features of one person and item: z of the parts, their weighted sum, log(1 + people who met the item), log(1 +
// events of the person).
void ranker_features(std::span<const float> z, float sum, double users, double events, std::span<float> out);

// What a hybrid adds to its weighted sum, learned from the same cases: trees or a perceptron over such features.
class LearnedRanker {
 public:
  static std::size_t num_features(std::size_t num_parts) { return num_parts + 3; }

  explicit LearnedRanker(BoostedTrees trees) : form_(std::move(trees)) {}
  explicit LearnedRanker(Perceptron perceptron) : form_(std::move(perceptron)) {}

  float predict(std::span<const float> x) const {
    const auto* trees = std::get_if<BoostedTrees>(&form_);
    return trees != nullptr ? trees->predict(x) : std::get<Perceptron>(form_).predict(x);
  }
  // What no prediction is above; and none is below.
  float highest() const;
  float lowest() const;
  void write(TensorFile& file) const;

 private:
  std::variant<BoostedTrees, Perceptron> form_;
};

}  // namespace inkling
