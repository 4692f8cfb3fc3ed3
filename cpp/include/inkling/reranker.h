#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "inkling/candidate_similarity.h"
#include "inkling/interactions.h"
#include "inkling/status.h"

namespace inkling {

// One thing that a list is chosen for besides relevance: what a candidate i gains, given the candidates J chosen
// before. All spans and pointers must live as long as the call.
struct RerankTerm {
  // The numbers cross the seam: never renumber.
  enum class Kind : std::int32_t {
    // -max over j in J of S(i, j), 0 while there is none: maximal marginal relevance (Carbonell & Goldstein, SIGIR
    // 1998).
    kMmr = 0,
    // -mean over j in J of S(i, j), 0 while there is none: max-sum diversification (Gollapudi & Sharma, WWW 2009), in
    // which a list's value grows with the distances of all its pairs.
    kMsd = 1,
    // log d², by which the determinant of S over J grows with i: greedy MAP inference of a determinantal point process
    // (Chen, Zhang & Zhou, NeurIPS 2018). kDppJitter is added to the diagonal of S, so d² never is below it, and d²
    // counts as at least kDppFloor: what is next to nothing new is told apart by the other terms.
    kDpp = 2,
    // sum over topics c of P(c) P(c|i) * product over j in J of (1 - P(c|j)): xQuAD (Santos, Macdonald & Ounis, WWW
    // 2010), where P(c) is the person's share of the topic, and P(c|i) the share it has of the candidate's weights.
    kXquad = 3,
    // -sum over topics c of P(c) log(P(c) / q(c)), q the mean of P(c|j) over J and i, made (1 - α) q + α P with
    // α = kCalibrationMix: calibrated recommendations (Steck, RecSys 2018).
    kCalibrate = 4,
    // -|those of J in i's cluster|. With weight 1 the clusters take turns, each with its most relevant.
    kClusters = 5,
    // A value known beforehand: how new, how rare, how unlike what the person knows, how long not shown.
    kGiven = 6,
  };
  Kind kind = Kind::kGiven;
  double weight = 0;

  // kMmr, kMsd, kDpp, kXquad: J is only the last `window` chosen, for lists without an end; 0 = all.
  std::size_t window = 0;
  // NOLINTBEGIN(readability-redundant-member-init): who names only the first members would be warned by g++
  const Similarity* similarity = nullptr;  // S of kMmr, kMsd and kDpp
  const SparseRows* topics = nullptr;      // kXquad, kCalibrate: weights, (candidates, topics)
  std::span<const float> person = {};      // kXquad, kCalibrate: one a topic, scaled to sum to 1; all 0 = gains are 0
  std::span<const std::int32_t> clusters = {};  // kClusters: one a candidate, 0 to candidates - 1
  std::span<const float> values = {};           // kGiven: one a candidate
  // NOLINTEND(readability-redundant-member-init)
};

inline constexpr double kDppJitter = 1e-5;
inline constexpr double kDppFloor = 1e-3;
inline constexpr double kCalibrationMix = 0.01;

// What the candidates of a group may make up of a list: the sum over its places that hold one of them, plus the credit,
// lies between floor and ceiling.
struct RerankConstraint {
  // The numbers cross the seam: never renumber.
  enum class Unit : std::int32_t {
    kItems = 0,      // a place counts 1: ceilings are caps, floors are quotas; whole numbers
    kAttention = 1,  // a place counts what attention() says
  };
  Unit unit = Unit::kItems;
  std::span<const std::int32_t> group;  // candidates, none twice
  double floor = 0;
  double ceiling = std::numeric_limits<double>::infinity();
  double credit = 0;  // what the group got elsewhere; below 0 where it is owed
};

// How much attention a place of a list gets, counted from 1: 1 / log2(place + 1).
double attention(std::size_t place);

struct RerankRequest {
  std::span<const float> scores;  // one a candidate, final
  std::size_t k = 10;
  // NOLINTBEGIN(readability-redundant-member-init): as above
  std::span<const RerankTerm> terms = {};
  std::span<const RerankConstraint> constraints = {};
  // Candidates that the list continues, in their order: chosen first by all terms, neither listed nor counted by
  // constraints.
  std::span<const std::int32_t> previous = {};
  // Where something else stands at some places of what is shown: the place, from 1 and rising, of each of the list's
  // own, min(k, candidates left) of them at least; empty = 1, 2, 3 … Attention is of these.
  std::span<const std::int32_t> positions = {};
  // NOLINTEND(readability-redundant-member-init)
};

struct BrokenConstraint {
  std::int32_t constraint;
  double lacking;  // above 0: so far below the floor; below 0: so far above the ceiling
};

struct RerankedList {
  std::vector<std::int32_t> order;       // candidates
  std::vector<double> parts;             // (order, 1 + terms): relevance, then the terms, all weighted
  std::vector<BrokenConstraint> broken;  // by rising index
};

// The last step of a list: an order of min(k, candidates left) of the candidates that is more than the best scores.
// Each place gets the candidate with the largest sum of its parts,
//   (1 - sum of weights) relevance(i) + sum over terms t of weight_t gain_t(i | J),
// of those that the constraints allow; ties go to the larger score, then to the first candidate. relevance is the
// score, scaled to 0 … 1 over all candidates, also the previous (1 where all are alike).
//
// A candidate of which a term knows nothing (a vector of zeros, no topics) is neutral to that term: at each place its
// gain is the mean of the gains of those known and not yet chosen (0 where there is none), and once chosen it changes
// nobody else's gain, though it takes a place in a window.
//
// Constraints: a candidate is allowed where the rest of the list can still break the constraints as little as the whole
// list could: not at all, if they can be satisfied. What is broken is measured by the sum of what is lacking, where an
// item counts as much as the attention of a first place. This is exact
// - for constraints of items whose groups form at most two families of disjoint groups (publishers, and kinds, say; a
//   cap and a quota of one group are one constraint);
// - for all others, as long as a search ends within its bound (kMostWork in list_steps.h): always, for lists of 5 out
//   of 8 candidates. Beyond it, lists may break more than they need, or leave out a candidate that could have stood.
// What the list at hand breaks is told exactly.
//
// Cost for n candidates: k n a term, with log for kDpp and log of each topic for kCalibrate; and a similarity row a
// place, for kDpp also k² n / 2 in all, or k window n with a window.
//
// Errors: kInvalidArgument (k is 0; sizes that do not fit; positions that do not rise; weights below 0 or with a sum
// above 1; candidates that do not exist or stand twice; a floor above its ceiling, or of items that is not whole),
// kNotFinite.
Result<RerankedList> rerank(const RerankRequest& request);

}  // namespace inkling
