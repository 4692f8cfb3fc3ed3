#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "inkling/random.h"

namespace inkling {

// How wrong the scores s_i = state · y_i are about the item p that came next.
struct LossShape {
  enum class Kind {
    // -ln σ(s_p) - Σ ln(1 - σ(s_n)) over the negatives n. Kang & McAuley, ICDM 2018.
    kBinary,
    // The same with σ(s_p)^β, which takes back the overconfidence that drawing few negatives leads to; β from
    // `calibration`. Petrov & Macdonald, "gSASRec", RecSys 2023, equation 12.
    kCalibratedBinary,
    // -ln (e^s_p / Σ e^s_i), over p and the negatives.
    kSampledSoftmax,
    // The same over all items: Klenitskiy & Vasilev, RecSys 2023.
    kSoftmax,
  };
  Kind kind = Kind::kSoftmax;
  std::size_t num_negatives = 1;  // drawn for each state anew, uniformly, with repetition, never p; not of kSoftmax
  float calibration = 0.75f;      // t of kCalibratedBinary: 0 = no calibration, 1 = full
};

// item_factors: (num_items, num_factors), row-major.
class NextItemLoss {
 public:
  NextItemLoss(const LossShape& shape, std::size_t num_items, std::size_t num_factors);

  // To be called whenever the factors have changed.
  void refresh(const float* item_factors);

  // Room to work in, of one thread.
  struct Desk {
    std::vector<float> scores;
    std::vector<std::int32_t> drawn;
  };

  // The sum of the losses of some states. states: (targets.size(), num_factors). Gradients are of `weight` times the
  // sum: those of the states are written, those of the factors added to.
  double add(const float* item_factors, const float* states, std::span<const std::int32_t> targets, float weight,
             Random& random, float* state_gradients, float* factor_gradients, Desk& desk) const;

 private:
  // So many items' factors lie together, transposed: a product with them reads one run of memory.
  static constexpr std::size_t kPanel = 32;

  double add_softmax(const float* item_factors, const float* states, std::span<const std::int32_t> targets,
                     float weight, float* state_gradients, float* factor_gradients, Desk& desk) const;
  double add_sampled(const float* item_factors, const float* state, std::int32_t target, float weight, Random& random,
                     float* state_gradient, float* factor_gradients, Desk& desk) const;

  LossShape shape_;
  std::size_t num_items_;
  std::size_t num_factors_;
  std::size_t padded_items_;
  float power_ = 1;                // β
  std::vector<float> transposed_;  // of kSoftmax: (padded_items_ / kPanel, num_factors, kPanel)
};

}  // namespace inkling
