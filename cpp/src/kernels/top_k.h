#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

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

}  // namespace inkling::kernels
