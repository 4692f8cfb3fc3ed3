#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "inkling/ensemble.h"
#include "inkling/status.h"
#include "inkling/thread_pool.h"

namespace inkling {

// Learns the weights of an ensemble's parts: minimizes over w >= 0
//   mean over held-out items of -log softmax(w · z)[held-out item]  +  kRidge |w|²,
// where the softmax runs over the held-out item and up to 100 unmet items drawn at random, and z are the parts'
// standardized scores. Convex; solved by accelerated projected gradient steps (Beck & Teboulle 2009). At most
// kMaxPeople people are asked, drawn at random. Memory: people * 101 * parts floats.
class BlendLearner {
 public:
  // members: what the parts' members are. history: what the people are known by; held_out: what is to be found.
  // All must outlive the learner.
  BlendLearner(std::vector<const Model*> members, std::vector<Ensemble::Part> parts, const Interactions& history,
               const Interactions& held_out, std::uint64_t seed, ThreadPool& pool);

  std::int64_t total_work() const;
  std::int64_t done_work() const { return done_; }
  // Errors: kNotFinite when a member's score is none.
  Status step(std::int64_t work);
  // The weights, summing to 1; all alike when nothing could be learned. Valid when done.
  std::vector<float> weights() const;

 private:
  struct Case {
    std::int32_t user;
    std::int32_t target;
  };
  bool collect(std::size_t n, int thread);
  double loss(std::span<const double> weights, std::vector<double>* gradient);
  void descend();

  std::vector<const Model*> members_;
  std::vector<Ensemble::Part> parts_;
  const Interactions& history_;
  std::uint64_t seed_;
  ThreadPool& pool_;
  std::vector<Case> cases_;
  std::vector<float> features_;             // (cases, kCandidates, parts): the held-out item comes first
  std::vector<std::vector<float>> scores_;  // one a thread
  std::vector<double> weights_;             // one a part
  std::vector<double> ahead_;               // where the momentum leads
  double momentum_ = 1;
  double step_size_ = 1;
  std::int64_t done_ = 0;
};

}  // namespace inkling
