#include <algorithm>
#include <cmath>

#include "inkling/decimal.h"
#include "inkling/gru.h"
#include "inkling/hold_out.h"
#include "inkling/hybrid.h"
#include "inkling/item_vectors.h"
#include "inkling/popularity.h"
#include "inkling/random.h"
#include "inkling/sasrec.h"
#include "ranking/blend_fit.h"
#include "ranking/rank_cases.h"
#include "ranking/ranker_fit.h"

namespace inkling {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

using Kind = SettingSpec::Kind;
constexpr SettingSpec kSettings[] = {
    {"num_factors", Kind::kInteger, "128", "1", "1024", "length of the latent vectors of the member ials"},
    {"half_life_days", Kind::kNumber, "30", "1", "36500",
     "after how many days an interaction counts half for what is sought now; without timestamps that part is left out"},
    {"content_prior", Kind::kNumber, "5", "0.1", "1000",
     "how many people the items nearest by content count for, where few have met an item"},
    {"ranker", Kind::kChoice, "trees", "linear,trees,perceptron", "",
     "what makes a score of the parts' scores: a weighted sum, or that and what trees or a perceptron add"},
    {"sequence", Kind::kChoice, "none", "none,sasrec,gru", "",
     "a part that reads the history in its order, with that model's own defaults; takes most of the time"},
};

struct MemberSpec {
  const char* model;
  const char* settings;  // "name=value" lines
  bool ordered;          // whether a history that fades makes a difference
  bool needs_times;
};
constexpr MemberSpec kMembers[] = {
    {"popularity", "", false, false},   {"popularity", "half_life_days", false, true},
    {"item_graph", "", true, false},    {"ials", "", true, false},
    {"sparse_linear", "", true, false}, {"item_neighbors", "", true, false},
    {"item_vectors", "", true, false},  {"sasrec", "", false, false},
    {"gru", "", false, false},
};
constexpr float kHalfLives[] = {0, 2, 8, 32};
constexpr float kContentHalfLives[] = {0, 8};
constexpr float kLeastShare = 0.02f;
constexpr std::size_t kNearCount = 16;
constexpr std::size_t kMostPeople = 3000;
constexpr std::size_t kMostNewCases = 1500;
constexpr int kMostEventsOfNewcomer = 40;
constexpr float kHiddenShare = 0.1f;  // of the items

// Whether a part was asked for that reads the history in its order: then the rows of a log tell it.
bool reads_order(const Settings& settings) { return settings.choice("sequence") > 0; }

// Without the rows of what is hidden.
Result<Interactions> without(const Interactions& interactions, const std::vector<bool>& hidden) {
  const Result<InteractionLog> log = log_of(interactions);
  if (!log.ok()) return log.status();
  std::vector<std::int32_t> rows;
  for (std::size_t row = 0; row < log.value().items().size(); ++row) {
    if (!hidden[at(log.value().items()[row])]) rows.push_back(static_cast<std::int32_t>(row));
  }
  return Interactions::build(log.value(), rows, interactions.num_users(), interactions.num_items());
}

// Phases: the members on what is left when each user's last item and some items as a whole are hidden; the weights; the
// members that got one on everything.
class HybridTrainer final : public Trainer {
 public:
  HybridTrainer(Settings settings, const TrainingData& data, HeldOut held_out, std::uint64_t seed, ThreadPool& pool)
      : settings_(std::move(settings)),
        data_(data),
        interactions_(*data.interactions),
        held_out_(std::move(held_out)),
        seed_(seed),
        pool_(pool),
        members_(std::size(kMembers)) {
    if (data.terms != nullptr && data.terms->num_terms() > 0) {
      std::vector<float> counts(at(data.terms->num_items()), 0.0f);
      content_ = std::make_unique<TfIdf>(*data.terms, std::move(counts), "{}");
    }
  }

  std::int64_t total_work() const override { return kUnits * (2 * static_cast<std::int64_t>(std::size(kMembers)) + 1); }
  std::int64_t done_work() const override {
    std::int64_t part = 0;
    if (running_ != nullptr) part = kUnits * running_->done_work() / (running_->total_work() + 1);
    if (cases_ != nullptr) {
      const auto size = static_cast<std::int64_t>(cases_->size());
      std::int64_t steps = refitting_ ? BlendFit::kSteps : 0;
      if (fit_ != nullptr) steps += fit_->done_work();
      if (ranker_fit_ != nullptr) steps += std::min(ranker_fit_->done_work(), RankerFit::kMostSteps);
      constexpr std::int64_t kMostSteps = 2 * BlendFit::kSteps + RankerFit::kMostSteps;
      part = kUnits * (asked_ + size * steps / kMostSteps) / (2 * size + 1);
    }
    return kUnits * phase_ + part;
  }

