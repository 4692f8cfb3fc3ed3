#include "inkling/decimal.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

namespace inkling {

namespace {

constexpr int kMostDigits = 18;                // fit into 64 bits
constexpr int kLargestExponent = 100'000'000;  // longer than any text, so that digits cannot outweigh it
constexpr double kExactPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr int kMostExact = 22;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

double scaled(double value, int exponent) {
  const bool up = exponent > 0;
  for (int left = std::abs(exponent); left > 0 && value != 0 && std::isfinite(value); left -= kMostExact) {
    const double power = kExactPowers[std::min(left, kMostExact)];
    value = up ? value * power : value / power;
  }
  return value;
}

}  // namespace

bool is_decimal(std::string_view text) {
  std::size_t i = 0;
  const auto digits = [&] {
    const std::size_t start = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    return i > start;
  };
  if (i < text.size() && text[i] == '-') ++i;
  const std::size_t first = i;
  if (!digits() || (text[first] == '0' && i > first + 1)) return false;
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (!digits()) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (!digits()) return false;
  }
  return i == text.size();
}

double decimal_value(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  std::int64_t digits = 0;
  int num_digits = 0;
  int exponent = 0;
  bool after_point = false;
  std::size_t i = 0;
  for (; i < text.size() && (is_digit(text[i]) || text[i] == '.'); ++i) {
    if (text[i] == '.') {
      after_point = true;
      continue;
    }
    const bool kept = num_digits < kMostDigits;
    if (kept) digits = 10 * digits + (text[i] - '0');
    if (digits > 0 && kept) ++num_digits;
    exponent += (kept ? 0 : 1) - (after_point ? 1 : 0);
  }
  if (i < text.size()) {
    const bool below = text[i + 1] == '-';
    int written = 0;
    for (++i; i < text.size(); ++i) {
      if (is_digit(text[i])) written = std::min(10 * written + (text[i] - '0'), kLargestExponent);
    }
    exponent += below ? -written : written;
  }
  const double value = scaled(static_cast<double>(digits), exponent);
  return negative ? -value : value;
}

std::string decimal_text(double value) {
  constexpr std::size_t kPlaces = 6;
  std::string text = std::to_string(std::llround(value * 1e6));
  if (text.size() <= kPlaces) text.insert(0, kPlaces + 1 - text.size(), '0');
  text.insert(text.size() - kPlaces, 1, '.');
  return text;
}

}  // namespace inkling
