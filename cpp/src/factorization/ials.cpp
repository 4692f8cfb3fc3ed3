#include "inkling/ials.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "data/indices.h"
#include "data/sparse_tensors.h"
#include "factorization/factor_rows.h"
#include "factorization/least_squares.h"
#include "factorization/recursive_least_squares.h"
#include "inkling/popularity.h"
#include "inkling/random.h"
#include "kernels/dot.h"

namespace inkling {

namespace {

using Kind = SettingSpec::Kind;
constexpr SettingSpec kIalsSettings[] = {
    {"num_factors", Kind::kInteger, "128", "1", "1024", "length of the latent vectors"},
    {"iterations", Kind::kInteger, "12", "1", "1000", "passes over users and items"},
    {"regularization", Kind::kNumber, "0.006", "0.0000001", "100",
     "λ, multiplied by how much each row has been observed"},
    {"unobserved_weight", Kind::kNumber, "0", "0", "100",
     "α₀, weight of every pair, observed or not; 0 = 4 times the share of pairs that are observed, at most 1"},
    {"init_stddev", Kind::kNumber, "0.1", "0.000001", "10",
     "standard deviation of a factor vector's length at the start"},
    {"solver", Kind::kChoice, "cg", "cholesky,cg,block", nullptr,
     "how rows are solved: exactly, by conjugate gradients, or one block of factors after the other"},
    {"cg_steps", Kind::kInteger, "3", "1", "100", "steps of conjugate gradients a row, with solver=cg"},
    {"block_size", Kind::kInteger, "64", "1", "1024", "factors of a block, with solver=block"},
    kHistoryHalfLife,
};

constexpr std::size_t kFoldInNumbers = 7;  // of the tensor, in the order of IalsFoldIn

float unobserved_weight_of(const Settings& settings, const Interactions& interactions) {
  const double given = settings.number("unobserved_weight");
  if (given > 0) return static_cast<float>(given);
  const double pairs = static_cast<double>(interactions.num_users()) * interactions.num_items();
  return static_cast<float>(std::min(4 * static_cast<double>(interactions.num_entries()) / pairs, 1.0));
}

class IalsTrainer final : public Trainer {
 public:
  IalsTrainer(const Settings& settings, const Interactions& interactions, std::uint64_t seed, ThreadPool& pool)
      : settings_(settings),
        num_factors_(at(settings.integer("num_factors"))),
        iterations_(settings.integer("iterations")),
        regularization_(static_cast<float>(settings.number("regularization"))),
        unobserved_weight_(unobserved_weight_of(settings, interactions)),
        interactions_(interactions),
        pool_(pool),
        gram_(num_factors_, pool) {
    Random random(seed);
    const auto scale =
        static_cast<float>(settings.number("init_stddev") / std::sqrt(static_cast<double>(num_factors_)));
    for (CacheLineVector<float>* factors : {&user_factors_, &item_factors_}) {
      const std::int32_t rows = factors == &user_factors_ ? interactions.num_users() : interactions.num_items();
      factors->resize(at(rows) * num_factors_);
      for (float& value : *factors) value = scale * random.normal();
    }
    for (int thread = 0; thread < pool.num_threads(); ++thread) solvers_.push_back(make_solver());
    row_cost_ = solvers_[0]->row_cost();
    total_ = iterations_ * (2 * interactions.num_entries() +
                            row_cost_ * (interactions.num_users() + std::int64_t{interactions.num_items()}));
    gram_.start(item_factors_);
  }

  std::int64_t total_work() const override { return total_; }
  std::int64_t done_work() const override { return done_; }

  Status step(std::int64_t work) override {
    const std::int64_t goal = std::min(done_ + std::max<std::int64_t>(work, 1), total_);
    while (done_ < goal) {
      if (!gram_.done()) {
        gram_.step();
        if (!gram_.done()) return {};  // worth a slice of its own where there are many rows
        gram_.scale(unobserved_weight_);
      }
      if (Status status = solve_rows(goal - done_); !status.ok()) return status;
    }
    return {};
  }

