#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "inkling/hybrid.h"
#include "ranking/learned_ranker.h"

namespace inkling {

// A person as the parts of a hybrid see them. The model must outlive it.
class HybridProfile final : public Profile {
 public:
  HybridProfile(const Hybrid& model, std::vector<Hybrid::Voice> voices, std::vector<float> tilt,
                std::size_t num_events);

  void score_all(std::span<float> scores) const override;
  bool top_k(std::span<const std::uint8_t> skip, std::size_t k, ThreadPool* pool,
             std::vector<ScoredItem>& best) const override;
  void explain(std::int32_t item, std::vector<Contribution>& parts) const override;

 private:
  // The weighted sums of the items from `first` on, without what a ranker adds.
  void weigh(std::size_t first, std::span<float> sums) const;

  // Room for what a ranker sees of one item.
  struct Features {
    explicit Features(std::size_t num_parts) : z(num_parts), x(LearnedRanker::num_features(num_parts)) {}
    std::vector<float> z;
    std::vector<float> x;
  };

  // What the ranker adds to the item's sum.
  float added(std::size_t item, float sum, Features& features) const;

  // Of part p for this person: what it weighs, without what the item's knots add.
  float weights_of(std::size_t p, BlendWeights::Hats& by_users) const;

  void explain_voice(const Hybrid::Voice& voice, std::int32_t member, std::int32_t item, float factor,
                     std::vector<Contribution>& all) const;

  const Hybrid& model_;
  std::vector<Hybrid::Voice> voices_;
  std::vector<float> tilt_;  // one a part, or empty
  double num_events_;
  BlendWeights::Hats events_;
};

}  // namespace inkling
