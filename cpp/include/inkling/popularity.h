#pragma once

#include <memory>

#include "inkling/model.h"

namespace inkling {

// Ranks by how many users met an item. Personal only in what is left out; the yardstick every other model must beat.
class Popularity final : public Model {
 public:
  static std::span<const SettingSpec> settings();
  static Result<std::unique_ptr<Trainer>> make_trainer(const Settings& settings, const TrainingData& data,
                                                       std::uint64_t seed, ThreadPool& pool);
  static Result<std::unique_ptr<Model>> read(const TensorFile& file, std::vector<float> item_counts,
                                             std::string config);

  Popularity(std::vector<float> item_counts, std::string config);
  static constexpr std::string_view kName = "popularity";
  std::string_view name() const override { return kName; }
  Result<std::unique_ptr<Profile>> profile_of(History history) const override;
  void similar(std::int32_t item, std::span<float> scores) const override;
  void write(TensorFile& file) const override;
};

// Number of users of each item: (num_items).
std::vector<float> count_users(const Interactions& interactions);

}  // namespace inkling
