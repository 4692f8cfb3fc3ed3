#include "inkling/online_blend.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace inkling {

namespace {

constexpr double kRate = 0.01;          // of a step, in squared weights a unit of loss
constexpr double kMomentRate = 0.0025;  // of those that hang on the moment: each sees few choices
constexpr double kPull = 0.002;         // back to the prior, a choice
constexpr double kMostWeight = 3;

double softplus(double x) { return x > 30 ? x : std::log1p(std::exp(x)); }
double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// Where an implicit step of the logistic loss ends: the g with g = sigmoid(-(margin + step * g)). What is to be found
// crosses once, between 0 and where it starts.
double implicit_gradient(double margin, double step) {
  double low = 0;
  double high = sigmoid(-margin);
  for (int n = 0; n < 30; ++n) {
    const double middle = (low + high) / 2;
    (middle < sigmoid(-(margin + step * middle)) ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

OnlineBlend::OnlineBlend(std::size_t num_parts) : num_parts_(num_parts), own_((1 + Moment::kSize) * num_parts, 0.0f) {}

double OnlineBlend::share() const { return sigmoid(log_odds_); }

// With N experts, losses from 0 to 1 and the rate sqrt(8 ln N / t) in round t, Hedge's loss is above the best expert's
// by at most 2 sqrt(T ln N / 2) + sqrt(ln N / 8): Cesa-Bianchi & Lugosi, Prediction, Learning, and Games, theorem 2.3.
double OnlineBlend::margin(std::int64_t num_choices) {
  const auto count = static_cast<double>(std::max<std::int64_t>(1, num_choices));
  return kMostLoss * (2 * std::sqrt(count * std::numbers::ln2 / 2) + std::sqrt(std::numbers::ln2 / 8)) / count;
}

// Of the losses so far.
void OnlineBlend::set_share() {
  const double rate = std::sqrt(8 * std::numbers::ln2 / static_cast<double>(num_choices_ + 1)) / kMostLoss;
  log_odds_ = rate * (prior_loss_ - learned_loss_);
}

std::vector<float> OnlineBlend::learned_weights(const Moment& moment) const {
  std::vector<float> out(own_.begin(), own_.begin() + static_cast<std::ptrdiff_t>(num_parts_));
  for (std::size_t j = 0; j < Moment::kSize; ++j) {
    if (moment.values[j] == 0) continue;
    for (std::size_t p = 0; p < num_parts_; ++p) out[p] += moment.values[j] * own_[(1 + j) * num_parts_ + p];
  }
  return out;
}

std::vector<float> OnlineBlend::tilt(const Moment& moment) const {
  std::vector<float> out = learned_weights(moment);
  for (float& weight : out) weight *= static_cast<float>(share());
  return out;
}

double OnlineBlend::loss(const Choice& choice, std::span<const float> tilt) {
  double total = 0;
  const std::size_t width = choice.taken.size();
  for (std::size_t n = 0; n < choice.passed_sums.size(); ++n) {
    double margin = static_cast<double>(choice.taken_sum) - static_cast<double>(choice.passed_sums[n]);
    for (std::size_t p = 0; p < tilt.size(); ++p) {
      margin += static_cast<double>(tilt[p]) * static_cast<double>(choice.taken[p] - choice.passed[n * width + p]);
    }
    total += std::min(softplus(-margin), kMostLoss);
  }
  return choice.passed_sums.empty() ? 0 : total / static_cast<double>(choice.passed_sums.size());
}

void OnlineBlend::learn(const Choice& choice, const Moment& moment) {
  const std::size_t num_passed = choice.passed_sums.size();
  auto check = static_cast<double>(choice.taken_sum);
  for (const float z : choice.taken) check += static_cast<double>(z);
  for (const float z : choice.passed) check += static_cast<double>(z);
  for (const float sum : choice.passed_sums) check += static_cast<double>(sum);
  if (num_passed == 0 || choice.taken.size() != num_parts_ || choice.passed.size() != num_passed * num_parts_ ||
      !std::isfinite(check)) {
    return;
  }
  // Hedge first: an expert is judged by what it said before.
  ++num_choices_;
  std::vector<float> learned = learned_weights(moment);
  prior_loss_ += loss(choice, {});
  learned_loss_ += loss(choice, learned);
  set_share();

  std::vector<double> x(num_parts_);
  double moment_square = 0;
  for (const float value : moment.values) moment_square += static_cast<double>(value) * static_cast<double>(value);
  for (std::size_t n = 0; n < num_passed; ++n) {
    double margin = static_cast<double>(choice.taken_sum) - static_cast<double>(choice.passed_sums[n]);
    double square = 0;
    for (std::size_t p = 0; p < num_parts_; ++p) {
      x[p] = static_cast<double>(choice.taken[p]) - static_cast<double>(choice.passed[n * num_parts_ + p]);
      margin += static_cast<double>(learned[p]) * x[p];
      square += x[p] * x[p];
    }
    const double scale = 1 / static_cast<double>(num_passed);
    const double gradient = implicit_gradient(margin, scale * square * (kRate + kMomentRate * moment_square));
    for (std::size_t row = 0; row <= Moment::kSize; ++row) {
      const double active = row == 0 ? kRate : kMomentRate * static_cast<double>(moment.values[row - 1]);
      if (active == 0) continue;
      for (std::size_t p = 0; p < num_parts_; ++p) {
        float& weight = own_[row * num_parts_ + p];
        weight = static_cast<float>(static_cast<double>(weight) + active * scale * gradient * x[p]);
      }
    }
    learned = learned_weights(moment);
  }
  for (float& weight : own_) {
    const double pulled = static_cast<double>(weight) * (1 - kPull);
    weight = static_cast<float>(std::clamp(pulled, -kMostWeight, kMostWeight));
  }
}

}  // namespace inkling
