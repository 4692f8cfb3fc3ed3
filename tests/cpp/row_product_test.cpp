#include "kernels/row_product.h"

#include <doctest/doctest.h>

#include <vector>

#include "expect.h"
#include "inkling/random.h"
#include "kernels/gram.h"

namespace inkling {

TEST_CASE("rows are multiplied in place as the naive twin does it, whatever lies in the scratch space") {
  Random random(1);
  const std::size_t step = kernels::gram_padding();
  for (const std::size_t size : {step, 2 * step, 5 * step, 144 / step * step}) {
    for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{3}, step - 1, step, size}) {
      for (const bool upper : {false, true}) {
        CAPTURE(size);
        CAPTURE(count);
        CAPTURE(upper);
        std::vector<float> matrix(size * size);
        for (std::size_t i = 0; i < matrix.size(); ++i) {
          matrix[i] = upper && i % size < i / size ? 0.0f : random.normal();
        }
        std::vector<float> fast((count + 1) * size, 7.0f);  // one row more, which is to stay as it is
        for (std::size_t i = 0; i < count * size; ++i) fast[i] = random.normal();
        std::vector<float> naive = fast;
        std::vector<float> scratch(size * size, 1e30f);
        kernels::multiply_rows(fast.data(), count, matrix.data(), size, upper, scratch.data());
        kernels::multiply_rows_naive(naive.data(), count, matrix.data(), size, upper, scratch.data());
        Furthest furthest;
        for (std::size_t i = 0; i < fast.size(); ++i) furthest.add(fast[i], naive[i]);
        CHECK(furthest.value() < 1e-4);
      }
    }
  }
}

}  // namespace inkling
