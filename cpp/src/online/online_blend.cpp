#include "inkling/online_blend.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace inkling {

namespace {

constexpr double kRate = 0.0025;          // of a step, in squared weights a unit of loss
constexpr double kMomentRate = 0.000625;  // of those that hang on the moment: each sees few choices
constexpr double kPull = 0.002;           // back to the prior, a choice
constexpr double kMostWeight = 3;
constexpr int kMostHalvings = 40;
constexpr double kLearnedOdds = 9;            // of the share before the first choice
constexpr double kRoom = std::numbers::ln10;  // ln(1 + kLearnedOdds)

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// scores: of what was taken, then of the others. Turned into their softmax in place. Returns -log of the first.
double to_softmax(std::vector<double>& scores) {
  const double largest = *std::max_element(scores.begin(), scores.end());
  const double of_taken = scores[0];
  double total = 0;
  for (double& score : scores) total += score = std::exp(score - largest);
  for (double& score : scores) score /= total;
  return std::log(total) + largest - of_taken;
}

// Row n of a choice's scores, the taken one first.
std::span<const float> row_of(const Choice& choice, std::size_t n) {
  const std::size_t width = choice.taken.size();
  return n == 0 ? choice.taken : choice.passed.subspan((n - 1) * width, width);
}

double dot(std::span<const float> row, std::span<const double> weights) {
  double sum = 0;
  for (std::size_t p = 0; p < row.size(); ++p) sum += static_cast<double>(row[p]) * weights[p];
  return sum;
}

// Of taken and passed: their sums, and what a tilt adds.
std::vector<double> scores_of(const Choice& choice, std::span<const float> tilt) {
  const std::vector<double> weights(tilt.begin(), tilt.end());
  std::vector<double> scores = {static_cast<double>(choice.taken_sum)};
  scores.insert(scores.end(), choice.passed_sums.begin(), choice.passed_sums.end());
  if (weights.empty()) return scores;
  for (std::size_t n = 0; n < scores.size(); ++n) scores[n] += dot(row_of(choice, n), weights);
  return scores;
}

}  // namespace

OnlineBlend::OnlineBlend(std::size_t num_parts) : num_parts_(num_parts), own_((1 + Moment::kSize) * num_parts, 0.0f) {}

double OnlineBlend::share() const { return sigmoid(log_odds_); }

// Losses differ by S at most, the prior's share before the first choice is 1 / exp(K), and the rate in round t is
// 2 sqrt(K / t) / S: Hedge's loss is then above the prior's by at most S sqrt(K T) after T rounds (as follow the
// regularized leader: K / rate + S²/8 · the sum of rates; Cesa-Bianchi & Lugosi, Prediction, Learning, and Games, 2.3).
double OnlineBlend::margin(std::int64_t num_choices) {
  return kMostDifference * std::sqrt(kRoom / static_cast<double>(std::max<std::int64_t>(1, num_choices)));
}

// Of the losses so far.
void OnlineBlend::set_share() {
  const double rate = 2 * std::sqrt(kRoom / static_cast<double>(num_choices_ + 1)) / kMostDifference;
  log_odds_ = std::log(kLearnedOdds) + rate * (prior_loss_ - learned_loss_);
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
  std::vector<double> scores = scores_of(choice, tilt);
  return to_softmax(scores);
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
  const std::vector<double> before = scores_of(choice, learned_weights(moment));
  std::vector<double> likely = before;
  const double loss_before = to_softmax(likely);
  prior_loss_ += loss(choice, {});
  learned_loss_ += loss_before;
  set_share();

  std::vector<double> gradient(choice.taken.begin(), choice.taken.end());  // downhill
  for (std::size_t n = 0; n < likely.size(); ++n) {
    const std::span<const float> row = row_of(choice, n);
    for (std::size_t p = 0; p < num_parts_; ++p) gradient[p] -= likely[n] * static_cast<double>(row[p]);
  }
  // The loss along the gradient, of which an item's score gains slope[n] a unit.
  std::vector<double> slope(likely.size());
  double mean = 0;
  double mean_square = 0;
  for (std::size_t n = 0; n < slope.size(); ++n) {
    slope[n] = dot(row_of(choice, n), gradient);
    mean += likely[n] * slope[n];
    mean_square += likely[n] * slope[n] * slope[n];
  }
  double square = 0;
  for (const double each : gradient) square += each * each;
  if (square == 0) return;
  double rate = kRate;
  for (const float value : moment.values) rate += kMomentRate * static_cast<double>(value) * static_cast<double>(value);
  double step = 1 / (1 + rate * std::max(0.0, mean_square - mean * mean) / square);
  for (int halvings = 0; halvings < kMostHalvings; ++halvings) {
    std::vector<double> after = before;
    for (std::size_t n = 0; n < after.size(); ++n) after[n] += rate * step * slope[n];
    if (to_softmax(after) <= loss_before) break;
    step /= 2;
  }
  for (std::size_t row = 0; row <= Moment::kSize; ++row) {
    const double active = row == 0 ? kRate : kMomentRate * static_cast<double>(moment.values[row - 1]);
    if (active == 0) continue;
    for (std::size_t p = 0; p < num_parts_; ++p) {
      float& weight = own_[row * num_parts_ + p];
      const double moved = static_cast<double>(weight) + active * step * gradient[p];
      weight = static_cast<float>(std::clamp(moved, -kMostWeight, kMostWeight));
    }
  }
  for (float& weight : own_) {
    weight = static_cast<float>(static_cast<double>(weight) * (1 - kPull));
  }
}

}  // namespace inkling
