#include "kernels/top_k.h"

#include <algorithm>

#include "inkling/random.h"

namespace inkling::kernels {

namespace {

// Whether candidate a comes before candidate b.
class Before {
 public:
  explicit Before(const TopKInput& input) : input_(input) {}
  bool operator()(std::int32_t a, std::int32_t b) const {
    const float score_a = input_.scores[static_cast<std::size_t>(a)];
    const float score_b = input_.scores[static_cast<std::size_t>(b)];
    if (score_a != score_b) return score_a > score_b;
    if (!input_.shuffle.has_value()) return a < b;
    return hash(a) < hash(b);
  }

 private:
  // One to one, so no two candidates have the same.
  std::uint64_t hash(std::int32_t candidate) const {
    return Random(input_.shuffle.value_or(0) ^ static_cast<std::uint64_t>(candidate)).next();
  }

  const TopKInput& input_;
};

}  // namespace

std::vector<std::int32_t> top_k(const TopKInput& input, std::size_t k) {
  std::vector<std::int32_t> heap;  // the worst of the kept ones at the front
  k = std::min(k, input.scores.size());
  if (k == 0) return heap;
  heap.reserve(k);
  const Before before(input);
  float worst = 0;
  for (std::size_t i = 0; i < input.scores.size(); ++i) {
    // The cheap test first: most candidates end here.
    if (heap.size() == k && input.scores[i] < worst) continue;
    if (!input.skip.empty() && input.skip[i] != 0) continue;
    const auto candidate = static_cast<std::int32_t>(i);
    if (heap.size() < k) {
      heap.push_back(candidate);
      std::push_heap(heap.begin(), heap.end(), before);
    } else if (before(candidate, heap.front())) {
      std::pop_heap(heap.begin(), heap.end(), before);
      heap.back() = candidate;
      std::push_heap(heap.begin(), heap.end(), before);
    }
    worst = input.scores[static_cast<std::size_t>(heap.front())];
  }
  std::sort_heap(heap.begin(), heap.end(), before);
  return heap;
}

std::vector<std::int32_t> top_k_naive(const TopKInput& input, std::size_t k) {
  std::vector<std::int32_t> all;
  for (std::size_t i = 0; i < input.scores.size(); ++i) {
    if (input.skip.empty() || input.skip[i] == 0) all.push_back(static_cast<std::int32_t>(i));
  }
  std::sort(all.begin(), all.end(), Before(input));
  if (all.size() > k) all.resize(k);
  return all;
}

}  // namespace inkling::kernels
