// Numbers as text: settings, and what model files say of them.

#include <cmath>
#include <string>

#include "inkling/decimal.h"
#include "input_bytes.h"
#include "memory_limit.h"

using namespace inkling;
using namespace inkling::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const MemoryLimit limit(4096 + 4 * size);
  const std::string text(as_text({data, size}));
  if (!is_decimal(text)) return 0;
  const double value = decimal_value(text);
  require(!std::isnan(value), "a number is read as one");
  const double expected = std::strtod(text.c_str(), nullptr);
  if (std::isinf(expected) || expected == 0) {
    require(value == expected || std::abs(value) > 1e307 || std::abs(value) < 1e-300, "what is out of range is so");
  } else if (std::abs(expected) > 1e-290 && std::abs(expected) < 1e300) {
    require(std::abs(value - expected) <= 1e-13 * std::abs(expected), "the number is the one that strtod reads");
  }
  if (value >= 0 && value < 1e12) {
    const std::string written = decimal_text(value);
    require(is_decimal(written), "what is written is a number");
    require(std::abs(decimal_value(written) - value) <= 1e-6 + 1e-13 * value, "what is written says the number");
  }
  return 0;
}
