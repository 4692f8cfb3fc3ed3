#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "inkling/list_reranker.h"

namespace inkling {

// The terms of one list: the steps of a plan with what they need to know of its candidates and its person. What it is
// made from must outlive it.
class ListTerms {
 public:
  ListTerms(const RerankItems& items, const ListToRerank& list, float least_popularity);

  // Errors: kNotFinite, when a vector is not finite.
  Status add(const RerankStep& step, std::uint64_t seed);
  std::span<const RerankTerm> terms() const { return terms_; }

 private:
  Result<const Similarity*> similarity(RerankStep::On on);
  Result<const VectorSimilarity*> vector_similarity(RerankStep::On on);
  void copy_topics();
  std::vector<float> person() const;
  std::vector<float> rarity() const;
  std::vector<float> unexpectedness() const;

  const RerankItems& items_;
  const ListToRerank& list_;
  float least_popularity_;
  SparseRows topics_;          // (candidates, topics)
  std::vector<float> person_;  // one a topic
  std::unique_ptr<TopicSimilarity> topic_similarity_;
  std::unique_ptr<VectorSimilarity> vectors_;          // of the model
  std::unique_ptr<VectorSimilarity> topics_as_dense_;  // for clusters
  std::vector<std::vector<float>> values_;             // of terms, one a candidate
  std::size_t num_given_ = 0;                          // terms of the list's own values
  std::vector<std::vector<std::int32_t>> clusters_;    // likewise
  std::vector<RerankTerm> terms_;
};

}  // namespace inkling
