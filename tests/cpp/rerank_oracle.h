#pragma once

#include <cstdint>
#include <functional>
#include <memory>
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

// The rows of a dense matrix.
SparseRows sparse_rows_of(DenseVectors values);

// Candidates of which some have the same vector as another, and about one in six has none; topics likewise.
struct RerankSample {
  explicit RerankSample(std::uint64_t seed);

  std::size_t k;
  std::vector<float> scores;
  Candidates previous;
  std::size_t width;
  std::vector<float> vectors;  // (candidates, width)
  std::size_t num_topics;
  std::vector<float> topics;  // (candidates, num_topics)
  std::vector<float> person;  // (num_topics)
  Candidates clusters;
  std::vector<float> values;
  std::size_t window;

  std::unique_ptr<VectorSimilarity> similarity;
  std::unique_ptr<TopicSimilarity> topic_similarity;
  SparseRows topic_rows;

  DenseVectors vector_view() const { return {vectors, width}; }
  DenseVectors topic_view() const { return {topics, num_topics}; }
  RerankTerm term(RerankTerm::Kind kind, double weight) const;
  OracleGain oracle(RerankTerm::Kind kind) const;
};

// Whether the order of one term is the oracle's, for a sample of each seed and weights from 0 to 1.
void check_against_oracle(RerankTerm::Kind kind, std::uint64_t num_seeds);

// Of the request, which must be right. Checks what holds for all: as many as there can be, none twice and none of the
// previous, parts of each place, and the same again for the same request.
RerankedList checked_list(const RerankRequest& request);

}  // namespace inkling
