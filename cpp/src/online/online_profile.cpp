#include "inkling/online_profile.h"

#include <algorithm>
#include <cstring>

namespace inkling {

Status OnlineProfile::follow(const Model& model, History history, std::span<const float> tilt) {
  if (!update(model, history)) {
    forget();
    Result<std::unique_ptr<Profile>> folded = model.fold_in_tilted(history, tilt);
    if (!folded.ok()) return folded.status();
    profile_ = std::move(folded.value());
  }
  history_ = faded(history, 0);  // a copy
  return {};
}

void OnlineProfile::forget() {
  profile_ = nullptr;
  history_.clear();
}

// Returns false where the profile is to be made anew.
bool OnlineProfile::update(const Model& model, History history) {
  const std::size_t known = history_.size();
  if (known == 0 || history.size() < known || history.size() > 2 * known ||
      std::memcmp(history.data(), history_.data(), known * sizeof(HistoryEntry)) != 0 ||
      (history.size() > known && model.history_half_life() > 0)) {
    return false;
  }
  const History added = history.subspan(known);
  return std::all_of(added.begin(), added.end(),
                     [&](const HistoryEntry& entry) { return entry.weight > 0 && profile_->update(entry); });
}

}  // namespace inkling
