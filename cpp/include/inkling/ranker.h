#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "inkling/model.h"
#include "inkling/online_profile.h"
#include "inkling/tf_idf.h"

namespace inkling {

// Which rung of the ladder an item came from. The numbers cross the seam: never renumber.
enum class Source : std::int32_t {
  kQuery = 0,       // the query's terms
  kModel = 1,       // the trained model, from the person's history
  kContent = 2,     // TF-IDF, from the person's history
  kPopularity = 3,  // how many others met it
  kGiven = 4,       // the first row of the request's given scores; the second is 5, and so on
};

// What stands as the term of parts of a score that no term has made.
inline constexpr std::int32_t kAdjustment = -2;  // the request's adjustment of the item
inline constexpr std::int32_t kPreference = -3;  // the item is among the preferred

inline constexpr std::size_t kAllReasons = static_cast<std::size_t>(-1);

struct RecommendRequest {
  History history;                         // what the profile is made of
  std::span<const std::int32_t> excluded;  // items that must not appear
  std::string_view query;                  // empty = none
  std::size_t k = 10;
  std::size_t most_reasons = kAllReasons;  // of an item; 0 = none
  ThreadPool* pool = nullptr;              // whose threads may help where there are many items; the list is the same
  // NOLINTBEGIN(readability-redundant-member-init): who names only the first members would be warned by g++
  // One an item, in spreads of the rung that the item is on; empty = none. The spread is the standard deviation of the
  // scores above 0 of all that can be recommended, whatever is excluded; where they are all alike, that score.
  std::span<const float> adjustments = {};
  // Items, none twice, that come further up, by what lies between the first and the last score that their rung gives to
  // the list.
  std::span<const std::int32_t> preferred = {};
  std::span<const float> popularity = {};  // one an item, in place of the ranker's own; empty = that
  std::span<const float> given = {};       // (rows, num_items), row-major: rungs whose scores are known beforehand
  std::span<const Source> ladder = {};     // rungs in the order they are tried; empty = kQuery to kPopularity
  std::span<const float> tilt = {};        // of a hybrid: what is added to its parts' weights; empty = nothing
  // NOLINTEND(readability-redundant-member-init)
  // How much the person has to say about what a query finds: the best of it by their profile gains this share of the
  // best score of the query, the others in proportion.
  float profile_weight = 0;
  // The model's profile of this person, kept from their last list, which then is brought up to date; null = fold in.
  // Not used with a tilt.
  OnlineProfile* online = nullptr;
};

struct RankedItem {
  std::int32_t item = kNone;
  float score = 0;
  Source source = Source::kPopularity;
  // Sum to the score (see Contribution) together with the others, largest first.
  std::vector<Contribution> reasons;
  std::size_t num_other_reasons = 0;  // smaller than those
  float other_reasons = 0;            // their sum
  float adjusted = 0;                 // what the adjustment has made of the score …
  float preferred = 0;                // … and what the preference has
};

// Candidates → score → top_k → explain, over one set of items 0 … num_items - 1 of which the first model->num_items()
// are the model's. A list is filled rung by rung: query, model, content, popularity. An item enters at the first rung
// that knows something of it (a score above 0), so a new person, a new item and a missing model are ordinary cases. On
// the model's and content's rung adjustments and preferences let items in, too, that they bring above 0. Given rungs
// hold what has a score above 0, and no preference changes them.
class Ranker {
 public:
  // model and content may be null and must outlive the ranker. candidate: one an item, 0 = never recommended.
  // popularity: of the items, used where the model has no counts; those at its end that are left out have 0.
  Ranker(const Model* model, const TfIdf* content, std::vector<float> popularity, std::vector<std::uint8_t> candidate);

  Ranker(const Ranker&) = delete;
  Ranker& operator=(const Ranker&) = delete;

  // Content that was made later; must outlive the ranker.
  void set_content(const TfIdf* content) { content_ = content; }

  std::int32_t num_items() const { return static_cast<std::int32_t>(skip_.size()); }

  // min(k, items left) items, none twice, by rung and then by falling score, ties by index. Errors: kUnknownItem,
  // kNotFinite, kInvalidArgument (k is 0, or spans of the wrong length).
  Result<std::vector<RankedItem>> recommend(const RecommendRequest& request) const;

  // How many others met an item: of the first items; the others have 0.
  std::span<const float> popularity() const { return popularity_; }

  // Up to k items like this one: the model's, then content's. Errors: kUnknownItem.
  Result<std::vector<RankedItem>> similar(std::int32_t item, std::size_t k) const;

  // The strongest terms of the person's taste; empty without content.
  std::vector<Contribution> interests(History history, std::size_t count) const;

 private:
  class Shelf;
  Status unknown(std::int32_t item) const;

  const Model* model_;
  const TfIdf* content_;
  std::vector<float> own_popularity_;
  std::span<const float> popularity_;  // of the first items; the others have 0
  std::vector<std::uint8_t> skip_;     // one an item, non-zero = never recommended
};

}  // namespace inkling
