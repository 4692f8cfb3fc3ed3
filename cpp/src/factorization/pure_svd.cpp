#include "inkling/pure_svd.h"

#include <algorithm>

#include "factorization/randomized_svd.h"
#include "inkling/popularity.h"
#include "inkling/spectral_item_model.h"

namespace inkling {

namespace {

using Kind = SettingSpec::Kind;
constexpr SettingSpec kPureSvdSettings[] = {
    {"num_factors", Kind::kInteger, "0", "0", "1024",
     "singular vectors kept; 0 = one for every 64 items, from 64 to 256, and at most one for every 4"},
    {"iterations", Kind::kInteger, "10", "1", "100", "passes over the interactions, for more exact singular vectors"},
    {"user_exponent", Kind::kNumber, "0.25", "0", "1", "a user of n items counts n^-exponent"},
    {"item_exponent", Kind::kNumber, "0.35", "0", "1", "an item of n users counts n^-exponent"},
    kHistoryHalfLife,
};

std::int64_t num_vectors(const Settings& settings, const Interactions& interactions) {
  const int wanted = settings.integer("num_factors");
  if (wanted > 0) return wanted;
  // With nearly as many vectors as items, the projection would be the identity.
  const std::int32_t most = std::max(interactions.num_items() / 4, 1);
  return std::min(std::clamp(interactions.num_items() / 64, 64, 256), most);
}

class PureSvdTrainer final : public Trainer {
 public:
  PureSvdTrainer(const Settings& settings, const Interactions& interactions, std::uint64_t seed, ThreadPool& pool)
      : settings_(settings),
        interactions_(interactions),
        svd_(interactions, scales_of_rows(interactions.by_user(), settings.number("user_exponent")),
             scales_of_rows(interactions.by_item(), settings.number("item_exponent")),
             static_cast<std::size_t>(num_vectors(settings, interactions)), settings.integer("iterations"), seed,
             pool) {}

  std::int64_t total_work() const override { return svd_.total_work(); }
  std::int64_t done_work() const override { return svd_.done_work(); }
  Status step(std::int64_t work) override { return svd_.step(work); }

  std::unique_ptr<Model> trained_model() override {
    SpectralItemModel::Parts parts;
    parts.item_factors =
        ItemFactors(svd_.take_item_vectors(), static_cast<std::size_t>(num_vectors(settings_, interactions_)));
    return std::make_unique<SpectralItemModel>(PureSvd::kName, std::move(parts), count_users(interactions_),
                                               settings_.to_json());
  }

 private:
  Settings settings_;
  const Interactions& interactions_;
  RandomizedSvd svd_;
};

}  // namespace

std::span<const SettingSpec> PureSvd::settings() { return kPureSvdSettings; }

Result<std::unique_ptr<Trainer>> PureSvd::make_trainer(const Settings& settings, const TrainingData& data,
                                                       std::uint64_t seed, ThreadPool& pool) {
  if (Status s = RandomizedSvd::check_size(kName, *data.interactions, num_vectors(settings, *data.interactions));
      !s.ok()) {
    return s;
  }
  return std::unique_ptr<Trainer>(std::make_unique<PureSvdTrainer>(settings, *data.interactions, seed, pool));
}

Result<std::unique_ptr<Model>> PureSvd::read(const TensorFile& file, Held<float> item_counts, std::string config) {
  return SpectralItemModel::read(kName, false, file, std::move(item_counts), std::move(config));
}

}  // namespace inkling
