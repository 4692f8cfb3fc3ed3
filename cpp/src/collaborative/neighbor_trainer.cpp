#include "collaborative/neighbor_trainer.h"

#include <algorithm>

#include "data/indices.h"
#include "inkling/popularity.h"
#include "inkling/sparse_item_model.h"
#include "parallel/cache_lines.h"

namespace inkling {

namespace {

constexpr std::int64_t kMaxNeighbors = std::int64_t{1} << 26;

class NeighborTrainer final : public Trainer {
 public:
  NeighborTrainer(std::string_view name, std::string config, std::size_t num_neighbors, ItemPairs pairs,
                  const Interactions& interactions, ThreadPool& pool, std::vector<std::int64_t> costs)
      : name_(name),
        config_(std::move(config)),
        num_neighbors_(num_neighbors),
        pairs_(std::move(pairs)),
        interactions_(interactions),
        pool_(pool),
        costs_(std::move(costs)),
        scratches_(at(pool.num_threads())) {
    for (Scratch& scratch : scratches_) scratch.sums.resize(costs_.size());
    for (const std::int64_t cost : costs_) total_ += cost;
  }

  std::int64_t total_work() const override { return total_; }
  std::int64_t done_work() const override { return done_; }

  Status step(std::int64_t work) override {
    const std::size_t begin = next_item_;
    const std::int64_t goal = done_ + std::max<std::int64_t>(work, 1);
    while (next_item_ < costs_.size() && done_ < goal) done_ += costs_[next_item_++];
    neighbors_.resize(next_item_ - begin);
    pool_.for_each_chunk(static_cast<std::int64_t>(next_item_ - begin), 4,
                         [&](std::int64_t from, std::int64_t to, int thread) {
                           for (std::int64_t n = from; n < to; ++n) {
                             neighbors_[at(n)] = neighbors_of(begin + at(n), scratches_[at(thread)]);
                           }
                         });
    for (const std::vector<Neighbor>& row : neighbors_) {
      for (const Neighbor& neighbor : row) {
        by_target_.columns.push_back(neighbor.index);
        by_target_.values.push_back(neighbor.similarity);
      }
      by_target_.offsets.push_back(static_cast<std::int64_t>(by_target_.columns.size()));
    }
    return {};
  }

  std::unique_ptr<Model> trained_model() override {
    SparseRows by_source = by_target_.transposed(interactions_.num_items());
    by_target_ = {};
    return std::make_unique<SparseItemModel>(name_, std::move(by_source), count_users(interactions_),
                                             std::move(config_));
  }

 private:
  // Of a thread: on cache lines of its own.
  struct alignas(kCacheLineBytes) Scratch {
    std::vector<float> sums;            // one an item, all zero between items
    std::vector<std::int32_t> touched;  // empty between items
    std::vector<Neighbor> found;
  };

  std::vector<Neighbor> neighbors_of(std::size_t target, Scratch& scratch) {
    auto& [sums, touched, found] = scratch;
    for (const std::int32_t user : interactions_.by_item().row_columns(static_cast<std::int32_t>(target))) {
      const float weight = pairs_.user_weights[at(user)];
      for (const std::int32_t item : interactions_.by_user().row_columns(user)) {
        if (sums[at(item)] == 0) touched.push_back(item);
        sums[at(item)] += weight;
      }
    }
    found.clear();
    const float target_weight = pairs_.item_weights[target];
    for (const std::int32_t item : touched) {
      if (at(item) != target) {
        const float sum = sums[at(item)] * (target_weight * pairs_.item_weights[at(item)]);
        found.push_back({item, pairs_.similarity(sum, pairs_.target_norms[target], pairs_.source_norms[at(item)])});
      }
      sums[at(item)] = 0;
    }
    touched.clear();
    keep_nearest(found, num_neighbors_);
    return {found.begin(), found.end()};
  }

  std::string_view name_;
  std::string config_;
  std::size_t num_neighbors_;
  ItemPairs pairs_;
  const Interactions& interactions_;
  ThreadPool& pool_;
  std::vector<std::int64_t> costs_;               // one an item
  std::vector<Scratch> scratches_;                // one a thread
  std::vector<std::vector<Neighbor>> neighbors_;  // of the items of a slice
  SparseRows by_target_;
  std::int64_t total_ = 0;
  std::int64_t done_ = 0;
  std::size_t next_item_ = 0;
};

}  // namespace

Result<std::unique_ptr<Trainer>> make_neighbor_trainer(std::string_view name, std::string config,
                                                       std::size_t num_neighbors, ItemPairs pairs,
                                                       const Interactions& interactions, ThreadPool& pool) {
  std::vector<std::int64_t> costs;
  costs.reserve(at(interactions.num_items()));
  std::int64_t most_neighbors = 0;
  const auto most_of_one = std::min<std::int64_t>(static_cast<std::int64_t>(num_neighbors), interactions.num_items());
  for (std::int32_t item = 0; item < interactions.num_items(); ++item) {
    std::int64_t cost = 1;
    for (const std::int32_t user : interactions.by_item().row_columns(item)) {
      cost += interactions.by_user().row_length(user);
    }
    costs.push_back(cost);
    most_neighbors += std::min(cost, most_of_one);
  }
  if (most_neighbors > kMaxNeighbors) {
    return Status(ErrorCode::kTooLarge, std::string(name) + " might keep " + std::to_string(most_neighbors) +
                                            " neighbours of all items together, more than " +
                                            std::to_string(kMaxNeighbors) + "; use fewer num_neighbors, or ials");
  }
  return std::unique_ptr<Trainer>(std::make_unique<NeighborTrainer>(
      name, std::move(config), num_neighbors, std::move(pairs), interactions, pool, std::move(costs)));
}

}  // namespace inkling
