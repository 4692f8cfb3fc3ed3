#include "inkling/biased_sgd.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "data/indices.h"
#include "data/sparse_tensors.h"
#include "factorization/factor_rows.h"
#include "factorization/least_squares.h"
#include "factorization/sgd_blocks.h"
#include "inkling/popularity.h"
#include "kernels/cholesky.h"
#include "kernels/dot.h"
#include "kernels/gram.h"
#include "kernels/simd.h"

namespace inkling {

namespace {

using Kind = SettingSpec::Kind;
constexpr SettingSpec kBiasedSgdSettings[] = {
    {"num_factors", Kind::kInteger, "64", "1", "1024", "length of the latent vectors"},
    {"epochs", Kind::kInteger, "30", "1", "10000", "passes over the interactions"},
    {"learning_rate", Kind::kNumber, "0.05", "0.000001", "1", "length of the first steps; it falls to nearly 0"},
    {"regularization", Kind::kNumber, "0.03", "0.000001", "100", "λ, for each value of a row"},
    {"init_stddev", Kind::kNumber, "0.1", "0.000001", "10",
     "standard deviation of a factor vector's length at the start"},
};

constexpr std::size_t kGatheredRows = 64;

// One step of both vectors, each on the other as it was: a = kept * a + pull * b, b = kept * b + pull * a.
void descend(float pull, float kept, float* a, float* b, std::size_t length) {
  const simd::Vector pulls = simd::splat(pull);
  const simd::Vector keeps = simd::splat(kept);
  std::size_t f = 0;
  for (; f + simd::kLanes <= length; f += simd::kLanes) {
    const simd::Vector x = simd::load(a + f);
    const simd::Vector y = simd::load(b + f);
    simd::store(a + f, simd::multiply_add(pulls, y, keeps * x));
    simd::store(b + f, simd::multiply_add(pulls, x, keeps * y));
  }
  for (; f < length; ++f) {
    const float x = a[f];
    const float y = b[f];
    a[f] = kept * x + pull * y;
    b[f] = kept * y + pull * x;
  }
}

class BiasedSgdTrainer final : public Trainer {
 public:
  BiasedSgdTrainer(const Settings& settings, const Interactions& interactions, std::uint64_t seed, ThreadPool& pool)
      : settings_(settings),
        num_factors_(at(settings.integer("num_factors"))),
        epochs_(settings.integer("epochs")),
        learning_rate_(static_cast<float>(settings.number("learning_rate"))),
        interactions_(interactions),
        pool_(pool),
        blocks_(interactions, epochs_, kEpochsADeal, seed) {
    const std::vector<float>& values = interactions.by_user().values;
    const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
    // Halved before they are added or subtracted: the range of two large floats need not be a float.
    parameters_.half_range = *greatest / 2 - *least / 2;
    parameters_.middle = *greatest / 2 + *least / 2;
    if (!(parameters_.half_range > 0)) {
      parameters_.half_range = 1;
      parameters_.middle = *least - 1;
    }
    double total = 0;
    for (const float value : values) total += static_cast<double>(mapped(value));
    parameters_.mean = static_cast<float>(total / static_cast<double>(values.size()));
    parameters_.regularization = static_cast<float>(settings.number("regularization"));

    Random random(~seed);  // other numbers than the blocks have
    const double stddev = settings.number("init_stddev");
    users_ = SeparateRows(random_factors(interactions.by_user(), num_factors_, stddev, random), num_factors_, 1);
    items_ = SeparateRows(random_factors(interactions.by_item(), num_factors_, stddev, random), num_factors_, 1);
  }

  std::int64_t total_work() const override { return blocks_.total_work(); }
  std::int64_t done_work() const override { return blocks_.done_work(); }

  Status step(std::int64_t work) override {
    std::atomic<bool> failed = false;
    blocks_.step(work, pool_, [&](const SgdBlocks::Part& part) {
      if (!learn(part)) failed.store(true, std::memory_order_relaxed);
    });
    if (failed.load() || (done() && !items_.finite())) {
      return {ErrorCode::kNotFinite, "biased_sgd left the finite numbers; use a smaller learning_rate"};
    }
    return {};
  }

  std::unique_ptr<Model> trained_model() override {
    return std::make_unique<BiasedSgd>(ItemFactors(items_.columns(0, num_factors_), num_factors_),
                                       items_.columns(num_factors_, 1), parameters_, count_users(interactions_),
                                       settings_.to_json());
  }

 private:
  static constexpr std::int64_t kEpochsADeal = 4;

  float mapped(float value) const { return (value - parameters_.middle) / parameters_.half_range; }

