#pragma once

#include <string>
#include <string_view>

namespace inkling {

// Numbers as text. strtod and printf do the same with 128-bit arithmetic, which is a tenth of the WebAssembly module.

// Whether the text is a number in JSON's grammar.
bool is_decimal(std::string_view text);

// The number that such a text says. Exact for up to 15 digits with exponents up to 22, what people write; else the
// error is some units of the last place. Infinity and 0 are what is too large and too small.
double decimal_value(std::string_view text);

// With six digits after the point. value: at least 0 and below 1e12.
std::string decimal_text(double value);

}  // namespace inkling
