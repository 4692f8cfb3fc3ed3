#include <algorithm>
#include <cmath>

#include "ranking/rerank_gain.h"

namespace inkling {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

class TopicGain : public Gain {
 protected:
  TopicGain(const SparseRows& topics, std::span<const float> person)
      : Gain(at(topics.num_rows())),
        topics_(topics),
        shares_(topics.values.begin(), topics.values.end()),
        person_(person.begin(), person.end()) {
    for (std::int32_t i = 0; i < topics.num_rows(); ++i) {
      const auto row = std::span(shares_).subspan(at(topics.offsets[at(i)]), at(topics.row_length(i)));
      known_[at(i)] = make_shares(row) ? 1 : 0;
    }
    make_shares(person_);
  }

  // Calls visit(topic, P(topic | candidate)).
  template <class Visit>
  void each_share(std::int32_t candidate, const Visit& visit) const {
    const auto columns = topics_.row_columns(candidate);
    const double* shares = shares_.data() + topics_.offsets[at(candidate)];
    for (std::size_t e = 0; e < columns.size(); ++e) visit(at(columns[e]), shares[e]);
  }

  const SparseRows& topics_;
  std::vector<double> shares_;  // P(topic | candidate), one an entry
  std::vector<double> person_;  // P(topic)

 private:
  // So that they sum to 1. Returns whether any is above 0.
  static bool make_shares(std::span<double> weights) {
    double sum = 0;
    for (const double weight : weights) sum += weight;
    if (!(sum > 0)) return false;
    for (double& weight : weights) weight /= sum;
    return true;
  }
};

class XquadGain final : public TopicGain {
 public:
  XquadGain(const SparseRows& topics, std::span<const float> person, std::size_t window)
      : TopicGain(topics, person), window_(window), uncovered_(person_) {
    set_values();
  }

  void choose(std::int32_t chosen) override {
    chosen_.push_back(chosen);
    if (window_ > 0 && chosen_.size() > window_) {
      uncovered_ = person_;
      for (const std::int32_t one : std::span(chosen_).last(window_)) cover(one);
    } else {
      cover(chosen);
    }
    set_values();
  }

 private:
  void cover(std::int32_t chosen) {
    each_share(chosen, [&](std::size_t topic, double share) { uncovered_[topic] *= 1 - share; });
  }
  void set_values() {
    for (std::size_t i = 0; i < values_.size(); ++i) {
      double sum = 0;
      each_share(static_cast<std::int32_t>(i),
                 [&](std::size_t topic, double share) { sum += uncovered_[topic] * share; });
      values_[i] = sum;
    }
  }

  std::size_t window_;
  std::vector<std::int32_t> chosen_;
  std::vector<double> uncovered_;  // P(topic) * product of 1 - P(topic | chosen)
};

class CalibrateGain final : public TopicGain {
 public:
  CalibrateGain(const SparseRows& topics, std::span<const float> person)
      : TopicGain(topics, person), sums_(person_.size()), without_(person_.size()), logs_(person_.size()) {
    set_values();
  }

  void choose(std::int32_t chosen) override {
    if (!knows(at(chosen))) return;
    each_share(chosen, [&](std::size_t topic, double share) { sums_[topic] += share; });
    ++num_known_;
    set_values();
  }

 private:
  // What each topic would be with one more that has nothing of it; only those that it has differ.
  void set_values() {
    const double factor = (1 - kCalibrationMix) / (num_known_ + 1);
    double base = 0;
    for (std::size_t c = 0; c < person_.size(); ++c) {
      if (person_[c] == 0) continue;
      without_[c] = factor * sums_[c] + kCalibrationMix * person_[c];
      logs_[c] = std::log(without_[c]);
      base += person_[c] * (logs_[c] - std::log(person_[c]));
    }
    for (std::size_t i = 0; i < values_.size(); ++i) {
      double value = base;
      each_share(static_cast<std::int32_t>(i), [&](std::size_t topic, double share) {
        if (person_[topic] == 0) return;
        value += person_[topic] * (std::log(without_[topic] + factor * share) - logs_[topic]);
      });
      values_[i] = value;
    }
  }

  double num_known_ = 0;
  std::vector<double> sums_;     // of P(topic | chosen)
  std::vector<double> without_;  // q̃ of each topic if the next has nothing of it …
  std::vector<double> logs_;     // … and its logarithm
};

}  // namespace

std::unique_ptr<Gain> make_xquad_gain(const SparseRows& topics, std::span<const float> person, std::size_t window) {
  return std::make_unique<XquadGain>(topics, person, window);
}

std::unique_ptr<Gain> make_calibrate_gain(const SparseRows& topics, std::span<const float> person) {
  return std::make_unique<CalibrateGain>(topics, person);
}

}  // namespace inkling
