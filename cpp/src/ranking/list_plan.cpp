#include "ranking/list_plan.h"

#include <algorithm>

namespace inkling {

namespace {

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

}  // namespace

ListRules::ListRules(std::span<const RerankConstraint> constraints, std::span<const std::uint8_t> taken,
                     std::size_t num_places, std::span<const std::int32_t> positions)
    : type_of(taken.size(), 0), rules_of(1), attention_before{0} {
  for (std::size_t place = 1; place <= num_places; ++place) {
    const std::size_t position = positions.empty() ? place : static_cast<std::size_t>(positions[place - 1]);
    attention_before.push_back(attention_before.back() + attention(position));
  }
  for (const RerankConstraint& constraint : constraints) {
    const auto rule = static_cast<std::int32_t>(rules.size());
    rules.push_back({constraint.unit == RerankConstraint::Unit::kAttention, constraint.floor - constraint.credit,
                     constraint.ceiling - constraint.credit});
    // Each type splits in two: those of the group and the others.
    std::vector<std::int32_t> split(rules_of.size(), kNone);
    for (const std::int32_t candidate : constraint.group) {
      std::int32_t& type = type_of[at(candidate)];
      if (split[at(type)] == kNone) {
        split[at(type)] = static_cast<std::int32_t>(rules_of.size());
        std::vector<std::int32_t> both = rules_of[at(type)];
        both.push_back(rule);
        rules_of.push_back(std::move(both));
      }
      type = split[at(type)];
    }
  }
  counts.resize(rules_of.size());
  for (std::size_t i = 0; i < taken.size(); ++i) {
    if (taken[i] == 0) ++counts[at(type_of[i])];
  }

  find_families();
}

// Rules go into the first family where they fit, each after one that it has members in common with: so where two
// families suffice there are no more.
void ListRules::find_families() {
  std::vector<std::vector<std::int32_t>> types(rules.size());  // of each rule
  for (std::size_t type = 0; type < rules_of.size(); ++type) {
    for (const std::int32_t rule : rules_of[type]) {
      if (counts[type] > 0) types[at(rule)].push_back(static_cast<std::int32_t>(type));
    }
  }
  family_of.assign(rules.size(), kNone);
  std::vector<std::uint8_t> queued(rules.size(), 0);
  std::vector<std::int32_t> queue;
  std::size_t next = 0;
  for (std::size_t start = 0; start < rules.size(); ++start) {
    if (queued[start] == 0) queue.push_back(static_cast<std::int32_t>(start));
    queued[start] = 1;
    for (; next < queue.size(); ++next) {
      const std::int32_t rule = queue[next];
      const bool attention = rules[at(rule)].attention;
      std::vector<std::uint8_t> taken(families.size(), 0);
      for (const std::int32_t type : types[at(rule)]) {
        for (const std::int32_t other : rules_of[at(type)]) {
          if (rules[at(other)].attention != attention) continue;
          if (queued[at(other)] == 0) queue.push_back(other);
          queued[at(other)] = 1;
          if (family_of[at(other)] != kNone) taken[at(family_of[at(other)])] = 1;
        }
      }
      std::size_t family = 0;
      while (family < families.size() &&
             (taken[family] != 0 || rules[at(families[family][0])].attention != attention)) {
        ++family;
      }
      if (family == families.size()) families.emplace_back();
      families[family].push_back(rule);
      family_of[at(rule)] = static_cast<std::int32_t>(family);
    }
  }
}

ListPlan::ListPlan(const ListRules& rules)
    : rules_(&rules),
      types_(rules.num_places(), kNone),
      left_(rules.counts),
      left_of_rule_(rules.rules.size()),
      totals_(rules.rules.size()) {
  for (std::size_t type = 0; type < left_.size(); ++type) {
    num_left_ += left_[type];
    for (const std::int32_t rule : rules.rules_of[type]) left_of_rule_[at(rule)] += left_[type];
  }
  for (std::size_t rule = 0; rule < totals_.size(); ++rule) violation_ += excess(rule);
}

double ListPlan::excess(std::size_t rule) const {
  const ListRules::Rule& limits = rules_->rules[rule];
  return std::max(0.0, limits.floor - totals_[rule]) + std::max(0.0, totals_[rule] - limits.ceiling);
}

void ListPlan::find_concerned(std::vector<std::uint8_t>& types) const {
  types.assign(left_.size(), 0);
  for (std::size_t type = 0; type < types.size(); ++type) {
    for (const std::int32_t rule : rules_->rules_of[type]) {
      if (excess(at(rule)) > kRuleTolerance) types[type] = 1;
    }
  }
}

void ListPlan::add(std::int32_t type, std::size_t place, int sign) {
  if (type == kNone) return;
  left_[at(type)] -= sign;
  num_left_ -= sign;
  for (const std::int32_t rule : rules_->rules_of[at(type)]) {
    left_of_rule_[at(rule)] -= sign;
    violation_ -= excess(at(rule));
    totals_[at(rule)] += sign * rules_->weight(rules_->rules[at(rule)], place);
    violation_ += excess(at(rule));
  }
}

void ListPlan::set(std::size_t place, std::int32_t type) {
  add(types_[place], place, -1);
  add(type, place, 1);
  types_[place] = type;
}

double ListPlan::bound(std::size_t first) const {
  const auto places = static_cast<std::int32_t>(rules_->num_places() - first);
  double sum = 0;
  for (const std::vector<std::int32_t>& family : rules_->families) {
    const bool attention = rules_->rules[at(family[0])].attention;
    // The most that so many candidates can count: they stand first.
    const auto most = [&](std::int32_t count) {
      count = std::min(count, places);
      return attention ? rules_->attention_before[first + at(count)] - rules_->attention_before[first]
                       : static_cast<double>(count);
    };
    const double all = most(places);
    double lacking = 0;
    double above = 0;
    double need = 0;  // that can be met
    double room = 0;  // that can be used, below ceilings
    std::int32_t others = num_left_;
    for (const std::int32_t rule : family) {
      const double reach = most(left_of_rule_[at(rule)]);
      const double low = std::max(0.0, rules_->rules[at(rule)].floor - totals_[at(rule)]);
      const double high = rules_->rules[at(rule)].ceiling - totals_[at(rule)];
      lacking += low;
      above += std::max(0.0, -high);
      need += std::min(reach, low);
      room += std::min(reach, std::max(0.0, high));
      others -= left_of_rule_[at(rule)];
    }
    sum += lacking + above - std::min(all, need) + std::max(0.0, all - room - most(others));
  }
  return sum;
}

}  // namespace inkling
