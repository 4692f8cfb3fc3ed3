#pragma once

#include <cstddef>
#include <cstdint>

namespace inkling {

// A user's or an item's number as a place in an array.
inline std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

}  // namespace inkling
