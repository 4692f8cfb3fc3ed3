#include "inkling/sequence_model.h"

#include <algorithm>
#include <cmath>

#include "kernels/dot.h"
#include "kernels/softmax.h"
#include "sequence/sequence_memory.h"
#include "sequence/sequences.h"

namespace inkling {

namespace {

// So many events are left out one after the other to explain a score.
constexpr std::size_t kMostLeftOut = 32;
// Of the steps of tuning: chosen on validation, each person's last film but one. The rate is of the state's squared
// length: were all states twice as long and all item factors half as long, the scores would be the same, and so they
// stay.
constexpr float kTuningRate = 4e-4f;
constexpr float kTuningDecay = 0.02f;
constexpr float kMostTuning = 0.1f;         // of the state's length
constexpr float kLeastProbability = 1e-6f;  // below which an item is not worth its row

class SequenceProfile final : public Profile {
 public:
  SequenceProfile(const SequenceModel& model, std::vector<std::int32_t> items)
      : model_(model), items_(std::move(items)) {
    read_window();
  }

  void score_all(std::span<float> scores) const override {
    if (items_.empty()) {
      std::fill(scores.begin(), scores.end(), 0.0f);
    } else {
      model_.factors().score(state_.data(), 0, scores);
    }
  }

  bool top_k(std::span<const std::uint8_t> skip, std::size_t k, ThreadPool* pool,
             std::vector<ScoredItem>& best) const override {
    if (items_.empty()) return Profile::top_k(skip, k, pool, best);
    return model_.factors().top_k({state_.data(), skip, k, pool}, best);
  }

  bool update(const HistoryEntry& entry) override {
    if (entry.item < 0 || entry.item >= model_.num_items() || entry.weight <= 0) return true;
    // What is met again moves to the end, and those behind it to the front.
    if (std::find(items_.begin(), items_.end(), entry.item) != items_.end()) return false;
    items_.push_back(entry.item);
    without_.clear();
    if (begin_of_window(items_.size(), model_.max_length(), model_.hop()) == begin_) {
      read(std::span(items_).last(1));
    } else {
      read_window();
    }
    return true;
  }

  void explain(std::int32_t item, std::vector<Contribution>& parts) const override {
    if (items_.empty()) return;
    leave_each_out();
    const std::size_t num_factors = model_.factors().num_factors();
    std::vector<float> scratch(num_factors);
    const float* factors = model_.factors().row(item, scratch.data());
    const float score = kernels::dot(memory_->state(), factors, num_factors);
    float rest = kernels::dot(state_.data(), factors, num_factors);
    for (std::size_t n = 0; n < left_out_.size(); ++n) {
      const float change = score - kernels::dot(without_.data() + n * num_factors, factors, num_factors);
      parts.push_back({items_[begin_ + left_out_[n]], kNone, change});
      rest -= change;
    }
    parts.push_back({kNone, kModelItself, rest});
  }

 private:
  void read_window() {
    begin_ = begin_of_window(items_.size(), model_.max_length(), model_.hop());
    memory_ = model_.make_memory();
    tuning_.assign(model_.is_tuned() ? model_.factors().num_factors() : 0, 0.0f);
    read(std::span(items_).subspan(begin_));
  }

  void read(std::span<const std::int32_t> items) {
    if (tuning_.empty()) {
      memory_->read(items);
    } else {
      for (std::size_t n = 0; n < items.size(); ++n) {
        if (memory_->size() > 0) tune_to(items[n]);
        memory_->read(items.subspan(n, 1));
        take_state();
      }
    }
    take_state();
  }

  void take_state() {
    state_.assign(memory_->state(), memory_->state() + model_.factors().num_factors());
    if (!tuning_.empty()) kernels::axpy(1, tuning_.data(), state_.data(), state_.size());
  }

  // A step towards what came next.
  void tune_to(std::int32_t next) {
    const ItemFactors& factors = model_.factors();
    const std::size_t width = factors.num_factors();
    std::vector<float> likely(static_cast<std::size_t>(model_.num_items()));
    factors.score(state_.data(), 0, likely);
    kernels::softmax(likely.data(), likely.size());
    kernels::scaled_copy(1 - kTuningDecay, tuning_.data(), tuning_.data(), width);
    likely[static_cast<std::size_t>(next)] -= 1;
    const float state = kernels::dot(memory_->state(), memory_->state(), width);
    std::vector<float> scratch(width);
    for (std::size_t item = 0; item < likely.size(); ++item) {
      if (std::abs(likely[item]) < kLeastProbability) continue;
      const float* row = factors.row(static_cast<std::int32_t>(item), scratch.data());
      kernels::axpy(-kTuningRate * state * likely[item], row, tuning_.data(), width);
    }
    const float length = std::sqrt(kernels::dot(tuning_.data(), tuning_.data(), width));
    const float most = kMostTuning * std::sqrt(state);
    if (length > most) kernels::scaled_copy(most / length, tuning_.data(), tuning_.data(), width);
  }

  // The states without each of some items: those the newest one's attention was on most, or the last ones. Worked out
  // when first asked for: a profile belongs to one thread.
  void leave_each_out() const {
    if (!without_.empty()) return;
    const auto read = std::span(items_).subspan(begin_);
    const std::vector<float> attention = memory_->attention();
    left_out_.clear();
    for (std::size_t n = 0; n < read.size(); ++n) left_out_.push_back(n);
    const std::size_t count = std::min(left_out_.size(), kMostLeftOut);
    std::stable_sort(left_out_.begin(), left_out_.end(), [&](std::size_t a, std::size_t b) {
      return attention.empty() ? a > b : attention[a] > attention[b];
    });
    left_out_.resize(count);
    std::sort(left_out_.begin(), left_out_.end());
    const std::size_t num_factors = model_.factors().num_factors();
    without_.assign(count * num_factors, 0.0f);
    for (std::size_t n = 0; n < count; ++n) {
      if (read.size() == 1) return;  // nothing is left: a state of zeros, which says nothing
      const std::size_t place = left_out_[n];
      std::vector<std::int32_t> later(read.begin() + static_cast<std::ptrdiff_t>(place) + 1, read.end());
      std::size_t before = place;
      if (later.empty()) later.push_back(read[--before]);  // so that there is a state
      const std::unique_ptr<SequenceMemory> memory = memory_->first(before);
      memory->read(later);
      std::copy_n(memory->state(), num_factors, without_.data() + n * num_factors);
    }
  }

  const SequenceModel& model_;
  std::vector<std::int32_t> items_;
  std::size_t begin_ = 0;  // of those that were read
  std::unique_ptr<SequenceMemory> memory_;
  std::vector<float> state_;                   // the memory's, tuned
  std::vector<float> tuning_;                  // what is added to the last layer's bias; empty where nothing is
  mutable std::vector<std::size_t> left_out_;  // places in the window, ascending
  mutable std::vector<float> without_;         // (left_out_.size(), num_factors), or empty
};

}  // namespace

std::size_t SequenceModel::hop() const { return usual_hop(max_length_); }

Result<std::unique_ptr<Profile>> SequenceModel::profile_of(History history) const {
  std::vector<std::int32_t> items;
  for (const HistoryEntry& entry : history) {
    if (entry.item >= 0 && entry.item < num_items() && entry.weight > 0) items.push_back(entry.item);
  }
  return std::unique_ptr<Profile>(std::make_unique<SequenceProfile>(*this, std::move(items)));
}

}  // namespace inkling
