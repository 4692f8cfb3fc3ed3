#include "ranking/ranker_fit.h"

#include <algorithm>
#include <cmath>

#include "inkling/random.h"

namespace inkling {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

constexpr std::size_t kCandidates = RankCases::kCandidates;
constexpr std::size_t kHidden = 16;
constexpr std::int64_t kPatience = 15;  // steps without gain before the end
constexpr std::int64_t kCasesPerChunk = 32;
constexpr std::size_t kCasesPerBatch = 64;
constexpr double kLearningRate = 0.003;
constexpr double kWeightDecay = 1e-4;

}  // namespace

RankerFit::RankerFit(const RankCases& cases, const BlendWeights& weights, Form form, std::uint64_t seed,
                     ThreadPool& pool)
    : cases_(cases),
      form_(form),
      seed_(seed),
      pool_(pool),
      num_features_(LearnedRanker::num_features(cases.num_parts())),
      rows_(cases.size() * kCandidates * num_features_),
      sums_(cases.size() * kCandidates) {
  // By person, so that nobody is on both sides.
  std::vector<std::size_t> validation;
  for (std::size_t n = 0; n < cases.size(); ++n) {
    Random random(seed ^ (0x9E3779B97F4A7C15ull * (static_cast<std::uint64_t>(cases[n].user) + 1)));
    (random.below(5) == 0 ? validation : order_).push_back(n);
  }
  num_training_ = order_.size();
  order_.insert(order_.end(), validation.begin(), validation.end());
  for (std::size_t place = 0; place < order_.size(); ++place) {
    const std::size_t n = order_[place];
    const auto events = static_cast<double>(cases[n].events);
    for (std::size_t c = 0; c < kCandidates; ++c) {
      const auto users = static_cast<double>(cases.users_of(cases.item(n, c)));
      const float sum = weights.score(cases.z(n, c), BlendWeights::of_events(events), BlendWeights::of_users(users));
      sums_[place * kCandidates + c] = sum;
      ranker_features(cases.z(n, c), sum, users, events,
                      std::span(rows_).subspan((place * kCandidates + c) * num_features_, num_features_));
    }
  }
  scores_ = sums_;
  loss_before_ = best_loss_ = validation_loss();
  const std::size_t num_rows = num_training_ * kCandidates;
  if (form == Form::kTrees) {
    trees_.num_features = static_cast<std::int32_t>(num_features_);
    grower_ = std::make_unique<TreeGrower>(std::span(rows_).first(num_rows * num_features_), num_features_,
                                           TreeGrower::Options{}, pool);
    return;
  }
  perceptron_.means.assign(num_features_, 0.0f);
  perceptron_.scales.assign(num_features_, 0.0f);
  for (std::size_t f = 0; f < num_features_; ++f) {
    double sum = 0;
    double squares = 0;
    for (std::size_t row = 0; row < num_rows; ++row) {
      const auto value = static_cast<double>(rows_[row * num_features_ + f]);
      sum += value;
      squares += value * value;
    }
    const double mean = sum / std::max<double>(1, static_cast<double>(num_rows));
    const double variance = squares / std::max<double>(1, static_cast<double>(num_rows)) - mean * mean;
    perceptron_.means[f] = static_cast<float>(mean);
    perceptron_.scales[f] = static_cast<float>(variance > 1e-12 ? 1 / std::sqrt(variance) : 0);
  }
  Random random(seed + 1);
  const auto spread = static_cast<float>(1 / std::sqrt(static_cast<double>(num_features_)));
  for (std::size_t n = 0; n < kHidden * (num_features_ + 1); ++n)
    perceptron_.hidden.push_back(spread * random.normal());
  perceptron_.output.assign(kHidden, 0.0f);  // at first the sum alone counts
  moments_.assign(2 * (perceptron_.hidden.size() + kHidden), 0.0);
  best_perceptron_ = perceptron_;
}

std::span<const float> RankerFit::row(std::size_t place, std::size_t c) const {
  return std::span(rows_).subspan((place * kCandidates + c) * num_features_, num_features_);
}

