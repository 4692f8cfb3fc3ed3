#include "factorization/least_squares.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "dense_matrix.h"
#include "expect.h"
#include "inkling/random.h"
#include "sample_data.h"

namespace inkling {

namespace {

std::vector<float> random_factors(std::size_t rows, std::size_t num_factors, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> factors(rows * num_factors);
  for (float& value : factors) value = 0.3f * random.normal();
  return factors;
}

std::vector<float> gram_of(const std::vector<float>& factors, std::size_t num_factors, ThreadPool& pool) {
  GramSum sum(num_factors, pool);
  sum.start(factors);
  while (!sum.done()) sum.step();
  return sum.result();
}

std::vector<float> scaled_gram_of(const std::vector<float>& factors, std::size_t num_factors, float scale) {
  ThreadPool pool(1);
  GramSum sum(num_factors, pool);
  sum.start(factors);
  while (!sum.done()) sum.step();
  sum.scale(scale);
  return sum.result();
}

// One row's equations A x = b in double precision, with all entries added and pulling by 1.
struct DenseRow {
  Matrix matrix;
  Matrix right_hand_side;
};

DenseRow dense_row(const Matrix& factors, const std::vector<std::int32_t>& entries, double unobserved_weight,
                   double ridge) {
  DenseRow row{unobserved_weight * (factors.transpose() * factors), Matrix(factors.columns())};
  for (const std::int32_t entry : entries) {
    row.matrix += factors.row(entry) * factors.row(entry).transpose();
    row.right_hand_side += factors.row(entry);
  }
  row.matrix += ridge * Matrix::identity(factors.columns());
  return row;
}

// The textbook's conjugate gradients.
Matrix conjugate_gradients(const DenseRow& row, Matrix x, int steps) {
  Matrix residual = row.right_hand_side - row.matrix * x;
  Matrix direction = residual;
  for (int step = 0; step < steps && residual.squared_norm() > 1e-20; ++step) {
    const double before = residual.squared_norm();
    const double length = before / direction.dot(row.matrix * direction);
    x += length * direction;
    residual -= length * (row.matrix * direction);
    direction = residual + (residual.squared_norm() / before) * direction;
  }
  return x;
}

// For each block, the exact solution with the rest of x held fixed.
Matrix block_descent(const DenseRow& row, Matrix x, std::size_t block_size) {
  for (std::size_t begin = 0; begin < x.rows(); begin += block_size) {
    const std::size_t width = std::min(block_size, x.rows() - begin);
    const Matrix slope = row.right_hand_side - row.matrix * x;
    const Matrix step = solution_of(row.matrix.block(begin, begin, width, width), slope.block(begin, 0, width, 1));
    for (std::size_t i = 0; i < width; ++i) x(begin + i) += step(i);
  }
  return x;
}

// Runs a solver from a random start on rows of many lengths, and returns how far it is at most from the expected.
template <class Expected>
double furthest_from(RowSolver& solver, std::size_t num_factors, const std::vector<std::size_t>& lengths,
                     Expected expected) {
  constexpr float kUnobservedWeight = 0.5f;
  constexpr float kRidge = 0.7f;
  const std::size_t rows = *std::max_element(lengths.begin(), lengths.end()) + 10;
  const std::vector<float> factors = random_factors(rows, num_factors, num_factors);
  const std::vector<float> gram = scaled_gram_of(factors, num_factors, kUnobservedWeight);
  const Matrix f = Matrix::of(factors, num_factors);
  Random random(num_factors);
  Furthest furthest;
  for (const std::size_t length : lengths) {
    std::vector<std::int32_t> entries;
    const std::size_t first = random_below(rows, random);
    for (std::size_t e = 0; e < length; ++e) entries.push_back(static_cast<std::int32_t>((first + e) % rows));
    std::vector<float> x = random_factors(1, num_factors, length);
    x.push_back(5.0f);
    Matrix start(num_factors);
    for (std::size_t k = 0; k < num_factors; ++k) start(k) = x[k];
    REQUIRE(solver.solve({factors, gram, entries, kRidge}, x.data()));
    const Matrix wanted = expected(dense_row(f, entries, kUnobservedWeight, kRidge), start);
    for (std::size_t k = 0; k < num_factors; ++k) furthest.add(x[k], wanted(k));
    CHECK(x[num_factors] == 5.0f);
  }
  return furthest.value();
}

const std::vector<std::size_t> kRowLengths{0, 1, 2, 63, 64, 65, 128, 200};

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
      const Matrix f = Matrix::of(factors, num_factors);
      const Matrix expected = f.transpose() * f;
      Furthest furthest;
      for (std::size_t i = 0; i < num_factors; ++i) {
        for (std::size_t j = i; j < num_factors; ++j) furthest.add(gram[i * padded + j], expected(i, j));
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
    const Matrix f = Matrix::of(factors, num_factors);
    CholeskySolver solver(num_factors);
    for (const std::size_t count : {0, 1, 2, 63, 64, 65, 128, 200}) {
      for (const bool weighted : {false, true}) {
        CAPTURE(num_factors);
        CAPTURE(count);
        CAPTURE(weighted);
        std::vector<std::int32_t> entries;
        std::vector<float> added;
        std::vector<float> pulls;
        Matrix matrix = f.transpose() * f + 0.7 * Matrix::identity(num_factors);
        Matrix right_hand_side(num_factors);
        const std::size_t first = random_below(kRows, random);
        for (std::size_t e = 0; e < count; ++e) {
          // Distinct, so that those that take weight away never take more than gram has.
          entries.push_back(static_cast<std::int32_t>((first + e) % kRows));
          if (weighted) {
            const float draw = random.uniform();
            added.push_back(draw < 0.2f ? 0 : 3 * draw - 1);
            pulls.push_back(2 * random.uniform() - 1);
          }
          const Matrix row = f.row(entries.back());
          matrix += (weighted ? added.back() : 1.0) * (row * row.transpose());
          right_hand_side += (weighted ? pulls.back() : 1.0) * row;
        }
        std::vector<float> out(num_factors + 1, 5.0f);
        REQUIRE(solver.solve_weighted({factors, gram, entries, 0.7f}, added, pulls, out.data()));
        const Matrix expected = solution_of(matrix, right_hand_side);
        Furthest furthest;
        for (std::size_t k = 0; k < num_factors; ++k) furthest.add(out[k], expected(k));
        CHECK(furthest.value() < 1e-4);
        CHECK(out[num_factors] == 5.0f);
      }
    }
  }
}

TEST_CASE("the conjugate gradients are the textbook's, from where x is") {
  for (const std::size_t num_factors : {1, 2, 5, 8, 16, 33, 64}) {
    for (const int steps : {1, 2, 3}) {
      CAPTURE(num_factors);
      CAPTURE(steps);
      ConjugateGradientSolver solver(num_factors, steps);
      CHECK(furthest_from(solver, num_factors, kRowLengths, [&](const DenseRow& row, const Matrix& start) {
              return conjugate_gradients(row, start, steps);
            }) < 1e-4);
    }
    ConjugateGradientSolver to_the_end(num_factors, 100);
    CHECK(furthest_from(to_the_end, num_factors, kRowLengths, [](const DenseRow& row, const Matrix& /*start*/) {
            return solution_of(row.matrix, row.right_hand_side);
          }) < 1e-4);
  }
}

TEST_CASE("rows too long to be held at once are solved alike by conjugate gradients") {
  ConjugateGradientSolver solver(129, 3);
  CHECK(furthest_from(solver, 129, {3, 1100, 700}, [](const DenseRow& row, const Matrix& start) {
          return conjugate_gradients(row, start, 3);
        }) < 1e-4);
}

TEST_CASE("blocks are solved one after the other, each exactly, from where x is") {
  for (const std::size_t num_factors : {1, 2, 5, 8, 16, 33, 64}) {
    for (const std::size_t block_size : {1, 3, 8, 32, 100}) {
      CAPTURE(num_factors);
      CAPTURE(block_size);
      BlockSolver solver(num_factors, block_size, 200);
      CHECK(furthest_from(solver, num_factors, kRowLengths, [&](const DenseRow& row, const Matrix& start) {
              return block_descent(row, start, block_size);
            }) < 1e-4);
    }
  }
}

TEST_CASE("iterative solvers give no solution either where numbers overflow or are not numbers") {
  constexpr std::size_t kFactors = 6;
  const std::vector<float> factors = random_factors(10, kFactors, 3);
  const std::vector<float> gram = scaled_gram_of(factors, kFactors, 1);
  const std::vector<std::int32_t> entries{1, 2};
  ConjugateGradientSolver by_gradients(kFactors, 3);
  BlockSolver by_blocks(kFactors, 4, 2);
  for (RowSolver* solver : {static_cast<RowSolver*>(&by_gradients), static_cast<RowSolver*>(&by_blocks)}) {
    const auto solves = [&](const std::vector<float>& fixed, float ridge, float start) {
      std::vector<float> x(kFactors, start);
      return solver->solve({fixed, gram, entries, ridge}, x.data());
    };
    CHECK(solves(factors, 0.1f, 0));
    CHECK_FALSE(solves(factors, -1000, 0));
    CHECK_FALSE(solves(std::vector<float>(10 * kFactors, 1e25f), 0.1f, 0));
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
      std::vector<float> bad_factors = factors;
      bad_factors[kFactors + 1] = bad;
      CHECK_FALSE(solves(bad_factors, 0.1f, 0));
      CHECK_FALSE(solves(factors, bad, 0));
      CHECK_FALSE(solves(factors, 0.1f, bad));
    }
    CHECK(solves(factors, 0.1f, 0));  // nothing of the failures is left
  }
}

