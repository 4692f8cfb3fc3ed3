#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/dot.h"
#include "kernels/gram.h"
#include "kernels/rotate.h"
#include "ranking/rerank_gain.h"

namespace inkling {

namespace {

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

class SimilarityGain : public Gain {
 protected:
  SimilarityGain(const Similarity& similarity, std::size_t window)
      : Gain(at(similarity.num_candidates())),
        similarity_(similarity),
        length_(similarity.row_length()),
        window_(window) {
    for (std::size_t i = 0; i < known_.size(); ++i) known_[i] = similarity.knows(static_cast<std::int32_t>(i)) ? 1 : 0;
  }

  std::span<float> row(std::size_t slot) { return std::span(rows_).subspan(slot * length_, length_); }
  // Where the row of the next that is chosen belongs: after all others, or where the oldest of the window is.
  std::size_t next_slot() {
    const std::size_t slot = window_ > 0 ? num_chosen_ % window_ : num_chosen_;
    ++num_chosen_;
    if (rows_.size() <= slot * length_) rows_.resize((slot + 1) * length_);
    return slot;
  }

  const Similarity& similarity_;
  std::size_t length_;
  std::size_t window_;
  std::size_t num_chosen_ = 0;
  std::vector<float> rows_;  // (chosen, or those of the window; row length)
};

constexpr float kNoSimilarity = -std::numeric_limits<float>::infinity();

class MmrGain final : public SimilarityGain {
 public:
  MmrGain(const Similarity& similarity, std::size_t window)
      : SimilarityGain(similarity, window), largest_(length_, kNoSimilarity), before_(length_, kNoSimilarity) {}

  void choose(std::int32_t chosen) override {
    // Without a window one row serves all.
    const bool full = window_ > 0 && num_chosen_ >= window_;
    const std::span<float> added = row(window_ > 0 ? next_slot() : first_slot());
    if (full) std::copy(added.begin(), added.end(), before_.begin());
    if (knows(at(chosen))) {
      similarity_.row(chosen, added);
    } else {
      std::fill(added.begin(), added.end(), kNoSimilarity);
    }
    for (std::size_t i = 0; i < values_.size(); ++i) {
      largest_[i] = std::max(largest_[i], added[i]);
      if (full && before_[i] >= largest_[i]) largest_[i] = largest_of(i);
      values_[i] = largest_[i] == kNoSimilarity ? 0 : -static_cast<double>(largest_[i]);
    }
  }

 private:
  std::size_t first_slot() {
    rows_.resize(length_);
    return 0;
  }
  float largest_of(std::size_t candidate) const {
    float largest = kNoSimilarity;
    for (std::size_t n = candidate; n < rows_.size(); n += length_) largest = std::max(largest, rows_[n]);
    return largest;
  }

  std::vector<float> largest_;
  std::vector<float> before_;  // the row that leaves the window
};

class MsdGain final : public SimilarityGain {
 public:
  MsdGain(const Similarity& similarity, std::size_t window)
      : SimilarityGain(similarity, window), sums_(values_.size()), added_(length_) {}

  void choose(std::int32_t chosen) override {
    if (window_ > 0) forget_oldest();
    if (knows(at(chosen))) {
      similarity_.row(chosen, added_);
      ++num_known_;
    } else {
      std::fill(added_.begin(), added_.end(), 0.0f);
    }
    if (window_ > 0) {
      const std::size_t slot = next_slot();
      std::copy(added_.begin(), added_.end(), row(slot).begin());
      knew_.resize(std::max(knew_.size(), slot + 1));
      knew_[slot] = knows(at(chosen)) ? 1 : 0;
    }
    for (std::size_t i = 0; i < values_.size(); ++i) {
      sums_[i] += static_cast<double>(added_[i]);
      values_[i] = num_known_ > 0 ? -sums_[i] / num_known_ : 0;
    }
  }

 private:
  // Floats in a sum of doubles: what was added is taken away to the last bit, or all but.
  void forget_oldest() {
    if (num_chosen_ < window_) return;
    const std::size_t slot = num_chosen_ % window_;
    num_known_ -= knew_[slot];
    const std::span<const float> oldest = row(slot);
    for (std::size_t i = 0; i < values_.size(); ++i) sums_[i] -= static_cast<double>(oldest[i]);
  }