std::span<const float> RankerFit::scores_at(std::size_t place) const {
  return std::span(scores_).subspan(place * kCandidates, kCandidates);
}

double RankerFit::loss_of(std::span<const float> scores, std::span<double> shares) {
  const auto largest = static_cast<double>(*std::max_element(scores.begin(), scores.end()));
  double total = 0;
  for (std::size_t c = 0; c < scores.size(); ++c) {
    total += shares[c] = std::exp(static_cast<double>(scores[c]) - largest);
  }
  for (double& share : shares) share /= total;
  return -std::log(std::max(shares[0], 1e-300));
}

double RankerFit::validation_loss() const {
  double sum = 0;
  double total = 0;
  std::vector<double> out(kCandidates);
  for (std::size_t place = num_training_; place < order_.size(); ++place) {
    const auto weight = static_cast<double>(cases_[order_[place]].weight);
    sum += weight * loss_of(scores_at(place), out);
    total += weight;
  }
  return total > 0 ? sum / total : 0;
}

void RankerFit::step() {
  if (num_training_ == 0 || num_training_ == order_.size()) {  // nothing to learn from, or to stop by
    done_ = kMostSteps;
    return;
  }
  if (form_ == Form::kTrees) {
    grow_tree();
  } else {
    descend();
  }
  ++done_;
  const double loss = validation_loss();
  if (loss < best_loss_) {
    best_loss_ = loss;
    best_step_ = done_;
    best_trees_ = trees_.num_trees();
    best_perceptron_ = perceptron_;
  } else if (done_ - best_step_ >= kPatience) {
    done_ = kMostSteps;
  }
}

void RankerFit::grow_tree() {
  const std::size_t num_rows = num_training_ * kCandidates;
  std::vector<float> gradients(num_rows);
  std::vector<float> curvatures(num_rows);
  pool_.for_each_chunk(static_cast<std::int64_t>(num_training_), kCasesPerChunk,
                       [&](std::int64_t from, std::int64_t to, int) {
                         std::vector<double> out(kCandidates);
                         for (std::size_t place = at(from); place < at(to); ++place) {
                           loss_of(scores_at(place), out);
                           const auto weight = static_cast<double>(cases_[order_[place]].weight);
                           for (std::size_t c = 0; c < kCandidates; ++c) {
                             const std::size_t n = place * kCandidates + c;
                             gradients[n] = static_cast<float>(weight * (out[c] - (c == 0 ? 1 : 0)));
                             curvatures[n] = static_cast<float>(weight * out[c] * (1 - out[c]));
                           }
                         }
                       });
  grower_->grow({gradients, curvatures}, std::span(scores_).first(num_rows), trees_);
  // The last tree alone, for those it did not learn from.
  BoostedTrees last;
  last.num_features = trees_.num_features;
  last.depth = trees_.depth;
  const std::size_t width = std::size_t{1} << trees_.depth;
  last.features.assign(trees_.features.end() - static_cast<std::ptrdiff_t>(width - 1), trees_.features.end());
  last.thresholds.assign(trees_.thresholds.end() - static_cast<std::ptrdiff_t>(width - 1), trees_.thresholds.end());
  last.leaves.assign(trees_.leaves.end() - static_cast<std::ptrdiff_t>(width), trees_.leaves.end());
  for (std::size_t place = num_training_; place < order_.size(); ++place) {
    for (std::size_t c = 0; c < kCandidates; ++c) scores_[place * kCandidates + c] += last.predict(row(place, c));
  }
}

