#include "inkling/decimal.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <string>

#include "inkling/random.h"

using namespace inkling;

TEST_CASE("numbers as people write them are read exactly") {
  for (const char* text :
       {"0", "-0", "1", "-1", "0.005", "0.1", "0.3", "3.14159", "1e-7", "1E+3", "2.5e22", "123456789012345", "0.000001",
        "1000000", "9007199254740991", "0e5", "0.0000000000000000000000001e20"}) {
    CAPTURE(text);
    REQUIRE(is_decimal(text));
    CHECK(decimal_value(text) == std::strtod(text, nullptr));
  }
}

TEST_CASE("numbers of many digits are read to some units of the last place") {
  Random random(1);
  for (int n = 0; n < 2000; ++n) {
    std::string text = std::to_string(random.below(1'000'000'000));
    text += "." + std::to_string(random.below(1'000'000'000)) + std::to_string(random.below(1'000'000'000));
    text += "e" + std::to_string(static_cast<int>(random.below(400)) - 200);
    CAPTURE(text);
    const double expected = std::strtod(text.c_str(), nullptr);
    CHECK(std::abs(decimal_value(text) - expected) <= 1e-14 * std::abs(expected));
  }
}

TEST_CASE("numbers beyond all are infinite, or 0") {
  CHECK(std::isinf(decimal_value("1e400")));
  CHECK(std::isinf(decimal_value("1e99999999999999999999")));
  CHECK(decimal_value("-1e400") < 0);
  CHECK(decimal_value("1e-400") == 0);
  CHECK(decimal_value("0e99999999999999999999") == 0);
  CHECK(decimal_value("123e-99999999999999999999") == 0);
}

TEST_CASE("many zeros and the exponent that takes them back are the number") {
  CHECK(decimal_value("1" + std::string(500, '0') + "e-500") == doctest::Approx(1));
  CHECK(decimal_value("0." + std::string(499, '0') + "1e500") == doctest::Approx(1));
}

TEST_CASE("what is no number in JSON is refused") {
  for (const char* text :
       {"", "-", "+1", ".5", "5.", "01", "1e", "1e+", "1x", "x", "1 ", "--1", "inf", "nan", "1.2.3", "0x1"}) {
    CAPTURE(text);
    CHECK_FALSE(is_decimal(text));
  }
}

TEST_CASE("a number is written with six digits after the point, and read back") {
  CHECK(decimal_text(0) == "0.000000");
  CHECK(decimal_text(8) == "8.000000");
  CHECK(decimal_text(0.25) == "0.250000");
  CHECK(decimal_text(1234.5678) == "1234.567800");
  CHECK(decimal_text(0.000001) == "0.000001");
  CHECK(decimal_value(decimal_text(2.75)) == 2.75);
}
