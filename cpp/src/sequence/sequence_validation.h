#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "inkling/thread_pool.h"
#include "sequence/sequence_network.h"
#include "sequence/sequences.h"

namespace inkling {

// How well a network foretells the last item of each sequence from those before, among all items that are not before.
class SequenceValidation {
 public:
  // sequences: of at least two items; those behind the first kMostPeople are left out. All must outlive this.
  SequenceValidation(const SequenceNetwork& network, const Sequences& sequences, std::size_t max_length,
                     ThreadPool& pool);

  static constexpr std::size_t kMostPeople = 10000;

  std::int64_t num_people() const { return static_cast<std::int64_t>(ranks_.size()); }
  // Begins anew.
  void begin() { next_ = 0; }
  std::int64_t done_people() const { return next_; }
  bool done() const { return next_ == num_people(); }
  // Ranks for some people more. parameters: the same all the way.
  void step(const std::vector<float>& parameters);

  // Means over all people, once done.
  double ndcg() const;
  double hit_rate() const;

 private:
  void rank(std::int64_t begin, std::int64_t end, const float* parameters, SequencePass& pass);

  const SequenceNetwork& network_;
  const Sequences& sequences_;
  std::size_t max_length_;
  ThreadPool& pool_;
  std::vector<std::unique_ptr<SequencePass>> passes_;  // one a thread
  std::vector<std::int32_t> ranks_;                    // of each person's last item: 0 = the best
  std::int64_t next_ = 0;
};

}  // namespace inkling
