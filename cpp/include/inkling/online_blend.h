#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "inkling/status.h"

namespace inkling {

// When and where a list is asked for, as numbers from 0 to 1: what a person's taste may hang on beside their history.
struct Moment {
  static constexpr std::size_t kSize = 8;
  // night (0 to 6 o'clock), morning, afternoon, evening; weekend; a small screen; the beginning of a session (up to 2
  // events), a long one (8 and more).
  std::array<float, kSize> values{};
};

// What a choice among shown items was, as a hybrid saw it before: of each item the parts' standardized scores and their
// weighted sum.
struct Choice {
  std::span<const float> taken;  // (num_parts)
  float taken_sum = 0;
  std::span<const float> passed;       // (num_passed, num_parts): what was shown beside it and left
  std::span<const float> passed_sums;  // (num_passed)
};

// How much more or less than for others each part of a hybrid counts for one person, learned on their device, choice by
// choice: -log softmax of what was taken among what was passed over (conditional logit, McFadden 1974; with a single
// one passed over it is the pairwise logistic loss of Rendle et al., UAI 2009), of scores w·z, where
//   w = prior + share * (own + sum over the moment's values m_j of m_j own_j).
//
// Steps are shortened by the loss's curvature, as an implicit step is (Toulis & Airoldi, "Asymptotic and finite-sample
// properties of estimators based on stochastic gradients", Annals of Statistics 2017), and halved until the choice's
// loss does not rise: none can overshoot, whatever the scores are. Weights are pulled back to the prior and clipped.
//
// `share` is Hedge between two experts (Freund & Schapire, JCSS 1997), the prior and the prior with what was learned,
// of which the latter begins with nine tenths: it falls where the learned weights foretell choices worse. The loss is
// convex in the weights, so that after T choices the mean loss is above the prior's by at most margin(T), whoever
// chooses, as long as the two experts' losses of a choice never differ by more than kMostDifference.
class OnlineBlend {
 public:
  static constexpr double kMostDifference = 4;

  explicit OnlineBlend(std::size_t num_parts);

  std::size_t num_parts() const { return num_parts_; }
  std::int64_t num_choices() const { return num_choices_; }
  double share() const;
  static double margin(std::int64_t num_choices);

  // What is added to the prior's weights at such a moment: (num_parts).
  std::vector<float> tilt(const Moment& moment) const;

  // O(parts * (passed + moment)). Choices that are not finite, or with nothing passed, teach nothing.
  void learn(const Choice& choice, const Moment& moment);
  // Of the prior, and with a tilt.
  static double loss(const Choice& choice, std::span<const float> tilt);

 private:
  std::vector<float> learned_weights(const Moment& moment) const;
  void set_share();

  std::size_t num_parts_;
  std::vector<float> own_;  // (1 + Moment::kSize, num_parts)
  // Of all choices so far, each judged before it was learned from.
  double prior_loss_ = 0;
  double learned_loss_ = 0;
  double log_odds_ = 0;  // of the share
  std::int64_t num_choices_ = 0;
};

}  // namespace inkling
