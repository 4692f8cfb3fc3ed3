#include "inkling/ranker.h"

#include <algorithm>
#include <cmath>

#include "kernels/top_k.h"
#include "ranking/strongest_reasons.h"

namespace inkling {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

Status not_finite(const Model& model) {
  return {ErrorCode::kNotFinite, "a score of " + std::string(model.name()) + " is not a finite number"};
}

// What enters a rung: what has a score above 0; that, and what is above 0 with what is added to it; or all.
enum class Enters : std::uint8_t { kKnown, kLifted, kAll };

// The standard deviation of the scores above 0; where they are alike, their mean. 0 where there are none.
float spread_of(std::span<const float> scores, std::span<const std::uint8_t> skip) {
  double count = 0;
  double mean = 0;
  double squares = 0;  // of the distances from the mean (Welford)
  for (std::size_t n = 0; n < scores.size(); ++n) {
    if (skip[n] != 0 || !(scores[n] > 0)) continue;
    const double distance = scores[n] - mean;
    mean += distance / ++count;
    squares += distance * (scores[n] - mean);
  }
  const double deviation = count > 0 ? std::sqrt(squares / count) : 0;
  return static_cast<float>(deviation > 1e-6 * mean ? deviation : mean);
}

// Adds the person's scores, so that the largest of them in size becomes `share` of the best in `scores`, to those above
// 0. Returns what they were multiplied by.
float blend(std::span<const float> own, float share, std::span<float> scores) {
  float best = 0;
  float largest = 0;
  for (std::size_t n = 0; n < own.size(); ++n) {
    if (scores[n] > 0) largest = std::max(largest, std::abs(own[n]));
  }
  for (const float score : scores) best = std::max(best, score);
  const float scale = largest > 0 ? share * best / largest : 0;
  for (std::size_t n = 0; n < own.size(); ++n) {
    if (scores[n] > 0) scores[n] += scale * own[n];
  }
  return scale;
}

}  // namespace

// A list that grows rung by rung.
class Ranker::Shelf {
 public:
  Shelf(const Ranker& ranker, const RecommendRequest& request, std::vector<std::uint8_t> skip)
      : ranker_(ranker), request_(request), skip_(std::move(skip)) {}

  bool full() const { return items_.size() >= request_.k; }
  std::vector<RankedItem>& items() { return items_; }

  Status fill_from_query() {
    const TfIdf* content = ranker_.content_;
    if (content == nullptr || request_.query.empty()) return {};
    std::vector<float> scores(at(content->num_items()));
    content->score_query(request_.query, scores);
    std::vector<std::uint8_t> skip = skip_;
    for (std::size_t n = 0; n < skip.size(); ++n) {
      if (n >= scores.size() || !(scores[n] > 0)) skip[n] = 1;
    }
    if (request_.profile_weight != 0 && !request_.history.empty()) {
      blended_ = ranker_.model_ != nullptr ? ranker_.model_ : content;
      std::vector<float> own(at(blended_->num_items()));
      if (Status s = score(*blended_, own); !s.ok()) return s;
      own.resize(scores.size());
      blend_scale_ = blend(own, request_.profile_weight, scores);
    }
    return fill(Source::kQuery, std::move(scores), skip, Enters::kAll) ? Status() : not_finite(*content);
  }

  Status fill_from_history(const Model* model, Source source) {
    if (request_.history.empty() && request_.online != nullptr) request_.online->forget();
    if (model == nullptr || request_.history.empty()) return {};
    std::vector<float> scores(at(model->num_items()));
    if (adjusts(source)) {
      if (Status s = score(*model, scores); !s.ok()) return s;
      return fill(source, std::move(scores), skip_, Enters::kLifted) ? Status() : not_finite(*model);
    }
    if (Status s = fold_in(*model); !s.ok()) return s;
    std::vector<ScoredItem> best;
    const std::span<const std::uint8_t> skip(skip_.data(), scores.size());
    if (!profile_of(*model).profile()->top_k(skip, room(), request_.pool, best)) return not_finite(*model);
    while (!best.empty() && !(best.back().score > 0)) best.pop_back();
    add(source, best);
    return {};
  }

  Status fill_from_similar(const Model* model, std::int32_t item, Source source) {
    if (model == nullptr || item >= model->num_items() || full()) return {};
    std::vector<float> scores(at(model->num_items()));
    model->similar(item, scores);
    return fill(source, std::move(scores), skip_, Enters::kKnown) ? Status() : not_finite(*model);
  }

  Status fill_from(Source source, std::span<const float> scores, Enters enters) {
    if (fill(source, {scores.begin(), scores.end()}, skip_, enters)) return {};
    return {ErrorCode::kNotFinite, "a given score or its adjustment is too large to be finite"};
  }

