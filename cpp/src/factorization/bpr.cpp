#include "inkling/bpr.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "data/indices.h"
#include "data/sorting.h"
#include "data/sparse_tensors.h"
#include "factorization/factor_rows.h"
#include "factorization/sgd_blocks.h"
#include "inkling/popularity.h"
#include "kernels/dot.h"
#include "kernels/simd.h"

namespace inkling {

namespace {

using Kind = SettingSpec::Kind;
constexpr SettingSpec kBprSettings[] = {
    {"num_factors", Kind::kInteger, "64", "1", "1024", "length of the latent vectors"},
    {"epochs", Kind::kInteger, "0", "0", "10000",
     "passes over the interactions; 0 = 0.4 / their density, from 40 to 300"},
    {"learning_rate", Kind::kNumber, "0.1", "0.000001", "10", "length of the first steps; it falls to nearly 0"},
    {"regularization", Kind::kNumber, "0.02", "0", "100", "λ, taken off what each step touches"},
    {"num_negatives", Kind::kInteger, "6", "1", "1000",
     "items drawn for each interaction, of which the highest-scored is learned from"},
    {"init_stddev", Kind::kNumber, "0.1", "0.000001", "10",
     "standard deviation of a factor vector's length at the start"},
    kHistoryHalfLife,
};

// A person is folded in by fewer and longer steps than training takes: the items stay where they are.
constexpr int kFoldInRounds = 8;
constexpr float kFoldInRate = 0.2f;

float sigmoid(float x) { return 1.0f / (1.0f + std::exp(-x)); }

// What regularization leaves of a vector after a step: 1 - rate * λ to first order, and never negative.
float kept_by(float rate, float regularization) { return 1.0f / (1.0f + rate * regularization); }

// Where an implicit step of the logistic loss -ln σ(t) brings a margin m: the t with t = m + step σ(-t), whose gradient
// is that of where the step ends. It lies no more than ln(1 + step) beyond max(m, 0), so that no step overshoots,
// however long it is. Toulis & Airoldi, "Asymptotic and finite-sample properties of estimators based on stochastic
// gradients", Annals of Statistics 45(4), 2017. step >= 0, both finite.
double implicit_margin(double margin, double step) {
  double low = margin;
  double high = std::max(margin, 0.0) + std::log1p(step);
  for (int n = 0; n < 40; ++n) {
    const double middle = (low + high) / 2;
    (middle < margin + step / (1 + std::exp(middle)) ? low : high) = middle;
  }
  return (low + high) / 2;
}

struct Negative {
  std::int32_t item = kNone;  // kNone when all that were drawn are met
  float score = 0;
};

// Whether an item is among `met`, which rises. Without branches that depend on the items: nobody could foretell them.
bool contains(std::span<const std::int32_t> met, std::int32_t item) {
  if (met.empty()) return false;
  const std::int32_t* begin = met.data();
  for (std::size_t length = met.size(); length > 1;) {
    const std::size_t half = length / 2;
    begin += begin[half] <= item ? half : 0;
    length -= half;
  }
  return *begin == item;
}

// Draws `count` items with draw() and returns the highest-scored that is not among `met`, which rises. row(item): its
// factors. Of some drawn together the highest comes first, so that few have to be looked for among what is met.
template <class Row, class Draw>
Negative hardest_negative(const float* user, Row&& row, std::size_t num_factors, std::span<const std::int32_t> met,
                          std::int32_t count, Draw&& draw) {
  constexpr std::int32_t kTogether = 8;
  Negative best;
  Negative drawn[kTogether];
  for (std::int32_t n = 0; n < count; n += kTogether) {
    std::int32_t left = std::min(kTogether, count - n);
    for (std::int32_t d = 0; d < left; ++d) {
      const std::int32_t item = draw();
      drawn[d] = {item, kernels::dot(user, row(item), num_factors)};
    }
    for (; left > 0; --left) {
      std::int32_t top = 0;
      for (std::int32_t d = 1; d < left; ++d) top = drawn[d].score > drawn[top].score ? d : top;
      if (best.item != kNone && !(drawn[top].score > best.score)) break;
      if (!contains(met, drawn[top].item)) {
        best = drawn[top];
        break;
      }
      drawn[top] = drawn[left - 1];
    }
  }
  return best;
}

// One step, on the factors before it: user = kept * user + pull * (wanted - other),
// wanted = kept * wanted + pull * user, other = kept * other - pull * user.
void descend(float pull, float kept, float* user, float* wanted, float* other, std::size_t num_factors) {
  const simd::Vector pulls = simd::splat(pull);
  const simd::Vector keeps = simd::splat(kept);
  std::size_t f = 0;
  for (; f + simd::kLanes <= num_factors; f += simd::kLanes) {
    const simd::Vector x = simd::load(user + f);
    const simd::Vector y = simd::load(wanted + f);
    const simd::Vector z = simd::load(other + f);
    simd::store(user + f, simd::multiply_add(pulls, y - z, keeps * x));
    simd::store(wanted + f, simd::multiply_add(pulls, x, keeps * y));
    simd::store(other + f, simd::multiply_subtract(pulls, x, keeps * z));
  }
  for (; f < num_factors; ++f) {
    const float x = user[f];
    const float y = wanted[f];
    const float z = other[f];
    user[f] = kept * x + pull * (y - z);
    wanted[f] = kept * y + pull * x;
    other[f] = kept * z - pull * x;
  }
}

// Sparse data wants many more passes than dense.
std::int64_t num_epochs(std::int64_t wanted, const Interactions& interactions) {
  constexpr double kSteps = 1e8;  // at most, or this data would take minutes
  if (wanted > 0) return wanted;
  const auto entries = static_cast<double>(interactions.num_entries());
  const double pairs = static_cast<double>(interactions.num_users()) * interactions.num_items();
  return static_cast<std::int64_t>(std::clamp(std::min(0.4 * pairs, kSteps) / entries, 40.0, 300.0));
}

class BprTrainer final : public Trainer {
 public:
  BprTrainer(const Settings& settings, const Interactions& interactions, std::uint64_t seed, ThreadPool& pool)
      : settings_(settings),
        num_factors_(at(settings.integer("num_factors"))),
        epochs_(num_epochs(settings.integer("epochs"), interactions)),
        num_negatives_(settings.integer("num_negatives")),
        learning_rate_(static_cast<float>(settings.number("learning_rate"))),
        regularization_(static_cast<float>(settings.number("regularization"))),
        interactions_(interactions),
        pool_(pool),
        blocks_(interactions, epochs_, 1, seed) {
    Random random(~seed);  // other numbers than the blocks have
    const double stddev = settings.number("init_stddev");
    users_ = SeparateRows(random_factors(interactions.by_user(), num_factors_, stddev, random), num_factors_);
    items_ = SeparateRows(random_factors(interactions.by_item(), num_factors_, stddev, random), num_factors_);
  }