  Status step(std::int64_t work) override {
    const auto num_members = static_cast<std::int64_t>(std::size(kMembers));
    if (phase_ == num_members) return learn(std::max<std::int64_t>(work, 1));
    const std::size_t member = at(phase_ % (num_members + 1));
    const bool last_time = phase_ > num_members;
    if (running_ == nullptr) return start(member, last_time);
    const std::int64_t share = running_->total_work() * std::max<std::int64_t>(work, 1) / kUnits;
    Status status = running_->step(std::max<std::int64_t>(share, 1));
    // Vectors that are all the same tell nothing: does without them.
    const bool useless = status.code() == ErrorCode::kInvalidCatalog;
    if (!status.ok() && !useless) return status;
    if (!useless && !running_->done()) return {};
    if (!useless) members_[member] = running_->finish();
    running_ = nullptr;
    ++phase_;
    return {};
  }

 protected:
  std::unique_ptr<Model> trained_model() override {
    std::unique_ptr<Hybrid> model = hybrid_of(count_users(interactions_), weights_, std::move(ranker_));
    if (content_ != nullptr) model->attach(std::move(content_));
    return model;
  }

 private:
  static constexpr std::int64_t kUnits = 10000;

  // Of what is hidden nothing must be known: only now, so that it costs nothing where the run is dropped at once.
  Status hide() {
    std::vector<bool> hidden(at(interactions_.num_items()), false);
    Random random(seed_ + 1);
    const auto described = [&](std::size_t item) {
      return (data_.vectors.width > 0 && data_.vectors.has(item)) ||
             (content_ != nullptr && content_->terms().by_item().row_length(static_cast<std::int32_t>(item)) > 0);
    };
    if (content_ != nullptr || data_.vectors.width > 0) {
      for (std::size_t item = 0; item < hidden.size(); ++item) {
        hidden[item] = random.uniform() < kHiddenShare && described(item);
      }
    }
    Result<Interactions> rest = without(held_out_.rest, hidden);
    if (!rest.ok()) return rest.status();
    rest_ = std::make_unique<Interactions>(std::move(rest.value()));
    hidden_ = std::move(hidden);
    return {};
  }

  Status start(std::size_t member, bool last_time) {
    if (rest_ == nullptr) {
      if (Status s = hide(); !s.ok()) return s;
    }
    const MemberSpec& spec = kMembers[member];
    const auto named = [&](const Hybrid::Part& part) { return part.member == static_cast<std::int32_t>(member); };
    if ((last_time && std::none_of(parts_.begin(), parts_.end(), named)) ||
        (spec.needs_times && !interactions_.has_timestamps()) || !is_wanted(spec.model) ||
        (spec.model == ItemVectors::kName && data_.vectors.width == 0)) {
      ++phase_;
      return {};
    }
    Settings::Given given;
    if (std::string_view(spec.settings) == "half_life_days") {
      given.emplace_back("half_life_days", decimal_text(settings_.number("half_life_days")));
    }
    if (std::string_view(spec.model) == "ials")
      given.emplace_back("num_factors", std::to_string(settings_.integer("num_factors")));
    const TrainingData data = {last_time ? &interactions_ : &*rest_, nullptr, data_.vectors};
    Result<std::unique_ptr<Trainer>> trainer = inkling::make_trainer(spec.model, given, data, seed_, pool_);
    if (trainer.ok()) {
      running_ = std::move(trainer.value());
    } else if (trainer.status().code() == ErrorCode::kTooLarge && !last_time && !is_sequential(spec.model)) {
      ++phase_;  // does without: nobody asked for it
    } else {
      return trainer.status();
    }
    return {};
  }

  static bool is_sequential(std::string_view model) { return model == Sasrec::kName || model == Gru::kName; }

  // Of the models that read the history in its order, the one that was asked for.
  bool is_wanted(std::string_view model) const {
    const int sequence = settings_.choice("sequence");
    if (model == Sasrec::kName) return sequence == 1;
    return model != Gru::kName || sequence == 2;
  }

