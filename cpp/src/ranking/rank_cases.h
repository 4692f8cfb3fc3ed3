#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "inkling/hybrid.h"
#include "inkling/interactions.h"
#include "inkling/status.h"
#include "inkling/thread_pool.h"

namespace inkling {

// One question of which the answer is known: among the target and items drawn at random that the person has not met,
// which is the target?
struct RankCase {
  std::int32_t user = 0;
  std::int32_t target = 0;
  std::int32_t events = 0;  // how many of the newest of the person's history are known
  float weight = 1;
};

// What the parts of a hybrid say in such cases: what a blend, trees or a perceptron learn from.
class RankCases {
 public:
  static constexpr std::size_t kCandidates = 101;  // the target comes first

  // model: its parts are asked; history: what people are known by. met: all they met, of which nothing is drawn. All
  // must outlive the cases.
  RankCases(const Hybrid& model, const Interactions& history, const Interactions& met, std::vector<RankCase> cases,
            std::uint64_t seed);

  std::size_t size() const { return cases_.size(); }
  std::size_t num_parts() const { return num_parts_; }
  const RankCase& operator[](std::size_t n) const { return cases_[n]; }
  // Of candidate c of case n: (num_parts) standardized scores.
  std::span<const float> z(std::size_t n, std::size_t c) const {
    return std::span(z_).subspan((n * kCandidates + c) * num_parts_, num_parts_);
  }
  std::int32_t item(std::size_t n, std::size_t c) const { return items_[n * kCandidates + c]; }
  float users_of(std::int32_t item) const { return model_.item_counts()[static_cast<std::size_t>(item)]; }

  // Leaves out what the other parts said. parts: one a part.
  void keep(const std::vector<bool>& parts);

  // Asks the parts in the cases begin … end - 1. Errors: kNotFinite.
  Status ask(std::size_t begin, std::size_t end, ThreadPool& pool);

 private:
  bool ask(std::size_t n);

  const Hybrid& model_;
  const Interactions& history_;
  const Interactions& met_;
  std::vector<RankCase> cases_;
  std::uint64_t seed_;
  std::size_t num_parts_;
  std::vector<float> z_;             // (cases, kCandidates, parts)
  std::vector<std::int32_t> items_;  // (cases, kCandidates)
};

}  // namespace inkling
