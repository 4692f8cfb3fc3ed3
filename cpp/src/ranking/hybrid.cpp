#include "inkling/hybrid.h"

#include <algorithm>

#include "inkling/item_vectors.h"
#include "inkling/spectral_item_model.h"
#include "ranking/hybrid_profile.h"
#include "ranking/standard_scores.h"

namespace inkling {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

constexpr std::size_t kNearCount = 16;

}  // namespace

Hybrid::Hybrid(std::vector<std::unique_ptr<Model>> members, std::vector<Part> parts, BlendWeights weights,
               NearItems near, std::shared_ptr<const LearnedRanker> ranker, Held<float> item_counts, std::string config)
    : Model(std::move(item_counts), std::move(config)),
      members_(std::move(members)),
      parts_(std::move(parts)),
      weights_(std::move(weights)),
      ranker_(std::move(ranker)),
      near_(std::move(near)),
      near_now_(near_),
      num_trained_items_(num_items()) {
  look_at_items();
}

void Hybrid::look_at_items() {
  user_hats_.clear();
  unknown_.clear();
  for (std::int32_t item = 0; item < num_items(); ++item) {
    const float users = item_counts()[at(item)];
    user_hats_.push_back(BlendWeights::of_users(static_cast<double>(users)));
    const SparseRows& near = near_now_.rows;
    const bool is_near = item < near.num_rows() && near.row_length(item) > 0;
    if (!(users > 0) && !is_near && !has_vector(item)) unknown_.push_back(item);
  }
  if (unknown_.size() == user_hats_.size()) unknown_.clear();
}

bool Hybrid::knows_new_items(const Model& model) { return model.name() == ItemVectors::kName; }

bool Hybrid::has_vector(std::int32_t item) const {
  for (const auto& member : members_) {
    if (!knows_new_items(*member) || item >= member->num_items()) continue;
    const ItemFactors& factors = static_cast<const SpectralItemModel&>(*member).parts().item_factors;
    std::vector<float> row(factors.num_factors());
    factors.copy_row(item, row.data());
    if (std::any_of(row.begin(), row.end(), [](float value) { return value != 0; })) return true;
  }
  return false;
}

const Model* Hybrid::scorer(std::int32_t member) const {
  return member == kContent ? static_cast<const Model*>(content_) : members_[at(member)].get();
}

std::int32_t Hybrid::scorer_items(std::int32_t member) const {
  const Model* model = scorer(member);
  return model == nullptr ? 0 : std::min(model->num_items(), num_items());
}

void Hybrid::attach(const TfIdf* content, std::int32_t num_items) {
  content_ = content;
  std::vector<float> counts(item_counts().begin(), item_counts().begin() + num_trained_items_);
  counts.resize(at(std::max(num_items, num_trained_items_)));
  set_item_counts(std::move(counts));
  near_now_ = near_;
  if (content != nullptr && this->num_items() > num_trained_items_) {
    NearItems added = nearest_by_content(*content, item_counts(), num_trained_items_, near_.prior, kNearCount, nullptr);
    SparseRows& rows = near_now_.rows;
    for (std::int32_t item = num_trained_items_; item < this->num_items(); ++item) {
      const auto columns = added.rows.row_columns(item);
      const auto values = added.rows.row_values(item);
      rows.columns.insert(rows.columns.end(), columns.begin(), columns.end());
      rows.values.insert(rows.values.end(), values.begin(), values.end());
      rows.offsets.push_back(static_cast<std::int64_t>(rows.columns.size()));
    }
  }
  look_at_items();
}

void Hybrid::attach(std::unique_ptr<TfIdf> content) {
  own_content_ = std::move(content);
  attach(own_content_.get(), num_items());
}

std::unique_ptr<TfIdf> Hybrid::take_content() {
  std::unique_ptr<TfIdf> content = std::move(own_content_);
  attach(nullptr, num_items());
  return content;
}

Result<Hybrid::Voice> Hybrid::voice_of(const Part& part, History history) const {
  Voice voice;
  const Model* model = scorer(part.member);
  if (model == nullptr) return voice;
  const std::vector<HistoryEntry> seen = faded(history, part.half_life);
  Result<std::unique_ptr<Profile>> profile = model->fold_in(seen);
  if (!profile.ok()) return profile.status();
  voice.z.assign(std::max(at(num_items()), at(model->num_items())), 0.0f);
  profile.value()->score_all(std::span(voice.z).first(at(model->num_items())));
  voice.z.resize(at(num_items()));
  std::vector<float> before;
  if (part.member != kContent) near_now_.lend(item_counts(), knows_new_items(*model), voice.z, before);
  const Standard standard = standard_of(voice.z);
  if (standard.scale == 0) return Voice{};
  for (float& z : voice.z) z = (z - standard.mean) * standard.scale;
  voice.mean = standard.mean;
  voice.scale = standard.scale;
  voice.profile = std::move(profile.value());
  return voice;
}

Result<std::vector<Hybrid::Voice>> Hybrid::voices_of(History history) const {
  std::vector<Voice> voices;
  for (const Part& part : parts_) {
    Result<Voice> voice = voice_of(part, history);
    if (!voice.ok()) return voice.status();
    voices.push_back(std::move(voice.value()));
  }
  return voices;
}

Result<std::unique_ptr<Profile>> Hybrid::profile_of(History history, std::span<const float> tilt) const {
  Result<std::vector<Voice>> voices = voices_of(history);
  if (!voices.ok()) return voices.status();
  return std::unique_ptr<Profile>(std::make_unique<HybridProfile>(
      *this, std::move(voices.value()), std::vector<float>(tilt.begin(), tilt.end()), history.size()));
}

Result<std::unique_ptr<Profile>> Hybrid::fold_in_tilted(History history, std::span<const float> tilt) const {
  return history_half_life() > 0 ? profile_of(faded(history, history_half_life()), tilt) : profile_of(history, tilt);
}

Result<Hybrid::Opinion> Hybrid::opinion_of(History history, std::span<const std::int32_t> items) const {
  const Result<std::vector<Voice>> voices = voices_of(faded(history, history_half_life()));
  if (!voices.ok()) return voices.status();
  Opinion out;
  const BlendWeights::Hats events = BlendWeights::of_events(static_cast<double>(history.size()));
  for (const std::int32_t item : items) {
    const std::size_t begin = out.z.size();
    for (const Voice& voice : voices.value()) {
      const bool known = voice.profile != nullptr && item >= 0 && item < num_items();
      out.z.push_back(known ? voice.z[at(item)] : 0.0f);
    }
    const BlendWeights::Hats users = item >= 0 && item < num_items() ? user_hats_[at(item)] : BlendWeights::of_users(0);
    out.sums.push_back(weights_.score(std::span(out.z).subspan(begin), events, users));
  }
  return out;
}

void Hybrid::similar(std::int32_t item, std::span<float> scores) const {
  std::fill(scores.begin(), scores.end(), 0.0f);
  std::vector<float> weights(members_.size(), 0.0f);
  for (std::size_t p = 0; p < parts_.size(); ++p) {
    if (parts_[p].member != kContent) weights[at(parts_[p].member)] += weights_.row(0)[p];
  }
  const auto largest = std::max_element(weights.begin(), weights.end()) - weights.begin();
  if (weights.empty() || item >= num_trained_items_) return;  // the ranker goes on with the contents
  members_[at(largest)]->similar(item, scores.first(at(num_trained_items_)));
}

}  // namespace inkling
