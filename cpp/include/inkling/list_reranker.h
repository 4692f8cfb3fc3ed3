#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "inkling/item_factors.h"
#include "inkling/item_topics.h"
#include "inkling/model.h"
#include "inkling/reranker.h"
#include "inkling/scored_item.h"
#include "inkling/status.h"

namespace inkling {

// One thing besides relevance that lists are chosen for, whoever they are for: what becomes a RerankTerm once there is
// a person and there are candidates.
struct RerankStep {
  // The numbers cross the seam: never renumber.
  enum class By : std::int32_t {
    kMmr = 0,
    kMsd = 1,
    kDpp = 2,
    kXquad = 3,      // on the person's topics, see Interests
    kCalibrate = 4,  // likewise
    kClusters = 5,   // kRerankClusters of them
    // -log of the item's share of popularity, scaled to 0 … 1 over the candidates (0 where all are alike): mean
    // self-information as in the metric novelty. What nobody met is as popular as the least popular of all items that
    // somebody did.
    kPopularity = 6,
    // 1 less the largest cosine of the item's topics with those of an item of the history, wanted or not:
    // unexpectedness (Adamopoulos & Tuzhilin, TIST 2014). An item without topics has the mean of the candidates that
    // have some, and all have 0 while the history has no topics.
    kSerendipity = 7,
    kGiven = 8,  // the next row of ListToRerank::given
  };
  By by = By::kMmr;
  double weight = 0;
  std::size_t window = 0;  // kMmr, kMsd, kDpp, kXquad: as of RerankTerm
  // kMmr, kMsd, kDpp, kClusters: by what items are alike. kVectors are topics where the model has no vectors.
  enum class On : std::int32_t { kTopics = 0, kVectors = 1 };
  On on = On::kTopics;
  // kXquad, kCalibrate: what the person's topics are. kPast: the mean of those of the history's wanted items, by their
  // weights. kNext: what is foretold of them (ListToRerank::interests), and kPast where nothing is.
  enum class Interests : std::int32_t { kNext = 0, kPast = 1 };
  Interests interests = Interests::kNext;
};

inline constexpr std::size_t kRerankClusters = 10;

// How lists are re-ranked.
struct RerankPlan {
  std::vector<RerankStep> steps;
  std::size_t num_candidates = 100;  // how many of the best scores the list is chosen from
  std::uint64_t seed = 1;            // of kClusters
  // Whether those chosen stand by falling score, which costs nothing of what the list as a whole is; else in the order
  // they were chosen in. A longer list then does not begin with a shorter one. Lists with constraints of attention,
  // which are of places, stay as chosen.
  bool by_score = false;
};

// What is known of all items; must outlive its users.
struct RerankItems {
  const ItemTopics* topics = nullptr;
  const ItemFactors* vectors = nullptr;  // see Model::latent_factors
  // NOLINTNEXTLINE(readability-redundant-member-init): who names only the first members would be warned by g++
  std::span<const float> popularity = {};  // one an item, 0 or more; those at the end that are left out have 0
};

// The list that is to be made for one person.
struct ListToRerank {
  std::span<const ScoredItem> candidates;  // none twice; final scores
  History history;
  std::size_t k = 10;
  // NOLINTBEGIN(readability-redundant-member-init): as above
  std::span<const RerankConstraint> constraints = {};  // of places among the candidates
  std::span<const std::int32_t> previous = {};         // places among the candidates that the list continues
  std::span<const float> given = {};                   // (steps by kGiven, candidates), row-major
  std::span<const std::int32_t> positions = {};        // as of RerankRequest
  std::span<const float> interests = {};               // one a topic, as interests_of_scores() has them, or empty
  // NOLINTEND(readability-redundant-member-init)
};

// Re-ranks lists of any person by one plan. Immutable, so any number of threads may use it.
class ListReranker {
 public:
  // Errors: kInvalidArgument, for a plan that has no candidates, weights below 0 or with a sum above 1, a window or
  // `on` where they mean nothing, or a step that needs topics or popularity where there are none.
  static Result<std::unique_ptr<ListReranker>> make(RerankPlan plan, const RerankItems& items);

  virtual ~ListReranker() = default;
  ListReranker(const ListReranker&) = delete;
  ListReranker& operator=(const ListReranker&) = delete;

  const RerankPlan& plan() const { return plan_; }
  // What the person's interests are of, where a step asks what comes next (ListToRerank::interests); else null.
  const ItemTopics* topics_of_interests() const;
  // Errors: as rerank(), and kInvalidArgument where `given` does not fit.
  // As rerank() has it; the order's numbers are places among the candidates, and its parts' terms are the plan's steps.
  // Candidates are not cut to num_candidates: who has scored them knows which. Cost, besides rerank(): a cosine of each
  // candidate and each item of the history for kSerendipity, k-means of the candidates for kClusters.
  // Virtual, so that a program that makes none has nothing of it.
  virtual Result<RerankedList> rerank(const ListToRerank& list) const;

 private:
  ListReranker(RerankPlan plan, const RerankItems& items);

  RerankPlan plan_;
  RerankItems items_;
  float least_popularity_ = 0;  // above 0, where anybody has met anything
};

}  // namespace inkling
