#include "inkling/item_neighbors.h"

#include <algorithm>
#include <cmath>

#include "inkling/popularity.h"
#include "inkling/sparse_item_model.h"

namespace inkling {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

using Kind = SettingSpec::Kind;
constexpr SettingSpec kSettings[] = {
    {"num_neighbors", Kind::kInteger, "50", "1", "10000", "neighbours kept of each item"},
    {"shrinkage", Kind::kNumber, "10", "0", "100000",
     "added to the norms' product: how many common users it takes to be believed"},
    {"normalize_users", Kind::kBoolean, "true", "0", "1",
     "give a user of n items the weight 1/sqrt(n), so that nobody counts for much more than others"},
    kHistoryHalfLife,
};

// The weight of each user's interactions.
std::vector<float> user_weights(const Interactions& interactions, bool normalize_users) {
  std::vector<float> weights(at(interactions.num_users()), 1.0f);
  if (!normalize_users) return weights;
  for (std::int32_t user = 0; user < interactions.num_users(); ++user) {
    const auto length = static_cast<float>(interactions.by_user().row_length(user));
    if (length > 0) weights[at(user)] = 1.0f / std::sqrt(length);
  }
  return weights;
}

std::vector<float> item_norms(const Interactions& interactions, const std::vector<float>& weights) {
  std::vector<float> norms(at(interactions.num_items()));
  for (std::int32_t item = 0; item < interactions.num_items(); ++item) {
    float total = 0;
    for (const std::int32_t user : interactions.by_item().row_columns(item)) {
      total += weights[at(user)] * weights[at(user)];
    }
    norms[at(item)] = std::sqrt(total);
  }
  return norms;
}

struct Neighbor {
  std::int32_t item;
  float similarity;
};

bool more_similar(const Neighbor& a, const Neighbor& b) {
  return a.similarity != b.similarity ? a.similarity > b.similarity : a.item < b.item;
}

class ItemNeighborsTrainer final : public Trainer {
 public:
  ItemNeighborsTrainer(const Settings& settings, const Interactions& interactions, ThreadPool& pool)
      : config_(settings.to_json()),
        num_neighbors_(static_cast<std::size_t>(settings.integer("num_neighbors"))),
        interactions_(interactions),
        pool_(pool),
        weights_(user_weights(interactions, settings.boolean("normalize_users"))),
        norms_(item_norms(interactions, weights_)),
        neighbors_(at(interactions.num_items())) {
    // Weights of 1/sqrt(n) make all sums smaller: the shrinkage counts users of average weight. Those who met nothing
    // have none.
    double square_sum = 0;
    double active_users = 0;
    for (std::int32_t user = 0; user < interactions.num_users(); ++user) {
      if (interactions.by_user().row_length(user) == 0) continue;
      square_sum += static_cast<double>(weights_[at(user)]) * weights_[at(user)];
      active_users += 1;
    }
    const double mean_square = active_users > 0 ? square_sum / active_users : 1;
    shrinkage_ = static_cast<float>(settings.number("shrinkage") * mean_square);
    costs_.reserve(neighbors_.size());
    for (std::int32_t item = 0; item < interactions.num_items(); ++item) {
      std::int64_t cost = 1;
      for (const std::int32_t user : interactions.by_item().row_columns(item)) {
        cost += interactions.by_user().row_length(user);
      }
      costs_.push_back(cost);
      total_ += cost;
    }
    for (int thread = 0; thread < pool.num_threads(); ++thread) sums_.emplace_back(neighbors_.size(), 0.0f);
    touched_.resize(static_cast<std::size_t>(pool.num_threads()));
  }

  std::int64_t total_work() const override { return total_; }
  std::int64_t done_work() const override { return done_; }

  Status step(std::int64_t work) override {
    const std::size_t begin = next_item_;
    std::int64_t planned = 0;
    const std::int64_t wanted = std::max<std::int64_t>(work, 1);
    while (next_item_ < costs_.size() && planned < wanted) planned += costs_[next_item_++];
    pool_.for_each_chunk(static_cast<std::int64_t>(next_item_ - begin), 4,
                         [&](std::int64_t from, std::int64_t to, int thread) {
                           for (std::int64_t i = from; i < to; ++i) {
                             find_neighbors(static_cast<std::int32_t>(begin + at(i)), at(thread));
                           }
                         });
    done_ += planned;
    return {};
  }

