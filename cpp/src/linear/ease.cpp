#include "inkling/ease.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "data/indices.h"
#include "data/sparse_tensors.h"
#include "inkling/popularity.h"
#include "inkling/sparse_item_model.h"
#include "kernels/dot.h"
#include "kernels/simd.h"
#include "kernels/square_block.h"
#include "kernels/top_k.h"
#include "linear/item_gram.h"
#include "linear/symmetric_inverse.h"
#include "linear/target_weights.h"

namespace inkling {

namespace {

using kernels::kBlockSize;

constexpr char kTensor[] = "item_weights";

using Kind = SettingSpec::Kind;
constexpr SettingSpec kEaseSettings[] = {
    {"l2", Kind::kNumber, "0", "0", "1000000000",
     "penalty of squared weights, counted in users; 0 = 5 times the mean users of an item"},
    {"num_neighbors", Kind::kInteger, "0", "0", "1000",
     "weights kept of each item, those largest in size; 0 = all of them, in a file of 4 * items² bytes"},
    kHistoryHalfLife,
};

constexpr double kAutomaticL2 = 5;

// As many additions to the Gram matrix take about as long as the update of a block of the inverse.
constexpr std::int64_t kAdditionsPerUnit = 16384;

// Of the numbers, without their signs; NaN when there is one.
float largest_size(std::span<const float> numbers) {
  float largest = 0;
  float sum = 0;
  for (const float number : numbers) {
    largest = std::max(largest, std::abs(number));
    sum += number * 0;
  }
  return largest + sum;
}

// All weights between items. Row j holds what item j says of every target: (num_items, num_items), row-major.
class DenseItemModel final : public Model {
 public:
  // largest: no weight is larger in size.
  DenseItemModel(std::vector<float> weights, float largest, Held<float> item_counts, std::string config)
      : Model(std::move(item_counts), std::move(config)), weights_(std::move(weights)), largest_(largest) {}

  std::string_view name() const override { return Ease::kName; }

  // W_ij W_ji = P_ij² / (P_ii P_jj).
  void similar(std::int32_t item, std::span<float> scores) const override {
    for (std::int32_t other = 0; other < num_items(); ++other) {
      const float weight = row(item)[other];
      const float root = std::sqrt(std::max(weight * row(other)[item], 0.0f));
      scores[at(other)] = weight < 0 ? -root : root;
    }
  }

  void write(TensorFile& file) const override {
    file.add(kTensor, std::span<const float>(weights_), {num_items(), num_items()});
  }

  const float* row(std::int32_t item) const { return weights_.data() + at(item) * at(num_items()); }

 protected:
  Result<std::unique_ptr<Profile>> profile_of(History history) const override;

 private:
  std::vector<float> weights_;
  float largest_;
};

class DenseItemProfile final : public Profile {
 public:
  DenseItemProfile(const DenseItemModel& model, std::vector<HistoryEntry> history)
      : model_(model), history_(std::move(history)) {}

  void score_all(std::span<float> scores) const override {
    std::fill(scores.begin(), scores.end(), 0.0f);
    for (const HistoryEntry& entry : history_) {
      kernels::axpy(entry.weight, model_.row(entry.item), scores.data(), scores.size());
    }
  }

  void explain(std::int32_t item, std::vector<Contribution>& parts) const override {
    for (const HistoryEntry& entry : history_) {
      const float value = entry.weight * model_.row(entry.item)[item];
      if (value != 0) parts.push_back({entry.item, kNone, value});
    }
  }

 private:
  const DenseItemModel& model_;
  std::vector<HistoryEntry> history_;
};

Result<std::unique_ptr<Profile>> DenseItemModel::profile_of(History history) const {
  std::vector<HistoryEntry> known;
  float total_weight = 0;
  for (const HistoryEntry& entry : history) {
    if (entry.item < 0 || entry.item >= num_items()) continue;
    known.push_back(entry);
    total_weight += std::abs(entry.weight);
  }
  if (!std::isfinite(total_weight) || !std::isfinite(total_weight * largest_)) {
    return Status(ErrorCode::kNotFinite,
                  "the history cannot be folded in: the numbers overflow; use smaller event weights");
  }
  return std::unique_ptr<Profile>(std::make_unique<DenseItemProfile>(*this, std::move(known)));
}

// First the upper triangle of XᵀX + l2 I, then minus its inverse, then the other triangle, then the weights.
class EaseTrainer final : public Trainer {
 public:
  EaseTrainer(const Settings& settings, const Interactions& interactions, ThreadPool& pool)
      : config_(settings.to_json()),
        l2_(static_cast<float>(settings.number("l2") > 0 ? settings.number("l2")
                                                         : kAutomaticL2 * mean_users(interactions))),
        num_neighbors_(at(settings.integer("num_neighbors"))),
        interactions_(interactions),
        pool_(pool),
        num_items_(at(interactions.num_items())),
        stride_(simd::round_up(num_items_, kBlockSize)),
        matrix_(stride_ * stride_),
        inverse_(matrix_, stride_, pool) {
    gram_costs_.reserve(num_items_);
    for (std::int32_t item = 0; item < interactions.num_items(); ++item) {
      gram_costs_.push_back(1 + additions_of(interactions, item) / (2 * kAdditionsPerUnit));
      total_ += gram_costs_.back();
    }
    for (std::size_t padding = num_items_; padding < stride_; ++padding) matrix_[padding * stride_ + padding] = 1;
    total_ += inverse_.total_work() + num_blocks() + interactions.num_items();
    if (num_neighbors_ > 0) {
      targets_.resize(num_items_);
      sizes_.assign(at(pool.num_threads()), std::vector<float>(num_items_));
    }
  }

