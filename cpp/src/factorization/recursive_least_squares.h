#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "factorization/least_squares.h"

namespace inkling {

// The least squares of one person, solved, to which further entries are added: (M + ridge I) x = b, where an entry of
// row y adds `added` y yᵀ to M and `pull` y to b, and may make the ridge larger. Recursive least squares, on the
// Cholesky factor (Gill, Golub, Murray & Saunders, "Methods for modifying matrix factorizations", 1974): exact but for
// rounding, in about 12 size² flops an entry, however many there were before.
//
// The factor keeps the ridge of the start, P = M + ridge₀ I. What the ridge has grown by since, δ, is made good by the
// series (P + δ I)⁻¹ b = P⁻¹ b - δ P⁻² b + δ² P⁻³ b …, whose terms fall by δ / ridge₀ at least.
class RecursiveLeastSquares {
 public:
  explicit RecursiveLeastSquares(std::size_t size) : solver_(size), x_(size) {}

  // Solves the equations of some entries, as CholeskySolver does. Returns false where they have no finite solution.
  bool start(const RowEquations& equations, std::span<const float> added, std::span<const float> pulls) {
    first_ridge_ = ridge_ = equations.ridge;
    return solver_.solve_weighted(equations, added, pulls, x_.data());
  }

  // The solution.
  const std::vector<float>& x() const { return x_; }

  // Adds an entry. row: room for padded_factors(size) numbers; what is there is lost. ridge: the new one, not smaller.
  // Returns false, with everything in an unspecified state, where the factor is to be made anew: when `added` is below
  // 0, when the ridge has grown by more than an eighth, or when numbers overflow.
  bool add(float* row, float added, float pull, float ridge);

  // Solves for other right-hand sides, in place.
  void solve(float* right_hand_side) const;

 private:
  CholeskySolver solver_;
  std::vector<float> x_;
  float first_ridge_ = 0;
  float ridge_ = 0;
};

}  // namespace inkling
