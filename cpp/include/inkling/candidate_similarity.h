#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "inkling/interactions.h"
#include "inkling/model.h"
#include "inkling/status.h"

namespace inkling {

// How alike the candidates of one list are: a symmetric, positive semi-definite matrix with a diagonal of 1, of which
// one row at a time is asked for. A candidate of which nothing is known is 0 with all, and knows() tells it.
class Similarity {
 public:
  virtual ~Similarity() = default;
  Similarity(const Similarity&) = delete;
  Similarity& operator=(const Similarity&) = delete;

  std::int32_t num_candidates() const { return static_cast<std::int32_t>(known_.size()); }
  // num_candidates, rounded up to what the kernels work on.
  std::size_t row_length() const { return row_length_; }
  bool knows(std::int32_t candidate) const { return known_[static_cast<std::size_t>(candidate)] != 0; }

  // Of one candidate to each. out: (row_length), zeros after num_candidates.
  virtual void row(std::int32_t candidate, std::span<float> out) const = 0;

 protected:
  explicit Similarity(std::size_t num_candidates);

  std::size_t row_length_;
  std::vector<std::uint8_t> known_;  // one a candidate, at first 0
};

// Cosines of vectors; a row costs num_candidates * width. Two candidates of the same vector have the same row, to the
// bit.
class VectorSimilarity final : public Similarity {
 public:
  // vectors: (num_candidates, width); they are copied. Errors: kInvalidArgument (the values are no whole number of
  // rows), kNotFinite.
  static Result<std::unique_ptr<VectorSimilarity>> make(DenseVectors vectors);

  void row(std::int32_t candidate, std::span<float> out) const override;

  // The cluster of each candidate, 0 to num_clusters - 1: spherical k-means (Dhillon & Modha 2001) from seeds drawn by
  // k-means++ (Arthur & Vassilvitskii, SODA 2007), whose squared distance is 2 - 2 cosine. There are fewer clusters
  // where fewer vectors differ; candidates of which nothing is known make up one more, the last.
  // rounds * num_clusters * num_candidates * width, of at most 20 rounds. Errors: kInvalidArgument (num_clusters is 0).
  Result<std::vector<std::int32_t>> clusters(std::size_t num_clusters, std::uint64_t seed) const;

 private:
  explicit VectorSimilarity(DenseVectors vectors);
  std::span<const float> vector(std::size_t candidate) const {
    return std::span(vectors_).subspan(candidate * width_, width_);
  }

  std::size_t width_;
  std::vector<float> vectors_;  // (row_length, width), of length 1 or 0
};

// Cosines of weighted topics; a row costs the entries of all.
class TopicSimilarity final : public Similarity {
 public:
  // topics: (num_candidates, any number of topics); kept, and must outlive this. Weights of 0 or more.
  // Errors: kInvalidArgument (a negative topic or weight), kNotFinite.
  static Result<std::unique_ptr<TopicSimilarity>> make(const SparseRows& topics);

  void row(std::int32_t candidate, std::span<float> out) const override;

 private:
  explicit TopicSimilarity(const SparseRows& topics);

  const SparseRows& topics_;
  std::int32_t num_topics_ = 0;
  std::vector<double> scales_;  // 1 / length of each row; 0 where nothing is known
};

}  // namespace inkling
