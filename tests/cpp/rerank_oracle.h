#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "inkling/reranker.h"

namespace inkling {

// The orders of rerank() from the formulas alone: in doubles, and from scratch for each candidate and place.

using Candidates = std::vector<std::int32_t>;

// What a candidate gains, given those chosen before (of the window, if there is one); NaN where nothing is known.
using OracleGain = std::function<double(std::int32_t candidate, const Candidates& chosen)>;

// Cosines of rows of vectors, (rows, rows); known: whether a row is more than zeros.
struct OracleSimilarity {
  explicit OracleSimilarity(DenseVectors vectors);
  double of(std::int32_t a, std::int32_t b) const {
    return cosines[static_cast<std::size_t>(a) * known.size() + static_cast<std::size_t>(b)];
  }
  Candidates known_of(const Candidates& candidates) const;

  std::vector<double> cosines;
  std::vector<bool> known;
};

OracleGain mmr_oracle(const OracleSimilarity& similarity);
OracleGain msd_oracle(const OracleSimilarity& similarity);
OracleGain dpp_oracle(const OracleSimilarity& similarity);
OracleGain xquad_oracle(DenseVectors topics, std::vector<float> person);
OracleGain calibrate_oracle(DenseVectors topics, std::vector<float> person);
OracleGain clusters_oracle(Candidates clusters);
OracleGain given_oracle(std::vector<float> values);

// Weights and windows are those of the request's terms, gains one a term. The request's constraints play no part but
// by `allowed`: whether a candidate may come next in a list; empty = always.
using Allowed = std::function<bool(const Candidates& list, std::int32_t candidate)>;
Candidates oracle_order(const RerankRequest& request, const std::vector<OracleGain>& gains,
                        const Allowed& allowed = nullptr);

}  // namespace inkling
