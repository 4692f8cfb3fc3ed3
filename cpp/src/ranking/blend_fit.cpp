#include "ranking/blend_fit.h"

#include <algorithm>
#include <cmath>

namespace inkling {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

constexpr std::int64_t kCasesPerChunk = 64;
constexpr double kRidge = 1e-4;
// What differs from the base by how much is known of the person or the item must be worth it.
constexpr double kKnotRidge = 1e-3;
constexpr std::size_t kCandidates = RankCases::kCandidates;
constexpr std::size_t kKnots = BlendWeights::kKnots;

}  // namespace

BlendFit::BlendFit(const RankCases& cases, std::vector<bool> parts, ThreadPool& pool)
    : cases_(cases),
      parts_(std::move(parts)),
      pool_(pool),
      width_(cases.num_parts() + 1),
      weights_(BlendWeights::kRows * width_, 0.0),
      ahead_(weights_) {}

BlendWeights BlendFit::weights() const {
  BlendWeights out;
  for (const double weight : weights_) out.numbers.push_back(static_cast<float>(weight));
  return out;
}

double BlendFit::ridge(std::size_t n) const { return n < width_ ? kRidge : kKnotRidge; }

double BlendFit::loss(std::span<const double> weights, std::vector<double>* gradient, std::size_t begin,
                      std::size_t end) {
  const std::size_t num_parts = width_ - 1;
  const auto num_cases = static_cast<std::int64_t>(end - begin);
  const std::size_t num_chunks = at((num_cases + kCasesPerChunk - 1) / kCasesPerChunk);
  std::vector<double> losses(num_chunks, 0.0);
  std::vector<double> totals(num_chunks, 0.0);
  std::vector<double> gradients(gradient == nullptr ? 0 : num_chunks * weights.size(), 0.0);
  pool_.for_each_chunk(num_cases, kCasesPerChunk, [&](std::int64_t from, std::int64_t to, int /*thread*/) {
    const std::size_t chunk = at(from / kCasesPerChunk);
    std::vector<double> own(width_);
    std::vector<double> sums((1 + kKnots) * width_);
    double scores[kCandidates];
    BlendWeights::Hats users[kCandidates];
    for (std::size_t n = begin + at(from); n < begin + at(to); ++n) {
      const RankCase& rank_case = cases_[n];
      const BlendWeights::Hats events = BlendWeights::of_events(rank_case.events);
      for (std::size_t p = 0; p < width_; ++p) {
        own[p] = weights[p];
        for (std::size_t a = 0; a < kKnots; ++a) {
          own[p] += static_cast<double>(events[a]) * weights[(1 + a) * width_ + p];
        }
      }
      double largest = -1e300;
      for (std::size_t c = 0; c < kCandidates; ++c) {
        users[c] = BlendWeights::of_users(static_cast<double>(cases_.users_of(cases_.item(n, c))));
        const auto z = cases_.z(n, c);
        double score = own[num_parts];
        for (std::size_t p = 0; p < num_parts; ++p) score += own[p] * static_cast<double>(z[p]);
        for (std::size_t b = 0; b < kKnots; ++b) {
          if (users[c][b] == 0) continue;
          const double* row = weights.data() + (1 + kKnots + b) * width_;
          double added = row[num_parts];
          for (std::size_t p = 0; p < num_parts; ++p) added += row[p] * static_cast<double>(z[p]);
          score += static_cast<double>(users[c][b]) * added;
        }
        scores[c] = score;
        largest = std::max(largest, score);
      }
      double total = 0;
      const double of_target = scores[0];
      for (double& score : scores) total += score = std::exp(score - largest);
      const auto weight = static_cast<double>(rank_case.weight);
      losses[chunk] += weight * (std::log(total) + largest - of_target);
      totals[chunk] += weight;
      if (gradient == nullptr) continue;
      std::fill(sums.begin(), sums.end(), 0.0);
      for (std::size_t c = 0; c < kCandidates; ++c) {
        const double share = weight * (scores[c] / total - (c == 0 ? 1.0 : 0.0));
        const auto z = cases_.z(n, c);
        for (std::size_t row = 0; row <= kKnots; ++row) {
          const double factor = row == 0 ? share : share * static_cast<double>(users[c][row - 1]);
          if (factor == 0) continue;
          double* sum = sums.data() + row * width_;
          for (std::size_t p = 0; p < num_parts; ++p) sum[p] += factor * static_cast<double>(z[p]);
          sum[num_parts] += factor;
        }
      }
      double* out = gradients.data() + chunk * weights.size();
      for (std::size_t p = 0; p < width_; ++p) {
        out[p] += sums[p];
        for (std::size_t k = 0; k < kKnots; ++k) {
          out[(1 + k) * width_ + p] += static_cast<double>(events[k]) * sums[p];
          out[(1 + kKnots + k) * width_ + p] += sums[(1 + k) * width_ + p];
        }
      }
    }
  });
  double loss = 0;
  double total = 0;
  for (std::size_t chunk = 0; chunk < num_chunks; ++chunk) {
    loss += losses[chunk];
    total += totals[chunk];
  }
  total = std::max(total, 1e-9);
  if (gradient != nullptr) {
    gradient->assign(weights.size(), 0.0);
    for (std::size_t n = 0; n < gradients.size(); ++n) (*gradient)[n % weights.size()] += gradients[n] / total;
  }
  return loss / total;
}

void BlendFit::step() {
  ++done_;
  if (cases_.size() == 0) return;
  const auto ridged = [&](const std::vector<double>& weights, std::vector<double>* gradient) {
    double value = loss(weights, gradient, 0, cases_.size());
    for (std::size_t n = 0; n < weights.size(); ++n) {
      value += ridge(n) * weights[n] * weights[n];
      if (gradient != nullptr) (*gradient)[n] += 2 * ridge(n) * weights[n];
    }
    return value;
  };
  std::vector<double> gradient;
  const double here = ridged(ahead_, &gradient);
  std::vector<double> next(weights_.size());
  step_size_ *= 1.2;  // it may have been cut where the ground was steeper
  for (int halvings = 0; halvings < 40; ++halvings) {
    double linear = 0;
    double distance = 0;
    for (std::size_t n = 0; n < next.size(); ++n) {
      const bool allowed = n % width_ == width_ - 1 ? n >= width_ : parts_[n % width_];
      next[n] = allowed ? ahead_[n] - step_size_ * gradient[n] : 0;
      if (n < width_) next[n] = std::max(0.0, next[n]);
      const double move = next[n] - ahead_[n];
      linear += gradient[n] * move;
      distance += move * move;
    }
    if (ridged(next, nullptr) <= here + linear + distance / (2 * step_size_) + 1e-12) break;
    step_size_ /= 2;
  }
  double uphill = 0;
  for (std::size_t n = 0; n < next.size(); ++n) uphill += (ahead_[n] - next[n]) * (next[n] - weights_[n]);
  if (uphill > 0) momentum_ = 1;
  const double momentum = (1 + std::sqrt(1 + 4 * momentum_ * momentum_)) / 2;
  for (std::size_t n = 0; n < next.size(); ++n) {
    ahead_[n] = next[n] + (momentum_ - 1) / momentum * (next[n] - weights_[n]);
  }
  momentum_ = momentum;
  weights_ = next;
}

}  // namespace inkling
