#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "inkling/model.h"
#include "inkling/random.h"
#include "inkling/status.h"

namespace inkling {

// What is known of the weights before the first event. Spans must live as long as the call.
struct LinearPrior {
  // NOLINTBEGIN(readability-redundant-member-init): who names only the first members would be warned by g++
  std::span<const float> mean = {};  // μ: (num_features); empty = 0
  // (num_features, num_features), row-major, of which the upper triangle is read; empty = 0. What the publisher's own
  // regression has as Σ x xᵀ, times whatever an event of theirs is to count.
  std::span<const float> precision = {};
  // NOLINTEND(readability-redundant-member-init)
  float ridge = 1;  // λ, added to the diagonal
};

// What an item brings when it is shown, as a linear function of its features x, whose weights are the same for all
// items: bayesian ridge regression,
//   A = precision + λ I + Σ w x xᵀ,  θ = μ + A⁻¹ Σ w (r - xᵀμ) x,
// over events of weight w and reward r. Two ways to choose by it: the upper confidence bound of LinUCB (Li, Chu,
// Langford & Schapire, "A contextual-bandit approach to personalized news article recommendation", WWW 2010; their
// shared weights, without those an arm has of its own), and Thompson sampling (Agrawal & Goyal, "Thompson sampling for
// contextual bandits with linear payoffs", ICML 2013). explore() (exploration.h) chooses by what they give.
//
// In floats: features should be of about the same size, near 1. Not stored: made anew from the newest events.
class LinearBandit {
 public:
  static constexpr std::size_t kMostFeatures = 64;

  // Errors: kInvalidArgument (no features or too many; sizes that do not fit; a matrix that is not positive definite),
  // kNotFinite.
  static Result<LinearBandit> make(std::size_t num_features, const LinearPrior& prior);

  std::size_t num_features() const { return weights_.size(); }
  // θ: the expected weights.
  std::span<const float> weights() const { return weights_; }

  // Events: features, a row each; rewards; and what an event counts, 0 and more, so that old ones may count less; empty
  // = 1 each. The order of events, and of calls, does not matter but for rounding. d² flops an event and d³ / 3 a call,
  // which for one event of 64 features is 5 µs: rotations of the factor by each event gained too little to be kept.
  // Errors, after which nothing has changed: kInvalidArgument (sizes, a weight), kNotFinite.
  Status update(DenseVectors features, std::span<const float> rewards, std::span<const float> event_weights = {});

  // Of n items: θᵀx + width √(xᵀA⁻¹x); with a width of 0 what is expected. n d² flops. Errors: kInvalidArgument (sizes;
  // a width below 0), kNotFinite.
  Result<std::vector<float>> upper_bounds(DenseVectors features, float width) const;

  // What n items would bring by weights that may be true, drawn num_draws times from N(θ, scale² A⁻¹), the same for all
  // items of a draw: (num_draws, n), row-major. scale: the standard deviation of a reward given the features, or more
  // to explore more. n d² + 2 num_draws n d flops. Errors as above.
  Result<std::vector<float>> draw(DenseVectors features, float scale, std::size_t num_draws, Random& random) const;

 private:
  class Whitened;
  explicit LinearBandit(std::size_t num_features);
  Status check(DenseVectors features) const;
  void add(DenseVectors features, std::span<const float> rewards, std::span<const float> event_weights);
  bool solve();
  std::vector<float> expected(DenseVectors features) const;

  std::size_t padded_;             // num_features, rounded up to what the kernels work on
  std::vector<float> prior_mean_;  // μ
  std::vector<float> precision_;   // A: (padded, padded), upper triangle
  std::vector<float> factor_;      // U with UᵀU = A, likewise
  std::vector<float> pulls_;       // Σ w (r - xᵀμ) x: padded
  std::vector<float> weights_;     // θ
};

}  // namespace inkling
