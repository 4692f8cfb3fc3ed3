#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "inkling/random.h"
#include "inkling/status.h"

namespace inkling {

// How the item of a slot is drawn from the candidates that no slot before has taken, of which there are n:
//   p(i) = (1 - epsilon) q(i) + epsilon / n.
// Spans must live as long as the call.
struct SlotPolicy {
  // The numbers cross the seam: never renumber.
  enum class Kind : std::int32_t {
    // q(i) = exp(values_i / temperature) / the sum of those of all n: softmax, and over all slots the order of Plackett
    // (1975) and Luce (1959), which is also that of the largest values_i / temperature + Gumbel noise (Yellott 1977).
    kSoftmax = 0,
    // q(i): the share of the rows of `values` in which i is the largest of the n; the first of those alike. With rows
    // drawn from a posterior (BetaBandit, LinearBandit) it is Thompson sampling, with one row of scores (means, upper
    // bounds) the greedy choice, which with an epsilon is ε-greedy.
    kDraws = 1,
  };
  Kind kind = Kind::kDraws;
  std::size_t num_candidates = 0;
  std::span<const float> values;  // kSoftmax: (num_candidates); kDraws: (one or more, num_candidates), row-major
  double temperature = 1;         // kSoftmax: above 0
  double epsilon = 0;             // from 0 to 1
};

struct ExploredSlot {
  std::int32_t candidate = 0;
  double propensity = 0;
};

// Chooses for min(num_slots, num_candidates) slots, one after the other, none twice.
//
// A slot's propensity is the probability with which its item was chosen, given the values and the slots before: p(i).
// It is exact for both kinds, as the item is drawn by it; the product over the first slots is the propensity of that
// beginning of the list. With it off-policy estimates (off_policy.h) are unbiased where no p(i) is 0 that the policy in
// question may show: with kSoftmax that is everything (but what is 0 in doubles), with kDraws only what an epsilon
// guarantees, at least epsilon / n, so that no event weighs more than n / epsilon.
//
// Thompson sampling: q is an unbiased estimate of how likely i is to be the best of the posterior, π, so over the draws
// the first slot is chosen exactly by π (but for epsilon), however few rows there are; later slots are chosen by the
// same rows. A propensity differs from π by a standard error of √(π (1 - π) / rows), which is no error of the
// propensity: it is q that the item was drawn by. (The share of other rows would be wrong: the mean of 1 / share is
// above 1 / π.) But few rows make it coarse, and more of what is shown weighs n / epsilon: with 20 arms and an epsilon
// of 0.05, an inverse propensity estimate of a surer policy was 5.3 times as wide with 4 rows as with 1,024, 1.8 times
// with 16, 1.07 times with 64. One row is Thompson's rule itself: the best of one draw, its second best … The rows must
// have been drawn by other numbers than those of the choice: by the same `random` before, or by one of another seed.
//
// The same values and seed give the same slots. O(slots * candidates), and exponentials of kSoftmax; of kDraws
// rows * candidates, once, and again for the rows whose best was chosen.
// Errors: kInvalidArgument (sizes; no values; temperature or epsilon out of range), kNotFinite (a value).
Result<std::vector<ExploredSlot>> explore(const SlotPolicy& policy, std::size_t num_slots, Random& random);

// The propensities that these candidates have when they are chosen in this order, by whatever policy: those of a policy
// in question for what another has shown. 0 where it would never choose one.
// Errors: as above; and kInvalidArgument where the chosen are no candidates, or stand twice.
Result<std::vector<double>> slot_propensities(const SlotPolicy& policy, std::span<const std::int32_t> chosen);

}  // namespace inkling
