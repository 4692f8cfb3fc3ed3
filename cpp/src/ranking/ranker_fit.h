#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "inkling/hybrid.h"
#include "inkling/thread_pool.h"
#include "ranking/learned_ranker.h"
#include "ranking/rank_cases.h"

namespace inkling {

// Learns what is to be added to a hybrid's weighted sum: minimizes -log softmax(sum + g)[target] over four fifths of
// the people, and stops where the last fifth is no better for it.
class RankerFit {
 public:
  enum class Form { kTrees, kPerceptron };

  RankerFit(const RankCases& cases, const BlendWeights& weights, Form form, std::uint64_t seed, ThreadPool& pool);

  static constexpr std::int64_t kMostSteps = 100;
  std::int64_t done_work() const { return done_; }
  bool done() const { return done_ >= kMostSteps; }
  // One tree, or one pass over the cases.
  void step();
  // Null where nothing was found that helps the last fifth.
  std::unique_ptr<LearnedRanker> ranker() const;
  // -log softmax(scores)[0]. shares: as many, the softmax; the loss's gradient is share - [is the first], and its
  // second derivative share * (1 - share).
  static double loss_of(std::span<const float> scores, std::span<double> shares);
  // Mean -log softmax of the last fifth: of the sum alone, and with the best that was found.
  double loss_before() const { return loss_before_; }
  double loss_after() const { return best_loss_; }

 private:
  std::span<const float> row(std::size_t place, std::size_t c) const;
  // Of all candidates of one case.
  std::span<const float> scores_at(std::size_t place) const;
  double validation_loss() const;
  void grow_tree();
  void descend();

  const RankCases& cases_;
  Form form_;
  std::uint64_t seed_;
  ThreadPool& pool_;
  std::size_t num_features_;
  std::vector<std::size_t> order_;  // cases: first those to learn from
  std::size_t num_training_;
  std::vector<float> rows_;    // (cases in order, kCandidates, features)
  std::vector<float> sums_;    // (cases in order, kCandidates)
  std::vector<float> scores_;  // sums with what is added
  std::unique_ptr<TreeGrower> grower_;
  BoostedTrees trees_;
  Perceptron perceptron_;
  std::vector<double> moments_;  // of Adam: first, then second
  double loss_before_ = 0;
  double best_loss_ = 0;
  std::size_t best_trees_ = 0;
  Perceptron best_perceptron_;
  std::int64_t best_step_ = 0;
  std::int64_t done_ = 0;
};

}  // namespace inkling
