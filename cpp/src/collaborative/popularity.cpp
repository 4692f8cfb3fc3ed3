#include "inkling/popularity.h"

#include <algorithm>
#include <cmath>

#include "data/sparse_tensors.h"

namespace inkling {

namespace {

constexpr SettingSpec kPopularitySettings[] = {
    {"half_life_days", SettingSpec::Kind::kNumber, "0", "0", "1000000",
     "after how many days an interaction counts half; 0 = age does not count"},
};

constexpr const char* kScores = "scores";
constexpr double kLargestSeconds = 1e11;  // the year 5138; as milliseconds, 1973
constexpr double kSecondsPerDay = 86400;

class PopularityProfile final : public Profile {
 public:
  explicit PopularityProfile(std::span<const float> scores) : scores_(scores) {}
  void score_all(std::span<float> scores) const override { std::copy(scores_.begin(), scores_.end(), scores.begin()); }
  void explain(std::int32_t item, std::vector<Contribution>& parts) const override {
    parts.push_back({kNone, kNone, scores_[static_cast<std::size_t>(item)]});
  }

 private:
  std::span<const float> scores_;
};

// A unit of work is 1,024 users. Without a half-life there is nothing to do but to count.
class PopularityTrainer final : public Trainer {
 public:
  PopularityTrainer(const Settings& settings, const Interactions& interactions)
      : config_(settings.to_json()), interactions_(interactions), half_life_days_(settings.number("half_life_days")) {
    if (half_life_days_ == 0) return;
    total_work_ = interactions.num_users() / kUsersPerUnit + 1;
    decayed_.resize(static_cast<std::size_t>(interactions.num_items()));
    newest_ = interactions.newest_timestamp();
    half_life_ = half_life_days_ * kSecondsPerDay * (newest_ > kLargestSeconds ? 1000 : 1);
  }
  std::int64_t total_work() const override { return total_work_; }
  std::int64_t done_work() const override { return done_; }
  Status step(std::int64_t work) override {
    const std::int64_t end = done_ + std::min(std::max<std::int64_t>(work, 1), total_work_ - done_);
    const std::int64_t last_user = std::min<std::int64_t>(end * kUsersPerUnit, interactions_.num_users());
    for (std::int64_t user = done_ * kUsersPerUnit; half_life_days_ > 0 && user < last_user; ++user) {
      add_decayed(static_cast<std::int32_t>(user));
    }
    done_ = end;
    return {};
  }
  std::unique_ptr<Model> trained_model() override {
    return std::make_unique<Popularity>(std::vector<float>(decayed_.begin(), decayed_.end()),
                                        count_users(interactions_), config_);
  }

 private:
  static constexpr std::int64_t kUsersPerUnit = 1024;

  void add_decayed(std::int32_t user) {
    const auto items = interactions_.by_user().row_columns(user);
    const auto times = interactions_.user_timestamps(user);
    for (std::size_t n = 0; n < items.size(); ++n) {
      decayed_[static_cast<std::size_t>(items[n])] += std::exp2((times[n] - newest_) / half_life_);
    }
  }

  std::string config_;
  const Interactions& interactions_;
  double half_life_days_;
  double half_life_ = 0;  // in the unit of the timestamps
  double newest_ = 0;
  std::vector<double> decayed_;  // (num_items), or empty
  std::int64_t total_work_ = 1;
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

std::span<const SettingSpec> Popularity::settings() { return kPopularitySettings; }

Result<std::unique_ptr<Trainer>> Popularity::make_trainer(const Settings& settings, const TrainingData& data,
                                                          std::uint64_t /*seed*/, ThreadPool& /*pool*/) {
  if (settings.number("half_life_days") > 0 && !data.interactions->has_timestamps()) {
    return Status(ErrorCode::kInvalidArgument,
                  "half_life_days needs a timestamp in every row, and the data has none; leave it out, or give times");
  }
  return std::unique_ptr<Trainer>(std::make_unique<PopularityTrainer>(settings, *data.interactions));
}

Result<std::unique_ptr<Model>> Popularity::read(const TensorFile& file, Held<float> item_counts, std::string config) {
  std::vector<float> scores;
  const auto tensors = file.tensors();
  if (std::any_of(tensors.begin(), tensors.end(), [](const auto& tensor) { return tensor.first == kScores; })) {
    if (Status s = file.get(kScores, 1, scores); !s.ok()) return s;
    if (Status s = check_finite(scores, kScores); !s.ok()) return s;
    if (scores.size() != item_counts.size()) {
      return Status(ErrorCode::kCorruptModelFile, "tensor \"scores\" has " + std::to_string(scores.size()) +
                                                      " numbers; expected one for each of " +
                                                      std::to_string(item_counts.size()) + " items");
    }
  }
  return std::unique_ptr<Model>(
      std::make_unique<Popularity>(std::move(scores), std::move(item_counts), std::move(config)));
}

Popularity::Popularity(std::vector<float> scores, Held<float> item_counts, std::string config)
    : Model(std::move(item_counts), std::move(config)), scores_(std::move(scores)) {}

Result<std::unique_ptr<Profile>> Popularity::profile_of(History /*history*/) const {
  return std::unique_ptr<Profile>(std::make_unique<PopularityProfile>(scores()));
}

void Popularity::similar(std::int32_t /*item*/, std::span<float> scores) const {
  std::fill(scores.begin(), scores.end(), 0.0f);
}

void Popularity::write(TensorFile& file) const {
  if (!scores_.empty()) file.add(kScores, scores_, {num_items()});
}

}  // namespace inkling
