#include "inkling/linear_bandit.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "kernels/cholesky.h"
#include "kernels/dot.h"
#include "kernels/gram.h"
#include "kernels/simd.h"
#include "kernels/top_k.h"
#include "online/draws.h"
#include "online/invalid.h"

namespace inkling {

namespace {

constexpr std::size_t kPanelRows = 64;
constexpr std::size_t kItems = 256;  // of a block, so that it stays in the cache

Status not_finite() {
  return {ErrorCode::kNotFinite,
          "features, rewards or what a bandit makes of them are not finite; use smaller numbers"};
}

}  // namespace

// A block of items as U⁻ᵀ Xᵀ, a row a feature: the columns z have zᵀz = xᵀA⁻¹x, and xᵀU⁻¹g = zᵀg.
class LinearBandit::Whitened {
 public:
  explicit Whitened(const LinearBandit& bandit) : bandit_(bandit), rows_(bandit.num_features() * kItems) {}

  void fill(DenseVectors features, std::size_t first, std::size_t count) {
    const std::size_t size = bandit_.num_features();
    for (std::size_t item = 0; item < count; ++item) {
      const std::span<const float> x = features.row(first + item);
      for (std::size_t i = 0; i < size; ++i) row(i)[item] = x[i];
    }
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        kernels::axpy(-bandit_.factor_[k * bandit_.padded_ + i], row(k), row(i), count);
      }
      kernels::scaled_copy(1 / bandit_.factor_[i * bandit_.padded_ + i], row(i), row(i), count);
    }
  }

  float* row(std::size_t feature) { return rows_.data() + feature * kItems; }

 private:
  const LinearBandit& bandit_;
  std::vector<float> rows_;  // (features, kItems)
};

LinearBandit::LinearBandit(std::size_t num_features)
    : padded_(simd::round_up(num_features, kernels::gram_padding())),
      prior_mean_(num_features),
      precision_(padded_ * padded_),
      factor_(padded_ * padded_),
      pulls_(padded_),
      weights_(num_features) {}

Result<LinearBandit> LinearBandit::make(std::size_t num_features, const LinearPrior& prior) {
  const std::string count = std::to_string(num_features);
  if (num_features == 0 || num_features > kMostFeatures) {
    return invalid(count + " features; give from 1 to " + std::to_string(kMostFeatures));
  }
  if ((!prior.mean.empty() && prior.mean.size() != num_features) ||
      (!prior.precision.empty() && prior.precision.size() != num_features * num_features)) {
    return invalid("the prior of " + count +
                   " features needs a mean of as many numbers, and a precision of as many rows");
  }
  if (!kernels::all_finite(prior.mean) || !kernels::all_finite(prior.precision)) return not_finite();
  LinearBandit bandit(num_features);
  std::copy(prior.mean.begin(), prior.mean.end(), bandit.prior_mean_.begin());
  for (std::size_t i = 0; i < num_features; ++i) {
    float* row = bandit.precision_.data() + i * bandit.padded_;
    if (!prior.precision.empty()) std::copy_n(prior.precision.data() + i * num_features, num_features, row);
    row[i] += prior.ridge;
  }
  if (!bandit.solve()) {
    return invalid("the prior's precision is not positive definite; use a larger ridge");
  }
  return bandit;
}

Status LinearBandit::check(DenseVectors features) const {
  if (features.width != num_features() || features.values.size() % num_features() != 0) {
    return invalid("items have " + std::to_string(features.width) + " features; the bandit has " +
                   std::to_string(num_features()));
  }
  return kernels::all_finite(features.values) ? Status() : not_finite();
}

Status LinearBandit::update(DenseVectors features, std::span<const float> rewards,
                            std::span<const float> event_weights) {
  if (Status s = check(features); !s.ok()) return s;
  if (rewards.size() != features.num_rows() || (!event_weights.empty() && event_weights.size() != rewards.size())) {
    return invalid("events need features, a reward, and a weight or none; there are " +
                   std::to_string(features.num_rows()) + ", " + std::to_string(rewards.size()) + " and " +
                   std::to_string(event_weights.size()));
  }
  if (!std::all_of(event_weights.begin(), event_weights.end(), [](float weight) { return weight >= 0; })) {
    return invalid("an event weighs less than 0, or is not a number");
  }
  LinearBandit next = *this;
  next.add(features, rewards, event_weights);
  if (!next.solve()) return not_finite();
  *this = std::move(next);
  return {};
}

