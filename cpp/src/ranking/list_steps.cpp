#include "ranking/list_steps.h"

#include <algorithm>

namespace inkling {

namespace {

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

constexpr int kMostTries = 32;  // of types for a place of the first plan

}  // namespace

ListSteps::ListSteps(const ListRules& rules)
    : rules_(rules),
      exchanges_suffice_(exchanges_suffice(rules)),
      fixed_(rules),
      plan_(rules),
      marks_(rules.num_types(), Mark::kUnknown) {
  fill(plan_);
  repair(plan_, 0, fixed_.bound(0), kMostWork / 2);
  least_ = plan_.violation();
}

bool ListSteps::spend(std::size_t units) {
  work_left_ -= static_cast<std::int64_t>(units);
  work_once_ -= static_cast<std::int64_t>(units);
  return work_left_ > 0 && work_once_ > 0;
}

bool ListSteps::refuses(std::int32_t candidate) {
  const std::int32_t type = rules_.type_of[at(candidate)];
  Mark& mark = marks_[at(type)];
  if (mark == Mark::kUnknown) {
    fixed_.set(next_, type);
    const bool possible = type == plan_.type(next_) || fixed_.bound(next_ + 1) <= least_ + kRuleTolerance;
    fixed_.set(next_, kNone);
    mark = possible ? Mark::kPossible : Mark::kRefused;
  }
  return mark == Mark::kRefused;
}

bool ListSteps::take(std::int32_t candidate) {
  const std::int32_t type = rules_.type_of[at(candidate)];
  const std::int32_t planned = plan_.type(next_);
  if (type != planned) {
    ListPlan plan = plan_;
    for (std::size_t place = next_ + 1; place < rules_.num_places(); ++place) {
      if (plan.type(place) != type) continue;
      plan.set(place, planned);
      break;
    }
    plan.set(next_, type);
    repair(plan, next_ + 1, least_, kMostWorkOnce);
    if (plan.violation() > least_ + kRuleTolerance) {
      marks_[at(type)] = Mark::kRefused;
      return false;
    }
    plan_ = plan;
  }
  fixed_.set(next_, type);
  ++next_;
  std::fill(marks_.begin(), marks_.end(), Mark::kUnknown);
  return true;
}

// The types that can stand at a place, as a heap of what is to be tried first: types of which floors lack most, and
// those that break a ceiling after all others.
void ListSteps::collect(const ListPlan& plan, std::size_t place, std::vector<Choice>& choices) const {
  choices.clear();
  for (std::int32_t type = 0; at(type) < rules_.num_types(); ++type) {
    if (plan.left(type) == 0) continue;
    double need = 0;
    for (const std::int32_t index : rules_.rules_of[at(type)]) {
      const ListRules::Rule& rule = rules_.rules[at(index)];
      need += std::max(0.0, rule.floor - plan.total(index));
      if (plan.total(index) + rules_.weight(rule, place) > rule.ceiling + kRuleTolerance) {
        need -= static_cast<double>(rules_.num_places());
      }
    }
    choices.push_back({need, type});
  }
  std::make_heap(choices.begin(), choices.end());
}

std::int32_t ListSteps::take_first(std::vector<Choice>& choices) {
  std::pop_heap(choices.begin(), choices.end());
  const std::int32_t type = choices.back().type;
  choices.pop_back();
  return type;
}

// All places, each by a type after which the rest can be as good as before, or nearly.
void ListSteps::fill(ListPlan& plan) {
  std::vector<Choice> choices;
  for (std::size_t place = 0; place < rules_.num_places(); ++place) {
    const double before = plan.bound(place);
    collect(plan, place, choices);
    std::int32_t best = kNone;
    double best_bound = 0;
    for (int tries = 0; tries < kMostTries && !choices.empty(); ++tries) {
      const std::int32_t type = take_first(choices);
      plan.set(place, type);
      const double bound = plan.bound(place + 1);
      if (best == kNone || bound < best_bound) {
        best = type;
        best_bound = bound;
      }
      if (bound <= before + kRuleTolerance) break;
    }
    plan.set(place, best);
  }
}

// Looks for other types from `first` on, so that the violation is the least there is, or no larger than `enough`.
void ListSteps::repair(ListPlan& plan, std::size_t first, double enough, std::int64_t most_work) {
  if (plan.violation() <= enough + kRuleTolerance) return;
  if (exchanges_suffice_) return exchange(rules_, first, enough, plan);
  work_once_ = most_work;
  if (!spend(rules_.num_types() / 4)) return;
  climb(plan, first, enough);
  if (plan.violation() <= enough + kRuleTolerance) return;
  work_once_ = most_work;
  ListPlan partial = plan;
  for (std::size_t place = first; place < rules_.num_places(); ++place) partial.set(place, kNone);
  descend(partial, first, enough, plan);
}

// Another type at one place, or the types of two exchanged, as long as that is better.
void ListSteps::climb(ListPlan& plan, std::size_t first, double enough) {
  std::vector<std::uint8_t> concerned;
  plan.find_concerned(concerned);
  // At `place`, and at `other` what was there before, if these are two. Returns false when there is nothing to be done.
  const auto change = [&](std::size_t place, std::int32_t type, std::size_t other) {
    const std::int32_t old = plan.type(place);
    if (type == old || (concerned[at(type)] | concerned[at(old)]) == 0) return true;
    const double before = plan.violation();
    const auto put = [&](std::int32_t here, std::int32_t there) {
      if (other != place) plan.set(other, there);
      plan.set(place, here);
    };
    put(type, old);
    if (plan.violation() < before - kRuleTolerance) {
      plan.find_concerned(concerned);
    } else {
      put(old, type);
    }
    return spend(1) && plan.violation() > enough + kRuleTolerance;
  };
  for (double before = plan.violation() + 1; plan.violation() < before - kRuleTolerance;) {
    before = plan.violation();
    for (std::size_t place = first; place < rules_.num_places(); ++place) {
      for (std::int32_t type = 0; at(type) < rules_.num_types(); ++type) {
        if (plan.left(type) > 0 && !change(place, type, place)) return;
      }
      for (std::size_t other = place + 1; other < rules_.num_places(); ++other) {
        if (!change(place, plan.type(other), other)) return;
      }
    }
  }
}

// Branch and bound, place by place: plans that are better than `best` take its place. Returns true when one is good
// enough, or the work is spent.
bool ListSteps::descend(ListPlan& partial, std::size_t place, double enough, ListPlan& best) {
  if (place == rules_.num_places()) {
    best = partial;
    return best.violation() <= enough + kRuleTolerance;
  }
  std::vector<Choice> choices;
  collect(partial, place, choices);
  while (!choices.empty()) {
    const std::int32_t type = take_first(choices);
    if (!spend(1 + (rules_.num_types() + rules_.rules.size()) / 16)) return true;
    partial.set(place, type);
    if (partial.bound(place + 1) < best.violation() - kRuleTolerance && descend(partial, place + 1, enough, best)) {
      return true;
    }
    partial.set(place, kNone);
  }
  return false;
}

}  // namespace inkling
