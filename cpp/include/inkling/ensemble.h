#pragma once

#include <memory>
#include <string>
#include <vector>

#include "inkling/model.h"

namespace inkling {

// Several models at once: score(i) = sum over parts of weight_p * (s_p(i) - mean_p) / deviation_p, where s_p is the
// score of the part's member for a history that fades with the part's half-life, and mean and deviation are taken over
// all items, for this person. (Blending by stacked generalization: Wolpert 1992; Sill et al., "Feature-weighted linear
// stacking", 2009.) A part that scores all items alike says nothing and is left out.
//
// Training holds out each user's last item (a random tenth of all rows where there are no timestamps), trains the
// members on the rest, learns one weight a part, none below 0, by maximizing the likelihood of the held-out item among
// 100 unmet ones drawn at random, and trains the members that got a weight again on everything. Costs twice its
// members; a member whose limits the data exceed is left out. Reasons sum over parts; those without item or term hold
// the means.
class Ensemble final : public Model {
 public:
  struct Part {
    std::int32_t member = 0;
    float half_life = 0;  // of the history, in entries; 0 = the order does not count
    float weight = 0;
  };

  static constexpr std::string_view kName = "ensemble";
  static std::span<const SettingSpec> settings();
  static Result<std::unique_ptr<Trainer>> make_trainer(const Settings& settings, const TrainingData& data,
                                                       std::uint64_t seed, ThreadPool& pool);
  static Result<std::unique_ptr<Model>> read(const TensorFile& file, Held<float> item_counts, std::string config);

  // members: over the same items. parts: their members exist.
  Ensemble(std::vector<std::unique_ptr<Model>> members, std::vector<Part> parts, Held<float> item_counts,
           std::string config);

  std::string_view name() const override { return kName; }
  // What the member with the largest weight says.
  void similar(std::int32_t item, std::span<float> scores) const override;
  void write(TensorFile& file) const override;
  const ItemFactors* latent_factors() const override { return latent_factors_of(members_); }
  const std::vector<std::unique_ptr<Model>>& members() const { return members_; }
  const std::vector<Part>& parts() const { return parts_; }

 protected:
  Result<std::unique_ptr<Profile>> profile_of(History history) const override;

 private:
  std::vector<std::unique_ptr<Model>> members_;
  std::vector<Part> parts_;
};

}  // namespace inkling
