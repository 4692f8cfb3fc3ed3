#include "ranking/hybrid_profile.h"

#include <algorithm>
#include <limits>

#include "kernels/top_k.h"
#include "ranking/merged_contributions.h"

namespace inkling {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

}  // namespace

HybridProfile::HybridProfile(const Hybrid& model, std::vector<Hybrid::Voice> voices, std::vector<float> tilt,
                             std::size_t num_events)
    : model_(model),
      voices_(std::move(voices)),
      tilt_(std::move(tilt)),
      num_events_(static_cast<double>(num_events)),
      events_(BlendWeights::of_events(num_events_)) {}

void HybridProfile::score_all(std::span<float> scores) const {
  weigh(0, scores);
  if (model_.ranker_ != nullptr) {
    Features features(voices_.size());
    for (std::size_t item = 0; item < scores.size(); ++item) scores[item] += added(item, scores[item], features);
  }
  if (model_.unknown_.empty()) return;
  for (const std::int32_t item : model_.unknown_) scores[at(item)] = std::numeric_limits<float>::max();
  const float lowest = *std::min_element(scores.begin(), scores.end());
  for (const std::int32_t item : model_.unknown_) scores[at(item)] = lowest;
}

bool HybridProfile::top_k(std::span<const std::uint8_t> skip, std::size_t k, ThreadPool* pool,
                          std::vector<ScoredItem>& best) const {
  if (model_.ranker_ == nullptr) return Profile::top_k(skip, k, pool, best);
  std::vector<float> scores(skip.size());
  weigh(0, scores);
  std::vector<std::uint8_t> without_unknown(skip.begin(), skip.end());
  for (const std::int32_t item : model_.unknown_) without_unknown[at(item)] = 1;
  if (!kernels::best_scores(scores, without_unknown, k, best)) return false;
  if (best.size() < k && !model_.unknown_.empty()) return Profile::top_k(skip, k, pool, best);
  // Whatever the ranker adds, only those can be among the best whose sum is not too far below the k-th.
  const float range = model_.ranker_->highest() - model_.ranker_->lowest();
  const float least = best.size() < k ? -3e38f : best.back().score - range * 1.001f - 1e-5f;
  Features features(voices_.size());
  kernels::BestScores ranked(best.size());
  for (std::size_t item = 0; item < scores.size() && !best.empty(); ++item) {
    if (without_unknown[item] != 0 || scores[item] < least) continue;
    ranked.add({static_cast<std::int32_t>(item), scores[item] + added(item, scores[item], features)});
  }
  best = ranked.take();
  return true;
}

void HybridProfile::explain(std::int32_t item, std::vector<Contribution>& parts) const {
  if (std::binary_search(model_.unknown_.begin(), model_.unknown_.end(), item)) {
    std::vector<float> scores(at(model_.num_items()));
    score_all(scores);
    parts.push_back({kNone, kModelItself, scores[at(item)]});
    return;
  }
  std::vector<Contribution> all;
  const BlendWeights::Hats& users = model_.user_hats_[at(item)];
  BlendWeights::Hats by_users{};
  double rest = 0;
  for (std::size_t p = 0; p <= voices_.size(); ++p) {
    float weight = weights_of(p, by_users);
    for (std::size_t b = 0; b < users.size(); ++b) weight += users[b] * by_users[b];
    if (p == voices_.size()) {
      rest += weight;
      continue;
    }
    const Hybrid::Voice& voice = voices_[p];
    if (voice.profile == nullptr) continue;
    const float factor = weight * voice.scale;
    rest -= static_cast<double>(factor) * voice.mean;
    explain_voice(voice, model_.parts_[p].member, item, factor, all);
  }
  if (model_.ranker_ != nullptr) {
    Features features(voices_.size());
    float sum = 0;
    weigh(at(item), std::span(&sum, 1));
    rest += static_cast<double>(added(at(item), sum, features));
  }
  all.push_back({kNone, kModelItself, static_cast<float>(rest)});
  add_merged(std::move(all), parts);
}

void HybridProfile::weigh(std::size_t first, std::span<float> sums) const {
  std::fill(sums.begin(), sums.end(), 0.0f);
  BlendWeights::Hats by_users{};
  for (std::size_t p = 0; p <= voices_.size(); ++p) {
    const float own = weights_of(p, by_users);
    if (p < voices_.size() && voices_[p].profile == nullptr) continue;
    for (std::size_t n = 0; n < sums.size(); ++n) {
      const BlendWeights::Hats& users = model_.user_hats_[first + n];
      const float weight = own + users[0] * by_users[0] + users[1] * by_users[1] + users[2] * by_users[2];
      sums[n] += p < voices_.size() ? weight * voices_[p].z[first + n] : weight;
    }
  }
}

float HybridProfile::added(std::size_t item, float sum, Features& features) const {
  for (std::size_t p = 0; p < voices_.size(); ++p) {
    features.z[p] = voices_[p].profile == nullptr ? 0.0f : voices_[p].z[item];
  }
  ranker_features(features.z, sum, static_cast<double>(model_.item_counts()[item]), num_events_, features.x);
  return model_.ranker_->predict(features.x);
}

float HybridProfile::weights_of(std::size_t p, BlendWeights::Hats& by_users) const {
  const BlendWeights& weights = model_.weights_;
  float own = weights.row(0)[p] + (p < tilt_.size() ? tilt_[p] : 0);
  for (std::size_t a = 0; a < events_.size(); ++a) own += events_[a] * weights.row(1 + a)[p];
  for (std::size_t b = 0; b < by_users.size(); ++b) by_users[b] = weights.row(1 + BlendWeights::kKnots + b)[p];
  return own;
}

void HybridProfile::explain_voice(const Hybrid::Voice& voice, std::int32_t member, std::int32_t item, float factor,
                                  std::vector<Contribution>& all) const {
  const std::size_t first = all.size();
  const auto add = [&](std::int32_t of, float share) {
    const std::size_t begin = all.size();
    if (of < model_.scorer_items(member)) voice.profile->explain(of, all);
    for (std::size_t n = begin; n < all.size(); ++n) all[n].value *= factor * share;
  };
  const SparseRows& rows = model_.near_now_.rows;
  const bool lent = member != Hybrid::kContent && item < rows.num_rows() && rows.row_length(item) > 0;
  if (!lent) {
    add(item, 1);
    return;
  }
  if (Hybrid::knows_new_items(*model_.scorer(member))) {
    add(item, 1);
    const auto counts = [](const Contribution& each) { return each.value != 0; };
    if (std::any_of(all.begin() + static_cast<std::ptrdiff_t>(first), all.end(), counts)) return;
    all.resize(first);
  }
  const float own = model_.item_counts()[at(item)];
  const float prior = model_.near_now_.prior;
  add(item, own / (own + prior));
  const auto near = rows.row_columns(item);
  const auto weights = rows.row_values(item);
  for (std::size_t n = 0; n < near.size(); ++n) add(near[n], prior * weights[n] / (own + prior));
}

}  // namespace inkling
