#include "collaborative/pair_similarity.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace inkling {

namespace {

// The mean of squares over the rows that are not empty, or 1.
double mean_square(const std::vector<float>& weights, const SparseRows& rows) {
  double sum = 0;
  double count = 0;
  for (std::int32_t row = 0; row < rows.num_rows(); ++row) {
    if (rows.row_length(row) == 0) continue;
    const double weight = weights[static_cast<std::size_t>(row)];
    sum += weight * weight;
    count += 1;
  }
  return count > 0 ? sum / count : 1;
}

}  // namespace

float row_weight(Weighting weighting, double relative_length) {
  return weighting == Weighting::kBm25 ? static_cast<float>(2.2 / (1.3 + 0.9 * relative_length)) : 1.0f;
}

EntryWeights entry_weights(const SparseRows& rows, const SparseRows& columns, Weighting weighting,
                           bool normalize_columns) {
  EntryWeights weights;
  double known_rows = 0;
  for (std::int32_t row = 0; row < rows.num_rows(); ++row) known_rows += rows.row_length(row) > 0 ? 1 : 0;
  if (known_rows > 0) weights.mean_length = static_cast<double>(rows.num_entries()) / known_rows;
  for (std::int32_t row = 0; row < rows.num_rows(); ++row) {
    weights.rows.push_back(row_weight(weighting, static_cast<double>(rows.row_length(row)) / weights.mean_length));
  }
  for (std::int32_t column = 0; column < columns.num_rows(); ++column) {
    const auto length = static_cast<double>(columns.row_length(column));
    double weight = weighting == Weighting::kUnweighted ? 1 : std::log((known_rows + 1) / (length + 0.5));
    if (normalize_columns && length > 0) weight /= std::sqrt(length);
    weights.columns.push_back(static_cast<float>(weight));
  }
  weights.mean_square = static_cast<float>(mean_square(weights.rows, rows) * mean_square(weights.columns, columns));
  return weights;
}

namespace {

// length^exponent. What is here for other things too, unlike std::pow, of whose last digits a float keeps none.
float power(double length, double exponent) {
  return length > 0 ? static_cast<float>(std::exp2(exponent * std::log(length) * std::numbers::log2e)) : 0;
}

}  // namespace

float PairSimilarity::target_norm(double squared_length) const {
  if (kind == Similarity::kJaccard) return static_cast<float>(squared_length);
  if (kind == Similarity::kCosine) return static_cast<float>(std::sqrt(squared_length));
  return power(squared_length, alpha);
}

float PairSimilarity::source_norm(double squared_length) const {
  if (kind != Similarity::kAsymmetricCosine) return target_norm(squared_length);
  return power(squared_length, 1 - static_cast<double>(alpha));
}

void keep_nearest(std::vector<Neighbor>& neighbors, std::size_t count) {
  if (count < neighbors.size()) {
    const auto nearer = [](const Neighbor& a, const Neighbor& b) {
      const float size_a = std::abs(a.similarity);
      const float size_b = std::abs(b.similarity);
      return size_a != size_b ? size_a > size_b : a.index < b.index;
    };
    const auto end = neighbors.begin() + static_cast<std::ptrdiff_t>(count);
    std::nth_element(neighbors.begin(), end, neighbors.end(), nearer);
    neighbors.erase(end, neighbors.end());
  }
  std::sort(neighbors.begin(), neighbors.end(), [](const Neighbor& a, const Neighbor& b) { return a.index < b.index; });
}

}  // namespace inkling
