#include "inkling/graph_filter.h"

#include <algorithm>
#include <string>

#include "data/indices.h"
#include "factorization/randomized_svd.h"
#include "inkling/popularity.h"
#include "inkling/spectral_item_model.h"
#include "kernels/top_k.h"
#include "parallel/cache_lines.h"

namespace inkling {

namespace {

using Kind = SettingSpec::Kind;
constexpr SettingSpec kGraphFilterSettings[] = {
    {"num_factors", Kind::kInteger, "256", "1", "1024", "singular vectors of the low-pass filter"},
    {"alpha", Kind::kNumber, "0.3", "0", "100", "weight of the low-pass filter"},
    {"num_neighbors", Kind::kInteger, "200", "1", "10000", "neighbours kept of each item"},
    {"iterations", Kind::kInteger, "10", "1", "100", "passes over the interactions, for more exact singular vectors"},
    kHistoryHalfLife,
};

constexpr std::uint64_t kMaxNeighborBytes = std::uint64_t{1} << 30;
constexpr std::int64_t kPairsPerUnit = 64;  // of the decomposition's units

class GraphFilterTrainer final : public Trainer {
 public:
  GraphFilterTrainer(const Settings& settings, const Interactions& interactions, std::uint64_t seed, ThreadPool& pool)
      : settings_(settings),
        interactions_(interactions),
        pool_(pool),
        user_scales_(scales_of_rows(interactions.by_user(), 0.5)),
        item_scales_(scales_of_rows(interactions.by_item(), 0.5)),
        svd_(interactions, user_scales_, item_scales_, at(settings.integer("num_factors")),
             settings.integer("iterations"), seed, pool),
        threads_(at(pool.num_threads())) {
    for (std::int32_t item = 0; item < interactions.num_items(); ++item) {
      const std::int64_t pairs = pairs_of(item);
      neighbor_work_ += work_of(pairs);
      most_neighbors_ += std::min<std::int64_t>(pairs, settings.integer("num_neighbors"));
    }
    for (Thread& thread : threads_) thread.sums.resize(at(interactions.num_items()));
  }

  std::int64_t total_work() const override { return svd_.total_work() + neighbor_work_; }
  std::int64_t done_work() const override { return svd_.done_work() + done_neighbor_work_; }

  Status step(std::int64_t work) override {
    if (!svd_.done()) return svd_.step(work);
    const std::int32_t begin = next_item_;
    if (begin == 0) {
      by_target_.columns.reserve(at(most_neighbors_));
      by_target_.values.reserve(at(most_neighbors_));
    }
    std::int64_t planned = 0;
    const std::int64_t wanted = std::max<std::int64_t>(work, 1);
    while (next_item_ < interactions_.num_items() && planned < wanted) planned += work_of(pairs_of(next_item_++));
    std::vector<Row> rows(at(next_item_ - begin));
    pool_.for_each_chunk(next_item_ - begin, 4, [&](std::int64_t from, std::int64_t to, int thread) {
      for (std::int64_t i = from; i < to; ++i) {
        find_neighbors(static_cast<std::int32_t>(begin + i), threads_[at(thread)], rows[at(i)]);
      }
    });
    for (const Row& row : rows) {
      by_target_.columns.insert(by_target_.columns.end(), row.columns.begin(), row.columns.end());
      by_target_.values.insert(by_target_.values.end(), row.values.begin(), row.values.end());
      by_target_.offsets.push_back(static_cast<std::int64_t>(by_target_.columns.size()));
    }
    done_neighbor_work_ += planned;
    return {};
  }

  std::unique_ptr<Model> trained_model() override {
    SpectralItemModel::Parts parts;
    parts.item_factors = ItemFactors(svd_.take_item_vectors(), at(settings_.integer("num_factors")));
    parts.weight = static_cast<float>(settings_.number("alpha"));
    parts.exponent = 0.5f;
    parts.neighbors = by_target_.transposed(interactions_.num_items());
    return std::make_unique<SpectralItemModel>(GraphFilter::kName, std::move(parts), count_users(interactions_),
                                               settings_.to_json());
  }