  // Appends what the score is made of.
  void explain(const RankedItem& ranked, std::vector<Contribution>& parts) {
    const std::size_t first = parts.size();
    switch (ranked.source) {
      case Source::kQuery:
        if (blend_scale_ != 0) explain_profile(*blended_, ranked.item, parts);
        for (std::size_t n = first; n < parts.size(); ++n) parts[n].value *= blend_scale_;
        ranker_.content_->explain_query(request_.query, ranked.item, parts);
        break;
      case Source::kModel:
        explain_profile(*ranker_.model_, ranked.item, parts);
        break;
      case Source::kContent:
        explain_profile(*ranker_.content_, ranked.item, parts);
        break;
      default:
        parts.push_back({kNone, kNone, ranked.score - ranked.adjusted - ranked.preferred});
    }
    if (ranked.adjusted != 0) parts.push_back({kNone, kAdjustment, ranked.adjusted});
    if (ranked.preferred != 0) parts.push_back({kNone, kPreference, ranked.preferred});
  }

 private:
  std::size_t room() const { return request_.k - items_.size(); }
  bool prefers(Source source) const { return !request_.preferred.empty() && source < Source::kGiven; }
  bool adjusts(Source source) const { return !request_.adjustments.empty() || prefers(source); }

  OnlineProfile& profile_of(const Model& model) {
    if (&model == ranker_.content_) return content_profile_;
    return request_.online != nullptr && request_.tilt.empty() ? *request_.online : model_profile_;
  }

  // What was folded in for this list already stays as it is.
  Status fold_in(const Model& model) { return profile_of(model).follow(model, request_.history, request_.tilt); }

  Status score(const Model& model, std::span<float> scores) {
    if (Status s = fold_in(model); !s.ok()) return s;
    profile_of(model).profile()->score_all(scores);
    return kernels::all_finite(scores) ? Status() : not_finite(model);
  }

  void explain_profile(const Model& model, std::int32_t item, std::vector<Contribution>& parts) {
    if (item < model.num_items()) profile_of(model).profile()->explain(item, parts);
  }

  void add(Source source, std::span<const ScoredItem> best) {
    for (const auto& [item, score] : best) {
      items_.push_back({item, score, source, {}, 0, 0, 0, 0});
      skip_[at(item)] = 1;
    }
  }

  // The best by these scores of those that enter.
  bool best_of(std::span<const float> by, std::span<const float> scores, std::vector<std::uint8_t> skip, Enters enters,
               std::vector<ScoredItem>& best) const {
    for (std::size_t n = 0; n < skip.size() && enters != Enters::kAll; ++n) {
      if (!(scores[n] > 0) && !(enters == Enters::kLifted && by[n] > 0)) skip[n] = 1;
    }
    return kernels::best_scores(by, skip, room(), best);
  }

  // Adds the best of those whose `skip` is 0 and that enter. scores: of the first items; the others have 0. Returns
  // false when one is not finite.
  bool fill(Source source, std::vector<float> scores, const std::vector<std::uint8_t>& skip, Enters enters) {
    const bool all = enters == Enters::kAll;
    scores.resize(skip.size());
    std::vector<float> total = scores;
    std::vector<ScoredItem> best;
    float spread = 0;
    if (!request_.adjustments.empty()) {
      spread = spread_of(scores, ranker_.skip_);
      if (spread == 0 && all) spread = 1;
      for (std::size_t n = 0; n < total.size(); ++n) total[n] += request_.adjustments[n] * spread;
    }
    float worth = 0;
    if (prefers(source)) {
      if (!best_of(scores, scores, skip, enters, best)) return false;
      if (!best.empty()) {
        worth = best.front().score - best.back().score;
        if (worth == 0) worth = std::abs(best.front().score);
      }
      if (worth == 0 && all) worth = 1;
      for (const std::int32_t item : request_.preferred) total[at(item)] += worth;
    }
    if (!best_of(total, scores, skip, enters, best)) return false;
    const std::size_t first = items_.size();
    add(source, best);
    for (std::size_t n = first; n < items_.size(); ++n) {
      RankedItem& ranked = items_[n];
      if (spread != 0) ranked.adjusted = request_.adjustments[at(ranked.item)] * spread;
      const auto end = request_.preferred.end();
      if (worth != 0 && std::find(request_.preferred.begin(), end, ranked.item) != end) ranked.preferred = worth;
    }
    return true;
  }

  const Ranker& ranker_;
  const RecommendRequest& request_;
  std::vector<std::uint8_t> skip_;
  OnlineProfile model_profile_;
  OnlineProfile content_profile_;
  const Model* blended_ = nullptr;  // whose profile has a say in the query's rung
  float blend_scale_ = 0;           // what its scores were multiplied by
  std::vector<RankedItem> items_;
};

