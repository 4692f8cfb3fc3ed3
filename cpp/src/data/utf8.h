#pragma once

#include <cstdint>
#include <string>

namespace inkling {

// Appends a code point, below 0x110000 and no surrogate, in UTF-8.
void append_utf8(std::uint32_t code, std::string& out);

}  // namespace inkling