  std::vector<RankCase> make_cases() {
    std::vector<RankCase> cases;
    Random random(seed_ + 2);
    const auto one_of = [&](const std::vector<std::int32_t>& items) {
      return items[at(static_cast<std::int64_t>(random.below(items.size())))];
    };
    const auto newcomer = [&](std::int64_t known) {
      const double most = static_cast<double>(std::min<std::int64_t>(known, kMostEventsOfNewcomer));
      return static_cast<std::int32_t>(std::exp(static_cast<double>(random.uniform()) * std::log(most + 1)));
    };
    std::vector<RankCase> of_new;
    std::int64_t hidden_entries = 0;
    for (const std::uint32_t n : random.permutation(at(held_out_.rest.num_users()))) {
      const auto user = static_cast<std::int32_t>(n);
      const std::int64_t known = rest_->by_user().row_length(user);
      std::vector<std::int32_t> last;
      std::vector<std::int32_t> hidden;
      for (const std::int32_t item : held_out_.held_out.by_user().row_columns(user)) {
        (hidden_[at(item)] ? hidden : last).push_back(item);
      }
      for (const std::int32_t item : held_out_.rest.by_user().row_columns(user)) {
        if (hidden_[at(item)]) hidden.push_back(item);
      }
      hidden_entries += static_cast<std::int64_t>(hidden.size());
      if (known == 0) continue;
      const auto all = static_cast<std::int32_t>(known);
      if (!last.empty() && cases.size() < 2 * kMostPeople) {
        cases.push_back({user, one_of(last), all, 1});
        cases.push_back({user, one_of(last), newcomer(known), 1});
      }
      if (!hidden.empty() && of_new.size() < kMostNewCases) {
        of_new.push_back({user, one_of(hidden), random.below(2) == 0 ? all : newcomer(known), 1});
      }
    }
    // As often as they were met.
    const double share =
        static_cast<double>(hidden_entries) / std::max<double>(1, static_cast<double>(interactions_.num_entries()));
    const double weight = share / std::max(1 - share, 1e-3) * static_cast<double>(cases.size()) /
                          std::max<double>(1, static_cast<double>(of_new.size()));
    for (RankCase& each : of_new) {
      each.weight = static_cast<float>(weight);
      cases.push_back(each);
    }
    return cases;
  }

  std::unique_ptr<Hybrid> hybrid_of(std::vector<float> counts, BlendWeights weights,
                                    std::unique_ptr<LearnedRanker> ranker) {
    NearItems near;
    near.prior = static_cast<float>(settings_.number("content_prior"));
    if (content_ != nullptr)
      near = nearest_by_content(*content_, counts, 0, near.prior, kNearCount, &pool_);
    else
      near.rows.offsets.assign(counts.size() + 1, 0);
    std::vector<std::unique_ptr<Model>> members;
    std::vector<std::int32_t> places(members_.size(), Hybrid::kContent);
    std::string config = settings_.to_json();
    config.pop_back();
    config += ",\"members\":[";
    for (std::size_t m = 0; m < members_.size(); ++m) {
      if (members_[m] == nullptr) continue;
      config += std::string(members.empty() ? "" : ",") + "{\"model\":\"" + std::string(members_[m]->name()) +
                "\",\"config\":" + members_[m]->config() + "}";
      places[m] = static_cast<std::int32_t>(members.size());
      members.push_back(std::move(members_[m]));
    }
    std::vector<Hybrid::Part> parts;
    for (Hybrid::Part part : parts_) {
      if (part.member != Hybrid::kContent) part.member = places[at(part.member)];
      parts.push_back(part);
    }
    return std::make_unique<Hybrid>(std::move(members), std::move(parts), std::move(weights), std::move(near),
                                    std::move(ranker), std::move(counts), config + "]}");
  }

  Status learn(std::int64_t work) {
    if (draft_ == nullptr) {
      const bool ordered = interactions_.has_timestamps() || reads_order(settings_);
      for (std::size_t m = 0; m < members_.size(); ++m) {
        if (members_[m] == nullptr) continue;
        for (const float half_life : kHalfLives) {
          if (half_life == 0 || (ordered && kMembers[m].ordered))
            parts_.push_back({static_cast<std::int32_t>(m), half_life});
        }
      }
      for (const float half_life : kContentHalfLives) {
        if (content_ != nullptr && (half_life == 0 || ordered)) parts_.push_back({Hybrid::kContent, half_life});
      }
      draft_ = hybrid_of(count_users(*rest_), {}, nullptr);
      if (content_ != nullptr) draft_->attach(content_.get(), draft_->num_items());
      cases_ = std::make_unique<RankCases>(*draft_, *rest_, interactions_, make_cases(), seed_ + 3);
      return {};
    }
    if (asked_ < static_cast<std::int64_t>(cases_->size())) {
      const std::int64_t begin = asked_;
      asked_ = std::min(static_cast<std::int64_t>(cases_->size()),
                        asked_ + std::max<std::int64_t>(1, work * static_cast<std::int64_t>(cases_->size()) / kUnits));
      return cases_->ask(at(begin), at(asked_), pool_);
    }
    if (fit_ == nullptr) {
      fit_ = std::make_unique<BlendFit>(*cases_, std::vector<bool>(parts_.size(), true), pool_);
      return {};
    }
    if (fit_->done_work() < BlendFit::kSteps) {
      fit_->step();
      if (fit_->done_work() < BlendFit::kSteps) return {};
      weights_ = fit_->weights();
      if (refitting_) return {};
      refitting_ = true;
      counting_ = parts_that_count();
      fit_ = std::make_unique<BlendFit>(*cases_, counting_, pool_);
      return {};
    }
    if (const int form = settings_.choice("ranker"); form > 0) {
      if (ranker_fit_ == nullptr) {
        cases_->keep(counting_);
        keep(counting_);
        counting_.assign(parts_.size(), true);
        using Form = RankerFit::Form;
        ranker_fit_ = std::make_unique<RankerFit>(*cases_, weights_, form == 1 ? Form::kTrees : Form::kPerceptron,
                                                  seed_ + 4, pool_);
        return {};
      }
      ranker_fit_->step();
      if (!ranker_fit_->done()) return {};
      ranker_ = ranker_fit_->ranker();
      ranker_fit_.reset();
    }
    keep(counting_);
    fit_.reset();
    cases_.reset();
    draft_.reset();
    rest_ = std::make_unique<Interactions>();
    held_out_ = {};
    for (auto& member : members_) member.reset();
    ++phase_;
    return {};
  }

