#include "kernels/gram.h"

#include <doctest/doctest.h>

#include <vector>

#include "dense_matrix.h"
#include "expect.h"
#include "inkling/random.h"

namespace inkling {

TEST_CASE("gram adds the panel's products to the upper triangle, as its naive twin and Eigen do") {
  Random random(1);
  const std::size_t step = kernels::gram_padding();
  for (const std::size_t padded : {step, 2 * step, 3 * step, 64 / step * step, 128 / step * step, 192 / step * step}) {
    for (const std::size_t rows : {0, 1, 2, 3, 4, 5, 7, 16, 33, 64, 100}) {
      CAPTURE(padded);
      CAPTURE(rows);
      std::vector<float> panel((rows + 1) * padded);  // a panel is never nullptr, not even of no rows
      panel.resize(rows * padded);
      for (float& value : panel) value = random.normal();
      std::vector<float> fast(padded * padded);
      for (float& value : fast) value = random.normal();
      std::vector<float> naive = fast;
      const Matrix p = Matrix::of(panel, padded);
      const Matrix expected = p.transpose() * p + Matrix::of(fast, padded);
      kernels::gram(panel.data(), rows, padded, fast.data());
      kernels::gram_naive(panel.data(), rows, padded, naive.data());
      Furthest furthest;
      Furthest furthest_naive;
      for (std::size_t i = 0; i < padded; ++i) {
        for (std::size_t j = i; j < padded; ++j) {
          const double exact = expected(i, j);
          furthest.add(fast[i * padded + j], exact);
          furthest_naive.add(naive[i * padded + j], exact);
        }
      }
      const double tolerance = 2e-6 * (static_cast<double>(rows) + 1);
      CHECK(furthest.value() <= tolerance);
      CHECK(furthest_naive.value() <= tolerance);
    }
  }
}

TEST_CASE("panels may come in pieces") {
  Random random(2);
  const std::size_t padded = kernels::gram_padding() * 2;
  std::vector<float> panel(50 * padded);
  for (float& value : panel) value = random.normal();
  std::vector<float> whole(padded * padded, 0.0f);
  std::vector<float> pieces(padded * padded, 0.0f);
  kernels::gram(panel.data(), 50, padded, whole.data());
  kernels::gram(panel.data(), 13, padded, pieces.data());
  kernels::gram(panel.data() + 13 * padded, 37, padded, pieces.data());
  for (std::size_t i = 0; i < padded; ++i) {
    for (std::size_t j = i; j < padded; ++j) {
      CHECK(pieces[i * padded + j] == doctest::Approx(whole[i * padded + j]).epsilon(1e-4));
    }
  }
}

TEST_CASE("add_scaled_rows equals its naive twin") {
  Random random(3);
  const std::size_t step = kernels::gram_padding();
  for (const std::size_t padded : {step, 2 * step, 3 * step, 5 * step, 9 * step}) {
    for (const std::size_t rows : {0, 1, 2, 5, 64}) {
      CAPTURE(padded);
      CAPTURE(rows);
      std::vector<float> panel((rows + 1) * padded);  // a panel is never nullptr, not even of no rows
      panel.resize(rows * padded);
      std::vector<float> scales(rows);
      for (float& value : panel) value = random.normal();
      for (float& value : scales) value = random.normal();
      std::vector<float> fast(padded, 1.0f);
      std::vector<float> naive = fast;
      kernels::add_scaled_rows(scales.data(), panel.data(), rows, padded, fast.data());
      kernels::add_scaled_rows_naive(scales.data(), panel.data(), rows, padded, naive.data());
      Furthest furthest;
      for (std::size_t c = 0; c < padded; ++c) furthest.add(fast[c], naive[c]);
      CHECK(furthest.value() <= 1e-6 * static_cast<double>(10 + 4 * rows));
    }
  }
}

}  // namespace inkling
