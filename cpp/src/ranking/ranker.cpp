#include "inkling/ranker.h"

#include <algorithm>

#include "kernels/top_k.h"
#include "ranking/strongest_reasons.h"

namespace inkling {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

Status not_finite(const Model& model) {
  return {ErrorCode::kNotFinite, "a score of " + std::string(model.name()) + " is not a finite number"};
}

}  // namespace

// A list that grows rung by rung.
class Ranker::Shelf {
 public:
  Shelf(std::vector<std::uint8_t> skip, std::size_t k) : skip_(std::move(skip)), k_(k) {}

  bool full() const { return items_.size() >= k_; }
  std::size_t room() const { return k_ - items_.size(); }
  // Of the first items.
  std::span<const std::uint8_t> skip(std::size_t count) const { return {skip_.data(), count}; }

  // Adds what best first is given: those with a score above 0, or all where `all` is true.
  void fill(Source source, std::span<const ScoredItem> best, bool all) {
    for (const auto& [item, score] : best) {
      if (!all && !(score > 0)) break;
      items_.push_back({item, score, source, {}, 0, 0});
      skip_[at(item)] = 1;
    }
  }

  // The best of the model's items by what `write` puts into (model.num_items()) scores.
  template <class Write>
  Status fill_from(const Model& model, Source source, const Write& write) {
    std::vector<float> scores(at(model.num_items()));
    std::vector<ScoredItem> best;
    write(scores);
    if (!kernels::best_scores(scores, skip(scores.size()), room(), best)) return not_finite(model);
    fill(source, best, false);
    return {};
  }

  std::vector<RankedItem>& items() { return items_; }

 private:
  std::vector<std::uint8_t> skip_;
  std::size_t k_;
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
  std::vector<std::uint8_t> skip = skip_;
  for (const std::int32_t item : request.excluded) {
    if (item < 0 || item >= num_items()) return unknown(item);
    skip[at(item)] = 1;
  }
  Shelf shelf(std::move(skip), request.k);
  std::unique_ptr<Profile> model_profile;
  std::unique_ptr<Profile> content_profile;

  if (!request.query.empty() && content_ != nullptr) {
    const auto write = [&](std::span<float> scores) { content_->score_query(request.query, scores); };
    if (Status s = shelf.fill_from(*content_, Source::kQuery, write); !s.ok()) return s;
  }
  const auto fill_from = [&](const Model* model, Source source, std::unique_ptr<Profile>& profile) -> Status {
    if (model == nullptr || shelf.full() || request.history.empty()) return {};
    Result<std::unique_ptr<Profile>> folded = model->fold_in(request.history);
    if (!folded.ok()) return folded.status();
    profile = std::move(folded.value());
    std::vector<ScoredItem> best;
    if (!profile->top_k(shelf.skip(at(model->num_items())), shelf.room(), request.pool, best)) {
      return not_finite(*model);
    }
    shelf.fill(source, best, false);
    return {};
  };
  if (Status s = fill_from(model_, Source::kModel, model_profile); !s.ok()) return s;
  if (Status s = fill_from(content_, Source::kContent, content_profile); !s.ok()) return s;
  if (!shelf.full()) {
    kernels::BestScores best(std::min(shelf.room(), skip_.size()));
    const auto all = shelf.skip(skip_.size());
    best.add_block(0, popularity_, all.data());
    constexpr float kUnmet[256] = {};
    for (std::size_t begin = popularity_.size(); begin < all.size(); begin += std::size(kUnmet)) {
      best.add_block(static_cast<std::int32_t>(begin),
                     std::span(kUnmet).first(std::min(std::size(kUnmet), all.size() - begin)), all.data() + begin);
    }
    shelf.fill(Source::kPopularity, best.take(), true);
  }

  if (request.most_reasons == 0) return std::move(shelf.items());
  std::vector<Contribution> parts;
  for (RankedItem& ranked : shelf.items()) {
    parts.clear();
    switch (ranked.source) {
      case Source::kQuery:
        content_->explain_query(request.query, ranked.item, parts);
        break;
      case Source::kModel:
        model_profile->explain(ranked.item, parts);
        break;
      case Source::kContent:
        content_profile->explain(ranked.item, parts);
        break;
      case Source::kPopularity:
        parts.push_back({kNone, kNone, ranked.score});
        break;
    }
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
  Shelf shelf(std::move(skip), k);
  const auto fill_from = [&](const Model* model, Source source) -> Status {
    if (model == nullptr || item >= model->num_items() || shelf.full()) return {};
    return shelf.fill_from(*model, source, [&](std::span<float> scores) { model->similar(item, scores); });
  };
  if (Status s = fill_from(model_, Source::kModel); !s.ok()) return s;
  if (Status s = fill_from(content_, Source::kContent); !s.ok()) return s;
  return std::move(shelf.items());
}

std::vector<Contribution> Ranker::interests(History history, std::size_t count) const {
  return content_ == nullptr ? std::vector<Contribution>() : content_->interests(history, count);
}

}  // namespace inkling