  // The largest weight a part can have, beside the largest of all.
  std::vector<bool> parts_that_count() const {
    std::vector<float> largest(parts_.size(), 0.0f);
    for (std::size_t p = 0; p < parts_.size(); ++p) {
      for (std::size_t a = 0; a < BlendWeights::kKnots; ++a) {
        for (std::size_t b = 0; b < BlendWeights::kKnots; ++b) {
          const float weight =
              weights_.row(0)[p] + weights_.row(1 + a)[p] + weights_.row(1 + BlendWeights::kKnots + b)[p];
          largest[p] = std::max(largest[p], std::abs(weight));
        }
      }
    }
    const float least = kLeastShare * (parts_.empty() ? 0 : *std::max_element(largest.begin(), largest.end()));
    std::vector<bool> counting;
    counting.reserve(largest.size());
    for (const float weight : largest) counting.push_back(weight > least);
    return counting;
  }

  void keep(const std::vector<bool>& counting) {
    BlendWeights kept;
    std::vector<Hybrid::Part> parts;
    for (std::size_t p = 0; p < parts_.size(); ++p) {
      if (counting[p]) parts.push_back(parts_[p]);
    }
    for (std::size_t n = 0; n < BlendWeights::kRows; ++n) {
      const auto row = weights_.row(n);
      for (std::size_t p = 0; p < row.size(); ++p) {
        if (p == parts_.size() || counting[p]) kept.numbers.push_back(row[p]);
      }
    }
    parts_ = std::move(parts);
    weights_ = std::move(kept);
  }

  Settings settings_;
  TrainingData data_;
  const Interactions& interactions_;
  HeldOut held_out_;
  std::uint64_t seed_;
  ThreadPool& pool_;
  std::unique_ptr<TfIdf> content_;
  std::unique_ptr<Interactions> rest_;           // without what is held out and hidden
  std::vector<bool> hidden_;                     // one an item
  std::vector<std::unique_ptr<Model>> members_;  // null: too large, useless, not yet trained, or without weight
  std::vector<Hybrid::Part> parts_;
  BlendWeights weights_;
  std::unique_ptr<Trainer> running_;
  std::unique_ptr<Hybrid> draft_;
  std::unique_ptr<RankCases> cases_;
  std::unique_ptr<BlendFit> fit_;
  std::unique_ptr<RankerFit> ranker_fit_;
  std::unique_ptr<LearnedRanker> ranker_;
  bool refitting_ = false;
  std::vector<bool> counting_;  // one a part
  std::int64_t asked_ = 0;
  std::int64_t phase_ = 0;
};

}  // namespace

std::span<const SettingSpec> Hybrid::settings() { return kSettings; }

Result<std::unique_ptr<Trainer>> Hybrid::make_trainer(const Settings& settings, const TrainingData& data,
                                                      std::uint64_t seed, ThreadPool& pool) {
  if (data.terms != nullptr && data.terms->num_items() != data.interactions->num_items()) {
    return Status(ErrorCode::kInvalidCatalog,
                  "the texts are of " + std::to_string(data.terms->num_items()) + " items and the interactions of " +
                      std::to_string(data.interactions->num_items()) + "; both must be of the same");
  }
  if (data.vectors.width > 0) {
    if (Status s = ItemVectors::check(data); !s.ok()) return s;
  }
  Result<HeldOut> held_out = hold_out(*data.interactions, std::nullopt, seed, reads_order(settings));
  if (!held_out.ok()) return held_out.status();
  return std::unique_ptr<Trainer>(
      std::make_unique<HybridTrainer>(settings, data, std::move(held_out.value()), seed, pool));
}

}  // namespace inkling
