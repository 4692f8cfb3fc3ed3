#include "kernels/cholesky.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "dense_matrix.h"
#include "expect.h"
#include "inkling/random.h"
#include "kernels/gram.h"

namespace inkling {

namespace {

constexpr std::size_t kSizes[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 100, 127, 192};

std::size_t padded(std::size_t size) {
  const std::size_t step = kernels::gram_padding();
  return (size + step - 1) / step * step;
}

// BᵀB + I / 10, well conditioned.
Matrix random_positive_definite(std::size_t size, Random& random) {
  Matrix b(size, size);
  for (double& value : b.values()) value = random.normal() / std::sqrt(static_cast<double>(size));
  return b.transpose() * b + 0.1 * Matrix::identity(size);
}

// The upper triangle; everything else is NaN, so that it shows when somebody reads it.
std::vector<float> upper_triangle(const Matrix& matrix, std::size_t stride) {
  const std::size_t size = matrix.rows();
  std::vector<float> out(size * stride, kNaN);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = i; j < size; ++j) out[i * stride + j] = static_cast<float>(matrix(i, j));
  }
  return out;
}

double furthest_from(const Matrix& expected, const std::vector<float>& upper, std::size_t stride) {
  Furthest furthest;
  for (std::size_t i = 0; i < expected.rows(); ++i) {
    for (std::size_t j = i; j < expected.rows(); ++j) {
      furthest.add(upper[i * stride + j], expected(i, j));
    }
  }
  return furthest.value();
}

}  // namespace

TEST_CASE("cholesky_factor equals its naive twin and Eigen, whatever the stride") {
  Random random(1);
  for (const std::size_t size : kSizes) {
    for (const std::size_t extra : {std::size_t{0}, kernels::gram_padding(), 3 * kernels::gram_padding()}) {
      const std::size_t stride = padded(size) + extra;
      CAPTURE(size);
      CAPTURE(stride);
      const Matrix matrix = random_positive_definite(size, random);
      std::vector<float> fast = upper_triangle(matrix, stride);
      std::vector<float> naive = fast;
      REQUIRE(kernels::cholesky_factor(fast.data(), size, stride));
      REQUIRE(kernels::cholesky_factor_naive(naive.data(), size, stride));
      if (size == 0) continue;
      const Matrix expected = cholesky_factor_of(matrix);
      CHECK(furthest_from(expected, fast, stride) < 2e-5);
      CHECK(furthest_from(expected, naive, stride) < 2e-5);
    }
  }
}

TEST_CASE("cholesky_solve solves, as its naive twin and Eigen do") {
  Random random(2);
  for (const std::size_t size : kSizes) {
    const std::size_t stride = padded(size) + kernels::gram_padding();
    CAPTURE(size);
    const Matrix matrix = random_positive_definite(size, random);
    std::vector<float> factor = upper_triangle(matrix, stride);
    REQUIRE(kernels::cholesky_factor(factor.data(), size, stride));
    Matrix right_hand_side(size);
    for (double& value : right_hand_side.values()) value = random.normal();
    std::vector<float> fast(right_hand_side.values().begin(), right_hand_side.values().end());
    fast.push_back(3.0f);
    std::vector<float> naive = fast;
    kernels::cholesky_solve(factor.data(), size, stride, fast.data());
    kernels::cholesky_solve_naive(factor.data(), size, stride, naive.data());
    CHECK(fast.back() == 3.0f);
    if (size == 0) continue;
    const Matrix expected = solution_of(matrix, right_hand_side);
    Furthest furthest;
    Furthest furthest_naive;
    for (std::size_t i = 0; i < size; ++i) {
      furthest.add(fast[i], expected(i));
      furthest_naive.add(naive[i], expected(i));
    }
    const double tolerance = 1e-4 * expected.largest();
    CHECK(furthest.value() < tolerance);
    CHECK(furthest_naive.value() < tolerance);
  }
}

TEST_CASE("a pivot that is not positive or not finite is refused, wherever it stands") {
  Random random(3);
  constexpr std::size_t kSize = 21;
  const std::size_t stride = padded(kSize);
  const Matrix matrix = random_positive_definite(kSize, random);
  for (std::size_t pivot = 0; pivot < kSize; ++pivot) {
    for (const float bad : {-1.0f, -1e-3f, kNaN, std::numeric_limits<float>::infinity()}) {
      CAPTURE(pivot);
      CAPTURE(bad);
      std::vector<float> fast = upper_triangle(matrix, stride);
      fast[pivot * stride + pivot] = bad;
      std::vector<float> naive = fast;
      CHECK_FALSE(kernels::cholesky_factor(fast.data(), kSize, stride));
      CHECK_FALSE(kernels::cholesky_factor_naive(naive.data(), kSize, stride));
    }
  }
}

TEST_CASE("a singular matrix is refused, whichever pivot is zero") {
  constexpr std::size_t kSize = 13;
  const std::size_t stride = padded(kSize);
  for (std::size_t pivot = 0; pivot < kSize; ++pivot) {
    CAPTURE(pivot);
    Matrix matrix = Matrix::identity(kSize);
    matrix(pivot, pivot) = 0;
    std::vector<float> fast = upper_triangle(matrix, stride);
    std::vector<float> naive = fast;
    CHECK_FALSE(kernels::cholesky_factor(fast.data(), kSize, stride));
    CHECK_FALSE(kernels::cholesky_factor_naive(naive.data(), kSize, stride));
  }
}

TEST_CASE("cholesky_update equals its naive twin and gives the factor of A + rowᵀ row, whatever the row's size") {
  Random random(7);
  for (const std::size_t size : kSizes) {
    for (const double scale : {0.0, 1e-3, 1.0, 1e3}) {
      CAPTURE(size);
      CAPTURE(scale);
      const std::size_t stride = padded(size);
      const Matrix matrix = random_positive_definite(size, random);
      Matrix row(size);
      std::vector<float> floats(stride, kNaN);
      for (std::size_t i = 0; i < size; ++i) {
        floats[i] = static_cast<float>(scale * random.normal());
        row(i) = static_cast<double>(floats[i]);
      }
      std::vector<float> fast = upper_triangle(matrix, stride);
      REQUIRE(kernels::cholesky_factor(fast.data(), size, stride));
      std::vector<float> naive = fast;
      std::vector<float> lost = floats;
      kernels::cholesky_update(fast.data(), size, stride, floats.data());
      kernels::cholesky_update_naive(naive.data(), size, stride, lost.data());
      const Matrix sum = matrix + row * row.transpose();
      Furthest from_naive;
      Furthest from_sum;
      for (std::size_t i = 0; i < size; ++i) {
        for (std::size_t j = i; j < size; ++j) {
          double product = 0;
          for (std::size_t k = 0; k <= i; ++k) {
            product += static_cast<double>(fast[k * stride + i]) * static_cast<double>(fast[k * stride + j]);
          }
          from_sum.add(product / (1 + scale * scale), sum(i, j) / (1 + scale * scale));
          from_naive.add(fast[i * stride + j] / (1 + scale), naive[i * stride + j] / (1 + scale));
        }
      }
      CHECK(from_naive.value() < 1e-5);
      CHECK(from_sum.value() < 2e-5);
    }
  }
}

}  // namespace inkling
