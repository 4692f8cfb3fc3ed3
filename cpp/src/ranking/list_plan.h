#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "inkling/reranker.h"

namespace inkling {

// The constraints of a list of some places. Candidates that are in the same groups are of one type, and constraints
// know of nothing else.
struct ListRules {
  struct Rule {
    bool attention;  // or items
    double floor;    // less what is credited
    double ceiling;
  };

  // taken: one a candidate, non-zero = cannot be listed. num_places: at most as many as can be.
  // positions: as of RerankRequest.
  ListRules(std::span<const RerankConstraint> constraints, std::span<const std::uint8_t> taken, std::size_t num_places,
            std::span<const std::int32_t> positions);

  std::size_t num_places() const { return attention_before.size() - 1; }
  std::size_t num_types() const { return rules_of.size(); }
  // What a place counts.
  double weight(const Rule& rule, std::size_t place) const {
    return rule.attention ? attention_before[place + 1] - attention_before[place] : 1;
  }

  std::vector<Rule> rules;                          // one a constraint
  std::vector<std::int32_t> type_of;                // one a candidate
  std::vector<std::vector<std::int32_t>> rules_of;  // one a type: indices of rules, rising
  std::vector<std::int32_t> counts;                 // one a type: candidates that can be listed
  // Indices of rules, each in one family: those of a family have the same unit and groups without common members.
  std::vector<std::vector<std::int32_t>> families;
  std::vector<std::int32_t> family_of;   // one a rule
  std::vector<double> attention_before;  // one a place and one more: of all places before

 private:
  void find_families();
};

// Rounding of sums of attention.
inline constexpr double kRuleTolerance = 1e-9;

// Types for places of a list, and how much that breaks the rules.
class ListPlan {
 public:
  // Nothing is anywhere.
  explicit ListPlan(const ListRules& rules);

  std::int32_t type(std::size_t place) const { return types_[place]; }
  // Candidates of a type that have no place.
  std::int32_t left(std::int32_t type) const { return left_[static_cast<std::size_t>(type)]; }
  double total(std::int32_t rule) const { return totals_[static_cast<std::size_t>(rule)]; }
  // Sum of what is lacking at floors and above ceilings.
  double violation() const { return violation_; }
  // Which types are in groups of which a rule is broken, one a type: without them nothing gets better.
  void find_concerned(std::vector<std::uint8_t>& types) const;

  // kNone = nobody. More than there are may be placed for a moment.
  void set(std::size_t place, std::int32_t type);

  // A violation that no choice for the places from `first` on, which are empty, can stay below. Families are looked at
  // one by one: of each what is lacking is filled up first, what need not be spills above ceilings last. Of one family
  // of items it is the least violation that can be reached.
  double bound(std::size_t first) const;

 private:
  double excess(std::size_t rule) const;
  void add(std::int32_t type, std::size_t place, int sign);

  const ListRules* rules_;
  std::vector<std::int32_t> types_;         // one a place
  std::vector<std::int32_t> left_;          // one a type
  std::vector<std::int32_t> left_of_rule_;  // one a rule
  std::vector<double> totals_;              // one a rule
  std::int32_t num_left_ = 0;
  double violation_ = 0;
};

// Makes the violation as small as it can be by other types for the places from `first` on, or no larger than `enough`.
// Exact where exchanges_suffice(): with no rules of attention and at most two families it is a flow of the least convex
// cost from groups of the one through types to groups of the other, and a flow is one where no cycle of exchanges has a
// cost below 0 (Klein 1967).
bool exchanges_suffice(const ListRules& rules);
void exchange(const ListRules& rules, std::size_t first, double enough, ListPlan& plan);

}  // namespace inkling
