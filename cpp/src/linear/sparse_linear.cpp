#include "inkling/sparse_linear.h"

#include <algorithm>
#include <cmath>

#include "data/indices.h"
#include "inkling/popularity.h"
#include "inkling/sparse_item_model.h"
#include "kernels/top_k.h"
#include "linear/elastic_net.h"
#include "linear/item_gram.h"
#include "linear/target_weights.h"
#include "parallel/cache_lines.h"

namespace inkling {

namespace {

using Kind = SettingSpec::Kind;
constexpr SettingSpec kSparseLinearSettings[] = {
    {"num_neighbors", Kind::kInteger, "500", "1", "2000",
     "candidates of each item, those of largest cosine; all that get a weight "
     "are kept"},
    {"l1", Kind::kNumber, "0.02", "0", "1000", "penalty of weights, in mean users of an item: more makes them fewer"},
    {"l2", Kind::kNumber, "2", "0.001", "1000000", "penalty of squared weights, in mean users of an item"},
    {"nonnegative", Kind::kBoolean, "false", "0", "1", "allow no weights below 0"},
    {"iterations", Kind::kInteger, "20", "1", "1000", "passes over the candidates of an item, at most"},
    kHistoryHalfLife,
};

constexpr std::int64_t kMaxWeights = std::int64_t{1} << 26;
constexpr float kTolerance = 1e-3f;

// What one thread needs to find the weights of one target after another.
class alignas(kCacheLineBytes) TargetSolver final : public GramRows {
 public:
  // gram: XᵀX of all items (num_items, num_items), or empty where there are too
  // many.
  TargetSolver(const Interactions& interactions, const std::vector<float>& gram, std::size_t num_neighbors,
               const ElasticNetSettings& settings)
      : interactions_(interactions),
        gram_(gram),
        num_neighbors_(num_neighbors),
        net_(settings),
        counts_(at(interactions.num_items())),
        users_(gram.empty() ? at(interactions.num_users()) : 0) {}

  void solve(std::int32_t target, TargetWeights& out) {
    choose_candidates(target);
    if (gram_.empty()) gather_users();
    const auto weights = net_.solve(products_, diagonal_, *this);
    for (std::size_t c = 0; c < candidates_.size(); ++c) {
      if (weights[c] != 0) out.items.push_back(candidates_[c]);
    }
    std::sort(out.items.begin(), out.items.end());
    out.weights.reserve(out.items.size());
    for (std::size_t c = 0; c < candidates_.size(); ++c) counts_[at(candidates_[c])] = weights[c];
    for (const std::int32_t item : out.items) out.weights.push_back(counts_[at(item)]);
    for (const std::int32_t item : candidates_) counts_[at(item)] = 0;
  }

  void write_row(std::size_t variable, std::span<float> row) override {
    const std::int32_t item = candidates_[variable];
    if (!gram_.empty()) {
      const float* all = gram_.data() + at(item) * counts_.size();
      for (std::size_t c = 0; c < row.size(); ++c) row[c] = all[candidates_[c]];
      return;
    }
    std::fill(row.begin(), row.end(), 0.0f);
    for (const std::int32_t user : interactions_.by_item().row_columns(item)) {
      const UserPlaces& own = users_[at(user)];
      for (std::int32_t i = own.begin; i < own.end; ++i) row[at(places_[at(i)])] += 1;
    }
  }

