#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "factorization/least_squares.h"
#include "inkling/interactions.h"
#include "inkling/thread_pool.h"

namespace inkling {

// The largest singular values, and their right singular vectors, of the sparse matrix
//   A[u][i] = user_scales[u] * item_scales[i] where u met i, else 0; (num_users, num_items)
// by subspace iteration from a random start with some vectors to spare: Halko, Martinsson & Tropp, "Finding structure
// with randomness: probabilistic algorithms for constructing approximate matrix decompositions", SIAM Review 2011,
// algorithm 4.4 with Rayleigh and Ritz's step at the end.
//
// One iteration multiplies a block Q of l = num_factors + 10 (rounded up to a multiple of 16) vectors by AᵀA and makes
// them independent again by the Cholesky factor of QᵀQ with a shift (Fukaya, Kannan, Nakatsukasa, Yamamoto &
// Yanagisawa, "Shifted Cholesky QR for computing the QR factorization of ill-conditioned matrices", SIAM J. Sci.
// Comput. 2020); at the end Q is made orthonormal by two more passes and turned by the eigenvectors of (AQ)ᵀ(AQ), which
// the one-sided Jacobi method finds. An error of the factor f falls as (σ_l / σ_f)^(2 iterations + 1).
//
// An iteration costs 4 * entries * l + 2 * num_items * l² flops; memory is (num_users + num_items) * l floats. In
// slices, and the same bits for any number of threads and any slices.
class RandomizedSvd {
 public:
  // user_scales: (num_users), item_scales: (num_items), all finite. The interactions must outlive this.
  RandomizedSvd(const Interactions& interactions, std::vector<float> user_scales, std::vector<float> item_scales,
                std::size_t num_factors, std::int64_t iterations, std::uint64_t seed, ThreadPool& pool);

  // Errors: kTooLarge, in the name of the model, where the vectors would need more than 1 GiB.
  static Status check_size(std::string_view model, const Interactions& interactions, std::int64_t num_factors);

  // A unit is the time of adding one row of l floats to another.
  std::int64_t total_work() const { return total_; }
  std::int64_t done_work() const { return done_; }
  bool done() const { return task_ == plan_.size(); }
  // Does at least one and about `work` units. Errors: kNotFinite.
  Status step(std::int64_t work);

  // (num_factors), falling; 0 from the rank of A on. Valid when done.
  const std::vector<float>& singular_values() const { return singular_values_; }
  // V: (num_items, num_factors), row-major, with orthonormal columns, but zeros from the rank of A on. Call once, when
  // done.
  std::vector<float> take_item_vectors();

 private:
  enum class Task : std::uint8_t {
    kToUsers,         // user block = A * item block
    kToItems,         // item block = Aᵀ * user block
    kGramItems,       // gram = BᵀB of the item block
    kGramUsers,       // gram = BᵀB of the user block
    kLoosen,          // matrix = R⁻¹, RᵀR = gram + shift: makes nearly dependent vectors less so
    kOrthonormalize,  // the same nearly without shift; vectors that were but rounding errors become zeros
    kMultiplyUpper,   // item block = item block * matrix, which is upper triangular
    kFactor,          // matrix = R, RᵀR = gram + shift
    kSweep,           // turns the rows of the matrix until all are orthogonal: its singular vectors
    kOrder,           // matrix = the eigenvectors of gram, of the largest value first
    kMultiply,        // item block = item block * matrix
  };

  std::int64_t num_rows(Task task) const;
  std::int64_t work_before(Task task, std::int64_t row) const;
  Status do_some(Task task, std::int64_t work);
  void gather(const SparseRows& rows, const std::vector<float>& row_scales, const std::vector<float>& column_scales,
              const std::vector<float>& from, std::vector<float>& to, std::int64_t work);
  void multiply_item_block(std::int64_t work, bool upper);
  bool invert_factor(float shift, float smallest);
  bool factor();
  void sweep(std::size_t row);
  void order_vectors();

  const Interactions& interactions_;
  std::vector<float> user_scales_;
  std::vector<float> item_scales_;
  std::size_t num_factors_;
  std::size_t width_;  // l
  ThreadPool& pool_;
  std::vector<Task> plan_;
  std::size_t task_ = 0;          // in plan_
  std::int64_t next_row_ = 0;     // of the task
  std::int64_t done_before_ = 0;  // the task
  std::int64_t done_ = 0;
  std::int64_t total_ = 0;
  std::vector<float> item_block_;              // (num_items, width_)
  std::vector<float> user_block_;              // (num_users, width_)
  GramSum gram_;                               // (width_, width_)
  std::vector<float> matrix_;                  // (width_, width_)
  std::vector<float> norms_;                   // squared, of the matrix's rows
  std::vector<std::vector<float>> scratches_;  // one a thread: (width_, width_)
  std::vector<float> singular_values_;
  float shift_ = 0;      // of the matrix that is swept
  bool turned_ = false;  // whether this sweep has met rows that were not orthogonal
};

// length^-exponent of each row, 0 of empty ones: (num_rows).
std::vector<float> scales_of_rows(const SparseRows& rows, double exponent);

}  // namespace inkling
