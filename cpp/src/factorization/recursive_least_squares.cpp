#include "factorization/recursive_least_squares.h"

#include <algorithm>
#include <cmath>

#include "kernels/cholesky.h"
#include "kernels/dot.h"

namespace inkling {

namespace {

constexpr float kMostGrowth = 0.125f;
constexpr int kMostTerms = 10;       // each is an eighth of the last, or less
constexpr float kRounding = 1e-13f;  // of a square

}  // namespace

bool RecursiveLeastSquares::add(float* row, float added, float pull, float ridge) {
  if (!(added >= 0) || !(ridge - first_ridge_ <= kMostGrowth * first_ridge_)) return false;
  const std::size_t size = x_.size();
  // What is left of the new equations where x is.
  std::vector<float> step(size);
  kernels::axpy(ridge_ - ridge, x_.data(), step.data(), size);
  kernels::axpy(pull - added * kernels::dot(row, x_.data(), size), row, step.data(), size);
  kernels::scaled_copy(std::sqrt(added), row, row, size);
  kernels::cholesky_update(solver_.factor().data(), size, padded_factors(size), row);
  ridge_ = ridge;
  solve(step.data());
  kernels::axpy(1, step.data(), x_.data(), size);
  return std::isfinite(kernels::dot(x_.data(), x_.data(), size));
}

void RecursiveLeastSquares::solve(float* right_hand_side) const {
  const std::size_t size = x_.size();
  const float* factor = solver_.factor().data();
  kernels::cholesky_solve(factor, size, padded_factors(size), right_hand_side);
  std::vector<float> term(right_hand_side, right_hand_side + size);
  for (int left = ridge_ > first_ridge_ ? kMostTerms : 0; left > 0; --left) {
    kernels::scaled_copy(first_ridge_ - ridge_, term.data(), term.data(), size);
    kernels::cholesky_solve(factor, size, padded_factors(size), term.data());
    kernels::axpy(1, term.data(), right_hand_side, size);
    const float all = kernels::dot(right_hand_side, right_hand_side, size);
    if (!(kernels::dot(term.data(), term.data(), size) > kRounding * all)) break;
  }
}

}  // namespace inkling