 private:
  // The items of largest cosine to the target, best first.
  void choose_candidates(std::int32_t target) {
    met_.clear();
    if (!gram_.empty()) {
      const float* row = gram_.data() + at(target) * counts_.size();
      for (std::size_t item = 0; item < counts_.size(); ++item) {
        if (row[item] > 0) met_.push_back(static_cast<std::uint32_t>(item));
        counts_[item] = row[item];
      }
    } else {
      for (const std::int32_t user : interactions_.by_item().row_columns(target)) {
        for (const std::int32_t item : interactions_.by_user().row_columns(user)) {
          if (counts_[at(item)] == 0) met_.push_back(static_cast<std::uint32_t>(item));
          counts_[at(item)] += 1;
        }
      }
    }
    std::sort(met_.begin(), met_.end());  // so that ties go to the first items
    cosines_.clear();
    for (const std::uint32_t item : met_) {
      const auto users = static_cast<float>(interactions_.by_item().row_length(static_cast<std::int32_t>(item)));
      const bool is_target = item == static_cast<std::uint32_t>(target);
      cosines_.push_back(is_target ? -1.0f
                                   : counts_[item] / std::sqrt(users));  // the target's norm is the same for all
    }
    candidates_.clear();
    products_.clear();
    diagonal_.clear();
    for (const std::int32_t place : kernels::top_k({cosines_, {}, {}}, num_neighbors_)) {
      const auto item = static_cast<std::int32_t>(met_[at(place)]);
      if (item == target) continue;
      candidates_.push_back(item);
      products_.push_back(counts_[at(item)]);
      diagonal_.push_back(static_cast<float>(interactions_.by_item().row_length(item)));
    }
    for (const std::uint32_t item : met_) counts_[item] = 0;
  }

  // Each user's row, cut down to the candidates, in two passes over the users
  // of the candidates.
  void gather_users() {
    for (const std::int32_t user : involved_) users_[at(user)] = {};
    involved_.clear();
    for (const std::int32_t item : candidates_) {
      for (const std::int32_t user : interactions_.by_item().row_columns(item)) {
        if (users_[at(user)].end++ == 0) involved_.push_back(user);
      }
    }
    std::int32_t total = 0;
    for (const std::int32_t user : involved_) {
      const std::int32_t length = users_[at(user)].end;
      users_[at(user)] = {total, total};
      total += length;
    }
    places_.resize(at(total));
    for (std::size_t c = 0; c < candidates_.size(); ++c) {
      for (const std::int32_t user : interactions_.by_item().row_columns(candidates_[c])) {
        places_[at(users_[at(user)].end++)] = static_cast<std::int32_t>(c);
      }
    }
  }

  struct UserPlaces {
    std::int32_t begin = 0;
    std::int32_t end = 0;
  };

  const Interactions& interactions_;
  const std::vector<float>& gram_;
  std::size_t num_neighbors_;
  ElasticNet net_;
  std::vector<float> counts_;           // one an item, all zero between targets
  std::vector<UserPlaces> users_;       // which part of places_ each user has; empty when gram_ is not
  std::vector<std::int32_t> involved_;  // the users of any candidate
  std::vector<std::int32_t> places_;    // of candidates, user by user
  std::vector<std::uint32_t> met_;      // those who have users in common with the target, itself too
  std::vector<float> cosines_;          // one each of met_
  std::vector<std::int32_t> candidates_;
  std::vector<float> products_;  // users in common with the target: one a candidate
  std::vector<float> diagonal_;  // users: one a candidate
};

// First XᵀX where it fits, then the targets.
class SparseLinearTrainer final : public Trainer {
 public:
  SparseLinearTrainer(const Settings& settings, const Interactions& interactions, ThreadPool& pool)
      : config_(settings.to_json()),
        interactions_(interactions),
        pool_(pool),
        num_items_(at(interactions.num_items())),
        targets_(num_items_) {
    const double scale = mean_users(interactions);
    const ElasticNetSettings net = {static_cast<float>(settings.number("l1") * scale),
                                    static_cast<float>(settings.number("l2") * scale), settings.boolean("nonnegative"),
                                    settings.integer("iterations"), kTolerance};
    const bool dense = item_matrix_fits(interactions.num_items());
    if (dense) gram_.resize(num_items_ * num_items_);
    const auto num_neighbors = std::min(at(settings.integer("num_neighbors")), num_items_);
    for (int thread = 0; thread < pool.num_threads(); ++thread) {
      solvers_.emplace_back(interactions, gram_, num_neighbors, net);
    }
    gram_costs_.reserve(num_items_);
    target_costs_.reserve(num_items_);
    for (std::int32_t item = 0; item < interactions.num_items(); ++item) {
      const std::int64_t additions = additions_of(interactions, item);
      gram_costs_.push_back(dense ? 1 + additions / kOperationsPerUnit : 0);
      target_costs_.push_back(1 + (additions + static_cast<std::int64_t>(4 * num_neighbors * num_neighbors)) /
                                      kOperationsPerUnit);
      total_ += gram_costs_.back() + target_costs_.back();
    }
    if (!dense) next_gram_row_ = num_items_;
  }

