#pragma once

#include <vector>

#include "inkling/model.h"

namespace inkling {

// Appends the parts to `out`, those of the same item and term as one.
void add_merged(std::vector<Contribution> parts, std::vector<Contribution>& out);

}  // namespace inkling