  std::unique_ptr<Model> trained_model() override {
    return std::make_unique<Ials>(std::vector<float>(item_factors_.begin(), item_factors_.end()), num_factors_,
                                  IalsFoldIn{regularization_, unobserved_weight_}, count_users(interactions_),
                                  settings_.to_json());
  }

 private:
  std::unique_ptr<RowSolver> make_solver() const {
    const int solver = settings_.choice("solver");
    if (solver == 1) return std::make_unique<ConjugateGradientSolver>(num_factors_, settings_.integer("cg_steps"));
    if (solver == 0) return std::make_unique<CholeskySolver>(num_factors_);
    std::int32_t longest_row = 0;
    for (const SparseRows* rows : {&interactions_.by_user(), &interactions_.by_item()}) {
      for (std::int32_t row = 0; row < rows->num_rows(); ++row) {
        longest_row = std::max(longest_row, static_cast<std::int32_t>(rows->row_length(row)));
      }
    }
    return std::make_unique<BlockSolver>(num_factors_, at(settings_.integer("block_size")), at(longest_row));
  }

  Status solve_rows(std::int64_t work) {
    const SparseRows& rows = solving_users_ ? interactions_.by_user() : interactions_.by_item();
    const CacheLineVector<float>& fixed = solving_users_ ? item_factors_ : user_factors_;
    CacheLineVector<float>& solved = solving_users_ ? user_factors_ : item_factors_;
    const auto num_fixed = static_cast<float>(solving_users_ ? interactions_.num_items() : interactions_.num_users());
    const std::int32_t begin = next_row_;
    std::int64_t planned = 0;
    while (next_row_ < rows.num_rows() && planned < work) planned += rows.row_length(next_row_++) + row_cost_;

    std::atomic<bool> failed = false;
    pool_.for_each_chunk(next_row_ - begin, 8, [&](std::int64_t from, std::int64_t to, int thread) {
      for (std::int64_t row = begin + from; row < begin + to; ++row) {
        const auto entries = rows.row_columns(static_cast<std::int32_t>(row));
        float* out = solved.data() + at(row) * num_factors_;
        if (entries.empty()) {
          std::fill(out, out + num_factors_, 0.0f);
          continue;
        }
        const float ridge = regularization_ * (static_cast<float>(entries.size()) + unobserved_weight_ * num_fixed);
        if (!solvers_[at(thread)]->solve({fixed, gram_.result(), entries, ridge}, out)) {
          failed.store(true, std::memory_order_relaxed);
        }
      }
    });
    if (failed.load()) {
      return {ErrorCode::kNotFinite, "ials left the finite numbers; use a larger regularization or fewer num_factors"};
    }
    done_ += planned;
    if (next_row_ == rows.num_rows()) {
      next_row_ = 0;
      solving_users_ = !solving_users_;
      gram_.start(solving_users_ ? item_factors_ : user_factors_);
    }
    return {};
  }

  Settings settings_;
  std::size_t num_factors_;
  std::int64_t iterations_;
  float regularization_;
  float unobserved_weight_;
  const Interactions& interactions_;
  ThreadPool& pool_;
  GramSum gram_;
  std::vector<std::unique_ptr<RowSolver>> solvers_;  // one a thread
  CacheLineVector<float> user_factors_;              // (num_users, num_factors), row-major
  CacheLineVector<float> item_factors_;              // (num_items, num_factors), row-major
  std::int64_t row_cost_ = 1;
  std::int64_t total_ = 0;
  std::int64_t done_ = 0;
  std::int32_t next_row_ = 0;
  bool solving_users_ = true;
};

class IalsProfile final : public Profile {
 public:
  explicit IalsProfile(const Ials& model) : model_(model), solved_(model.num_factors()) {}

