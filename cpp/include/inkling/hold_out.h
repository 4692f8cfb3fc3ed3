#pragma once

#include <cstdint>
#include <optional>

#include "inkling/interactions.h"
#include "inkling/splits.h"

namespace inkling {

// Training data, divided once more: what settings and blends are chosen on, so that no test data is needed for it.
struct HeldOut {
  Interactions rest;                    // what is trained on
  std::optional<Interactions> history;  // what the people are known by, where that is not the rest (kUsers)
  Interactions held_out;                // what is to be found
};

// kind: how to divide; where none is given, each user's last item if there are timestamps or rows tell time, else a
// random tenth of all rows. rows_tell_time: as of split(). Users and items keep their indices. Errors: those of
// split().
Result<HeldOut> hold_out(const Interactions& interactions, std::optional<SplitKind> kind, std::uint64_t seed,
                         bool rows_tell_time = false);

// All rows again, the oldest of each user first.
Result<InteractionLog> log_of(const Interactions& interactions);

}  // namespace inkling
