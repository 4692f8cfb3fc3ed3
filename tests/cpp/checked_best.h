#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <span>
#include <vector>

#include "inkling/model.h"
#include "kernels/top_k.h"

namespace inkling {

// One an item: 1 for those of the history.
inline std::vector<std::uint8_t> skipping(History history, std::size_t num_items) {
  std::vector<std::uint8_t> skip(num_items, 0);
  for (const HistoryEntry& entry : history) skip[static_cast<std::size_t>(entry.item)] = 1;
  return skip;
}

// The best k, which must be those of all scores and a full sort, to the bit.
inline std::vector<ScoredItem> checked_best(const Profile& profile, const std::vector<std::uint8_t>& skip,
                                            std::size_t k) {
  std::vector<float> scores(skip.size());
  profile.score_all(scores);
  std::vector<ScoredItem> best;
  std::vector<ScoredItem> expected;
  REQUIRE(profile.top_k(skip, k, nullptr, best));
  REQUIRE(kernels::best_scores(scores, skip, k, expected));
  REQUIRE(best.size() == expected.size());
  for (std::size_t n = 0; n < best.size(); ++n) {
    CHECK(best[n].item == expected[n].item);
    CHECK(best[n].score == expected[n].score);
  }
  return best;
}

}  // namespace inkling