Ranker::Ranker(const Model* model, const TfIdf* content, std::vector<float> popularity,
               std::vector<std::uint8_t> candidate)
    : model_(model),
      content_(content),
      own_popularity_(std::move(popularity)),
      popularity_(own_popularity_),
      skip_(std::move(candidate)) {
  for (std::uint8_t& value : skip_) value = value != 0 ? 0 : 1;
  if (model_ != nullptr) {
    const auto counts = model_->item_counts();
    if (std::any_of(counts.begin(), counts.end(), [](float count) { return count > 0; })) {
      own_popularity_ = {};
      popularity_ = counts;
    }
    if (content_ == nullptr) content_ = model_->name() == "tf_idf" ? static_cast<const TfIdf*>(model_) : nullptr;
    if (model_->name() == "popularity" || model_ == content_) model_ = nullptr;  // a rung of its own already
  }
}

Status Ranker::unknown(std::int32_t item) const {
  return {ErrorCode::kUnknownItem,
          "item index " + std::to_string(item) + " is not among " + std::to_string(num_items()) + " items"};
}

Result<std::vector<RankedItem>> Ranker::recommend(const RecommendRequest& request) const {
  if (request.k == 0) {
    return Status(ErrorCode::kInvalidArgument, "k is 0; expected how many items are wanted, at least 1");
  }
  const std::size_t count = skip_.size();
  const auto one_an_item = [&](std::span<const float> values) { return values.empty() || values.size() == count; };
  const std::size_t rows = count > 0 ? request.given.size() / count : 0;
  bool fits =
      one_an_item(request.adjustments) && one_an_item(request.popularity) && request.given.size() == rows * count;
  const auto first_given = static_cast<std::size_t>(Source::kGiven);
  for (const Source rung : request.ladder) fits = fits && static_cast<std::size_t>(rung) < first_given + rows;
  if (!fits) {
    return Status(ErrorCode::kInvalidArgument,
                  "adjustments, popularity or given scores are not one an item, or a rung is not there");
  }
  for (const std::int32_t item : request.preferred) {
    if (item < 0 || item >= num_items()) return unknown(item);
  }
  std::vector<std::uint8_t> skip = skip_;
  for (const std::int32_t item : request.excluded) {
    if (item < 0 || item >= num_items()) return unknown(item);
    skip[at(item)] = 1;
  }

  Shelf shelf(*this, request, std::move(skip));
  constexpr Source kLadder[] = {Source::kQuery, Source::kModel, Source::kContent, Source::kPopularity};
  for (const Source rung : request.ladder.empty() ? std::span<const Source>(kLadder) : request.ladder) {
    if (shelf.full()) break;
    const auto fill = [&]() -> Status {
      switch (rung) {
        case Source::kQuery:
          return shelf.fill_from_query();
        case Source::kModel:
          return shelf.fill_from_history(model_, rung);
        case Source::kContent:
          return shelf.fill_from_history(content_, rung);
        case Source::kPopularity:
          return shelf.fill_from(rung, request.popularity.empty() ? popularity_ : request.popularity, Enters::kAll);
        default: {
          const std::size_t row = static_cast<std::size_t>(rung) - first_given;
          return shelf.fill_from(rung, request.given.subspan(row * count, count), Enters::kKnown);
        }
      }
    };
    if (Status s = fill(); !s.ok()) return s;
  }

  if (request.most_reasons == 0) return std::move(shelf.items());
  std::vector<Contribution> parts;
  for (RankedItem& ranked : shelf.items()) {
    parts.clear();
    shelf.explain(ranked, parts);
    StrongestReasons strongest = strongest_reasons(parts, request.most_reasons);
    ranked.reasons = std::move(strongest.kept);
    ranked.num_other_reasons = strongest.num_others;
    ranked.other_reasons = strongest.others;
  }
  return std::move(shelf.items());
}

Result<std::vector<RankedItem>> Ranker::similar(std::int32_t item, std::size_t k) const {
  if (k == 0) return Status(ErrorCode::kInvalidArgument, "k is 0; expected how many items are wanted, at least 1");
  if (item < 0 || item >= num_items()) return unknown(item);
  std::vector<std::uint8_t> skip = skip_;
  skip[at(item)] = 1;
  RecommendRequest request;
  request.k = k;
  Shelf shelf(*this, request, std::move(skip));
  if (Status s = shelf.fill_from_similar(model_, item, Source::kModel); !s.ok()) return s;
  if (Status s = shelf.fill_from_similar(content_, item, Source::kContent); !s.ok()) return s;
  return std::move(shelf.items());
}

std::vector<Contribution> Ranker::interests(History history, std::size_t count) const {
  return content_ == nullptr ? std::vector<Contribution>() : content_->interests(history, count);
}

}  // namespace inkling
