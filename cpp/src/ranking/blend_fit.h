#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "inkling/hybrid.h"
#include "inkling/thread_pool.h"
#include "ranking/rank_cases.h"

namespace inkling {

// Learns the weights of a hybrid's parts: minimizes
//   mean over cases of -log softmax(score)[target]  +  ridges on the weights
// by accelerated projected gradient steps (Beck & Teboulle, SIAM J. Imaging Sci. 2009) that start anew where they
// overshoot (O'Donoghue & Candès, Found. Comput. Math. 2015). Convex; the base weights are kept at 0 or above.
class BlendFit {
 public:
  // cases: asked already, and outliving this. parts: which may get a weight, one a part.
  BlendFit(const RankCases& cases, std::vector<bool> parts, ThreadPool& pool);

  static constexpr std::int64_t kSteps = 150;
  std::int64_t done_work() const { return done_; }
  void step();
  BlendWeights weights() const;

 private:
  // Mean -log softmax of the cases begin … end - 1, without the ridges.
  double loss(std::span<const double> weights, std::vector<double>* gradient, std::size_t begin, std::size_t end);
  double ridge(std::size_t n) const;

  const RankCases& cases_;
  std::vector<bool> parts_;
  ThreadPool& pool_;
  std::size_t width_;            // parts + 1
  std::vector<double> weights_;  // as BlendWeights has them
  std::vector<double> ahead_;    // where the momentum leads
  double momentum_ = 1;
  double step_size_ = 1;
  std::int64_t done_ = 0;
};

}  // namespace inkling
