#include "ranking/blend.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "inkling/random.h"
#include "ranking/standard_scores.h"

namespace inkling {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

constexpr std::size_t kMaxPeople = 4000;
constexpr std::size_t kCandidates = 101;
constexpr std::int64_t kDescents = 200;
constexpr double kRidge = 1e-4;
constexpr std::int64_t kCasesPerChunk = 64;

}  // namespace

BlendLearner::BlendLearner(std::vector<const Model*> members, std::vector<Ensemble::Part> parts,
                           const Interactions& history, const Interactions& held_out, std::uint64_t seed,
                           ThreadPool& pool)
    : members_(std::move(members)), parts_(std::move(parts)), history_(history), seed_(seed), pool_(pool) {
  Random random(seed);
  // Every user with something held out and something known: one case each, of a random held-out item.
  for (const std::uint32_t n : random.permutation(at(held_out.num_users()))) {
    const auto user = static_cast<std::int32_t>(n);
    const auto targets = held_out.by_user().row_columns(user);
    if (targets.empty() || history_.by_user().row_length(user) == 0) continue;
    cases_.push_back({user, targets[at(static_cast<std::int64_t>(random.below(targets.size())))]});
    if (cases_.size() == kMaxPeople) break;
  }
  features_.assign(cases_.size() * kCandidates * parts_.size(), 0.0f);
  for (int thread = 0; thread < pool.num_threads(); ++thread) scores_.emplace_back(at(history.num_items()));
  weights_.assign(parts_.size(), 0.0);  // so that what says nothing gets nothing
  ahead_ = weights_;
}

std::int64_t BlendLearner::total_work() const { return static_cast<std::int64_t>(cases_.size()) + kDescents; }

Status BlendLearner::step(std::int64_t work) {
  const auto num_cases = static_cast<std::int64_t>(cases_.size());
  const std::int64_t goal = std::min(done_ + std::max<std::int64_t>(work, 1), total_work());
  if (done_ < num_cases) {
    const std::int64_t begin = done_;
    done_ = std::min(goal, num_cases);
    std::atomic<bool> failed = false;
    pool_.for_each_chunk(done_ - begin, 2, [&](std::int64_t from, std::int64_t to, int thread) {
      for (std::int64_t n = begin + from; n < begin + to; ++n) {
        if (!collect(at(n), thread)) failed.store(true, std::memory_order_relaxed);
      }
    });
    if (failed.load()) {
      return {ErrorCode::kNotFinite, "a member of the ensemble gave a score that is not a finite number"};
    }
  }
  for (; done_ < goal; ++done_) descend();
  return {};
}

bool BlendLearner::collect(std::size_t n, int thread) {
  const auto [user, target] = cases_[n];
  const auto met = history_.by_user().row_columns(user);
  std::vector<HistoryEntry> history;
  for (const std::int32_t place : history_.oldest_first(user)) history.push_back({met[at(place)], 1});
  std::vector<std::int32_t> candidates = {target};
  Random random(seed_ ^ (0x9E3779B97F4A7C15ull * (n + 1)));
  const auto num_items = static_cast<std::uint64_t>(history_.num_items());
  for (int tries = 0; candidates.size() < kCandidates && tries < 1000; ++tries) {
    const auto item = static_cast<std::int32_t>(random.below(num_items));
    if (item != target && !std::binary_search(met.begin(), met.end(), item)) candidates.push_back(item);
  }
  std::vector<float>& scores = scores_[at(thread)];
  float* features = features_.data() + n * kCandidates * parts_.size();
  for (std::size_t p = 0; p < parts_.size(); ++p) {
    const std::vector<HistoryEntry> seen = faded(history, parts_[p].half_life);
    const Result<std::unique_ptr<Profile>> profile = members_[at(parts_[p].member)]->fold_in(seen);
    if (!profile.ok()) return false;
    profile.value()->score_all(scores);
    const Standard standard = standard_of(scores);
    if (!std::isfinite(standard.mean) || !std::isfinite(standard.scale)) return false;
    for (std::size_t c = 0; c < kCandidates; ++c) {
      // Where fewer unmet items are to be had than wanted, the first is the target itself, which adds a constant.
      const std::int32_t item = c < candidates.size() ? candidates[c] : target;
      features[c * parts_.size() + p] = (scores[at(item)] - standard.mean) * standard.scale;
    }
  }
  return true;
}

