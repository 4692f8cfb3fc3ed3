#pragma once

#include <cstdint>
#include <span>

#include "inkling/hybrid.h"
#include "inkling/online_blend.h"

namespace inkling {

// What a person took, and of what.
struct TakenItem {
  History history;            // before it was taken
  std::int32_t item = kNone;  // of the model
  std::span<const std::int32_t>
      shown;  // what was shown beside it, or instead of it; items outside the model are left out
  Moment moment;
};

// Lets a blend learn from it. Where the item was among the shown, the others were passed over. Where it was not, they
// teach nothing: they stood there because their scores are high, and choices among them would teach that scores
// mislead. Then all items were passed over that the person has not met and was not shown.
// Errors: those of fold_in(). O(a fold-in + parts * items).
Status learn_choice(const Hybrid& model, const TakenItem& taken, OnlineBlend& blend);

}  // namespace inkling
