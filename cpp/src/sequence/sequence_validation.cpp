#include "sequence/sequence_validation.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/dot.h"

namespace inkling {

namespace {

constexpr std::int32_t kListLength = 10;
constexpr std::int64_t kChunkPeople = 8;   // of a thread at a time
constexpr std::int64_t kStepPeople = 128;  // of a step

}  // namespace

SequenceValidation::SequenceValidation(const SequenceNetwork& network, const Sequences& sequences,
                                       std::size_t max_length, ThreadPool& pool)
    : network_(network),
      sequences_(sequences),
      max_length_(max_length),
      pool_(pool),
      ranks_(std::min(sequences.size(), kMostPeople)) {
  for (int thread = 0; thread < pool.num_threads(); ++thread) passes_.push_back(network.make_pass());
}

void SequenceValidation::step(const std::vector<float>& parameters) {
  if (next_ == 0) {
    for (const std::unique_ptr<SequencePass>& pass : passes_) pass->refresh(parameters.data());
  }
  const std::int64_t count = std::min(kStepPeople, num_people() - next_);
  pool_.for_each_chunk(count, kChunkPeople, [&](std::int64_t begin, std::int64_t end, int thread) {
    rank(next_ + begin, next_ + end, parameters.data(), *passes_[static_cast<std::size_t>(thread)]);
  });
  next_ += count;
}

void SequenceValidation::rank(std::int64_t begin, std::int64_t end, const float* parameters, SequencePass& pass) {
  const std::size_t num_factors = network_.num_factors();
  const std::size_t num_items = network_.table().parameters()[0].size / num_factors;
  SequenceGroup group;
  for (std::int64_t person = begin; person < end; ++person) {
    const auto sequence = sequences_[static_cast<std::size_t>(person)];
    const auto before = sequence.first(sequence.size() - 1);
    const auto read = before.subspan(begin_of_window(before.size(), max_length_, usual_hop(max_length_)));
    group.items.insert(group.items.end(), read.begin(), read.end());
    group.offsets.push_back(group.items.size());
  }
  const float* states = pass.forward(parameters, group, nullptr);
  std::vector<float> scores(num_items);
  for (std::int64_t person = begin; person < end; ++person) {
    const std::size_t row = group.offsets[static_cast<std::size_t>(person - begin) + 1] - 1;
    const auto sequence = sequences_[static_cast<std::size_t>(person)];
    kernels::gemv(parameters, num_items, num_factors, states + row * num_factors, scores.data());
    const float score = scores[static_cast<std::size_t>(sequence.back())];
    for (const std::int32_t item : sequence.first(sequence.size() - 1)) {
      scores[static_cast<std::size_t>(item)] = -std::numeric_limits<float>::infinity();
    }
    std::int32_t rank = 0;
    // Equal scores count half against it, so that a network that says nothing gets nothing for it.
    std::int32_t equal = 0;
    for (const float other : scores) {
      rank += other > score ? 1 : 0;
      equal += other == score ? 1 : 0;
    }
    ranks_[static_cast<std::size_t>(person)] = rank + std::max(equal - 1, 0) / 2;
  }
}

double SequenceValidation::ndcg() const {
  double sum = 0;
  for (const std::int32_t rank : ranks_) sum += rank < kListLength ? 1 / std::log2(rank + 2.0) : 0;
  return sum / static_cast<double>(ranks_.size());
}

double SequenceValidation::hit_rate() const {
  double sum = 0;
  for (const std::int32_t rank : ranks_) sum += rank < kListLength ? 1 : 0;
  return sum / static_cast<double>(ranks_.size());
}

}  // namespace inkling
