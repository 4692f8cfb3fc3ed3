#include "inkling/ranker.h"

#include <algorithm>
#include <cmath>

#include "data/sorting.h"
#include "kernels/top_k.h"

namespace inkling {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

bool all_finite(std::span<const float> scores) {
  float sum = 0;
  for (const float score : scores) sum += score * 0.0f;
  return std::isfinite(sum);
}

Status not_finite(const Model& model) {
  return {ErrorCode::kNotFinite, "a score of " + std::string(model.name()) + " is not a finite number"};
}

// Events by falling size, each followed by its own terms by falling size.
void sort_reasons(std::vector<Contribution>& reasons) {
  const auto size = [](const Contribution& part) { return std::abs(part.value); };
  std::vector<Contribution> events;  // by item
  for (const Contribution& part : reasons) {
    if (part.item == kNone || part.term == kNone) events.push_back({part.item, kNone, size(part)});
  }
  const auto by_item = [](const Contribution& a, const Contribution& b) {
    return a.item != b.item ? a.item < b.item : a.value < b.value;
  };
  sort_contributions(events, by_item);
  const auto weight_of = [&](std::int32_t item) {
    const auto found = std::lower_bound(events.begin(), events.end(), Contribution{item}, by_item);
    return found != events.end() && found->item == item ? found->value : 0.0f;
  };
  sort_contributions(reasons, [&](const Contribution& a, const Contribution& b) {
    if (a.item != b.item) {
      const float weight_a = weight_of(a.item);
      const float weight_b = weight_of(b.item);
      return weight_a != weight_b ? weight_a > weight_b : a.item < b.item;
    }
    const bool detail_a = a.item != kNone && a.term != kNone;
    const bool detail_b = b.item != kNone && b.term != kNone;
    if (detail_a != detail_b) return detail_b;
    return size(a) > size(b);
  });
}

// A list that grows rung by rung.
class Shelf {
 public:
  Shelf(std::vector<std::uint8_t> skip, std::size_t k) : skip_(std::move(skip)), k_(k) {}

  bool full() const { return items_.size() >= k_; }

  // Adds the best of the items with a score above 0, or of all where `all` is true. scores may cover fewer items than
  // there are.
  void fill(Source source, std::span<const float> scores, bool all) {
    const std::span<const std::uint8_t> skip(skip_.data(), scores.size());
    for (const std::int32_t item : kernels::top_k({scores, skip, {}}, k_ - items_.size())) {
      if (!all && !(scores[at(item)] > 0)) break;
      items_.push_back({item, scores[at(item)], source, {}});
      skip_[at(item)] = 1;
    }
  }

  std::vector<RankedItem>& items() { return items_; }

 private:
  std::vector<std::uint8_t> skip_;
  std::size_t k_;
  std::vector<RankedItem> items_;
};

}  // namespace

Ranker::Ranker(const Model* model, const TfIdf* content, std::vector<float> popularity,
               std::vector<std::uint8_t> candidate)
    : model_(model), content_(content), popularity_(std::move(popularity)), candidate_(std::move(candidate)) {
  if (model_ != nullptr) {
    const auto counts = model_->item_counts();
    if (std::any_of(counts.begin(), counts.end(), [](float count) { return count > 0; })) {
      std::fill(popularity_.begin(), popularity_.end(), 0.0f);
      std::copy(counts.begin(), counts.end(), popularity_.begin());
    }
    if (content_ == nullptr) content_ = model_->name() == "tf_idf" ? static_cast<const TfIdf*>(model_) : nullptr;
    if (model_->name() == "popularity" || model_ == content_) model_ = nullptr;  // a rung of its own already
  }
}

