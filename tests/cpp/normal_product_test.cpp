#include "kernels/normal_product.h"

#include <doctest/doctest.h>

#include <vector>

#include "expect.h"
#include "inkling/random.h"
#include "kernels/gram.h"
#include "sample_data.h"

namespace inkling {

TEST_CASE("the entries' part of a normal equation's product is that of the naive twin") {
  Random random(1);
  constexpr std::size_t kRows = 40;
  const std::size_t step = kernels::gram_padding();
  for (const std::size_t columns : {step, 2 * step, 3 * step, 144 / step * step}) {
    for (const std::size_t count : {0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 33, 64}) {
      for (const float target : {0.0f, 1.0f}) {
        CAPTURE(columns);
        CAPTURE(count);
        CAPTURE(target);
        std::vector<float> matrix(kRows * columns);
        std::vector<float> vector(columns);
        std::vector<float> fast(columns + 1, 5.0f);  // one more, which is to stay as it is
        for (float& value : matrix) value = random.normal();
        for (float& value : vector) value = random.normal();
        std::vector<std::int32_t> entries(count);
        for (std::int32_t& entry : entries) entry = static_cast<std::int32_t>(random_below(kRows, random));
        for (std::size_t c = 0; c < columns; ++c) fast[c] = random.normal();
        std::vector<float> naive = fast;
        kernels::add_normal_product(matrix.data(), columns, entries, vector.data(), target, fast.data());
        kernels::add_normal_product_naive(matrix.data(), columns, entries, vector.data(), target, naive.data());
        Furthest furthest;
        for (std::size_t c = 0; c <= columns; ++c) furthest.add(fast[c], naive[c]);
        CHECK(furthest.value() < 1e-3);
      }
    }
  }
}

}  // namespace inkling
