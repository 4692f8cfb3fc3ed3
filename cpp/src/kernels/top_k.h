#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace inkling::kernels {

// Candidates of a top_k call.
struct TopKInput {
  std::span<const float> scores;         // one a candidate; all finite
  std::span<const std::uint8_t> skip;    // one a score, non-zero = not a candidate; empty = none skipped
  std::span<const std::uint32_t> order;  // tie rule: of equal scores the smaller order first; empty = index
};

// The indices of the k best scores, best first. Equal scores: the smaller order (or index) first, so the answer is
// unique. Fewer than k where there are fewer candidates. One pass with a bounded heap: n + k log k typical.
std::vector<std::int32_t> top_k(const TopKInput& input, std::size_t k);
std::vector<std::int32_t> top_k_naive(const TopKInput& input, std::size_t k);

}  // namespace inkling::kernels