Result<std::vector<RankedItem>> Ranker::recommend(const RecommendRequest& request) const {
  if (request.k == 0) {
    return Status(ErrorCode::kInvalidArgument, "k is 0; expected how many items are wanted, at least 1");
  }
  std::vector<std::uint8_t> skip(popularity_.size());
  for (std::size_t item = 0; item < skip.size(); ++item) skip[item] = candidate_[item] != 0 ? 0 : 1;
  for (const std::int32_t item : request.excluded) {
    if (item < 0 || item >= num_items()) {
      return Status(ErrorCode::kUnknownItem,
                    "item index " + std::to_string(item) + " is not among " + std::to_string(num_items()) + " items");
    }
    skip[at(item)] = 1;
  }
  Shelf shelf(std::move(skip), request.k);
  std::vector<float> scores(popularity_.size());
  std::unique_ptr<Profile> model_profile;
  std::unique_ptr<Profile> content_profile;

  if (!request.query.empty() && content_ != nullptr) {
    const auto part = std::span(scores).first(at(content_->num_items()));
    content_->score_query(request.query, part);
    if (!all_finite(part)) return not_finite(*content_);
    shelf.fill(Source::kQuery, part, false);
  }
  const auto fill_from = [&](const Model* model, Source source, std::unique_ptr<Profile>& profile) -> Status {
    if (model == nullptr || shelf.full() || request.history.empty()) return {};
    Result<std::unique_ptr<Profile>> folded = model->fold_in(request.history);
    if (!folded.ok()) return folded.status();
    profile = std::move(folded.value());
    const auto part = std::span(scores).first(at(model->num_items()));
    profile->score_all(part);
    if (!all_finite(part)) return not_finite(*model);
    shelf.fill(source, part, false);
    return {};
  };
  if (Status s = fill_from(model_, Source::kModel, model_profile); !s.ok()) return s;
  if (Status s = fill_from(content_, Source::kContent, content_profile); !s.ok()) return s;
  if (!shelf.full()) shelf.fill(Source::kPopularity, popularity_, true);

  if (request.explain) {
    for (RankedItem& ranked : shelf.items()) {
      switch (ranked.source) {
        case Source::kQuery:
          content_->explain_query(request.query, ranked.item, ranked.reasons);
          break;
        case Source::kModel:
          model_profile->explain(ranked.item, ranked.reasons);
          break;
        case Source::kContent:
          content_profile->explain(ranked.item, ranked.reasons);
          break;
        case Source::kPopularity:
          ranked.reasons.push_back({kNone, kNone, ranked.score});
          break;
      }
      sort_reasons(ranked.reasons);
    }
  }
  return std::move(shelf.items());
}

Result<std::vector<RankedItem>> Ranker::similar(std::int32_t item, std::size_t k) const {
  if (k == 0) return Status(ErrorCode::kInvalidArgument, "k is 0; expected how many items are wanted, at least 1");
  if (item < 0 || item >= num_items()) {
    return Status(ErrorCode::kUnknownItem,
                  "item index " + std::to_string(item) + " is not among " + std::to_string(num_items()) + " items");
  }
  std::vector<std::uint8_t> skip(popularity_.size());
  for (std::size_t i = 0; i < skip.size(); ++i) skip[i] = candidate_[i] != 0 ? 0 : 1;
  skip[at(item)] = 1;
  Shelf shelf(std::move(skip), k);
  std::vector<float> scores(popularity_.size());
  if (model_ != nullptr && item < model_->num_items()) {
    const auto part = std::span(scores).first(at(model_->num_items()));
    model_->similar(item, part);
    if (!all_finite(part)) return not_finite(*model_);
    shelf.fill(Source::kModel, part, false);
  }
  if (content_ != nullptr && item < content_->num_items() && !shelf.full()) {
    const auto part = std::span(scores).first(at(content_->num_items()));
    content_->similar(item, part);
    if (!all_finite(part)) return not_finite(*content_);
    shelf.fill(Source::kContent, part, false);
  }
  return std::move(shelf.items());
}

std::vector<Contribution> Ranker::interests(History history, std::size_t count) const {
  return content_ == nullptr ? std::vector<Contribution>() : content_->interests(history, count);
}

}  // namespace inkling