  // Returns false when the numbers overflow.
  bool fold_in(History history) {
    for (const HistoryEntry& entry : history) take(entry);
    const std::size_t count = history_.size();
    const std::size_t num_factors = model_.num_factors();
    std::vector<float> panel(count * num_factors);  // the factors of the history's items
    std::vector<std::int32_t> rows(count);          // of the panel
    std::vector<float> added(count);
    std::vector<float> pulls(count);
    for (std::size_t e = 0; e < count; ++e) {
      const auto [item, weight] = history_[e];
      model_.factors().copy_row(item, panel.data() + e * num_factors);
      rows[e] = static_cast<std::int32_t>(e);
      added[e] = model_.fold_in_parameters().added(weight);
      pulls[e] = model_.fold_in_parameters().pull(weight);
    }
    return solved_.start({panel, model_.gram(), rows, ridge()}, added, pulls);
  }

  bool update(const HistoryEntry& entry) override {
    if (!take(entry)) return true;
    const IalsFoldIn& fold_in = model_.fold_in_parameters();
    std::vector<float> row(padded_factors(model_.num_factors()));
    model_.factors().copy_row(entry.item, row.data());
    return solved_.add(row.data(), fold_in.added(entry.weight), fold_in.pull(entry.weight), ridge());
  }

  void score_all(std::span<float> scores) const override { model_.factors().score(user_factors(), 0, scores); }

  bool top_k(std::span<const std::uint8_t> skip, std::size_t k, ThreadPool* pool,
             std::vector<ScoredItem>& best) const override {
    return model_.factors().top_k({user_factors(), skip, k, pool}, best);
  }

  // Hu, Koren & Volinsky 2008, section 5: score(i) = sum over j of c_j p_j (A⁻¹ y_i)·y_j, with A the matrix that
  // fold_in factored and c_j p_j an entry's pull.
  void explain(std::int32_t item, std::vector<Contribution>& parts) const override {
    const std::size_t num_factors = model_.num_factors();
    std::vector<float> direction(num_factors);
    std::vector<float> scratch(num_factors);
    model_.factors().copy_row(item, direction.data());
    solved_.solve(direction.data());
    for (const HistoryEntry& entry : history_) {
      const float similarity =
          kernels::dot(direction.data(), model_.factors().row(entry.item, scratch.data()), num_factors);
      parts.push_back({entry.item, kNone, model_.fold_in_parameters().pull(entry.weight) * similarity});
    }
  }

 private:
  // Returns false for an entry that says nothing.
  bool take(const HistoryEntry& entry) {
    if (entry.item < 0 || entry.item >= model_.num_items() || entry.weight == 0) return false;
    history_.push_back(entry);
    confidence_ += model_.fold_in_parameters().confidence(entry.weight);
    count_ += entry.weight > 0 ? 1.0f : 0.0f;
    return true;
  }

  float ridge() const {
    const IalsFoldIn& fold_in = model_.fold_in_parameters();
    float ridge = fold_in.regularization;
    if (fold_in.scaling == IalsFoldIn::Scaling::kFrequency) {
      ridge *= confidence_ + fold_in.unobserved_weight * static_cast<float>(model_.num_items());
    } else if (fold_in.scaling == IalsFoldIn::Scaling::kCount) {
      ridge *= std::max(count_, 1.0f);
    }
    return ridge;
  }

  const float* user_factors() const { return solved_.x().data(); }