void LinearBandit::add(DenseVectors features, std::span<const float> rewards, std::span<const float> event_weights) {
  std::vector<float> panel(kPanelRows * padded_);
  for (std::size_t first = 0; first < rewards.size(); first += kPanelRows) {
    const std::size_t rows = std::min(kPanelRows, rewards.size() - first);
    for (std::size_t r = 0; r < rows; ++r) {
      const std::span<const float> x = features.row(first + r);
      const float root = event_weights.empty() ? 1 : std::sqrt(event_weights[first + r]);
      float* row = panel.data() + r * padded_;
      kernels::scaled_copy(root, x.data(), row, x.size());
      const float pull = root * (rewards[first + r] - kernels::dot(x.data(), prior_mean_.data(), x.size()));
      kernels::axpy(pull, row, pulls_.data(), x.size());
    }
    kernels::gram(panel.data(), rows, padded_, precision_.data());
  }
}

// Factor and weights. Returns false where A is not positive definite, or numbers have overflowed.
bool LinearBandit::solve() {
  factor_ = precision_;
  if (!kernels::cholesky_factor(factor_.data(), num_features(), padded_)) return false;
  std::vector<float> step = pulls_;
  kernels::cholesky_solve(factor_.data(), num_features(), padded_, step.data());
  for (std::size_t i = 0; i < num_features(); ++i) weights_[i] = prior_mean_[i] + step[i];
  return kernels::all_finite(weights_);
}

std::vector<float> LinearBandit::expected(DenseVectors features) const {
  std::vector<float> out(features.num_rows());
  kernels::gemv(features.values.data(), out.size(), num_features(), weights_.data(), out.data());
  return out;
}

Result<std::vector<float>> LinearBandit::upper_bounds(DenseVectors features, float width) const {
  if (Status s = check(features); !s.ok()) return s;
  if (!(width >= 0)) return invalid("an upper bound needs a width of 0 or more");
  std::vector<float> out = expected(features);
  Whitened block(*this);
  for (std::size_t first = 0; width > 0 && first < out.size(); first += kItems) {
    const std::size_t count = std::min(kItems, out.size() - first);
    block.fill(features, first, count);
    float squares[kItems] = {};
    for (std::size_t i = 0; i < num_features(); ++i) {
      for (std::size_t item = 0; item < count; ++item) squares[item] += block.row(i)[item] * block.row(i)[item];
    }
    for (std::size_t item = 0; item < count; ++item) out[first + item] += width * std::sqrt(squares[item]);
  }
  if (!kernels::all_finite(out)) return not_finite();
  return out;
}

Result<std::vector<float>> LinearBandit::draw(DenseVectors features, float scale, std::size_t num_draws,
                                              Random& random) const {
  if (Status s = check(features); !s.ok()) return s;
  if (!(scale >= 0)) return invalid("draws need a scale of 0 or more");
  std::vector<float> directions(num_draws * num_features());
  Draws draws(random);
  for (float& direction : directions) direction = scale * static_cast<float>(draws.normal());
  const std::vector<float> means = expected(features);
  std::vector<float> out;
  out.reserve(num_draws * means.size());
  for (std::size_t n = 0; n < num_draws; ++n) out.insert(out.end(), means.begin(), means.end());
  Whitened block(*this);
  for (std::size_t first = 0; first < means.size(); first += kItems) {
    const std::size_t count = std::min(kItems, means.size() - first);
    block.fill(features, first, count);
    for (std::size_t n = 0; n < num_draws; ++n) {
      float* row = out.data() + n * means.size() + first;
      for (std::size_t i = 0; i < num_features(); ++i) {
        kernels::axpy(directions[n * num_features() + i], block.row(i), row, count);
      }
    }
  }
  if (!kernels::all_finite(out)) return not_finite();
  return out;
}

}  // namespace inkling
