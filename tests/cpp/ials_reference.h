#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dense_matrix.h"
#include "inkling/ials.h"
#include "sample_data.h"

// The normal equations of ials in double precision, by Eigen.

namespace inkling::ials_reference {

struct Parameters {
  std::size_t num_factors = 8;
  int iterations = 3;
  double regularization = 0.02;
  double unobserved_weight = 0.3;
  double init_stddev = 0.1;
  std::string solver = "cholesky";

  Settings::Given settings() const {
    return {
        {"num_factors", std::to_string(num_factors)},       {"iterations", std::to_string(iterations)},
        {"regularization", std::to_string(regularization)}, {"unobserved_weight", std::to_string(unobserved_weight)},
        {"init_stddev", std::to_string(init_stddev)},       {"solver", solver}};
  }
};

// The normal equations of one row: fixed: (fixed rows, num_factors).
inline Matrix solve_row(const Matrix& fixed, std::span<const std::int32_t> entries, std::span<const float> weights,
                        const Parameters& parameters) {
  Matrix matrix = parameters.unobserved_weight * (fixed.transpose() * fixed);
  Matrix right_hand_side(fixed.columns());
  double total_weight = 0;
  for (std::size_t e = 0; e < entries.size(); ++e) {
    const double weight = weights.empty() ? 1 : weights[e];
    const Matrix row = fixed.row(entries[e]);
    matrix += std::abs(weight) * (row * row.transpose());
    right_hand_side += weight * row;
    total_weight += std::abs(weight);
  }
  const double ridge =
      parameters.regularization * (total_weight + parameters.unobserved_weight * static_cast<double>(fixed.rows()));
  matrix += ridge * Matrix::identity(fixed.columns());
  return solution_of(matrix, right_hand_side);
}

inline Matrix solve_rows(const Matrix& fixed, const SparseRows& rows, const Parameters& parameters) {
  Matrix out(rows.num_rows(), fixed.columns());
  for (std::int32_t row = 0; row < rows.num_rows(); ++row) {
    out.set_row(row, solve_row(fixed, rows.row_columns(row), {}, parameters));
  }
  return out;
}

inline std::unique_ptr<Ials> train_ials(const Interactions& interactions, const Settings::Given& settings,
                                        std::uint64_t seed = 1, int num_threads = 1) {
  auto model = trained("ials", settings, {&interactions, nullptr}, seed, num_threads);
  return std::unique_ptr<Ials>(static_cast<Ials*>(model.release()));
}

inline Matrix factors_of(const Ials& model) { return Matrix::of(model.item_factors(), model.num_factors()); }

}  // namespace inkling::ials_reference
