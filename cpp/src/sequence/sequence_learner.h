#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "inkling/status.h"
#include "inkling/tensor_file.h"
#include "inkling/thread_pool.h"
#include "parallel/cache_lines.h"
#include "sequence/adam.h"
#include "sequence/next_item_loss.h"
#include "sequence/sequence_network.h"
#include "sequence/sequences.h"

namespace inkling {

struct LearningPlan {
  LossShape loss;
  Adam::Rates rates;
  float dropout = 0;
  std::size_t batch_size = 128;  // sequences, or pieces of them
  std::size_t max_length = 200;  // items of a piece
  // How much of the old a step leaves in the moving average of the parameters (Polyak & Juditsky 1992), which is what
  // is validated and kept; 0 = the parameters themselves are.
  float averaging = 0;
};

// Learns a network's parameters: each item of a sequence is to foretell the next one. Sequences longer than max_length
// are cut into pieces, elsewhere in each epoch. The pieces of a batch are worked on without padding, in groups that are
// shared out among kLanes sums of gradients; these are added up in their order, so the result is the same with any
// number of threads.
class SequenceLearner {
 public:
  static constexpr std::size_t kLanes = 4;

  // All must outlive the learner. Sequences of less than two items teach nothing.
  SequenceLearner(const SequenceNetwork& network, const Sequences& sequences, const LearningPlan& plan,
                  std::uint64_t seed, ThreadPool& pool);

  // Items that are foretold in an epoch.
  std::int64_t rows_of_epoch() const { return rows_of_epoch_; }
  // Of the epoch under way.
  std::int64_t done_rows() const { return done_rows_; }
  std::int64_t epoch() const { return epoch_; }
  // A group of as many lanes as there are threads, and a step of the parameters where they were a batch's last. Returns
  // false when a number is not finite.
  bool step();

  // Mean loss of an item in the last whole epoch.
  double loss() const { return loss_of_epoch_; }
  // What is validated and kept.
  const std::vector<float>& parameters() const { return plan_.averaging > 0 ? averaged_ : parameters_; }
  float learning_rate() const { return plan_.rates.learning_rate; }
  void set_learning_rate(float rate) { plan_.rates.learning_rate = rate; }

  // Between two epochs.
  void save(TensorFile& file) const;
  Status resume(const TensorFile& file);

 private:
  // What two threads must not write side by side is apart.
  struct alignas(kCacheLineBytes) Lane {
    struct Work {
      SequenceGroup group;
      std::uint64_t seed;
    };
    std::vector<Work> works;
    std::size_t rows = 0;
    CacheLineVector<float> gradients;
    double loss = 0;
  };
  struct alignas(kCacheLineBytes) Desk {
    std::unique_ptr<SequencePass> pass;
    NextItemLoss::Desk loss;
    std::vector<float> state_gradients;
  };

  void begin_epoch();
  void begin_batch();
  void work_on(const Lane::Work& work, Lane& lane, Desk& desk);
  void update();

  const SequenceNetwork& network_;
  const Sequences& sequences_;
  LearningPlan plan_;
  std::uint64_t seed_;
  ThreadPool& pool_;
  NextItemLoss loss_;
  std::vector<float> parameters_;
  std::vector<float> averaged_;
  Adam adam_;
  std::vector<Lane> lanes_;
  std::vector<Desk> desks_;                            // one a thread
  std::vector<std::span<const std::int32_t>> pieces_;  // of this epoch, in their order
  std::size_t next_piece_ = 0;
  std::size_t turn_ = 0;   // within the batch: which work of each lane is next
  std::size_t turns_ = 0;  // the most works of a lane
  std::size_t next_lane_ = 0;
  float row_weight_ = 0;
  std::int64_t epoch_ = 0;
  std::int64_t rows_of_epoch_ = 0;
  std::int64_t done_rows_ = 0;
  double loss_sum_ = 0;
  double loss_of_epoch_ = 0;
};

}  // namespace inkling