double BlendLearner::loss(std::span<const double> weights, std::vector<double>* gradient) {
  const std::size_t num_parts = parts_.size();
  const auto num_cases = static_cast<std::int64_t>(cases_.size());
  const std::size_t num_chunks = at((num_cases + kCasesPerChunk - 1) / kCasesPerChunk);
  std::vector<double> losses(num_chunks, 0.0);
  std::vector<double> gradients(num_chunks * num_parts, 0.0);
  pool_.for_each_chunk(num_cases, kCasesPerChunk, [&](std::int64_t from, std::int64_t to, int /*thread*/) {
    const std::size_t chunk = at(from / kCasesPerChunk);
    double scores[kCandidates];
    for (std::int64_t n = from; n < to; ++n) {
      const float* rows = features_.data() + at(n) * kCandidates * num_parts;
      double largest = -1e300;
      for (std::size_t c = 0; c < kCandidates; ++c) {
        double score = 0;
        for (std::size_t p = 0; p < num_parts; ++p) score += weights[p] * static_cast<double>(rows[c * num_parts + p]);
        scores[c] = score;
        largest = std::max(largest, score);
      }
      double total = 0;
      const double of_target = scores[0];
      for (double& score : scores) total += score = std::exp(score - largest);
      losses[chunk] += std::log(total) + largest - of_target;
      if (gradient == nullptr) continue;
      for (std::size_t c = 0; c < kCandidates; ++c) {
        const double share = scores[c] / total - (c == 0 ? 1.0 : 0.0);
        for (std::size_t p = 0; p < num_parts; ++p) {
          gradients[chunk * num_parts + p] += share * static_cast<double>(rows[c * num_parts + p]);
        }
      }
    }
  });
  const double count = std::max<double>(1, static_cast<double>(num_cases));
  double total = 0;
  for (const double part : losses) total += part / count;
  for (const double weight : weights) total += kRidge * weight * weight;
  if (gradient != nullptr) {
    gradient->assign(num_parts, 0.0);
    for (std::size_t chunk = 0; chunk < num_chunks; ++chunk) {
      for (std::size_t p = 0; p < num_parts; ++p) (*gradient)[p] += gradients[chunk * num_parts + p] / count;
    }
    for (std::size_t p = 0; p < num_parts; ++p) (*gradient)[p] += 2 * kRidge * weights[p];
  }
  return total;
}

// One step of FISTA with backtracking.
void BlendLearner::descend() {
  if (cases_.empty()) return;
  std::vector<double> gradient;
  const double here = loss(ahead_, &gradient);
  std::vector<double> next(weights_.size());
  for (int halvings = 0; halvings < 40; ++halvings) {
    double linear = 0;
    double distance = 0;
    for (std::size_t p = 0; p < next.size(); ++p) {
      next[p] = std::max(0.0, ahead_[p] - step_size_ * gradient[p]);
      const double move = next[p] - ahead_[p];
      linear += gradient[p] * move;
      distance += move * move;
    }
    if (loss(next, nullptr) <= here + linear + distance / (2 * step_size_) + 1e-12) break;
    step_size_ /= 2;
  }
  const double momentum = (1 + std::sqrt(1 + 4 * momentum_ * momentum_)) / 2;
  for (std::size_t p = 0; p < next.size(); ++p) {
    ahead_[p] = next[p] + (momentum_ - 1) / momentum * (next[p] - weights_[p]);
  }
  momentum_ = momentum;
  weights_ = next;
}

std::vector<float> BlendLearner::weights() const {
  double total = 0;
  for (const double weight : weights_) total += weight;
  std::vector<float> shares;
  shares.reserve(weights_.size());
  for (const double weight : weights_) {
    shares.push_back(static_cast<float>(total > 0 ? weight / total : 1.0 / static_cast<double>(weights_.size())));
  }
  return shares;
}

}  // namespace inkling
