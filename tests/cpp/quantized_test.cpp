#include "kernels/quantized.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "expect.h"
#include "inkling/random.h"
#include "sample_data.h"

namespace inkling {

TEST_CASE("products of integer rows equal their naive twin's over odd sizes and the largest numbers") {
  Random random(1);
  for (const std::size_t columns : {1, 2, 7, 8, 9, 15, 16, 17, 31, 48, 63, 64, 65, 100, 128, 1023, 1024}) {
    for (const std::size_t count : {0, 1, 2, 3, 4, 5, 8, 11}) {
      CAPTURE(columns);
      CAPTURE(count);
      const std::int16_t largest = kernels::largest_of_vector(columns);
      std::vector<std::int8_t> rows(count * columns);
      std::vector<std::int16_t> vector(columns);
      for (const bool extreme : {false, true}) {
        for (std::int8_t& value : rows) {
          value = static_cast<std::int8_t>(extreme ? (random.below(2) == 0 ? -128 : 127) : random.below(256) - 128);
        }
        for (std::int16_t& value : vector) {
          const int size = static_cast<int>(random_below(static_cast<std::size_t>(largest) + 1, random));
          value = static_cast<std::int16_t>((extreme ? largest : size) * (random.below(2) == 0 ? -1 : 1));
        }
        if (extreme && count > 0) {
          for (std::size_t c = 0; c < columns; ++c) {  // the largest sum there is
            rows[c] = -128;
            vector[c] = largest;
          }
        }
        std::vector<std::int32_t> actual(count, -1);
        std::vector<std::int32_t> expected(count, -2);
        kernels::dot_rows(rows.data(), count, columns, vector.data(), actual.data());
        kernels::dot_rows_naive(rows.data(), count, columns, vector.data(), expected.data());
        CHECK(actual == expected);
      }
    }
  }
}

TEST_CASE("a quantized row is off by half a scale at most, and has its largest number exactly") {
  Random random(2);
  for (const std::size_t length : {1, 3, 64, 129}) {
    std::vector<float> values(length);
    for (float& value : values) value = random.normal();
    std::vector<std::int8_t> integers(length);
    std::vector<float> back(length);
    const float scale = kernels::quantize_row(values.data(), length, integers.data());
    kernels::dequantize_row(scale, integers.data(), length, back.data());
    float largest = 0;
    for (std::size_t i = 0; i < length; ++i) {
      CHECK(std::abs(back[i] - values[i]) <= 0.5001f * scale);
      CHECK(integers[i] != -128);
      largest = std::max(largest, std::abs(values[i]));
    }
    CHECK(scale == largest / 127);
  }
  const float extremes[] = {0, -0.0f, 1e-31f, -1e-31f};
  std::int8_t integers[4];
  CHECK(kernels::quantize_row(extremes, 4, integers) == 0);
  const float huge[] = {3e38f, -3e38f, 1e38f, 0};
  CHECK(kernels::quantize_row(huge, 4, integers) == 3e38f / 127);
  CHECK(integers[0] == 127);
  CHECK(integers[1] == -127);
  CHECK(integers[2] == 42);
}

TEST_CASE("every half comes back from its float, and floats go to the nearest half") {
  int wrong = 0;
  for (std::uint32_t half = 0; half < 65536; ++half) {
    const float value = kernels::from_half(static_cast<std::uint16_t>(half));
    const std::uint16_t back = kernels::to_half(value);
    wrong += (std::isnan(value) ? (back & 0x7FFF) > 0x7C00 : back == half) ? 0 : 1;
  }
  CHECK(wrong == 0);
  CHECK(kernels::from_half(0x3C00) == 1.0f);
  CHECK(kernels::from_half(0xC000) == -2.0f);
  CHECK(kernels::from_half(0x0001) == 0x1p-24f);
  CHECK(kernels::from_half(0x7BFF) == 65504.0f);
  CHECK(kernels::to_half(65519.0f) == 0x7BFF);
  CHECK(kernels::to_half(65520.0f) == 0x7C00);
  CHECK(kernels::to_half(1e30f) == 0x7C00);
  CHECK(kernels::to_half(1 + 0x1p-11f) == 0x3C00);      // a tie goes to the even one
  CHECK(kernels::to_half(1 + 3 * 0x1p-11f) == 0x3C02);  // …
  CHECK(kernels::to_half(std::nextafter(1 + 0x1p-11f, 2.0f)) == 0x3C01);
  CHECK(kernels::to_half(0x1p-25f) == 0);  // …
  CHECK(kernels::to_half(std::nextafter(0x1p-25f, 1.0f)) == 1);
  // Against the two neighbours of random floats, the slow way.
  Random random(3);
  for (int repeat = 0; repeat < 20000; ++repeat) {
    const float value = std::ldexp(random.uniform() - 0.5f, static_cast<int>(random.below(44)) - 27);
    const std::uint16_t half = kernels::to_half(value);
    const double distance = std::abs(static_cast<double>(kernels::from_half(half)) - static_cast<double>(value));
    for (const int step : {-1, 1}) {
      const auto other = static_cast<std::uint16_t>(half + step);
      if ((other & 0x7C00) == 0x7C00 || (half & 0x7FFF) == 0) continue;
      wrong +=
          distance <= std::abs(static_cast<double>(kernels::from_half(other)) - static_cast<double>(value)) ? 0 : 1;
    }
  }
  CHECK(wrong == 0);
}

}  // namespace inkling
