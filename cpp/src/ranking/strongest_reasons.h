#pragma once

#include <cstddef>
#include <vector>

#include "inkling/model.h"

namespace inkling {

// What a score is made of, cut to what can be read.
struct StrongestReasons {
  std::vector<Contribution> kept;  // by falling size, each event followed by its own terms by falling size
  std::size_t num_others = 0;      // parts of the score that were left out,
  float others = 0;                // and their sum
};

// Keeps the `most` largest of the parts that sum to a score, in either direction, and the terms of those among them
// that are events. Equal sizes stay in their order. O(parts) but for the kept ones.
StrongestReasons strongest_reasons(const std::vector<Contribution>& parts, std::size_t most);

}  // namespace inkling
