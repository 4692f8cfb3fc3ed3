#pragma once

#include <utility>
#include <vector>

#include "inkling/model.h"
#include "inkling/term_matrix.h"

namespace inkling {

// Things that a person likes, or dislikes, and that are alike.
struct Interest {
  std::vector<HistoryEntry> events;                   // weights of one sign, over the length of their sum
  std::vector<std::pair<std::int32_t, float>> terms;  // the weighted sum of the events' rows, by term; none 0
  float factor = 0;                                   // what it counts: below 0 for what is disliked
};

// The interests of a person, kept apart so that none blurs another: spherical k-means (Dhillon & Modha, "Concept
// decompositions for large sparse text data using clustering", 2001) over the items of the history, those with positive
// and those with negative weights by themselves, at most kMostInterests of each. A history of no more items is not
// clustered. Starts from the newest item and from what is furthest from all before (Gonzalez 1985), so nothing is
// random. The centres are those of the newest 200; older items join the nearest. Items without terms are left out.
//
// factor is the mean weight times the number of events to the 3/8, scaled so that the squares sum to 1: ten events of
// one kind count for 2.4 of another. O(kMostInterests * entries of the history's rows + terms).
//
// Words that more than a sixteenth of the items have, and at least 256, say next to nothing of a taste and cost most:
// profiles are without them. Tags count, however common they are.
inline constexpr std::size_t kMostInterests = 12;
bool tells_taste(const TermMatrix& terms, std::int32_t term);
std::vector<Interest> interests_of(const TermMatrix& terms, History history);

}  // namespace inkling
