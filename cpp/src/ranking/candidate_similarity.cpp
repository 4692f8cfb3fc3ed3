#include "inkling/candidate_similarity.h"

#include <algorithm>
#include <cmath>

#include "kernels/dot.h"
#include "kernels/gram.h"
#include "kernels/simd.h"
#include "kernels/top_k.h"

namespace inkling {

namespace {

// What differs from 1 by rounding, so that all repetitions of something are alike, whatever they repeat.
constexpr float kAlike = 1 - 1e-6f;

}  // namespace

Similarity::Similarity(std::size_t num_candidates)
    : row_length_(simd::round_up(num_candidates, kernels::gram_padding())), known_(num_candidates, 0) {}

Result<std::unique_ptr<VectorSimilarity>> VectorSimilarity::make(DenseVectors vectors) {
  if (vectors.width == 0 || vectors.values.size() % vectors.width != 0) {
    return Status(ErrorCode::kInvalidArgument, std::to_string(vectors.values.size()) +
                                                   " numbers are no whole number of vectors of " +
                                                   std::to_string(vectors.width) + "; give as many of each candidate");
  }
  if (!kernels::all_finite(vectors.values)) {
    return Status(ErrorCode::kNotFinite, "a number of the candidates' vectors is not finite");
  }
  return std::unique_ptr<VectorSimilarity>(new VectorSimilarity(vectors));
}

VectorSimilarity::VectorSimilarity(DenseVectors vectors)
    : Similarity(vectors.num_rows()), width_(vectors.width), vectors_(row_length_ * width_) {
  for (std::size_t i = 0; i < known_.size(); ++i) {
    const std::span<const float> from = vectors.row(i);
    double squares = 0;
    for (const float value : from) squares += static_cast<double>(value) * value;
    if (!(squares > 0)) continue;
    known_[i] = 1;
    const double scale = 1 / std::sqrt(squares);
    for (std::size_t n = 0; n < width_; ++n) vectors_[i * width_ + n] = static_cast<float>(from[n] * scale);
  }
}

void VectorSimilarity::row(std::int32_t candidate, std::span<float> out) const {
  kernels::gemv(vectors_.data(), row_length_, width_, vector(static_cast<std::size_t>(candidate)).data(), out.data());
  for (float& cosine : out.first(row_length_)) cosine = cosine > kAlike ? 1 : cosine;
}

Result<std::unique_ptr<TopicSimilarity>> TopicSimilarity::make(const SparseRows& topics) {
  for (std::size_t e = 0; e < topics.columns.size(); ++e) {
    if (!std::isfinite(topics.values[e])) return Status(ErrorCode::kNotFinite, "a topic's weight is not finite");
    if (topics.columns[e] >= 0 && topics.values[e] >= 0) continue;
    return Status(ErrorCode::kInvalidArgument,
                  "entry " + std::to_string(e) + " of the candidates' topics is below 0, or its weight is");
  }
  return std::unique_ptr<TopicSimilarity>(new TopicSimilarity(topics));
}

TopicSimilarity::TopicSimilarity(const SparseRows& topics)
    : Similarity(static_cast<std::size_t>(topics.num_rows())), topics_(topics), scales_(known_.size()) {
  for (const std::int32_t topic : topics.columns) num_topics_ = std::max(num_topics_, topic + 1);
  for (std::int32_t i = 0; i < topics.num_rows(); ++i) {
    double squares = 0;
    for (const float weight : topics.row_values(i)) squares += static_cast<double>(weight) * weight;
    if (!(squares > 0)) continue;
    known_[static_cast<std::size_t>(i)] = 1;
    scales_[static_cast<std::size_t>(i)] = 1 / std::sqrt(squares);
  }
}

void TopicSimilarity::row(std::int32_t candidate, std::span<float> out) const {
  std::vector<double> weights(static_cast<std::size_t>(num_topics_));
  const auto own = topics_.row_columns(candidate);
  for (std::size_t e = 0; e < own.size(); ++e) {
    weights[static_cast<std::size_t>(own[e])] = static_cast<double>(topics_.row_values(candidate)[e]);
  }
  std::fill(out.begin(), out.end(), 0.0f);
  for (std::int32_t i = 0; i < topics_.num_rows(); ++i) {
    const auto columns = topics_.row_columns(i);
    const auto values = topics_.row_values(i);
    double sum = 0;
    for (std::size_t e = 0; e < columns.size(); ++e) {
      sum += weights[static_cast<std::size_t>(columns[e])] * static_cast<double>(values[e]);
    }
    const double scale = scales_[static_cast<std::size_t>(i)] * scales_[static_cast<std::size_t>(candidate)];
    out[static_cast<std::size_t>(i)] = static_cast<float>(sum * scale);
  }
}

}  // namespace inkling