  std::int64_t total_work() const override { return total_; }
  std::int64_t done_work() const override { return done_; }

  Status step(std::int64_t work) override {
    const std::int64_t goal = std::min(done_ + std::max<std::int64_t>(work, 1), total_);
    while (done_ < goal) {
      if (next_gram_row_ < num_items_) {
        add_gram_rows(goal - done_);
      } else if (!inverse_.done()) {
        const std::int64_t inverted = inverse_.done_work();
        if (!inverse_.step(goal - done_)) return not_invertible();
        done_ += inverse_.done_work() - inverted;
      } else if (next_mirrored_ < num_blocks()) {
        if (!mirror_blocks(std::min(goal - done_, num_blocks() - next_mirrored_))) return not_invertible();
      } else if (Status status = finish_rows(goal - done_); !status.ok()) {
        return status;
      }
    }
    return {};
  }

  std::unique_ptr<Model> trained_model() override {
    if (num_neighbors_ > 0) {
      matrix_ = {};
      return std::make_unique<SparseItemModel>(Ease::kName, rows_by_source(std::move(targets_)),
                                               count_users(interactions_), config_);
    }
    matrix_.resize(num_items_ * num_items_);
    return std::make_unique<DenseItemModel>(std::move(matrix_), largest_, count_users(interactions_), config_);
  }

 private:
  static Status not_invertible() {
    return {ErrorCode::kNotFinite, "ease cannot invert the item matrix in single precision; use a larger l2"};
  }

  std::int64_t num_blocks() const { return static_cast<std::int64_t>(stride_ / kBlockSize); }

  void add_gram_rows(std::int64_t work) {
    const std::size_t begin = next_gram_row_;
    std::int64_t planned = 0;
    while (next_gram_row_ < num_items_ && planned < work) planned += gram_costs_[next_gram_row_++];
    pool_.for_each_chunk(static_cast<std::int64_t>(next_gram_row_ - begin), 4,
                         [&](std::int64_t from, std::int64_t to, int) {
                           for (std::size_t item = begin + at(from); item < begin + at(to); ++item) {
                             const auto index = static_cast<std::int32_t>(item);
                             float* row = matrix_.data() + item * stride_;
                             add_users_in_common(interactions_, index, index, row);
                             row[item] += l2_;
                           }
                         });
    done_ += planned;
  }

  // Writes the blocks below the diagonal from those above, a row of blocks at a time; then looks at the diagonal, which
  // lies between 0 and 1 / l2 unless rounding has spoilt the inverse.
  bool mirror_blocks(std::int64_t count) {
    const std::int64_t first = next_mirrored_;
    pool_.for_each_chunk(count, 1, [&](std::int64_t begin, std::int64_t end, int) {
      for (std::size_t row = at(first + begin) * kBlockSize; row < at(first + end) * kBlockSize; row += kBlockSize) {
        for (std::size_t column = row + kBlockSize; column < stride_; column += kBlockSize) {
          kernels::transpose_block(matrix_.data() + row * stride_ + column, stride_,
                                   matrix_.data() + column * stride_ + row, stride_);
        }
      }
    });
    next_mirrored_ += count;
    done_ += count;
    if (next_mirrored_ < num_blocks()) return true;
    scales_.reserve(num_items_);
    for (std::size_t item = 0; item < num_items_; ++item) {
      const float variance = -matrix_[item * stride_ + item];
      if (!(variance > 0 && variance * l2_ < 2)) return false;
      scales_.push_back(1 / variance);
    }
    return true;
  }

