#include "inkling/exploration.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "data/indices.h"
#include "kernels/top_k.h"
#include "online/draws.h"
#include "online/invalid.h"

namespace inkling {

namespace {

Status check(const SlotPolicy& policy) {
  const std::size_t count = policy.num_candidates;
  const bool rows = policy.kind == SlotPolicy::Kind::kDraws;
  if (!rows && policy.kind != SlotPolicy::Kind::kSoftmax) return invalid("an exploration is of no known kind");
  if (count > 0 &&
      (rows ? policy.values.empty() || policy.values.size() % count != 0 : policy.values.size() != count)) {
    return invalid("an exploration of " + std::to_string(count) + " candidates has " +
                   std::to_string(policy.values.size()) + " values; give one of each" + (rows ? " in every draw" : ""));
  }
  if (!rows && !(policy.temperature > 0 && std::isfinite(policy.temperature))) {
    return invalid("an exploration needs a temperature above 0");
  }
  if (!(policy.epsilon >= 0 && policy.epsilon <= 1)) return invalid("an exploration needs an epsilon from 0 to 1");
  if (!kernels::all_finite(policy.values)) return {ErrorCode::kNotFinite, "a value of an exploration is not finite"};
  return {};
}

// The probabilities of the candidates, slot by slot.
class SlotChances {
 public:
  explicit SlotChances(const SlotPolicy& policy)
      : policy_(policy),
        num_left_(policy.num_candidates),
        taken_(policy.num_candidates, 0),
        chances_(policy.num_candidates) {
    if (policy.kind == SlotPolicy::Kind::kDraws && num_left_ > 0) {
      best_.resize(policy.values.size() / num_left_);
      for (std::size_t row = 0; row < best_.size(); ++row) best_[row] = best_of(row);
    }
  }

  bool has(std::int32_t candidate) const {
    return candidate >= 0 && at(candidate) < taken_.size() && taken_[at(candidate)] == 0;
  }

  // Of all candidates; sums to 1 but for rounding. At least one must be left.
  const std::vector<double>& next() {
    std::fill(chances_.begin(), chances_.end(), 0.0);
    const double total = policy_.kind == SlotPolicy::Kind::kDraws ? count_rows() : add_exponentials();
    const double uniform = policy_.epsilon / static_cast<double>(num_left_);
    for (std::size_t i = 0; i < chances_.size(); ++i) {
      if (taken_[i] == 0) chances_[i] = (1 - policy_.epsilon) * (chances_[i] / total) + uniform;
    }
    return chances_;
  }

  void take(std::int32_t candidate) {
    taken_[at(candidate)] = 1;
    --num_left_;
    for (std::size_t row = 0; num_left_ > 0 && row < best_.size(); ++row) {
      if (best_[row] == candidate) best_[row] = best_of(row);
    }
  }

 private:
  std::int32_t best_of(std::size_t row) const {
    const float* values = policy_.values.data() + row * taken_.size();
    std::size_t best = taken_.size();
    for (std::size_t i = 0; i < taken_.size(); ++i) {
      if (taken_[i] == 0 && (best == taken_.size() || values[i] > values[best])) best = i;
    }
    return static_cast<std::int32_t>(best);
  }

  double count_rows() {
    for (const std::int32_t best : best_) chances_[at(best)] += 1;
    return static_cast<double>(best_.size());
  }

  double add_exponentials() {
    double largest = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < taken_.size(); ++i) {
      if (taken_[i] == 0) largest = std::max(largest, static_cast<double>(policy_.values[i]));
    }
    double total = 0;
    for (std::size_t i = 0; i < taken_.size(); ++i) {
      if (taken_[i] != 0) continue;
      chances_[i] = std::exp((static_cast<double>(policy_.values[i]) - largest) / policy_.temperature);
      total += chances_[i];
    }
    return total;
  }

  const SlotPolicy& policy_;
  std::size_t num_left_;
  std::vector<std::uint8_t> taken_;  // one a candidate
  std::vector<std::int32_t> best_;   // kDraws: of each row the largest that is left
  std::vector<double> chances_;
};

}  // namespace

Result<std::vector<ExploredSlot>> explore(const SlotPolicy& policy, std::size_t num_slots, Random& random) {
  if (Status s = check(policy); !s.ok()) return s;
  std::vector<ExploredSlot> slots;
  SlotChances chances(policy);
  Draws draws(random);
  while (slots.size() < std::min(num_slots, policy.num_candidates)) {
    const std::vector<double>& next = chances.next();
    double left = draws.uniform();
    ExploredSlot slot;
    for (std::size_t i = 0; i < next.size() && left > 0; ++i) {
      if (next[i] == 0) continue;
      slot = {static_cast<std::int32_t>(i), next[i]};  // the last of all, where rounding leaves something
      left -= next[i];
    }
    slots.push_back(slot);
    chances.take(slot.candidate);
  }
  return slots;
}

Result<std::vector<double>> slot_propensities(const SlotPolicy& policy, std::span<const std::int32_t> chosen) {
  if (Status s = check(policy); !s.ok()) return s;
  std::vector<double> out;
  SlotChances chances(policy);
  for (const std::int32_t candidate : chosen) {
    if (!chances.has(candidate)) {
      return invalid("candidate " + std::to_string(candidate) + " was chosen, which is none, or was chosen before");
    }
    out.push_back(chances.next()[at(candidate)]);
    chances.take(candidate);
  }
  return out;
}

}  // namespace inkling