  std::unique_ptr<Model> trained_model() override {
    SparseRows by_target;
    for (std::vector<Neighbor>& row : neighbors_) {
      std::sort(row.begin(), row.end(), [](const Neighbor& a, const Neighbor& b) { return a.item < b.item; });
      for (const Neighbor& neighbor : row) {
        by_target.columns.push_back(neighbor.item);
        by_target.values.push_back(neighbor.similarity);
      }
      by_target.offsets.push_back(static_cast<std::int64_t>(by_target.columns.size()));
      row = {};
    }
    return std::make_unique<SparseItemModel>(ItemNeighbors::kName, by_target.transposed(interactions_.num_items()),
                                             count_users(interactions_), config_);
  }

 private:
  void find_neighbors(std::int32_t target, std::size_t thread) {
    std::vector<float>& sums = sums_[thread];
    std::vector<std::int32_t>& touched = touched_[thread];
    touched.clear();
    for (const std::int32_t user : interactions_.by_item().row_columns(target)) {
      const float product = weights_[at(user)] * weights_[at(user)];
      for (const std::int32_t item : interactions_.by_user().row_columns(user)) {
        if (sums[at(item)] == 0) touched.push_back(item);
        sums[at(item)] += product;
      }
    }
    std::vector<Neighbor>& kept = neighbors_[at(target)];
    std::vector<Neighbor> all;
    all.reserve(touched.size());
    for (const std::int32_t item : touched) {
      if (item != target) {
        all.push_back({item, sums[at(item)] / (norms_[at(target)] * norms_[at(item)] + shrinkage_)});
      }
      sums[at(item)] = 0;
    }
    const std::size_t count = std::min(num_neighbors_, all.size());
    std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end(), more_similar);
    kept.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count));
  }

  std::string config_;
  std::size_t num_neighbors_;
  float shrinkage_ = 0;
  const Interactions& interactions_;
  ThreadPool& pool_;
  std::vector<float> weights_;  // one a user
  std::vector<float> norms_;    // one an item
  std::vector<std::vector<Neighbor>> neighbors_;
  std::vector<std::int64_t> costs_;
  std::vector<std::vector<float>> sums_;            // one a thread, all zero between items
  std::vector<std::vector<std::int32_t>> touched_;  // one a thread
  std::int64_t total_ = 0;
  std::int64_t done_ = 0;
  std::size_t next_item_ = 0;
};

}  // namespace

std::span<const SettingSpec> ItemNeighbors::settings() { return kSettings; }

Result<std::unique_ptr<Trainer>> ItemNeighbors::make_trainer(const Settings& settings, const TrainingData& data,
                                                             std::uint64_t /*seed*/, ThreadPool& pool) {
  return std::unique_ptr<Trainer>(std::make_unique<ItemNeighborsTrainer>(settings, *data.interactions, pool));
}

Result<std::unique_ptr<Model>> ItemNeighbors::read(const TensorFile& file, std::vector<float> item_counts,
                                                   std::string config) {
  return SparseItemModel::read(kName, file, std::move(item_counts), std::move(config));
}

std::vector<float> item_similarities_naive(const Interactions& interactions, float shrinkage, bool normalize_users) {
  const std::vector<float> weights = user_weights(interactions, normalize_users);
  const std::vector<float> norms = item_norms(interactions, weights);
  const std::size_t num_items = norms.size();
  std::vector<float> out(num_items * num_items, 0.0f);
  for (std::int32_t user = 0; user < interactions.num_users(); ++user) {
    for (const std::int32_t i : interactions.by_user().row_columns(user)) {
      for (const std::int32_t j : interactions.by_user().row_columns(user)) {
        out[at(i) * num_items + at(j)] += weights[at(user)] * weights[at(user)];
      }
    }
  }
  for (std::size_t i = 0; i < num_items; ++i) {
    for (std::size_t j = 0; j < num_items; ++j) {
      if (out[i * num_items + j] != 0) out[i * num_items + j] /= norms[i] * norms[j] + shrinkage;
    }
  }
  return out;
}

}  // namespace inkling