  std::int64_t total_work() const override { return blocks_.total_work(); }
  std::int64_t done_work() const override { return blocks_.done_work(); }

  Status step(std::int64_t work) override {
    std::atomic<bool> failed = false;
    blocks_.step(work, pool_, [&](const SgdBlocks::Part& part) {
      if (!learn(part)) failed.store(true, std::memory_order_relaxed);
    });
    if (failed.load() || (done() && !items_.finite())) {
      return {ErrorCode::kNotFinite, "bpr left the finite numbers; use a smaller learning_rate"};
    }
    return {};
  }

  std::unique_ptr<Model> trained_model() override {
    std::vector<float> factors = items_.columns(0, num_factors_);
    std::vector<float> mean(num_factors_);
    const std::size_t num_items = factors.size() / num_factors_;
    for (std::size_t item = 0; item < num_items; ++item) {
      kernels::axpy(1.0f / static_cast<float>(num_items), factors.data() + item * num_factors_, mean.data(),
                    num_factors_);
    }
    for (std::size_t item = 0; item < num_items; ++item) {
      kernels::axpy(-1, mean.data(), factors.data() + item * num_factors_, num_factors_);
    }
    return std::make_unique<Bpr>(std::move(factors), num_factors_, Bpr::FoldIn{regularization_, num_negatives_},
                                 count_users(interactions_), settings_.to_json());
  }

 private:
  bool learn(const SgdBlocks::Part& part) {
    const float rate = learning_rate_ * (1 - static_cast<float>(part.epoch) / static_cast<float>(epochs_));
    const float kept = kept_by(rate, regularization_);
    float sum = 0;  // not finite as soon as one score is not
    for (const SgdBlocks::Entry& entry : part.entries) {
      float* user = users_.row(entry.user);
      const Negative negative = hardest_negative(
          user, [&](std::int32_t item) { return items_.row(item); }, num_factors_,
          interactions_.by_user().row_columns(entry.user), num_negatives_,
          [&] { return part.items[static_cast<std::size_t>(part.random.below(part.items.size()))]; });
      if (negative.item == kNone) continue;
      float* wanted = items_.row(entry.item);
      float* other = items_.row(negative.item);
      const float difference = kernels::dot(user, wanted, num_factors_) - negative.score;
      sum += difference * 0.0f;
      descend(rate * sigmoid(-difference), kept, user, wanted, other, num_factors_);
    }
    return std::isfinite(sum);
  }

