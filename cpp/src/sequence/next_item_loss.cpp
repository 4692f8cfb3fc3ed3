#include "sequence/next_item_loss.h"

#include <algorithm>
#include <cmath>

#include "kernels/dot.h"
#include "kernels/matrix_product.h"
#include "kernels/simd.h"
#include "kernels/softmax.h"

namespace inkling {

namespace {

// ln(1 + e^x), which does not overflow.
double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }

float sigmoid(float x) { return 1 / (1 + std::exp(-x)); }

// Scores of so many states at a time stay in the second cache.
std::size_t states_together(std::size_t num_items) {
  return std::clamp<std::size_t>((std::size_t{1} << 18) / num_items, 8, 64);
}

}  // namespace

NextItemLoss::NextItemLoss(const LossShape& shape, std::size_t num_items, std::size_t num_factors)
    : shape_(shape),
      num_items_(num_items),
      num_factors_(num_factors),
      padded_items_(simd::round_up(num_items, kPanel)) {
  if (shape.kind == LossShape::Kind::kCalibratedBinary && num_items > 1) {
    const double share = std::min(static_cast<double>(shape.num_negatives) / static_cast<double>(num_items - 1), 1.0);
    power_ = static_cast<float>(share * (shape.calibration * (1 - 1 / share) + 1 / share));
  }
  if (shape.kind == LossShape::Kind::kSoftmax) transposed_.resize(num_factors * padded_items_);
}

void NextItemLoss::refresh(const float* item_factors) {
  if (transposed_.empty()) return;
  for (std::size_t begin = 0; begin < num_items_; begin += kPanel) {
    const std::size_t first = begin * num_factors_;
    kernels::transpose(std::min(kPanel, num_items_ - begin), num_factors_, {item_factors + first, num_factors_},
                       {transposed_.data() + first, kPanel});
  }
}

double NextItemLoss::add(const float* item_factors, const float* states, std::span<const std::int32_t> targets,
                         float weight, Random& random, float* state_gradients, float* factor_gradients,
                         Desk& desk) const {
  std::fill_n(state_gradients, targets.size() * num_factors_, 0.0f);
  double loss = 0;
  const std::size_t together = shape_.kind == LossShape::Kind::kSoftmax ? states_together(num_items_) : 1;
  for (std::size_t begin = 0; begin < targets.size(); begin += together) {
    const auto some = targets.subspan(begin, std::min(together, targets.size() - begin));
    const float* from = states + begin * num_factors_;
    float* to = state_gradients + begin * num_factors_;
    loss += shape_.kind == LossShape::Kind::kSoftmax
                ? add_softmax(item_factors, from, some, weight, to, factor_gradients, desk)
                : add_sampled(item_factors, from, some[0], weight, random, to, factor_gradients, desk);
  }
  return loss;
}

double NextItemLoss::add_softmax(const float* item_factors, const float* states, std::span<const std::int32_t> targets,
                                 float weight, float* state_gradients, float* factor_gradients, Desk& desk) const {
  const std::size_t count = targets.size();
  desk.scores.resize(count * padded_items_);
  float* scores = desk.scores.data();
  for (std::size_t begin = 0; begin < padded_items_; begin += kPanel) {
    for (std::size_t n = 0; n < count; ++n) std::fill_n(scores + n * padded_items_ + begin, kPanel, 0.0f);
    kernels::add_product({count, num_factors_, kPanel}, {states, num_factors_},
                         {transposed_.data() + begin * num_factors_, kPanel}, {scores + begin, padded_items_});
  }
  double loss = 0;
  for (std::size_t n = 0; n < count; ++n) {
    float* row = scores + n * padded_items_;
    const auto target = static_cast<std::size_t>(targets[n]);
    const float score = row[target];
    loss += static_cast<double>(kernels::softmax(row, num_items_) - score);
    row[target] -= 1;
    kernels::scaled_copy(weight, row, row, num_items_);
  }
  kernels::add_product({count, num_items_, num_factors_}, {scores, padded_items_}, {item_factors, num_factors_},
                       {state_gradients, num_factors_});
  kernels::add_transposed_product({num_items_, count, num_factors_}, {scores, padded_items_}, {states, num_factors_},
                                  {factor_gradients, num_factors_});
  return loss;
}

double NextItemLoss::add_sampled(const float* item_factors, const float* state, std::int32_t target, float weight,
                                 Random& random, float* state_gradient, float* factor_gradients, Desk& desk) const {
  const std::size_t count = num_items_ > 1 ? shape_.num_negatives + 1 : 1;
  desk.drawn.resize(count);
  desk.scores.resize(count);
  desk.drawn[0] = target;
  for (std::size_t n = 1; n < count; ++n) {
    // All items but the target, those behind it moved up by one.
    const auto other = static_cast<std::int32_t>(random.below(num_items_ - 1));
    desk.drawn[n] = other < target ? other : other + 1;
  }
  const auto row = [&](std::size_t n) { return static_cast<std::size_t>(desk.drawn[n]) * num_factors_; };
  for (std::size_t n = 0; n < count; ++n) {
    desk.scores[n] = kernels::dot(state, item_factors + row(n), num_factors_);
  }
  // The loss, and its slopes in place of the scores.
  double loss = 0;
  if (shape_.kind == LossShape::Kind::kSampledSoftmax) {
    const float score = desk.scores[0];
    loss = static_cast<double>(kernels::softmax(desk.scores.data(), count) - score);
    desk.scores[0] -= 1;
  } else {
    for (std::size_t n = 0; n < count; ++n) {
      float& score = desk.scores[n];
      loss += n == 0 ? static_cast<double>(power_) * softplus(-score) : softplus(score);
      score = n == 0 ? -power_ * sigmoid(-score) : sigmoid(score);
    }
  }
  for (std::size_t n = 0; n < count; ++n) {
    kernels::axpy(weight * desk.scores[n], item_factors + row(n), state_gradient, num_factors_);
    kernels::axpy(weight * desk.scores[n], state, factor_gradients + row(n), num_factors_);
  }
  return loss;
}

}  // namespace inkling
