#include "ranking/list_plan.h"

namespace inkling {

namespace {

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

// Nodes: where one more of the first family's groups comes from, where one more of the second's goes to, no group of
// either, and then a node a rule.
constexpr std::int32_t kSource = 0;
constexpr std::int32_t kSink = 1;
constexpr std::int32_t kNoGroup = 2;  // of the first; then of the second
constexpr std::int32_t kFirstRule = 4;

struct Arc {
  std::int32_t from;
  std::int32_t to;
  int cost;
  std::int32_t added;    // a type, or kNone
  std::int32_t removed;  // a type, or kNone
};

class Exchanges {
 public:
  Exchanges(const ListRules& rules, std::size_t first, ListPlan& plan) : rules_(rules), first_(first), plan_(plan) {}

  // Whether there was a cycle that makes the violation less.
  bool cancel() {
    collect();
    const std::size_t num_nodes = at(kFirstRule) + rules_.rules.size();
    std::vector<int> distance(num_nodes, 0);
    parent_.assign(num_nodes, nullptr);
    // Bellman and Ford: a cycle of parents has a cost below 0, and there is one soon if any cycle has.
    for (bool changed = true; changed;) {
      changed = false;
      for (const Arc& arc : arcs_) {
        const int reached = distance[at(arc.from)] + arc.cost;
        if (reached >= distance[at(arc.to)]) continue;
        distance[at(arc.to)] = reached;
        parent_[at(arc.to)] = &arc;
        changed = true;
      }
      const std::int32_t node = changed ? on_cycle() : kNone;
      if (node != kNone) {
        apply(node);
        return true;
      }
    }
    return false;
  }

 private:
  // What one more costs a rule that has so much.
  int cost_of_one(std::size_t rule, double total) const {
    const ListRules::Rule& limits = rules_.rules[rule];
    return (total >= limits.ceiling ? 1 : 0) - (total < limits.floor ? 1 : 0);
  }

  void collect() {
    arcs_.clear();
    arcs_.push_back({kSource, kNoGroup, 0, kNone, kNone});
    arcs_.push_back({kNoGroup, kSource, 0, kNone, kNone});
    arcs_.push_back({kNoGroup + 1, kSink, 0, kNone, kNone});
    arcs_.push_back({kSink, kNoGroup + 1, 0, kNone, kNone});
    for (std::size_t rule = 0; rule < rules_.rules.size(); ++rule) {
      const auto node = kFirstRule + static_cast<std::int32_t>(rule);
      const double total = plan_.total(static_cast<std::int32_t>(rule));
      const std::int32_t from = rules_.family_of[rule] == 0 ? kSource : node;
      const std::int32_t to = rules_.family_of[rule] == 0 ? node : kSink;
      arcs_.push_back({from, to, cost_of_one(rule, total), kNone, kNone});
      arcs_.push_back({to, from, -cost_of_one(rule, total - 1), kNone, kNone});
    }
    std::vector<std::uint8_t> placed(rules_.num_types(), 0);
    for (std::size_t place = first_; place < rules_.num_places(); ++place) placed[at(plan_.type(place))] = 1;
    for (std::int32_t type = 0; at(type) < placed.size(); ++type) {
      std::int32_t nodes[] = {kNoGroup, kNoGroup + 1};
      for (const std::int32_t rule : rules_.rules_of[at(type)]) nodes[rules_.family_of[at(rule)]] = kFirstRule + rule;
      if (plan_.left(type) > 0) arcs_.push_back({nodes[0], nodes[1], 0, type, kNone});
      if (placed[at(type)] != 0) arcs_.push_back({nodes[1], nodes[0], 0, kNone, type});
    }
  }

  // A node that is its own ancestor, or kNone.
  std::int32_t on_cycle() const {
    std::vector<std::int32_t> seen(parent_.size(), kNone);  // from which start
    for (std::int32_t start = 0; at(start) < parent_.size(); ++start) {
      std::int32_t node = start;
      while (seen[at(node)] == kNone && parent_[at(node)] != nullptr) {
        seen[at(node)] = start;
        node = parent_[at(node)]->from;
      }
      if (seen[at(node)] == start) return node;
    }
    return kNone;
  }

  void apply(std::int32_t node) {
    std::vector<std::int32_t> added;
    std::vector<std::int32_t> removed;
    std::int32_t here = node;
    do {
      const Arc& arc = *parent_[at(here)];
      if (arc.added != kNone) added.push_back(arc.added);
      if (arc.removed != kNone) removed.push_back(arc.removed);
      here = arc.from;
    } while (here != node);
    // A closed walk goes from the one family to the other as often as back.
    for (std::size_t n = 0; n < added.size(); ++n) {
      std::size_t place = first_;
      while (plan_.type(place) != removed[n]) ++place;
      plan_.set(place, added[n]);
    }
  }

  const ListRules& rules_;
  std::size_t first_;
  ListPlan& plan_;
  std::vector<Arc> arcs_;
  std::vector<const Arc*> parent_;  // one a node
};

}  // namespace

bool exchanges_suffice(const ListRules& rules) {
  for (const ListRules::Rule& rule : rules.rules) {
    if (rule.attention) return false;
  }
  return rules.families.size() <= 2;
}

void exchange(const ListRules& rules, std::size_t first, double enough, ListPlan& plan) {
  Exchanges exchanges(rules, first, plan);
  while (plan.violation() > enough + kRuleTolerance && exchanges.cancel()) {
  }
}

}  // namespace inkling
