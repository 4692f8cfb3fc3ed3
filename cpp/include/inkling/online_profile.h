#pragma once

#include <memory>
#include <span>
#include <vector>

#include "inkling/model.h"

namespace inkling {

// The profile of one person, kept from one list to the next and brought up to date by the events that came since, one
// step each (Profile::update), where else every list folds the whole history in. A cache: it can be dropped at any
// time.
class OnlineProfile {
 public:
  // Makes profile() that of this history. Where the history is that of the last call, with more entries of weight above
  // 0 at its end, but no more than it had, each of them is one step. After any other change (an entry that is gone,
  // that weighs another amount, or that is not wanted), where the history fades, and where the model knows no such
  // step, it starts anew from fold-in. The model must outlive this, and model and tilt must be the same in each call.
  // Errors: those of fold_in_tilted.
  Status follow(const Model& model, History history, std::span<const float> tilt = {});

  // Null before the first call, and after one that failed.
  const Profile* profile() const { return profile_.get(); }

  // Keeps nothing of the person.
  void forget();

 private:
  bool update(const Model& model, History history);

  std::vector<HistoryEntry> history_;  // of the profile, where there is one
  std::unique_ptr<Profile> profile_;
};

}  // namespace inkling