 private:
  struct Row {
    std::vector<std::int32_t> columns;
    std::vector<float> values;
  };
  // Of a thread: on cache lines of its own.
  struct alignas(kCacheLineBytes) Thread {
    std::vector<float> sums;  // one an item, all zero between items
    std::vector<std::int32_t> touched;
    std::vector<float> values;
  };

  std::int64_t pairs_of(std::int32_t item) const {
    std::int64_t pairs = 0;
    for (const std::int32_t user : interactions_.by_item().row_columns(item)) {
      pairs += interactions_.by_user().row_length(user);
    }
    return pairs;
  }
  static std::int64_t work_of(std::int64_t pairs) { return pairs / kPairsPerUnit + 1; }

  // The largest entries of the target's column of BᵀB, but not its own.
  void find_neighbors(std::int32_t target, Thread& thread, Row& row) {
    thread.touched.clear();
    for (const std::int32_t user : interactions_.by_item().row_columns(target)) {
      const float square = user_scales_[at(user)] * user_scales_[at(user)];
      for (const std::int32_t item : interactions_.by_user().row_columns(user)) {
        if (thread.sums[at(item)] == 0) thread.touched.push_back(item);
        thread.sums[at(item)] += square;
      }
    }
    thread.values.clear();
    std::sort(thread.touched.begin(), thread.touched.end());  // so that ties go to the first items
    for (const std::int32_t item : thread.touched) {
      thread.values.push_back(
          item == target ? 0 : thread.sums[at(item)] * item_scales_[at(target)] * item_scales_[at(item)]);
      thread.sums[at(item)] = 0;
    }
    // The item itself comes last, with 0.
    for (const std::int32_t n : kernels::top_k({thread.values, {}, {}}, at(settings_.integer("num_neighbors")))) {
      if (thread.values[at(n)] == 0) break;
      row.columns.push_back(thread.touched[at(n)]);
      row.values.push_back(thread.values[at(n)]);
    }
  }

  Settings settings_;
  const Interactions& interactions_;
  ThreadPool& pool_;
  std::vector<float> user_scales_;
  std::vector<float> item_scales_;
  RandomizedSvd svd_;
  std::vector<Thread> threads_;
  SparseRows by_target_;  // row i: what the targets found so far keep
  std::int64_t neighbor_work_ = 0;
  std::int64_t most_neighbors_ = 0;  // at most this many in all
  std::int64_t done_neighbor_work_ = 0;
  std::int32_t next_item_ = 0;
};

}  // namespace

std::span<const SettingSpec> GraphFilter::settings() { return kGraphFilterSettings; }

Result<std::unique_ptr<Trainer>> GraphFilter::make_trainer(const Settings& settings, const TrainingData& data,
                                                           std::uint64_t seed, ThreadPool& pool) {
  const Interactions& interactions = *data.interactions;
  if (Status s = RandomizedSvd::check_size(kName, interactions, settings.integer("num_factors")); !s.ok()) return s;
  // While both the rows and their transpose are there. In 64 bits, for WebAssembly's size_t would wrap around.
  const std::uint64_t num_items = at(interactions.num_items());
  const std::uint64_t num_neighbors = std::min<std::uint64_t>(at(settings.integer("num_neighbors")), num_items);
  if (num_items * num_neighbors > kMaxNeighborBytes / 16) {
    return Status(ErrorCode::kTooLarge, "graph_filter would need " + std::to_string(num_neighbors) +
                                            " neighbours of each of " + std::to_string(num_items) +
                                            " items, more than 1 GiB; use fewer num_neighbors");
  }
  return std::unique_ptr<Trainer>(std::make_unique<GraphFilterTrainer>(settings, interactions, seed, pool));
}

Result<std::unique_ptr<Model>> GraphFilter::read(const TensorFile& file, Held<float> item_counts, std::string config) {
  return SpectralItemModel::read(kName, true, file, std::move(item_counts), std::move(config));
}

}  // namespace inkling
