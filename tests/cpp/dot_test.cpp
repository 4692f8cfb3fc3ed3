#include "kernels/dot.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "expect.h"
#include "inkling/random.h"
#include "kernels/rotate.h"

namespace inkling {

namespace {

constexpr std::size_t kLengths[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 192, 1000};

std::vector<float> random_values(std::size_t length, Random& random) {
  std::vector<float> values(length);
  for (float& value : values) value = random.normal();
  return values;
}

// Each of `length` additions may be off by half of float's 2^-23 of what has been summed so far.
double tolerance(double sum_of_sizes) { return 1e-6 * sum_of_sizes + 1e-30; }

}  // namespace

TEST_CASE("dot equals its naive twin and the sum in double precision") {
  Random random(1);
  for (const std::size_t length : kLengths) {
    CAPTURE(length);
    const std::vector<float> a = random_values(length, random);
    const std::vector<float> b = random_values(length, random);
    double expected = 0;
    double sizes = 0;
    for (std::size_t i = 0; i < length; ++i) {
      const double product = static_cast<double>(a[i]) * b[i];
      expected += product;
      sizes += std::abs(product);
    }
    CHECK(std::abs(kernels::dot(a.data(), b.data(), length) - expected) <= tolerance(sizes));
    CHECK(std::abs(kernels::dot_naive(a.data(), b.data(), length) - expected) <= 10 * tolerance(sizes));
  }
}

TEST_CASE("dot takes vectors that are not aligned") {
  Random random(2);
  const std::vector<float> values = random_values(300, random);
  for (std::size_t offset = 0; offset < 9; ++offset) {
    const float fast = kernels::dot(values.data() + offset, values.data() + 100 + 2 * offset, 100);
    const float naive = kernels::dot_naive(values.data() + offset, values.data() + 100 + 2 * offset, 100);
    CHECK(fast == doctest::Approx(naive).epsilon(1e-4));
  }
}

TEST_CASE("rotate equals its naive twin, and leaves what follows alone") {
  Random random(7);
  for (const std::size_t vectors : {0, 1, 2, 5, 9}) {
    const std::size_t length = vectors * simd::kLanes;
    CAPTURE(length);
    std::vector<float> x = random_values(length + 1, random);
    std::vector<float> y = random_values(length + 1, random);
    std::vector<float> naive_x = x;
    std::vector<float> naive_y = y;
    kernels::rotate(0.6f, -0.8f, x.data(), y.data(), length);
    kernels::rotate_naive(0.6f, -0.8f, naive_x.data(), naive_y.data(), length);
    CHECK(x[length] == naive_x[length]);
    CHECK(y[length] == naive_y[length]);
    Furthest furthest;
    for (std::size_t i = 0; i < length; ++i) {
      furthest.add(x[i], naive_x[i]);
      furthest.add(y[i], naive_y[i]);
    }
    CHECK(furthest.value() < 1e-5);
  }
  float x = 3;
  float y = 4;
  kernels::rotate_naive(0.6f, 0.8f, &x, &y, 1);
  CHECK(x == doctest::Approx(5));
  CHECK(y == doctest::Approx(0));
}

TEST_CASE("axpy equals its naive twin and leaves what follows alone") {
  Random random(3);
  for (const std::size_t length : kLengths) {
    CAPTURE(length);
    const std::vector<float> x = random_values(length, random);
    std::vector<float> fast = random_values(length + 1, random);
    std::vector<float> naive = fast;
    const float after = fast[length];
    kernels::axpy(1.7f, x.data(), fast.data(), length);
    kernels::axpy_naive(1.7f, x.data(), naive.data(), length);
    Furthest furthest;
    for (std::size_t i = 0; i < length; ++i) furthest.add(fast[i], naive[i]);
    CHECK(furthest.value() <= 2e-6);  // one may round once where the other rounds twice
    CHECK(fast[length] == after);
  }
}

TEST_CASE("gemv equals its naive twin") {
  Random random(4);
  for (const std::size_t rows : {0, 1, 2, 3, 4, 5, 7, 8, 9, 17, 64}) {
    for (const std::size_t columns : kLengths) {
      CAPTURE(rows);
      CAPTURE(columns);
      const std::vector<float> matrix = random_values(rows * columns, random);
      const std::vector<float> vector = random_values(columns, random);
      std::vector<float> fast(rows + 1, 7.0f);
      std::vector<float> naive(rows + 1, 7.0f);
      kernels::gemv(matrix.data(), rows, columns, vector.data(), fast.data());
      kernels::gemv_naive(matrix.data(), rows, columns, vector.data(), naive.data());
      Furthest furthest;
      for (std::size_t r = 0; r < rows; ++r) furthest.add(fast[r], naive[r]);
      CHECK(furthest.value() <= 3e-6 * static_cast<double>(columns));
      CHECK(fast[rows] == 7.0f);
    }
  }
}

TEST_CASE("scaled_copy equals its naive twin to the bit and writes nothing behind the end") {
  Random random(9);
  for (const std::size_t length : kLengths) {
    CAPTURE(length);
    const std::vector<float> x = random_values(length, random);
    std::vector<float> fast(length + 1, 7.0f);
    std::vector<float> naive(length + 1, 7.0f);
    kernels::scaled_copy(-0.3f, x.data(), fast.data(), length);
    kernels::scaled_copy_naive(-0.3f, x.data(), naive.data(), length);
    CHECK(fast == naive);
  }
}

}  // namespace inkling
