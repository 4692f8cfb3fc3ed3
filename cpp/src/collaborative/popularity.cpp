#include "inkling/popularity.h"

#include <algorithm>

namespace inkling {

namespace {

class PopularityProfile final : public Profile {
 public:
  explicit PopularityProfile(const Model& model) : model_(model) {}
  void score_all(std::span<float> scores) const override {
    std::copy(model_.item_counts().begin(), model_.item_counts().end(), scores.begin());
  }
  void explain(std::int32_t item, std::vector<Contribution>& parts) const override {
    parts.push_back({kNone, kNone, model_.item_counts()[static_cast<std::size_t>(item)]});
  }

 private:
  const Model& model_;
};

class PopularityTrainer final : public Trainer {
 public:
  PopularityTrainer(const Settings& settings, const Interactions& interactions)
      : config_(settings.to_json()), interactions_(interactions) {}
  std::int64_t total_work() const override { return 1; }
  std::int64_t done_work() const override { return done_; }
  Status step(std::int64_t /*work*/) override {
    done_ = 1;
    return {};
  }
  std::unique_ptr<Model> trained_model() override {
    return std::make_unique<Popularity>(count_users(interactions_), config_);
  }

 private:
  std::string config_;
  const Interactions& interactions_;
  std::int64_t done_ = 0;
};

}  // namespace

std::vector<float> count_users(const Interactions& interactions) {
  std::vector<float> counts(static_cast<std::size_t>(interactions.num_items()));
  for (std::int32_t item = 0; item < interactions.num_items(); ++item) {
    counts[static_cast<std::size_t>(item)] = static_cast<float>(interactions.by_item().row_length(item));
  }
  return counts;
}

std::span<const SettingSpec> Popularity::settings() { return {}; }

Result<std::unique_ptr<Trainer>> Popularity::make_trainer(const Settings& settings, const TrainingData& data,
                                                          std::uint64_t /*seed*/, ThreadPool& /*pool*/) {
  return std::unique_ptr<Trainer>(std::make_unique<PopularityTrainer>(settings, *data.interactions));
}

Result<std::unique_ptr<Model>> Popularity::read(const TensorFile& /*file*/, std::vector<float> item_counts,
                                                std::string config) {
  return std::unique_ptr<Model>(std::make_unique<Popularity>(std::move(item_counts), std::move(config)));
}

Popularity::Popularity(std::vector<float> item_counts, std::string config)
    : Model(std::move(item_counts), std::move(config)) {}

Result<std::unique_ptr<Profile>> Popularity::profile_of(History /*history*/) const {
  return std::unique_ptr<Profile>(std::make_unique<PopularityProfile>(*this));
}

void Popularity::similar(std::int32_t /*item*/, std::span<float> scores) const {
  std::fill(scores.begin(), scores.end(), 0.0f);
}

void Popularity::write(TensorFile& /*file*/) const {}

}  // namespace inkling