  Settings settings_;
  std::size_t num_factors_;
  std::int64_t epochs_;
  std::int32_t num_negatives_;
  float learning_rate_;
  float regularization_;
  const Interactions& interactions_;
  ThreadPool& pool_;
  SgdBlocks blocks_;
  SeparateRows users_;
  SeparateRows items_;
};

class BprProfile final : public Profile {
 public:
  // items: rising.
  BprProfile(const Bpr& model, std::vector<std::int32_t> items)
      : model_(model),
        items_(std::move(items)),
        met_(items_),
        parts_(items_.size() * model.num_factors()),
        sum_(model.num_factors()),
        user_factors_(model.num_factors()),
        scratch_(2 * model.num_factors()) {}

  // weights: of the items. Returns false when the numbers overflow.
  bool fold_in(std::span<const float> weights) {
    for (int round = 0; round < kFoldInRounds; ++round) {
      for (std::size_t e = 0; e < items_.size(); ++e) {
        learn<Step::kExplicit>(e, weights[e], round);
      }
    }
    return finish(0);
  }

  bool update(const HistoryEntry& entry) override {
    const auto [item, weight] = entry;
    if (item < 0 || item >= model_.num_items() || weight == 0) return true;
    items_.push_back(item);
    met_.insert(std::upper_bound(met_.begin(), met_.end(), item), item);
    parts_.resize(items_.size() * model_.num_factors());
    const std::size_t last = items_.size() - 1;
    for (int round = 0; round < kFoldInRounds; ++round) learn<Step::kImplicit>(last, weight, round);
    return finish(last);
  }

  void score_all(std::span<float> scores) const override { model_.factors().score(user_factors_.data(), 0, scores); }

  bool top_k(std::span<const std::uint8_t> skip, std::size_t k, ThreadPool* pool,
             std::vector<ScoredItem>& best) const override {
    return model_.factors().top_k({user_factors_.data(), skip, k, pool}, best);
  }

  void explain(std::int32_t item, std::vector<Contribution>& parts) const override {
    const std::size_t num_factors = model_.num_factors();
    std::vector<float> scratch(num_factors);
    const float* row = model_.factors().row(item, scratch.data());
    for (std::size_t n = 0; n < items_.size(); ++n) {
      parts.push_back({items_[n], kNone, scale_ * kernels::dot(parts_.data() + n * num_factors, row, num_factors)});
    }
  }

 private:
  enum class Step : std::uint8_t { kExplicit, kImplicit };

  // One step for one item.
  template <Step kStep>
  void learn(std::size_t e, float weight, int round) {
    const std::size_t num_factors = model_.num_factors();
    const auto row = [&](std::int32_t item) { return model_.factors().row(item, scratch_.data()); };
    const auto [regularization, num_negatives] = model_.fold_in_settings();
    const float rate = kFoldInRate * (1 - static_cast<float>(round) / kFoldInRounds);
    // Its own numbers for each item, so that what is drawn for one does not hang on the others.
    Random random((static_cast<std::uint64_t>(items_[e]) << 8) + static_cast<std::uint64_t>(round));
    const Negative negative =
        hardest_negative(sum_.data(), row, num_factors, met_, weight > 0 ? num_negatives : 1,
                         [&] { return static_cast<std::int32_t>(random.below(at(model_.num_items()))); });
    if (negative.item == kNone) return;
    const float* wanted = row(items_[e]);
    const float* other = model_.factors().row(negative.item, scratch_.data() + num_factors);
    const float difference = scale_ * (kernels::dot(sum_.data(), wanted, num_factors) - negative.score);
    float margin = weight > 0 ? difference : -difference;
    if constexpr (kStep == Step::kImplicit) {
      const float square = kernels::dot(wanted, wanted, num_factors) + kernels::dot(other, other, num_factors) -
                           2 * kernels::dot(wanted, other, num_factors);
      margin = static_cast<float>(
          implicit_margin(margin, static_cast<double>(rate) * std::abs(weight) * std::max(square, 0.0f)));
    }
    scale_ *= kept_by(rate, regularization);
    const float pull = rate * weight * sigmoid(-margin) / scale_;
    for (float* to : {sum_.data(), parts_.data() + e * num_factors}) {
      kernels::axpy(pull, wanted, to, num_factors);
      kernels::axpy(-pull, other, to, num_factors);
    }
    if (scale_ < 1e-6f) {
      for (std::vector<float>* numbers : {&sum_, &parts_}) {
        for (float& value : *numbers) value *= scale_;
      }
      scale_ = 1;
    }
  }

