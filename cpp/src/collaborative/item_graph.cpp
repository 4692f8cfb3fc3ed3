#include "inkling/item_graph.h"

#include <cmath>

#include "collaborative/neighbor_trainer.h"
#include "inkling/sparse_item_model.h"

namespace inkling {

namespace {

using Kind = SettingSpec::Kind;
constexpr SettingSpec kItemGraphSettings[] = {
    {"num_neighbors", Kind::kInteger, "200", "1", "10000", "neighbours kept of each item"},
    {"alpha", Kind::kNumber, "0.7", "0", "2", "exponent of the probability of a step of the walk"},
    {"beta", Kind::kNumber, "0.6", "0", "2", "how much items that many users met are held back; 0 is P3alpha"},
    kHistoryHalfLife,
};

// length ^ -exponent, or 0 of nothing.
float power(std::int64_t length, double exponent) {
  return length > 0 ? static_cast<float>(std::pow(static_cast<double>(length), exponent)) : 0;
}

}  // namespace

std::span<const SettingSpec> ItemGraph::settings() { return kItemGraphSettings; }

Result<std::unique_ptr<Trainer>> ItemGraph::make_trainer(const Settings& settings, const TrainingData& data,
                                                         std::uint64_t /*seed*/, ThreadPool& pool) {
  const Interactions& interactions = *data.interactions;
  const double alpha = settings.number("alpha");
  const double beta = settings.number("beta");
  ItemPairs pairs;
  for (std::int32_t user = 0; user < interactions.num_users(); ++user) {
    pairs.user_weights.push_back(power(interactions.by_user().row_length(user), -alpha));
  }
  for (std::int32_t item = 0; item < interactions.num_items(); ++item) {
    const std::int64_t length = interactions.by_item().row_length(item);
    pairs.target_norms.push_back(power(length, beta));
    pairs.source_norms.push_back(power(length, alpha));
  }
  pairs.item_weights.assign(pairs.target_norms.size(), 1.0f);
  return make_neighbor_trainer(kName, settings.to_json(), static_cast<std::size_t>(settings.integer("num_neighbors")),
                               std::move(pairs), interactions, pool);
}

Result<std::unique_ptr<Model>> ItemGraph::read(const TensorFile& file, Held<float> item_counts, std::string config) {
  return SparseItemModel::read(kName, file, std::move(item_counts), std::move(config));
}

}  // namespace inkling
