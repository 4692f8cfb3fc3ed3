#include "factorization/least_squares.h"

#include <doctest/doctest.h>

#include <Eigen/Cholesky>
#include <limits>
#include <vector>

#include "expect.h"
#include "inkling/random.h"

namespace inkling {

namespace {

Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }

std::vector<float> random_factors(std::size_t rows, std::size_t num_factors, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> factors(rows * num_factors);
  for (float& value : factors) value = 0.3f * random.normal();
  return factors;
}

Eigen::MatrixXd as_matrix(const std::vector<float>& factors, std::size_t num_factors) {
  using RowMajor = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const RowMajor>(factors.data(), index(factors.size() / num_factors), index(num_factors))
      .cast<double>();
}

std::vector<float> gram_of(const std::vector<float>& factors, std::size_t num_factors, ThreadPool& pool) {
  GramSum sum(num_factors, pool);
  sum.start(factors);
  while (!sum.done()) sum.step();
  return sum.result();
}

}  // namespace

TEST_CASE("the sum over all rows is FᵀF, with the same bits for any number of threads") {
  for (const std::size_t num_factors : {1, 3, 8, 17, 64, 150}) {
    for (const std::size_t rows : {0, 1, 63, 64, 65, 255, 257, 2048, 2049, 5000}) {
      CAPTURE(num_factors);
      CAPTURE(rows);
      const std::vector<float> factors = random_factors(rows, num_factors, rows + num_factors);
      ThreadPool one(1);
      const std::vector<float> gram = gram_of(factors, num_factors, one);
      const std::size_t padded = padded_factors(num_factors);
      REQUIRE(gram.size() == padded * padded);
      const Eigen::MatrixXd f = as_matrix(factors, num_factors);
      const Eigen::MatrixXd expected = f.transpose() * f;
      Furthest furthest;
      for (std::size_t i = 0; i < num_factors; ++i) {
        for (std::size_t j = i; j < num_factors; ++j) furthest.add(gram[i * padded + j], expected(index(i), index(j)));
      }
      CHECK(furthest.value() < 1e-6 * (static_cast<double>(rows) + 1));
      for (const int num_threads : {2, 3, 4}) {
        ThreadPool several(num_threads);
        CHECK(gram_of(factors, num_factors, several) == gram);
      }
    }
  }
}

TEST_CASE("a gram sum can be started again") {
  ThreadPool pool(1);
  const std::vector<float> factors = random_factors(100, 5, 1);
  GramSum sum(5, pool);
  for (int repeat = 0; repeat < 2; ++repeat) {
    sum.start(factors);
    CHECK_FALSE(sum.done());
    CHECK(sum.step() == 100);
    CHECK(sum.done());
    CHECK(sum.result() == gram_of(factors, 5, pool));
  }
}

TEST_CASE("a row's solution solves its normal equations, with and without weights") {
  ThreadPool pool(1);
  Random random(2);
  constexpr std::size_t kRows = 300;
  for (const std::size_t num_factors : {1, 2, 5, 8, 16, 33, 64}) {
    const std::vector<float> factors = random_factors(kRows, num_factors, num_factors);
    const std::vector<float> gram = gram_of(factors, num_factors, pool);
    const Eigen::MatrixXd f = as_matrix(factors, num_factors);
    RowSolver solver(num_factors);
    for (const std::size_t count : {0, 1, 2, 63, 64, 65, 128, 200}) {
      for (const bool weighted : {false, true}) {
        CAPTURE(num_factors);
        CAPTURE(count);
        CAPTURE(weighted);
        std::vector<std::int32_t> entries;
        std::vector<float> weights;
        Eigen::MatrixXd matrix =
            f.transpose() * f + 0.7 * Eigen::MatrixXd::Identity(index(num_factors), index(num_factors));
        Eigen::VectorXd right_hand_side = Eigen::VectorXd::Zero(index(num_factors));
        for (std::size_t e = 0; e < count; ++e) {
          entries.push_back(static_cast<std::int32_t>(random.below(kRows)));
          if (weighted) weights.push_back(3 * random.uniform() - 1);
          const double weight = weighted ? weights.back() : 1;
          const Eigen::VectorXd row = f.row(entries.back());
          matrix += std::abs(weight) * row * row.transpose();
          right_hand_side += weight * row;
        }
        std::vector<float> out(num_factors + 1, 5.0f);
        REQUIRE(solver.solve(factors, gram, entries, weights, 0.7f, out.data()));
        const Eigen::VectorXd expected = matrix.llt().solve(right_hand_side);
        Furthest furthest;
        for (std::size_t k = 0; k < num_factors; ++k) furthest.add(out[k], expected(index(k)));
        CHECK(furthest.value() < 1e-4);
        CHECK(out[num_factors] == 5.0f);
      }
    }
  }
}

TEST_CASE("a matrix that is not positive definite, or numbers that overflow, give no solution") {
  ThreadPool pool(1);
  const std::vector<float> factors = random_factors(10, 4, 3);
  const std::vector<float> gram = gram_of(factors, 4, pool);
  const std::vector<std::int32_t> entries{1, 2};
  std::vector<float> out(4);
  RowSolver solver(4);
  CHECK(solver.solve(factors, gram, entries, {}, 0.1f, out.data()));
  CHECK_FALSE(solver.solve(factors, gram, entries, {}, -1000.0f, out.data()));
  CHECK_FALSE(solver.solve(factors, std::vector<float>(gram.size(), 0.0f), {}, {}, 0.0f, out.data()));
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    std::vector<float> bad_factors = factors;
    bad_factors[5] = bad;
    CHECK_FALSE(solver.solve(bad_factors, gram, entries, {}, 0.1f, out.data()));
    CHECK_FALSE(solver.solve(factors, gram, entries, std::vector<float>{1, bad}, 0.1f, out.data()));
    CHECK_FALSE(solver.solve(factors, gram, entries, {}, bad, out.data()));
  }
  // The matrix fits into floats and the right-hand side does not.
  const std::vector<float> uniform(10, 0.3f);
  RowSolver of_one(1);
  CHECK_FALSE(of_one.solve(uniform, std::vector<float>(padded_factors(1) * padded_factors(1)),
                           std::vector<std::int32_t>{1, 2, 3, 4, 5}, std::vector<float>(5, 3e38f), 1, out.data()));
  const std::vector<float> huge(40, 1e25f);
  CHECK_FALSE(solver.solve(huge, gram, entries, {}, 0.1f, out.data()));
  CHECK(solver.solve(factors, gram, entries, {}, 0.1f, out.data()));  // nothing of the failures is left
}

}  // namespace inkling
