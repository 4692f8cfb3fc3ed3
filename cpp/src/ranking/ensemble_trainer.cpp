#include <algorithm>
#include <optional>

#include "inkling/ensemble.h"
#include "inkling/hold_out.h"
#include "inkling/popularity.h"
#include "ranking/blend.h"
#include "ranking/model_registry.h"

namespace inkling {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

using Kind = SettingSpec::Kind;
constexpr SettingSpec kSettings[] = {
    {"num_factors", Kind::kInteger, "128", "1", "1024", "length of the latent vectors of the member ials"},
};

struct MemberSpec {
  const char* model;
  const char* settings;  // "name=value" lines
};
constexpr MemberSpec kMembers[] = {
    {"popularity", ""}, {"item_neighbors", ""}, {"item_graph", ""}, {"ials", ""}, {"ease", ""}, {"sparse_linear", ""},
};
constexpr float kHalfLives[] = {0, 2, 8, 32};
constexpr float kLeastWeight = 0.01f;

// Phases: the members on what is not held out; the weights; the members that got one on everything.
class EnsembleTrainer final : public Trainer {
 public:
  EnsembleTrainer(Settings settings, const Interactions& interactions, HeldOut held_out, std::uint64_t seed,
                  ThreadPool& pool)
      : settings_(std::move(settings)),
        interactions_(interactions),
        held_out_(std::move(held_out)),
        seed_(seed),
        pool_(pool),
        members_(std::size(kMembers)) {}

  // A phase of training a member counts kUnits, however long it takes.
  std::int64_t total_work() const override { return kUnits * (2 * static_cast<std::int64_t>(std::size(kMembers)) + 1); }
  std::int64_t done_work() const override {
    return kUnits * phase_ + (running_ != nullptr    ? kUnits * running_->done_work() / (running_->total_work() + 1)
                              : learner_.has_value() ? kUnits * learner_->done_work() / (learner_->total_work() + 1)
                                                     : 0);
  }

  Status step(std::int64_t work) override {
    const auto num_members = static_cast<std::int64_t>(std::size(kMembers));
    if (phase_ == num_members) return learn(work);
    const std::size_t member = at(phase_ % (num_members + 1));
    const bool last_time = phase_ > num_members;
    if (running_ == nullptr) return start(member, last_time);
    const std::int64_t share = running_->total_work() * std::max<std::int64_t>(work, 1) / kUnits;
    if (Status s = running_->step(std::max<std::int64_t>(share, 1)); !s.ok()) return s;
    if (!running_->done()) return {};
    members_[member] = running_->finish();
    running_ = nullptr;
    ++phase_;
    return {};
  }

 protected:
  std::unique_ptr<Model> trained_model() override {
    std::vector<std::unique_ptr<Model>> members;
    std::vector<std::int32_t> places(members_.size(), kNone);
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
    std::vector<Ensemble::Part> parts;
    for (Ensemble::Part part : parts_) {
      part.member = places[at(part.member)];
      parts.push_back(part);
    }
    return std::make_unique<Ensemble>(std::move(members), std::move(parts), count_users(interactions_), config + "]}");
  }

 private:
  static constexpr std::int64_t kUnits = 10000;

  Status start(std::size_t member, bool last_time) {
    const auto named = [&](const Ensemble::Part& part) { return at(part.member) == member; };
    if (last_time && std::none_of(parts_.begin(), parts_.end(), named)) {
      ++phase_;
      return {};
    }
    Result<Settings::Given> given = parse_settings(kMembers[member].settings);
    if (!given.ok()) return given.status();
    if (std::string_view(kMembers[member].model) == "ials") {
      given.value().emplace_back("num_factors", std::to_string(settings_.integer("num_factors")));
    }
    const TrainingData data = {last_time ? &interactions_ : &held_out_.rest, nullptr};
    Result<std::unique_ptr<Trainer>> trainer =
        inkling::make_trainer(kMembers[member].model, given.value(), data, seed_, pool_);
    if (trainer.ok()) {
      running_ = std::move(trainer.value());
    } else if (trainer.status().code() == ErrorCode::kTooLarge && !last_time) {
      ++phase_;  // does without
    } else {
      return trainer.status();
    }
    return {};
  }

  Status learn(std::int64_t work) {
    if (!learner_.has_value()) {
      std::vector<const Model*> members;
      members.reserve(members_.size());
      for (const auto& member : members_) members.push_back(member.get());
      for (std::size_t m = 0; m < members_.size(); ++m) {
        if (members_[m] == nullptr) continue;
        const bool ordered = interactions_.has_timestamps() && members_[m]->name() != Popularity::kName;
        for (const float half_life : kHalfLives) {
          if (half_life == 0 || ordered) parts_.push_back({static_cast<std::int32_t>(m), half_life, 0});
        }
      }
      learner_.emplace(std::move(members), parts_, held_out_.rest, held_out_.held_out, seed_, pool_);
    }
    if (Status s = learner_->step(work * learner_->total_work() / kUnits + 1); !s.ok()) return s;
    if (learner_->done_work() < learner_->total_work()) return {};
    const std::vector<float> weights = learner_->weights();
    std::vector<Ensemble::Part> kept;
    for (std::size_t p = 0; p < parts_.size(); ++p) {
      parts_[p].weight = weights[p];
      if (weights[p] >= kLeastWeight) kept.push_back(parts_[p]);
    }
    parts_ = std::move(kept);
    learner_.reset();
    held_out_ = {};
    for (auto& member : members_) member.reset();
    ++phase_;
    return {};
  }

  Settings settings_;
  const Interactions& interactions_;
  HeldOut held_out_;
  std::uint64_t seed_;
  ThreadPool& pool_;
  std::vector<std::unique_ptr<Model>> members_;  // null: too large, not yet trained, or without weight
  std::vector<Ensemble::Part> parts_;
  std::unique_ptr<Trainer> running_;
  std::optional<BlendLearner> learner_;
  std::int64_t phase_ = 0;
};

}  // namespace

std::span<const SettingSpec> Ensemble::settings() { return kSettings; }

Result<std::unique_ptr<Trainer>> Ensemble::make_trainer(const Settings& settings, const TrainingData& data,
                                                        std::uint64_t seed, ThreadPool& pool) {
  Result<HeldOut> held_out = hold_out(*data.interactions, std::nullopt, seed);
  if (!held_out.ok()) return held_out.status();
  return std::unique_ptr<Trainer>(
      std::make_unique<EnsembleTrainer>(settings, *data.interactions, std::move(held_out.value()), seed, pool));
}

}  // namespace inkling
