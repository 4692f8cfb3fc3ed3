#pragma once

#include <cstdint>

namespace inkling {

struct ScoredItem {
  std::int32_t item;
  float score;
};

}  // namespace inkling
