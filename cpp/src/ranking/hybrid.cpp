#include "inkling/hybrid.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/sorting.h"
#include "data/sparse_tensors.h"
#include "inkling/item_vectors.h"
#include "inkling/spectral_item_model.h"
#include "kernels/top_k.h"
#include "model_file/model_tensors.h"
#include "ranking/learned_ranker.h"
#include "ranking/merged_contributions.h"
#include "ranking/standard_scores.h"

namespace inkling {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

// Those that are trained have 24 at most. A small file must not ask for the scores of all items a thousand times.
constexpr std::size_t kMostParts = 64;
constexpr std::size_t kNearCount = 16;

std::string member_prefix(std::size_t member) { return "member" + std::to_string(member) + "."; }

// Hats whose tops are at the knots, over log(1 + count).
BlendWeights::Hats hats(const BlendWeights::Hats& knots, double count) {
  BlendWeights::Hats out{};
  const double x = std::log1p(std::max(0.0, count));
  const auto place = [&](std::size_t n) { return std::log1p(static_cast<double>(knots[n])); };
  const std::size_t last = knots.size() - 1;
  if (x <= place(0)) {
    out[0] = 1;
  } else if (x >= place(last)) {
    out[last] = 1;
  } else {
    std::size_t n = 0;
    while (x > place(n + 1)) ++n;
    const auto share = static_cast<float>((x - place(n)) / (place(n + 1) - place(n)));
    out[n] = 1 - share;
    out[n + 1] = share;
  }
  return out;
}

// Whether what the model says of an item does not come from those who met it.
bool knows_new_items(const Model& model) { return model.name() == ItemVectors::kName; }

// Of few.
void sort_by_item(std::vector<ScoredItem>& items) {
  for (std::size_t n = 1; n < items.size(); ++n) {
    for (std::size_t m = n; m > 0 && items[m].item < items[m - 1].item; --m) std::swap(items[m], items[m - 1]);
  }
}

}  // namespace

BlendWeights::Hats BlendWeights::of_events(double count) { return hats(kEvents, count); }
BlendWeights::Hats BlendWeights::of_users(double count) { return hats(kUsers, count); }

float BlendWeights::score(std::span<const float> z, const Hats& events, const Hats& users) const {
  const std::size_t width = num_parts() + 1;
  float sum = 0;
  for (std::size_t n = 0; n < kRows; ++n) {
    const float share = n == 0 ? 1 : n <= kKnots ? events[n - 1] : users[n - 1 - kKnots];
    if (share == 0) continue;
    const float* row = numbers.data() + n * width;
    float of_row = row[z.size()];
    for (std::size_t p = 0; p < z.size(); ++p) of_row += row[p] * z[p];
    sum += share * of_row;
  }
  return sum;
}

void NearItems::lend(std::span<const float> item_counts, bool unscored_only, std::span<float> scores,
                     std::vector<float>& before) const {
  before.assign(scores.begin(), scores.end());
  const auto num_rows = std::min<std::size_t>(scores.size(), at(rows.num_rows()));
  for (std::size_t item = 0; item < num_rows; ++item) {
    const auto near = rows.row_columns(static_cast<std::int32_t>(item));
    if (near.empty() || (unscored_only && before[item] != 0)) continue;
    const auto weights = rows.row_values(static_cast<std::int32_t>(item));
    float lent = 0;
    for (std::size_t n = 0; n < near.size(); ++n) lent += weights[n] * before[at(near[n])];
    const float own = item_counts[item];
    scores[item] = (own * before[item] + prior * lent) / (own + prior);
  }
}

NearItems nearest_by_content(const TfIdf& content, std::span<const float> item_counts, std::int32_t first, float prior,
                             std::size_t count, ThreadPool* pool) {
  const std::size_t num_items = item_counts.size();
  std::vector<std::vector<ScoredItem>> found(num_items);
  const auto look = [&](std::int64_t from, std::int64_t to, int /*thread*/) {
    std::vector<float> scores(at(content.num_items()));
    for (std::int64_t n = from; n < to; ++n) {
      const auto item = static_cast<std::int32_t>(n);
      if (!(item_counts[at(n)] < 4 * prior) || item >= content.num_items()) continue;
      content.similar(item, scores);
      kernels::BestScores best(count);
      for (std::size_t other = 0; other < std::min(num_items, scores.size()); ++other) {
        const float users = item_counts[other];
        if (!(users > 0) || !(scores[other] > 0) || other == at(n)) continue;
        const float weight = scores[other] * scores[other] * users / (users + prior);
        if (!best.full() || weight > best.worst()) best.add({static_cast<std::int32_t>(other), weight});
      }
      found[at(n)] = best.take();
      sort_by_item(found[at(n)]);
    }
  };
  const auto total = static_cast<std::int64_t>(num_items);
  if (pool != nullptr) {
    pool->for_each_chunk(total - first, 64, [&](std::int64_t from, std::int64_t to, int thread) {
      look(first + from, first + to, thread);
    });
  } else {
    look(first, total, 0);
  }
  NearItems near;
  near.prior = prior;
  for (const std::vector<ScoredItem>& row : found) {
    double sum = 0;
    for (const ScoredItem& each : row) sum += each.score;
    for (const ScoredItem& each : row) {
      near.rows.columns.push_back(each.item);
      near.rows.values.push_back(static_cast<float>(each.score / sum));
    }
    near.rows.offsets.push_back(static_cast<std::int64_t>(near.rows.columns.size()));
  }
  return near;
}