  std::vector<double> sums_;  // one a candidate, over the known of J
  std::vector<float> added_;
  int num_known_ = 0;
  std::vector<std::uint8_t> knew_;  // one a row
};

// With S + jitter I = UᵀU over J, in the order of choice, the row of j's place holds U⁻ᵀ S_J,i for each candidate i, so
// that d²_i = S_ii + jitter - the squares of column i. When the oldest leaves, rotations of all others with its row
// make them the factor of what remains (Gill, Golub, Murray & Saunders 1974), and what is left of the row is what d
// gains.
class DppGain final : public SimilarityGain {
 public:
  DppGain(const Similarity& similarity, std::size_t window)
      : SimilarityGain(similarity, window), squares_(values_.size(), 1 + kDppJitter), leaving_(length_) {
    set_values();
  }

  void choose(std::int32_t chosen) override {
    const bool full = window_ > 0 && num_chosen_ >= window_;
    const std::size_t slot = next_slot();
    if (full) forget(slot);
    if (chosen_.size() <= slot) chosen_.resize(slot + 1);
    chosen_[slot] = knows(at(chosen)) ? chosen : kNone;
    if (knows(at(chosen))) {
      add(slot, at(chosen));
    } else {
      std::fill_n(row(slot).begin(), length_, 0.0f);
    }
    set_values();
  }

 private:
  void add(std::size_t slot, std::size_t chosen) {
    const std::span<float> added = row(slot);
    std::vector<float> scales(chosen_.size());
    std::fill(added.begin(), added.end(), 0.0f);  // so that its place counts for nothing
    for (std::size_t r = 0; r < scales.size(); ++r) scales[r] = -rows_[r * length_ + chosen];
    leaving_.assign(length_, 0);
    similarity_.row(static_cast<std::int32_t>(chosen), leaving_);
    kernels::add_scaled_rows(scales.data(), rows_.data(), scales.size(), length_, leaving_.data());
    const double pivot = std::sqrt(std::max(squares_[chosen], kDppJitter));
    kernels::scaled_copy(static_cast<float>(1 / pivot), leaving_.data(), added.data(), length_);
    added[chosen] = static_cast<float>(pivot);
    for (std::size_t i = 0; i < squares_.size(); ++i) {
      squares_[i] -= static_cast<double>(added[i]) * static_cast<double>(added[i]);
    }
  }

  void forget(std::size_t oldest) {
    if (chosen_[oldest] == kNone) return;
    const std::span<float> left = row(oldest);
    std::copy(left.begin(), left.end(), leaving_.begin());
    for (std::size_t age = 1; age < window_; ++age) {
      const std::size_t slot = (oldest + age) % window_;
      if (chosen_[slot] == kNone) continue;
      float* kept = row(slot).data();
      const float pivot = kept[at(chosen_[slot])];
      const float other = leaving_[at(chosen_[slot])];
      const float length = std::sqrt(pivot * pivot + other * other);
      kernels::rotate(pivot / length, other / length, kept, leaving_.data(), length_);
    }
    for (std::size_t i = 0; i < squares_.size(); ++i) {
      squares_[i] += static_cast<double>(leaving_[i]) * static_cast<double>(leaving_[i]);
    }
  }

  void set_values() {
    const double least = std::log(kDppFloor);
    for (std::size_t i = 0; i < values_.size(); ++i) {
      values_[i] = squares_[i] > kDppFloor ? std::log(squares_[i]) : least;
    }
  }

  std::vector<std::int32_t> chosen_;  // one a row; kNone where nothing is known
  std::vector<double> squares_;       // d², one a candidate
  std::vector<float> leaving_;        // a row in the making, or of what leaves the window
};

}  // namespace

std::unique_ptr<Gain> make_mmr_gain(const Similarity& similarity, std::size_t window) {
  return std::make_unique<MmrGain>(similarity, window);
}

std::unique_ptr<Gain> make_msd_gain(const Similarity& similarity, std::size_t window) {
  return std::make_unique<MsdGain>(similarity, window);
}

std::unique_ptr<Gain> make_dpp_gain(const Similarity& similarity, std::size_t window) {
  return std::make_unique<DppGain>(similarity, window);
}

}  // namespace inkling
