#include "linear/symmetric_inverse.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "dense_matrix.h"
#include "expect.h"
#include "inkling/random.h"
#include "kernels/square_block.h"

namespace inkling {

namespace {

using kernels::kBlockSize;

// BᵀB + I / 10, well conditioned: (size, size).
std::vector<float> random_positive_definite_floats(std::size_t size, Random& random) {
  Matrix b(size, size);
  for (double& value : b.values()) value = random.normal() / std::sqrt(static_cast<double>(size));
  const Matrix matrix = b.transpose() * b + 0.1 * Matrix::identity(size);
  std::vector<float> out(size * size);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) {
      out[i * size + j] = static_cast<float>(matrix(std::min(i, j), std::max(i, j)));
    }
  }
  return out;
}

// The blocks below the diagonal blocks become NaN, so that it shows when somebody reads them.
void spoil_lower_blocks(std::vector<float>& matrix, std::size_t size) {
  for (std::size_t row = 0; row < size; ++row) {
    for (std::size_t column = 0; column < row / kBlockSize * kBlockSize; ++column) matrix[row * size + column] = kNaN;
  }
}

bool invert(std::vector<float>& matrix, std::size_t size, int num_threads, std::int64_t slice) {
  ThreadPool pool(num_threads);
  SymmetricInverse inverse(matrix, size, pool);
  std::int64_t done = 0;
  while (!inverse.done()) {
    if (!inverse.step(slice)) return false;
    done = std::min(done + slice, inverse.total_work());
    CHECK(inverse.done_work() == done);
  }
  return true;
}

}  // namespace

TEST_CASE("the inverse equals its naive twin and Eigen's, read from the upper blocks alone") {
  Random random(1);
  for (const std::size_t size : {kBlockSize, 2 * kBlockSize, 3 * kBlockSize, 5 * kBlockSize}) {
    CAPTURE(size);
    const std::vector<float> matrix = random_positive_definite_floats(size, random);
    std::vector<float> fast = matrix;
    spoil_lower_blocks(fast, size);
    REQUIRE(invert(fast, size, 2, 1000000));
    const Matrix expected = inverse_of(Matrix::of(matrix, size));
    Furthest furthest;
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = i; j < size; ++j) {
        furthest.add(-fast[i * size + j], expected(i, j));
      }
    }
    CHECK(furthest.value() < 2e-5 * expected.largest());
  }
}

TEST_CASE("the naive inverse equals Eigen's at any size") {
  Random random(2);
  for (const std::size_t size : {1, 2, 3, 7, 33, 100}) {
    CAPTURE(size);
    const std::vector<float> matrix = random_positive_definite_floats(size, random);
    const std::vector<double> naive = symmetric_inverse_naive(matrix, size);
    const Matrix expected = inverse_of(Matrix::of(matrix, size));
    Furthest furthest;
    for (std::size_t i = 0; i < size * size; ++i) {
      furthest.add(naive[i], expected(i / size, i % size));
    }
    CHECK(furthest.value() < 1e-9 * expected.largest());
  }
  CHECK(symmetric_inverse_naive({1, 2, 2, 1}, 2).empty());
}

TEST_CASE("the inverse has the same bits from any number of threads and any slices") {
  Random random(3);
  const std::size_t size = 3 * kBlockSize;
  const std::vector<float> matrix = random_positive_definite_floats(size, random);
  std::vector<float> one = matrix;
  REQUIRE(invert(one, size, 1, 1000000));
  for (const int num_threads : {1, 2, 3, 4}) {
    for (const std::int64_t slice : {1, 2, 5, 11}) {
      CAPTURE(num_threads);
      CAPTURE(slice);
      std::vector<float> other = matrix;
      REQUIRE(invert(other, size, num_threads, slice));
      CHECK(other == one);
    }
  }
}

TEST_CASE("a matrix that is not positive definite is not inverted, whichever pivot is bad") {
  Random random(4);
  const std::size_t size = 2 * kBlockSize;
  const std::vector<float> matrix = random_positive_definite_floats(size, random);
  for (const std::size_t pivot : {std::size_t{0}, std::size_t{1}, kBlockSize - 1, kBlockSize, size - 1}) {
    for (const float bad : {-1.0f, 0.0f, kNaN, std::numeric_limits<float>::infinity()}) {
      CAPTURE(pivot);
      CAPTURE(bad);
      std::vector<float> spoilt = matrix;
      spoilt[pivot * size + pivot] = bad;
      CHECK_FALSE(invert(spoilt, size, 1, 1000000));
    }
  }
}

}  // namespace inkling
