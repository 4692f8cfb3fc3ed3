#pragma once

#include <cstdint>
#include <vector>

#include "ranking/list_plan.h"

namespace inkling {

// What the search for a list may cost in all, half of it before the first place, and for one candidate at one place. A
// unit is one more type at one place, about 50 ns. All 8,800 beginnings of lists of 5 out of 8 candidates are within
// it.
inline constexpr std::int64_t kMostWork = 1 << 15;
inline constexpr std::int64_t kMostWorkOnce = 1 << 12;

// A list that is chosen place by place and whose constraints are broken as little as can be. It always holds a plan for
// all places; a candidate is taken only if there is one with it that is as good.
class ListSteps {
 public:
  explicit ListSteps(const ListRules& rules);

  // Whether a candidate is known not to do at the next place. Cheap.
  bool refuses(std::int32_t candidate);
  // Puts a candidate at the next place, unless the rest of the list would have to break more, which refuses() then
  // says.
  bool take(std::int32_t candidate);

 private:
  enum class Mark : std::uint8_t { kUnknown, kPossible, kRefused };

  struct Choice {
    double need;
    std::int32_t type;
    bool operator<(const Choice& other) const { return need != other.need ? need < other.need : type > other.type; }
  };

  void collect(const ListPlan& plan, std::size_t place, std::vector<Choice>& choices) const;
  static std::int32_t take_first(std::vector<Choice>& choices);
  void fill(ListPlan& plan);
  void repair(ListPlan& plan, std::size_t first, double enough, std::int64_t most_work);
  void climb(ListPlan& plan, std::size_t first, double enough);
  bool descend(ListPlan& partial, std::size_t place, double enough, ListPlan& best);
  bool spend(std::size_t units);

  const ListRules& rules_;
  bool exchanges_suffice_;
  std::int64_t work_left_ = kMostWork;
  std::int64_t work_once_ = 0;
  ListPlan fixed_;  // what is chosen, and nothing after it
  ListPlan plan_;   // what is chosen, and how it can go on
  double least_ = 0;
  std::size_t next_ = 0;
  std::vector<Mark> marks_;  // one a type: at the next place
};

}  // namespace inkling
