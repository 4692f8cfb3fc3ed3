#pragma once

#include <string>

#include "inkling/status.h"

namespace inkling {

inline Status invalid(const std::string& what) { return {ErrorCode::kInvalidArgument, what}; }

}  // namespace inkling