  Status finish_rows(std::int64_t count) {
    const auto end = static_cast<std::int64_t>(next_row_) + count;
    bool finite = true;
    if (num_neighbors_ == 0) {
      for (; next_row_ < at(end); ++next_row_) finite = finish_dense_row(next_row_) && finite;
    } else {
      std::atomic<bool> all_finite = true;
      pool_.for_each_chunk(count, 8, [&](std::int64_t from, std::int64_t to, int thread) {
        for (std::size_t row = next_row_ + at(from); row < next_row_ + at(to); ++row) {
          if (!keep_neighbors(row, sizes_[at(thread)])) all_finite.store(false, std::memory_order_relaxed);
        }
      });
      next_row_ = at(end);
      finite = all_finite.load();
    }
    done_ += count;
    return finite ? Status() : not_invertible();
  }

  // W_ji = -P_ji / P_ii, moved to where the row stands in a matrix without padding, which is never further back. So
  // rows go in turn.
  bool finish_dense_row(std::size_t row) {
    const float* from = matrix_.data() + row * stride_;
    float* to = matrix_.data() + row * num_items_;
    for (std::size_t i = 0; i < num_items_; ++i) to[i] = from[i] * scales_[i];
    to[row] = 0;
    const float largest = largest_size({to, num_items_});
    largest_ = std::max(largest_, largest);
    return std::isfinite(largest);
  }

  // The matrix is symmetric, so the weights of a target stand in its row too, all divided by the same number.
  bool keep_neighbors(std::size_t target, std::vector<float>& sizes) {
    const float* row = matrix_.data() + target * stride_;
    for (std::size_t i = 0; i < num_items_; ++i) sizes[i] = std::abs(row[i]);
    if (!std::isfinite(largest_size(sizes) * scales_[target])) return false;
    sizes[target] = 0;
    std::vector<std::int32_t> kept = kernels::top_k({sizes, {}, {}}, num_neighbors_);
    while (!kept.empty() && sizes[at(kept.back())] == 0) kept.pop_back();
    std::sort(kept.begin(), kept.end());
    TargetWeights& out = targets_[target];
    out.weights.reserve(kept.size());
    for (const std::int32_t item : kept) out.weights.push_back(row[item] * scales_[target]);
    out.items = std::move(kept);
    return true;
  }

  std::string config_;
  float l2_;
  std::size_t num_neighbors_;
  const Interactions& interactions_;
  ThreadPool& pool_;
  std::size_t num_items_;
  std::size_t stride_;         // num_items_, filled up with items that nobody met
  std::vector<float> matrix_;  // (stride_, stride_)
  SymmetricInverse inverse_;
  std::vector<std::int64_t> gram_costs_;   // one an item
  std::vector<float> scales_;              // 1 / P_ii
  std::vector<TargetWeights> targets_;     // with num_neighbors_ only
  std::vector<std::vector<float>> sizes_;  // one a thread
  float largest_ = 0;                      // of the weights, in size
  std::size_t next_gram_row_ = 0;
  std::int64_t next_mirrored_ = 0;
  std::size_t next_row_ = 0;
  std::int64_t total_ = 0;
  std::int64_t done_ = 0;
};

}  // namespace

std::span<const SettingSpec> Ease::settings() { return kEaseSettings; }

Result<std::unique_ptr<Trainer>> Ease::make_trainer(const Settings& settings, const TrainingData& data,
                                                    std::uint64_t /*seed*/, ThreadPool& pool) {
  const Interactions& interactions = *data.interactions;
  if (!item_matrix_fits(interactions.num_items())) {
    const std::string items = std::to_string(interactions.num_items());
    return Status(ErrorCode::kTooLarge,
                  "ease would need a matrix of " + items + " × " + items +
                      " numbers, more than its limit of 512 MiB (11,585 items); use sparse_linear, item_graph or "
                      "ials, or leave out items that few users met");
  }
  return std::unique_ptr<Trainer>(std::make_unique<EaseTrainer>(settings, interactions, pool));
}

Result<std::unique_ptr<Model>> Ease::read(const TensorFile& file, Held<float> item_counts, std::string config) {
  std::vector<float> weights;
  std::vector<std::int64_t> shape;
  if (Status dense = file.get(kTensor, 2, weights, &shape); !dense.ok()) {
    return SparseItemModel::read(kName, file, std::move(item_counts), std::move(config));
  }
  const auto num_items = static_cast<std::int64_t>(item_counts.size());
  if (shape[0] != num_items || shape[1] != num_items) {
    return Status(ErrorCode::kCorruptModelFile, std::string("tensor \"") + kTensor + "\" is " +
                                                    std::to_string(shape[0]) + " × " + std::to_string(shape[1]) +
                                                    "; expected a row and a column for each of " +
                                                    std::to_string(num_items) + " items");
  }
  if (Status s = check_finite(weights, kTensor); !s.ok()) return s;
  const float largest = largest_size(weights);
  return std::unique_ptr<Model>(
      std::make_unique<DenseItemModel>(std::move(weights), largest, std::move(item_counts), std::move(config)));
}

}  // namespace inkling