TEST_CASE("a matrix that is not positive definite, or numbers that overflow, give no solution") {
  ThreadPool pool(1);
  const std::vector<float> factors = random_factors(10, 4, 3);
  const std::vector<float> gram = gram_of(factors, 4, pool);
  const std::vector<float> no_gram(gram.size(), 0.0f);
  const std::vector<std::int32_t> entries{1, 2};
  std::vector<float> out(4);
  CholeskySolver solver(4);
  CHECK(solver.solve({factors, gram, entries, 0.1f}, out.data()));
  CHECK_FALSE(solver.solve({factors, gram, entries, -1000.0f}, out.data()));
  CHECK_FALSE(solver.solve({factors, no_gram, {}, 0.0f}, out.data()));
  CHECK_FALSE(solver.solve_weighted({factors, no_gram, entries, 0.01f}, std::vector<float>{1, -1},
                                    std::vector<float>{1, 1}, out.data()));
  for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    std::vector<float> bad_factors = factors;
    bad_factors[5] = bad;
    CHECK_FALSE(solver.solve({bad_factors, gram, entries, 0.1f}, out.data()));
    const std::vector<float> one_bad{1, bad};
    const std::vector<float> ones{1, 1};
    CHECK_FALSE(solver.solve_weighted({factors, gram, entries, 0.1f}, one_bad, ones, out.data()));
    CHECK_FALSE(solver.solve_weighted({factors, gram, entries, 0.1f}, ones, one_bad, out.data()));
    CHECK_FALSE(solver.solve({factors, gram, entries, bad}, out.data()));
  }
  // The matrix fits into floats and the right-hand side does not.
  const std::vector<float> uniform(10, 0.3f);
  const std::vector<float> large(5, 3e38f);
  CholeskySolver of_one(1);
  CHECK_FALSE(of_one.solve_weighted(
      {uniform, std::vector<float>(padded_factors(1) * padded_factors(1)), std::vector<std::int32_t>{1, 2, 3, 4, 5}, 1},
      large, large, out.data()));
  const std::vector<float> huge(40, 1e25f);
  CHECK_FALSE(solver.solve({huge, gram, entries, 0.1f}, out.data()));
  CHECK(solver.solve({factors, gram, entries, 0.1f}, out.data()));  // nothing of the failures is left
}

}  // namespace inkling
