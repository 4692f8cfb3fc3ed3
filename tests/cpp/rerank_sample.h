#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "inkling/reranker.h"
#include "rerank_oracle.h"

namespace inkling {

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
