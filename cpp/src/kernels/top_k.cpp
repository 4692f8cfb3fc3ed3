#include "kernels/top_k.h"

#include <algorithm>
#include <cmath>

#include "inkling/random.h"
#include "kernels/simd.h"

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

namespace {

bool better(const ScoredItem& a, const ScoredItem& b) {
  return a.score != b.score ? a.score > b.score : a.item < b.item;
}

// Puts `scored` where it belongs in a heap of `size` whose front is free.
void sift_down(ScoredItem* heap, std::size_t size, ScoredItem scored) {
  std::size_t place = 0;
  for (std::size_t child = 1; child < size; child = 2 * place + 1) {
    if (child + 1 < size && better(heap[child], heap[child + 1])) ++child;
    if (!better(scored, heap[child])) break;
    heap[place] = heap[child];
    place = child;
  }
  heap[place] = scored;
}

constexpr std::size_t kGroup = 4 * simd::kLanes;

}  // namespace

bool all_finite(std::span<const float> values) {
  simd::Vector sums{};
  float sum = 0;
  std::size_t i = 0;
  for (; i + simd::kLanes <= values.size(); i += simd::kLanes) sums += simd::load(values.data() + i) * 0.0f;
  for (; i < values.size(); ++i) sum += values[i] * 0.0f;
  return std::isfinite(sum + simd::sum(sums));
}

float largest(const float* values, std::size_t count) {
  float best = values[0];
  std::size_t i = 0;
  if (count >= simd::kLanes) {
    simd::Vector top = simd::load(values);
    for (i = simd::kLanes; i + simd::kLanes <= count; i += simd::kLanes) {
      const simd::Vector next = simd::load(values + i);
      top = next > top ? next : top;
    }
    float lanes[simd::kLanes];
    simd::store(lanes, top);
    for (const float lane : lanes) best = lane > best ? lane : best;
  }
  for (; i < count; ++i) best = values[i] > best ? values[i] : best;
  return best;
}

void BestScores::add(ScoredItem scored) {
  if (heap_.size() < k_) {
    // The parent that is better goes down.
    heap_.push_back(scored);
    std::size_t place = heap_.size() - 1;
    for (; place > 0 && better(heap_[(place - 1) / 2], scored); place = (place - 1) / 2) {
      heap_[place] = heap_[(place - 1) / 2];
    }
    heap_[place] = scored;
  } else if (k_ > 0 && better(scored, heap_.front())) {
    sift_down(heap_.data(), heap_.size(), scored);
  }
}

void BestScores::add_block(std::int32_t first, std::span<const float> scores, const std::uint8_t* skip) {
  if (k_ == 0) return;
  for (std::size_t begin = 0; begin < scores.size(); begin += kGroup) {
    const std::size_t end = std::min(begin + kGroup, scores.size());
    if (full()) {
      const float best = largest(scores.data() + begin, end - begin);
      const bool later = heap_.front().item < first + static_cast<std::int32_t>(begin);  // loses a tie
      if (later ? best <= worst() : best < worst()) continue;
    }
    for (std::size_t i = begin; i < end; ++i) {
      if (full() && scores[i] < worst()) continue;
      if (skip == nullptr || skip[i] == 0) add({first + static_cast<std::int32_t>(i), scores[i]});
    }
  }
}

std::vector<ScoredItem> BestScores::take() {
  // The worst goes to the end, then the next.
  for (std::size_t size = heap_.size(); size > 1; --size) {
    const ScoredItem last = heap_[size - 1];
    heap_[size - 1] = heap_[0];
    sift_down(heap_.data(), size - 1, last);
  }
  return std::move(heap_);
}

bool best_scores(std::span<const float> scores, std::span<const std::uint8_t> skip, std::size_t k,
                 std::vector<ScoredItem>& best) {
  BestScores found(std::min(k, scores.size()));
  found.add_block(0, scores, skip.data());
  best = found.take();
  return all_finite(scores);
}

}  // namespace inkling::kernels
