#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "inkling/reranker.h"

namespace inkling {

// gain_t(i | J) of one term for all candidates i, while J grows. Its parts are right already (rerank() has checked
// them).
class Gain {
 public:
  virtual ~Gain() = default;
  Gain(const Gain&) = delete;
  Gain& operator=(const Gain&) = delete;

  // One a candidate. Those of candidates that are chosen or not known mean nothing.
  std::span<const double> values() const { return values_; }
  bool knows(std::size_t candidate) const { return known_[candidate] != 0; }
  virtual void choose(std::int32_t chosen) = 0;

 protected:
  explicit Gain(std::size_t num_candidates) : values_(num_candidates), known_(num_candidates, 1) {}

  std::vector<double> values_;
  std::vector<std::uint8_t> known_;  // one a candidate
};

// window: of the term, 0 where it is no shorter than the list with what it continues.
std::unique_ptr<Gain> make_mmr_gain(const Similarity& similarity, std::size_t window);
std::unique_ptr<Gain> make_msd_gain(const Similarity& similarity, std::size_t window);
std::unique_ptr<Gain> make_dpp_gain(const Similarity& similarity, std::size_t window);
std::unique_ptr<Gain> make_xquad_gain(const SparseRows& topics, std::span<const float> person, std::size_t window);
std::unique_ptr<Gain> make_calibrate_gain(const SparseRows& topics, std::span<const float> person);

}  // namespace inkling