  bool learn(const SgdBlocks::Part& part) {
    const float rate = learning_rate_ * (1 - static_cast<float>(part.epoch) / static_cast<float>(epochs_));
    const float kept = 1.0f / (1.0f + rate * parameters_.regularization);
    float sum = 0;  // not finite as soon as one error is not
    for (const SgdBlocks::Entry& entry : part.entries) {
      float* user = users_.row(entry.user);
      float* item = items_.row(entry.item);
      float& user_bias = user[num_factors_];
      float& item_bias = item[num_factors_];
      const float error =
          mapped(entry.value) - parameters_.mean - user_bias - item_bias - kernels::dot(user, item, num_factors_);
      sum += error * 0.0f;
      const float pull = rate * error;
      user_bias = kept * user_bias + pull;
      item_bias = kept * item_bias + pull;
      descend(pull, kept, user, item, num_factors_);
    }
    return std::isfinite(sum);
  }

  Settings settings_;
  std::size_t num_factors_;
  std::int64_t epochs_;
  float learning_rate_;
  BiasedSgd::Parameters parameters_{};
  const Interactions& interactions_;
  ThreadPool& pool_;
  SgdBlocks blocks_;
  SeparateRows users_;  // factors, then the bias
  SeparateRows items_;
};

struct Residual {
  std::int32_t item;
  float count;   // how many times the entry counts
  float target;  // what is left of its mapped value without μ and b_i
};

// The person's unknowns are (x_u, b_u): an item's row is its factors and a 1.
class BiasedSgdProfile final : public Profile {
 public:
  BiasedSgdProfile(const BiasedSgd& model, std::vector<Residual> residuals, std::vector<float> factor,
                   std::vector<float> person)
      : model_(model), residuals_(std::move(residuals)), factor_(std::move(factor)), person_(std::move(person)) {}

  void score_all(std::span<float> scores) const override {
    model_.factors().score(person_.data(), 0, scores);
    finish(this, 0, scores);
  }

  bool top_k(std::span<const std::uint8_t> skip, std::size_t k, ThreadPool* pool,
             std::vector<ScoredItem>& best) const override {
    return model_.factors().top_k({person_.data(), skip, k, pool, &finish, this}, best);
  }

  // score(i) = base(i) + half_range * sum over j of count_j target_j ((y_i, 1)ᵀ A⁻¹ (y_j, 1)), with A the matrix of
  // fold_in and base(i) what the model says of the item without the person.
  void explain(std::int32_t item, std::vector<Contribution>& parts) const override {
    const BiasedSgd::Parameters& parameters = model_.parameters();
    const std::size_t num_factors = model_.num_factors();
    parts.push_back(
        {kNone, kNone, parameters.middle + parameters.half_range * (parameters.mean + model_.item_biases()[at(item)])});
    if (residuals_.empty()) return;
    std::vector<float> direction(num_factors + 1, 1.0f);
    std::vector<float> scratch(num_factors);
    model_.factors().copy_row(item, direction.data());
    kernels::cholesky_solve(factor_.data(), num_factors + 1, padded_factors(num_factors + 1), direction.data());
    for (const Residual& residual : residuals_) {
      const float* row = model_.factors().row(residual.item, scratch.data());
      const float similarity = kernels::dot(direction.data(), row, num_factors) + direction[num_factors];
      parts.push_back({residual.item, kNone, parameters.half_range * residual.count * residual.target * similarity});
    }
  }

 private:
  // The products with the person's factors become predicted values.
  static void finish(const void* profile, std::size_t first, std::span<float> scores) {
    const auto& self = *static_cast<const BiasedSgdProfile*>(profile);
    const BiasedSgd::Parameters& parameters = self.model_.parameters();
    const float base = parameters.mean + self.person_[self.model_.num_factors()];
    const float* biases = self.model_.item_biases().data() + first;
    for (std::size_t n = 0; n < scores.size(); ++n) {
      scores[n] = parameters.middle + parameters.half_range * (base + biases[n] + scores[n]);
    }
  }