class HybridProfile final : public Profile {
 public:
  HybridProfile(const Hybrid& model, std::vector<Hybrid::Voice> voices, std::vector<float> tilt, std::size_t num_events)
      : model_(model),
        voices_(std::move(voices)),
        tilt_(std::move(tilt)),
        num_events_(static_cast<double>(num_events)),
        events_(BlendWeights::of_events(num_events_)) {}

  void score_all(std::span<float> scores) const override {
    weigh_all(scores);
    if (model_.ranker_ != nullptr) {
      Features features(voices_.size());
      for (std::size_t item = 0; item < scores.size(); ++item) scores[item] += added(item, scores[item], features);
    }
    if (model_.unknown_.empty() || model_.unknown_.size() == scores.size()) return;
    for (const std::int32_t item : model_.unknown_) scores[at(item)] = std::numeric_limits<float>::max();
    const float lowest = *std::min_element(scores.begin(), scores.end());
    for (const std::int32_t item : model_.unknown_) scores[at(item)] = lowest;
  }

  bool top_k(std::span<const std::uint8_t> skip, std::size_t k, ThreadPool* pool,
             std::vector<ScoredItem>& best) const override {
    if (model_.ranker_ == nullptr) return Profile::top_k(skip, k, pool, best);
    std::vector<float> scores(skip.size());
    weigh_all(scores);
    std::vector<std::uint8_t> without_unknown(skip.begin(), skip.end());
    for (const std::int32_t item : model_.unknown_) without_unknown[at(item)] = is_unknown(item) ? 1 : skip[at(item)];
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

  void explain(std::int32_t item, std::vector<Contribution>& parts) const override {
    if (is_unknown(item)) {
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
      rest += static_cast<double>(added(at(item), weigh(item), features));
    }
    all.push_back({kNone, kModelItself, static_cast<float>(rest)});
    add_merged(std::move(all), parts);
  }

 private:
  bool is_unknown(std::int32_t item) const {
    const std::vector<std::int32_t>& unknown = model_.unknown_;
    return unknown.size() < model_.user_hats_.size() && std::binary_search(unknown.begin(), unknown.end(), item);
  }

  void weigh_all(std::span<float> scores) const {
    std::fill(scores.begin(), scores.end(), 0.0f);
    BlendWeights::Hats by_users{};
    for (std::size_t p = 0; p <= voices_.size(); ++p) {
      const float own = weights_of(p, by_users);
      if (p < voices_.size() && voices_[p].profile == nullptr) continue;
      for (std::size_t item = 0; item < scores.size(); ++item) {
        const BlendWeights::Hats& users = model_.user_hats_[item];
        const float weight = own + users[0] * by_users[0] + users[1] * by_users[1] + users[2] * by_users[2];
        scores[item] += p < voices_.size() ? weight * voices_[p].z[item] : weight;
      }
    }
  }

  // What weigh_all says of one item.
  float weigh(std::int32_t item) const {
    const BlendWeights::Hats& users = model_.user_hats_[at(item)];
    BlendWeights::Hats by_users{};
    float sum = 0;
    for (std::size_t p = 0; p <= voices_.size(); ++p) {
      const float own = weights_of(p, by_users);
      if (p < voices_.size() && voices_[p].profile == nullptr) continue;
      const float weight = own + users[0] * by_users[0] + users[1] * by_users[1] + users[2] * by_users[2];
      sum += p < voices_.size() ? weight * voices_[p].z[at(item)] : weight;
    }
    return sum;
  }

  // Room for what a ranker sees of one item.
  struct Features {
    explicit Features(std::size_t num_parts) : z(num_parts), x(LearnedRanker::num_features(num_parts)) {}
    std::vector<float> z;
    std::vector<float> x;
  };

  // What the ranker adds to the item's sum.
  float added(std::size_t item, float sum, Features& features) const {
    for (std::size_t p = 0; p < voices_.size(); ++p) {
      features.z[p] = voices_[p].profile == nullptr ? 0.0f : voices_[p].z[item];
    }
    ranker_features(features.z, sum, static_cast<double>(model_.item_counts()[item]), num_events_, features.x);
    return model_.ranker_->predict(features.x);
  }

  // Of part p for this person: what it weighs, without what the item's knots add.
  float weights_of(std::size_t p, BlendWeights::Hats& by_users) const {
    const BlendWeights& weights = model_.weights_;
    float own = weights.row(0)[p] + (p < tilt_.size() ? tilt_[p] : 0);
    for (std::size_t a = 0; a < events_.size(); ++a) own += events_[a] * weights.row(1 + a)[p];
    for (std::size_t b = 0; b < by_users.size(); ++b) by_users[b] = weights.row(1 + BlendWeights::kKnots + b)[p];
    return own;
  }

  void explain_voice(const Hybrid::Voice& voice, std::int32_t member, std::int32_t item, float factor,
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
    if (knows_new_items(*model_.scorer(member))) {
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

  const Hybrid& model_;
  std::vector<Hybrid::Voice> voices_;
  std::vector<float> tilt_;  // one a part, or empty
  double num_events_;
  BlendWeights::Hats events_;
};

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
}

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

void Hybrid::write(TensorFile& file) const {
  std::vector<std::int32_t> members;
  std::vector<float> half_lives;
  for (const Part& part : parts_) {
    members.push_back(part.member);
    half_lives.push_back(part.half_life);
  }
  const auto count = static_cast<std::int64_t>(parts_.size());
  file.add("parts.members", std::span<const std::int32_t>(members), {count});
  file.add("parts.half_lives", std::span<const float>(half_lives), {count});
  file.add("blend.weights", std::span<const float>(weights_.numbers),
           {static_cast<std::int64_t>(BlendWeights::kRows), count + 1});
  const float prior[] = {near_.prior};
  file.add("near.prior", std::span<const float>(prior), {1});
  write_sparse_rows(near_.rows, "near", file);
  if (ranker_ != nullptr) ranker_->write(file);
  for (std::size_t n = 0; n < members_.size(); ++n) {
    TensorFile member;
    member.set_factor_storage(file.factor_storage());
    write_model(*members_[n], member);
    file.add_part(member_prefix(n), std::move(member));
  }
}

Result<std::unique_ptr<Model>> Hybrid::read(const TensorFile& file, Held<float> item_counts, std::string config) {
  std::vector<std::int32_t> part_members;
  std::vector<float> half_lives;
  std::vector<float> prior;
  BlendWeights weights;
  if (Status s = file.get("parts.members", 1, part_members); !s.ok()) return s;
  if (Status s = file.get("parts.half_lives", 1, half_lives); !s.ok()) return s;
  if (Status s = file.get("blend.weights", 2, weights.numbers); !s.ok()) return s;
  if (Status s = file.get("near.prior", 1, prior); !s.ok()) return s;
  const auto num_items = static_cast<std::int32_t>(item_counts.size());
  Result<SparseRows> near = read_sparse_rows(file, "near", num_items, num_items);
  if (!near.ok()) return near.status();
  std::vector<float> numbers = weights.numbers;
  numbers.insert(numbers.end(), half_lives.begin(), half_lives.end());
  numbers.insert(numbers.end(), prior.begin(), prior.end());
  if (Status s = check_finite(numbers, "blend.weights"); !s.ok()) return s;
  const std::size_t count = part_members.size();
  bool fits = count <= kMostParts && half_lives.size() == count && prior.size() == 1 && prior[0] > 0 &&
              weights.numbers.size() == BlendWeights::kRows * (count + 1);
  std::int32_t num_members = 0;
  for (std::size_t p = 0; fits && p < count; ++p) {
    // Every part brings at most one member that no part before it had.
    fits = part_members[p] >= kContent && part_members[p] <= num_members && half_lives[p] >= 0;
    num_members = std::max(num_members, part_members[p] + 1);
  }
  if (!fits) {
    return Status(ErrorCode::kCorruptModelFile,
                  "the parts of the hybrid do not fit together, or are more than " + std::to_string(kMostParts));
  }
  std::vector<Part> parts;
  parts.reserve(count);
  for (std::size_t p = 0; p < count; ++p) parts.push_back({part_members[p], half_lives[p]});
  std::vector<std::unique_ptr<Model>> members;
  for (std::int32_t n = 0; n < num_members; ++n) {
    Result<std::unique_ptr<Model>> member = read_member(file, member_prefix(at(n)), item_counts.values);
    if (!member.ok()) return member.status();
    members.push_back(std::move(member.value()));
  }
  std::shared_ptr<const LearnedRanker> ranker;
  const std::size_t num_features = LearnedRanker::num_features(count);
  if (file.find("trees.leaves") != nullptr) {
    Result<BoostedTrees> trees = BoostedTrees::read(file, num_features);
    if (!trees.ok()) return trees.status();
    ranker = std::make_unique<LearnedRanker>(std::move(trees.value()));
  } else if (file.find("perceptron.output") != nullptr) {
    Result<Perceptron> perceptron = Perceptron::read(file, num_features);
    if (!perceptron.ok()) return perceptron.status();
    ranker = std::make_unique<LearnedRanker>(std::move(perceptron.value()));
  }
  return std::unique_ptr<Model>(std::make_unique<Hybrid>(std::move(members), std::move(parts), std::move(weights),
                                                         NearItems{prior[0], std::move(near.value())},
                                                         std::move(ranker), std::move(item_counts), std::move(config)));
}

}  // namespace inkling