  const Ials& model_;
  std::vector<HistoryEntry> history_;
  RecursiveLeastSquares solved_;
  float confidence_ = 0;  // of the history, summed up
  float count_ = 0;       // of its entries, those of weight above 0
};

}  // namespace

std::span<const SettingSpec> Ials::settings() { return kIalsSettings; }

Result<std::unique_ptr<Trainer>> Ials::make_trainer(const Settings& settings, const TrainingData& data,
                                                    std::uint64_t seed, ThreadPool& pool) {
  const Interactions& interactions = *data.interactions;
  if (Status s = check_factors_fit(kName, interactions, settings.integer("num_factors")); !s.ok()) return s;
  return std::unique_ptr<Trainer>(std::make_unique<IalsTrainer>(settings, interactions, seed, pool));
}

bool IalsFoldIn::is_valid() const {
  constexpr float kLargest = std::numeric_limits<float>::max();
  const auto is_between = [](float value, float least, float largest) { return value >= least && value <= largest; };
  return regularization > 0 && regularization <= kLargest && unobserved_weight > 0 && unobserved_weight <= kLargest &&
         alpha > 0 && alpha <= kLargest && is_between(confidence_offset, 0, kLargest) &&
         is_between(replaced_weight, 0, unobserved_weight) && is_between(negative_target, -kLargest, kLargest);
}

Ials::Ials(ItemFactors item_factors, const IalsFoldIn& fold_in, Held<float> item_counts, std::string config)
    : Model(std::move(item_counts), std::move(config)),
      factors_(std::move(item_factors)),
      fold_in_(fold_in),
      gram_(factors_.gram(fold_in_.unobserved_weight)) {}

Result<std::unique_ptr<Profile>> Ials::profile_of(History history) const {
  auto profile = std::make_unique<IalsProfile>(*this);
  if (!profile->fold_in(history)) {
    return Status(ErrorCode::kNotFinite,
                  "the history cannot be folded in: the numbers overflow; use smaller event weights");
  }
  return std::unique_ptr<Profile>(std::move(profile));
}

void Ials::similar(std::int32_t item, std::span<float> scores) const { factors_.cosines(item, scores); }

void Ials::write(TensorFile& file) const {
  factors_.write(file);
  const float parameters[] = {fold_in_.regularization, fold_in_.unobserved_weight, static_cast<float>(fold_in_.scaling),
                              fold_in_.alpha,          fold_in_.confidence_offset, fold_in_.replaced_weight,
                              fold_in_.negative_target};
  file.add("fold_in", std::span<const float>(parameters), {kFoldInNumbers});
}

Result<std::unique_ptr<Model>> Ials::read(const TensorFile& file, Held<float> item_counts, std::string config) {
  Result<ItemFactors> item_factors = ItemFactors::read(file, item_counts.size());
  if (!item_factors.ok()) return item_factors.status();
  std::vector<float> parameters;
  if (Status s = file.get("fold_in", 1, parameters); !s.ok()) return s;
  if (Status s = check_finite(parameters, "fold_in"); !s.ok()) return s;
  // Files of the first version end after the two numbers that training knows.
  bool valid = parameters.size() == 2 || parameters.size() == kFoldInNumbers;
  IalsFoldIn fold_in{};
  if (valid) {
    fold_in.regularization = parameters[0];
    fold_in.unobserved_weight = parameters[1];
  }
  if (valid && parameters.size() == kFoldInNumbers) {
    valid = parameters[2] == 0 || parameters[2] == 1 || parameters[2] == 2;
    if (valid) fold_in.scaling = static_cast<IalsFoldIn::Scaling>(static_cast<int>(parameters[2]));
    fold_in.alpha = parameters[3];
    fold_in.confidence_offset = parameters[4];
    fold_in.replaced_weight = parameters[5];
    fold_in.negative_target = parameters[6];
  }
  if (!valid || !fold_in.is_valid()) {
    return Status(
        ErrorCode::kCorruptModelFile,
        "tensor \"fold_in\" should hold 2 or 7 numbers in their ranges: a positive regularization, a positive "
        "unobserved weight, a scaling from 0 to 2 and so on");
  }
  return std::unique_ptr<Model>(
      std::make_unique<Ials>(std::move(item_factors.value()), fold_in, std::move(item_counts), std::move(config)));
}

}  // namespace inkling