  std::int64_t total_work() const override { return total_; }
  std::int64_t done_work() const override { return done_; }

  Status step(std::int64_t work) override {
    const std::int64_t goal = std::min(done_ + std::max<std::int64_t>(work, 1), total_);
    while (done_ < goal) {
      const bool adding = next_gram_row_ < num_items_;
      const std::vector<std::int64_t>& costs = adding ? gram_costs_ : target_costs_;
      std::size_t& next = adding ? next_gram_row_ : next_target_;
      const std::size_t begin = next;
      while (next < num_items_ && done_ < goal) done_ += costs[next++];
      pool_.for_each_chunk(static_cast<std::int64_t>(next - begin), adding ? 4 : 1,
                           [&](std::int64_t from, std::int64_t to, int thread) {
                             for (std::size_t item = begin + at(from); item < begin + at(to); ++item) {
                               const auto index = static_cast<std::int32_t>(item);
                               if (adding) {
                                 add_users_in_common(interactions_, index, 0, gram_.data() + item * num_items_);
                               } else {
                                 solvers_[at(thread)].solve(index, targets_[item]);
                               }
                             }
                           });
    }
    return {};
  }

  std::unique_ptr<Model> trained_model() override {
    gram_ = {};
    solvers_.clear();
    return std::make_unique<SparseItemModel>(SparseLinear::kName, rows_by_source(std::move(targets_)),
                                             count_users(interactions_), config_);
  }

 private:
  static constexpr std::int64_t kOperationsPerUnit = 16384;

  std::string config_;
  const Interactions& interactions_;
  ThreadPool& pool_;
  std::size_t num_items_;
  std::vector<TargetWeights> targets_;
  std::vector<float> gram_;
  std::vector<TargetSolver> solvers_;  // one a thread
  std::vector<std::int64_t> gram_costs_;
  std::vector<std::int64_t> target_costs_;
  std::size_t next_gram_row_ = 0;
  std::size_t next_target_ = 0;
  std::int64_t total_ = 0;
  std::int64_t done_ = 0;
};

}  // namespace

std::span<const SettingSpec> SparseLinear::settings() { return kSparseLinearSettings; }

Result<std::unique_ptr<Trainer>> SparseLinear::make_trainer(const Settings& settings, const TrainingData& data,
                                                            std::uint64_t /*seed*/, ThreadPool& pool) {
  const std::int64_t num_items = data.interactions->num_items();
  const std::int64_t num_neighbors = settings.integer("num_neighbors");
  if (num_items * std::min(num_items, num_neighbors) > kMaxWeights) {
    return Status(ErrorCode::kTooLarge, "sparse_linear might need " + std::to_string(num_items) + " × " +
                                            std::to_string(num_neighbors) + " weights, more than its limit of " +
                                            std::to_string(kMaxWeights) +
                                            "; use fewer num_neighbors, or item_neighbors or ials");
  }
  return std::unique_ptr<Trainer>(std::make_unique<SparseLinearTrainer>(settings, *data.interactions, pool));
}

Result<std::unique_ptr<Model>> SparseLinear::read(const TensorFile& file, Held<float> item_counts, std::string config) {
  return SparseItemModel::read(kName, file, std::move(item_counts), std::move(config));
}

}  // namespace inkling
