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
// beginning of the list. This is what off-policy estimates (off_policy.h) are unbiased with, where no p(i) is 0 that
// the policy in question would show: kSoftmax shows everything (but what is 0 in doubles), kDraws with an epsilon,
// which is why every p(i) is at least epsilon / n then, and no weight of an event above n / epsilon.
//
// Of Thompson sampling: over the draws, an item is chosen for the first slot exactly as often as it is likely to be the
// best, however few rows there are, since q is an unbiased estimate of that; later slots see the same rows, and are so
// to the precision of q. How many rows there are decides what a propensity is worth: q differs from the probability π
// of the posterior with a standard error of √(π (1 - π) / rows). That is no error of the propensity, but with few rows
// q is coarse, much of what is chosen weighs n / epsilon, and estimates are as wide as those of ε-greedy. With one row
// it is Thompson's rule itself: the best of one draw, the second best …; 64 to 256 rows are useful. The rows must be
// drawn before, by numbers that are not used again for the choice: by the same `random` or by one of another seed.
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
