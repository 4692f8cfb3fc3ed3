#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "inkling/scored_item.h"

namespace inkling::kernels {

// Candidates of a top_k call.
struct TopKInput {
  std::span<const float> scores;         // one a candidate; all finite
  std::span<const std::uint8_t> skip;    // one a score, non-zero = not a candidate; empty = none skipped
  std::optional<std::uint64_t> shuffle;  // tie rule: a seed = equal scores in random order; none = by index
};

// The indices of the k best scores, best first. Equal scores: the smaller index (or hash of seed and index, of which no
// two are equal) first, so the answer is unique. Fewer than k where there are fewer candidates. One pass with a bounded
// heap: n + k log k typical.
std::vector<std::int32_t> top_k(const TopKInput& input, std::size_t k);
std::vector<std::int32_t> top_k_naive(const TopKInput& input, std::size_t k);

// The k best of scores that come block by block, so that they need never be there all at once. Equal scores: the
// smaller index first, so the answer hangs on no order of blocks.
class BestScores {
 public:
  explicit BestScores(std::size_t k) : k_(k) {}

  // Whether k are there, and the worst of them.
  bool full() const { return heap_.size() == k_; }
  float worst() const { return heap_.front().score; }

  void add(ScoredItem scored);
  // Scores of items first, first + 1, …; skip: as many, non-zero = no candidate, or null. What is no match for the
  // worst is found by vectors.
  void add_block(std::int32_t first, std::span<const float> scores, const std::uint8_t* skip);

  void add_all(const BestScores& others) {
    for (const ScoredItem& scored : others.heap_) add(scored);
  }
  // Best first; leaves nothing behind.
  std::vector<ScoredItem> take();

 private:
  std::size_t k_;
  std::vector<ScoredItem> heap_;  // the worst at the front, once there are k
};

// The k best of these scores, best first; skip: as many, non-zero = no candidate. Returns false when a score, skipped
// or not, is not finite.
bool best_scores(std::span<const float> scores, std::span<const std::uint8_t> skip, std::size_t k,
                 std::vector<ScoredItem>& best);

// Whether all are finite numbers.
bool all_finite(std::span<const float> values);

// The largest of `count` numbers, at least 1 and none of them NaN.
float largest(const float* values, std::size_t count);

}  // namespace inkling::kernels