  // After steps for items from `first` on. Returns false when the numbers have overflowed.
  bool finish(std::size_t first) {
    const std::size_t num_factors = sum_.size();
    kernels::scaled_copy(scale_, sum_.data(), user_factors_.data(), num_factors);
    return finite_rows(std::span(parts_).subspan(first * num_factors), num_factors) && finite_rows(sum_, num_factors);
  }

  const Bpr& model_;
  std::vector<std::int32_t> items_;
  std::vector<std::int32_t> met_;    // the same, rising
  std::vector<float> parts_;         // (items, num_factors): what each adds to the person's factors, but for scale_
  std::vector<float> sum_;           // num_factors: of the parts
  float scale_ = 1;                  // of all: shrinking them is one multiplication
  std::vector<float> user_factors_;  // num_factors: the sum, scaled
  std::vector<float> scratch_;       // (2, num_factors)
};

}  // namespace

std::span<const SettingSpec> Bpr::settings() { return kBprSettings; }

Result<std::unique_ptr<Trainer>> Bpr::make_trainer(const Settings& settings, const TrainingData& data,
                                                   std::uint64_t seed, ThreadPool& pool) {
  const Interactions& interactions = *data.interactions;
  if (Status s = check_factors_fit(kName, interactions, settings.integer("num_factors"), sizeof(SgdBlocks::Entry));
      !s.ok()) {
    return s;
  }
  return std::unique_ptr<Trainer>(std::make_unique<BprTrainer>(settings, interactions, seed, pool));
}

Bpr::Bpr(ItemFactors item_factors, const FoldIn& fold_in, Held<float> item_counts, std::string config)
    : Model(std::move(item_counts), std::move(config)), factors_(std::move(item_factors)), fold_in_(fold_in) {}

Result<std::unique_ptr<Profile>> Bpr::profile_of(History history) const {
  std::vector<Contribution> known;  // the weights by item: the order of the history does not count
  for (const auto& [item, weight] : history) {
    if (item >= 0 && item < num_items() && weight != 0) known.push_back({item, kNone, weight});
  }
  sort_contributions(known, [](const Contribution& a, const Contribution& b) { return a.item < b.item; });
  std::vector<std::int32_t> items;
  std::vector<float> weights;
  for (const Contribution& entry : known) {
    items.push_back(entry.item);
    weights.push_back(entry.value);
  }
  auto profile = std::make_unique<BprProfile>(*this, std::move(items));
  if (!profile->fold_in(weights)) {
    return Status(ErrorCode::kNotFinite,
                  "the history cannot be folded in: the numbers overflow; use smaller event weights");
  }
  return std::unique_ptr<Profile>(std::move(profile));
}

void Bpr::similar(std::int32_t item, std::span<float> scores) const { factors_.cosines(item, scores); }

void Bpr::write(TensorFile& file) const {
  factors_.write(file);
  const float parameters[] = {fold_in_.regularization, static_cast<float>(fold_in_.num_negatives)};
  file.add("fold_in", std::span<const float>(parameters), {2});
}

Result<std::unique_ptr<Model>> Bpr::read(const TensorFile& file, Held<float> item_counts, std::string config) {
  Result<ItemFactors> item_factors = ItemFactors::read(file, item_counts.size());
  if (!item_factors.ok()) return item_factors.status();
  std::vector<float> parameters;
  if (Status s = file.get("fold_in", 1, parameters); !s.ok()) return s;
  if (Status s = check_finite(parameters, "fold_in"); !s.ok()) return s;
  if (parameters.size() != 2 || parameters[0] < 0 || parameters[1] < 1 || parameters[1] > 1000) {
    return Status(ErrorCode::kCorruptModelFile,
                  "tensor \"fold_in\" should hold a regularization not below 0 and 1 to 1000 negatives");
  }
  const FoldIn fold_in{parameters[0], static_cast<std::int32_t>(parameters[1])};
  return std::unique_ptr<Model>(
      std::make_unique<Bpr>(std::move(item_factors.value()), fold_in, std::move(item_counts), std::move(config)));
}

}  // namespace inkling
