#include "inkling/item_neighbors.h"

#include "collaborative/neighbor_trainer.h"
#include "collaborative/pair_similarity.h"
#include "inkling/sparse_item_model.h"

namespace inkling {

namespace {

using Kind = SettingSpec::Kind;
constexpr SettingSpec kItemNeighborsSettings[] = {
    {"num_neighbors", Kind::kInteger, "100", "1", "10000", "neighbours kept of each item"},
    {"similarity", Kind::kChoice, "asymmetric_cosine", kSimilarities, "", "how alike two items are"},
    {"weighting", Kind::kChoice, "none", kWeightings, "",
     "how much less users of many items count; bm25: and items of many users"},
    {"alpha", Kind::kNumber, "0.35", "0", "1",
     "asymmetric_cosine's exponent of the target's squared length, the other item's being 1 - alpha"},
    {"shrinkage", Kind::kNumber, "10", "0", "100000",
     "added below the fraction: how many common users it takes to be believed"},
    {"normalize_users", Kind::kBoolean, "true", "0", "1",
     "give a user of n items the weight 1/sqrt(n), so that nobody counts for much more than others"},
    kHistoryHalfLife,
};

}  // namespace

std::span<const SettingSpec> ItemNeighbors::settings() { return kItemNeighborsSettings; }

Result<std::unique_ptr<Trainer>> ItemNeighbors::make_trainer(const Settings& settings, const TrainingData& data,
                                                             std::uint64_t /*seed*/, ThreadPool& pool) {
  const Interactions& interactions = *data.interactions;
  EntryWeights weights =
      entry_weights(interactions.by_item(), interactions.by_user(),
                    static_cast<Weighting>(settings.choice("weighting")), settings.boolean("normalize_users"));
  ItemPairs pairs;
  pairs.similarity = {static_cast<Similarity>(settings.choice("similarity")),
                      static_cast<float>(settings.number("alpha")),
                      static_cast<float>(settings.number("shrinkage")) * weights.mean_square};
  for (float& weight : weights.columns) weight *= weight;
  for (std::int32_t item = 0; item < interactions.num_items(); ++item) {
    double length = 0;
    for (const std::int32_t user : interactions.by_item().row_columns(item)) {
      length += static_cast<double>(weights.columns[static_cast<std::size_t>(user)]);
    }
    const double weight = weights.rows[static_cast<std::size_t>(item)];
    length *= weight * weight;
    pairs.target_norms.push_back(pairs.similarity.target_norm(length));
    pairs.source_norms.push_back(pairs.similarity.source_norm(length));
  }
  pairs.user_weights = std::move(weights.columns);
  pairs.item_weights = std::move(weights.rows);
  return make_neighbor_trainer(kName, settings.to_json(), static_cast<std::size_t>(settings.integer("num_neighbors")),
                               std::move(pairs), interactions, pool);
}

Result<std::unique_ptr<Model>> ItemNeighbors::read(const TensorFile& file, Held<float> item_counts,
                                                   std::string config) {
  return SparseItemModel::read(kName, file, std::move(item_counts), std::move(config));
}

}  // namespace inkling
