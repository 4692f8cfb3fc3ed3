#pragma once

#include <memory>

#include "inkling/model.h"

namespace inkling {

// Ranks by how many users met an item. Personal only in what is left out; the yardstick every other model must beat.
//
// half_life_days (default 0: every interaction counts 1): an interaction counts 2^(-age / half-life), its age taken
// from the newest timestamp of the data, so what is sought now comes before what was sought for long. Timestamps are
// seconds since 1970, or milliseconds where the newest is above 1e11. Errors: kInvalidArgument with a half-life but
// without timestamps. O(interactions). Settings: half_life_days. Tensor: scores, only with a half-life.
class Popularity final : public Model {
 public:
  static std::span<const SettingSpec> settings();
  static Result<std::unique_ptr<Trainer>> make_trainer(const Settings& settings, const TrainingData& data,
                                                       std::uint64_t seed, ThreadPool& pool);
  static Result<std::unique_ptr<Model>> read(const TensorFile& file, Held<float> item_counts, std::string config);

  // scores: (num_items), or empty: the counts are the scores.
  Popularity(std::vector<float> scores, Held<float> item_counts, std::string config);
  static constexpr std::string_view kName = "popularity";
  std::string_view name() const override { return kName; }
  Result<std::unique_ptr<Profile>> profile_of(History history) const override;
  void similar(std::int32_t item, std::span<float> scores) const override;
  void write(TensorFile& file) const override;

  std::span<const float> scores() const { return scores_.empty() ? item_counts() : scores_; }

 private:
  std::vector<float> scores_;  // (num_items), or empty
};

// Number of users of each item: (num_items).
std::vector<float> count_users(const Interactions& interactions);

}  // namespace inkling