  const BiasedSgd& model_;
  std::vector<Residual> residuals_;
  std::vector<float> factor_;  // of fold_in's matrix, (padded, padded)
  std::vector<float> person_;  // x_u, then b_u
};

}  // namespace

std::span<const SettingSpec> BiasedSgd::settings() { return kBiasedSgdSettings; }

Result<std::unique_ptr<Trainer>> BiasedSgd::make_trainer(const Settings& settings, const TrainingData& data,
                                                         std::uint64_t seed, ThreadPool& pool) {
  const Interactions& interactions = *data.interactions;
  if (Status s = check_factors_fit(kName, interactions, settings.integer("num_factors"), sizeof(SgdBlocks::Entry));
      !s.ok()) {
    return s;
  }
  return std::unique_ptr<Trainer>(std::make_unique<BiasedSgdTrainer>(settings, interactions, seed, pool));
}

BiasedSgd::BiasedSgd(ItemFactors item_factors, std::vector<float> item_biases, const Parameters& parameters,
                     Held<float> item_counts, std::string config)
    : Model(std::move(item_counts), std::move(config)),
      factors_(std::move(item_factors)),
      item_biases_(std::move(item_biases)),
      parameters_(parameters),
      longest_row_(factors_.longest_row()) {
  for (const float bias : item_biases_) largest_bias_ = std::max(largest_bias_, std::abs(bias));
}

Result<std::unique_ptr<Profile>> BiasedSgd::profile_of(History history) const {
  const std::size_t num_factors = factors_.num_factors();
  const std::size_t padded = padded_factors(num_factors + 1);
  std::vector<Residual> residuals;
  std::vector<float> matrix(padded * padded);
  std::vector<float> person(padded);
  std::vector<float> panel(kGatheredRows * padded);
  float targets[kGatheredRows];
  std::size_t rows = 0;
  const auto flush = [&] {
    kernels::gram(panel.data(), rows, padded, matrix.data());
    kernels::add_scaled_rows(targets, panel.data(), rows, padded, person.data());
    rows = 0;
  };
  float total = 0;
  for (const auto& [item, weight] : history) {
    if (item < 0 || item >= num_items()) continue;
    const float count = std::max(std::abs(weight), 1.0f);
    const float target = std::clamp(weight, -1.0f, 1.0f) - parameters_.mean - item_biases_[at(item)];
    residuals.push_back({item, count, target});
    const float root = std::sqrt(count);
    float* row = panel.data() + rows * padded;
    kernels::scaled_copy(root, factors_.row(item, row), row, num_factors);
    row[num_factors] = root;
    targets[rows] = root * target;
    total += count;
    if (++rows == kGatheredRows) flush();
  }
  flush();
  bool finite = true;
  if (!residuals.empty()) {
    for (std::size_t f = 0; f <= num_factors; ++f) matrix[f * padded + f] += parameters_.regularization * total;
    finite = kernels::cholesky_factor(matrix.data(), num_factors + 1, padded);
    if (finite) kernels::cholesky_solve(matrix.data(), num_factors + 1, padded, person.data());
  }
  // What no score can exceed.
  const float length = std::sqrt(kernels::dot(person.data(), person.data(), padded));
  const float bound =
      std::abs(parameters_.middle) +
      parameters_.half_range * (std::abs(parameters_.mean) + length * (1 + longest_row_) + largest_bias_);
  if (!finite || !std::isfinite(bound)) {
    return Status(ErrorCode::kNotFinite,
                  "the history cannot be folded in: the numbers overflow; use smaller event weights or values");
  }
  return std::unique_ptr<Profile>(
      std::make_unique<BiasedSgdProfile>(*this, std::move(residuals), std::move(matrix), std::move(person)));
}

void BiasedSgd::similar(std::int32_t item, std::span<float> scores) const { factors_.cosines(item, scores); }

void BiasedSgd::write(TensorFile& file) const {
  factors_.write(file);
  file.add("item_biases", std::span<const float>(item_biases_), {num_items()});
  const float parameters[] = {parameters_.middle, parameters_.half_range, parameters_.mean, parameters_.regularization};
  file.add("fold_in", std::span<const float>(parameters), {4});
}

Result<std::unique_ptr<Model>> BiasedSgd::read(const TensorFile& file, Held<float> item_counts, std::string config) {
  Result<ItemFactors> item_factors = ItemFactors::read(file, item_counts.size());
  if (!item_factors.ok()) return item_factors.status();
  std::vector<float> item_biases;
  std::vector<float> parameters;
  if (Status s = file.get("item_biases", 1, item_biases); !s.ok()) return s;
  if (Status s = check_finite(item_biases, "item_biases"); !s.ok()) return s;
  if (Status s = file.get("fold_in", 1, parameters); !s.ok()) return s;
  if (Status s = check_finite(parameters, "fold_in"); !s.ok()) return s;
  if (item_biases.size() != item_counts.size()) {
    return Status(ErrorCode::kCorruptModelFile, "tensor \"item_biases\" has " + std::to_string(item_biases.size()) +
                                                    " values; expected one for each of " +
                                                    std::to_string(item_counts.size()) + " items");
  }
  if (parameters.size() != 4 || parameters[1] <= 0 || parameters[3] <= 0) {
    return Status(ErrorCode::kCorruptModelFile,
                  "tensor \"fold_in\" should hold the middle and a positive half of the range, the mean and a positive "
                  "regularization");
  }
  return std::unique_ptr<Model>(
      std::make_unique<BiasedSgd>(std::move(item_factors.value()), std::move(item_biases),
                                  Parameters{parameters[0], parameters[1], parameters[2], parameters[3]},
                                  std::move(item_counts), std::move(config)));
}

}  // namespace inkling