void RankerFit::descend() {
  const std::size_t num_weights = perceptron_.hidden.size() + kHidden;
  Random random(seed_ + 2 + static_cast<std::uint64_t>(done_));
  const std::vector<std::uint32_t> order = random.permutation(num_training_);
  constexpr std::int64_t kCasesPerPart = 8;
  const double rate = kLearningRate / std::sqrt(1 + 0.1 * static_cast<double>(done_));
  std::int64_t taken = done_ * static_cast<std::int64_t>((num_training_ + kCasesPerBatch - 1) / kCasesPerBatch);
  for (std::size_t begin = 0; begin < order.size(); begin += kCasesPerBatch) {
    const std::size_t end = std::min(order.size(), begin + kCasesPerBatch);
    const std::size_t num_chunks = (end - begin + kCasesPerPart - 1) / kCasesPerPart;
    std::vector<double> gradients(num_chunks * num_weights, 0.0);
    pool_.for_each_chunk(
        static_cast<std::int64_t>(end - begin), kCasesPerPart, [&](std::int64_t from, std::int64_t to, int) {
          std::span<double> own = std::span(gradients).subspan(at(from / kCasesPerPart) * num_weights, num_weights);
          std::vector<double> out(kCandidates);
          std::vector<float> scores(kCandidates);
          for (std::int64_t n = from; n < to; ++n) {
            const std::size_t place = order[begin + at(n)];
            for (std::size_t c = 0; c < kCandidates; ++c) {
              scores[c] = sums_[place * kCandidates + c] + perceptron_.predict(row(place, c));
            }
            loss_of(scores, out);
            const auto weight = static_cast<double>(cases_[order_[place]].weight);
            for (std::size_t c = 0; c < kCandidates; ++c) {
              const double factor = weight * (out[c] - (c == 0 ? 1 : 0));
              if (std::abs(factor) < 1e-5) continue;
              perceptron_.add_gradient(row(place, c), factor, own.first(perceptron_.hidden.size()),
                                       own.subspan(perceptron_.hidden.size()));
            }
          }
        });
    ++taken;
    // Adam: Kingma & Ba, ICLR 2015; the decay beside the gradient: Loshchilov & Hutter, ICLR 2019.
    const double first_share = 1 - std::pow(0.9, static_cast<double>(taken));
    const double second_share = 1 - std::pow(0.999, static_cast<double>(taken));
    for (std::size_t w = 0; w < num_weights; ++w) {
      double gradient = 0;
      for (std::size_t chunk = 0; chunk < num_chunks; ++chunk) gradient += gradients[chunk * num_weights + w];
      gradient /= static_cast<double>(end - begin);
      double& first = moments_[w];
      double& second = moments_[num_weights + w];
      first = 0.9 * first + 0.1 * gradient;
      second = 0.999 * second + 0.001 * gradient * gradient;
      float& weight =
          w < perceptron_.hidden.size() ? perceptron_.hidden[w] : perceptron_.output[w - perceptron_.hidden.size()];
      const double move = first / first_share / (std::sqrt(second / second_share) + 1e-8);
      weight = static_cast<float>(static_cast<double>(weight) * (1 - rate * kWeightDecay * 10) - rate * move);
    }
  }
  pool_.for_each_chunk(static_cast<std::int64_t>(order_.size() - num_training_), kCasesPerChunk,
                       [&](std::int64_t from, std::int64_t to, int) {
                         for (std::size_t place = num_training_ + at(from); place < num_training_ + at(to); ++place) {
                           for (std::size_t c = 0; c < kCandidates; ++c) {
                             const std::size_t n = place * kCandidates + c;
                             scores_[n] = sums_[n] + perceptron_.predict(row(place, c));
                           }
                         }
                       });
}

std::unique_ptr<LearnedRanker> RankerFit::ranker() const {
  if (!(best_loss_ < loss_before_)) return nullptr;
  if (form_ == Form::kPerceptron) return std::make_unique<LearnedRanker>(best_perceptron_);
  BoostedTrees kept = trees_;
  const std::size_t width = std::size_t{1} << kept.depth;
  kept.features.resize(best_trees_ * (width - 1));
  kept.thresholds.resize(best_trees_ * (width - 1));
  kept.leaves.resize(best_trees_ * width);
  return std::make_unique<LearnedRanker>(std::move(kept));
}

}  // namespace inkling
