#pragma once

#include <vector>

#include "inkling/off_policy.h"

namespace inkling {

using Doubles = std::vector<double>;

// The columns of an OffPolicyLog.
struct OffPolicyColumns {
  OffPolicyLog view() const { return {propensities, targets, rewards, chosen_estimates, target_estimates}; }

  Doubles propensities;
  Doubles targets;
  Doubles rewards;
  Doubles chosen_estimates;
  Doubles target_estimates;
};

}  // namespace inkling
