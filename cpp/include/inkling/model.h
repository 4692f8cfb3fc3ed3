#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inkling/interactions.h"
#include "inkling/scored_item.h"
#include "inkling/settings.h"
#include "inkling/status.h"
#include "inkling/tensor_file.h"
#include "inkling/thread_pool.h"

namespace inkling {

class ItemFactors;
class TfIdf;

inline constexpr std::int32_t kNone = -1;

// One item of a person's history. Items are distinct within a history; the oldest comes first, where there is an order.
struct HistoryEntry {
  std::int32_t item;
  float weight;  // > 0: wanted, < 0: not wanted; 1 is as strong as a training interaction
};
using History = std::span<const HistoryEntry>;

// The history with the weight of the entry n places before the newest multiplied by 2^(-n / half_life); as it is where
// the half-life is 0.
std::vector<HistoryEntry> faded(History history, double half_life);

// A signed part of a score. item: whose history entry it comes from; term: which word or tag. Entries with only
// one of the two (or neither) sum to the score; entries with both split the entry of their item further.
struct Contribution {
  std::int32_t item = kNone;
  std::int32_t term = kNone;
  float value = 0;
};

// What stands as the term of a part that a model adds to an item's score whoever asks. -2 and -3 are the ranker's.
inline constexpr std::int32_t kModelItself = -4;

// What a model makes of one person's history: a cache, never stored with the model. Must not outlive its model.
class Profile {
 public:
  virtual ~Profile() = default;
  // scores: (model.num_items()), all written, all finite. Larger is better; 0 means the model knows nothing.
  virtual void score_all(std::span<float> scores) const = 0;
  // The k best of the items whose `skip` is 0, best first, equal scores by index: what score_all and a full sort would
  // give. skip: (model.num_items()); pool: whose threads may help, or null. Returns false when a score is not finite.
  virtual bool top_k(std::span<const std::uint8_t> skip, std::size_t k, ThreadPool* pool,
                     std::vector<ScoredItem>& best) const;
  // Takes one more entry, of weight above 0, as the newest of the history, by a step from where the profile is. What
  // fold-in makes of the longer history it meets exactly (but for rounding) or nearly, as the model's header says; an
  // item outside the model changes nothing. Returns false, with the profile in an unspecified state, where there is no
  // such step: the history is to be folded in then.
  virtual bool update(const HistoryEntry& /*entry*/) { return false; }
  // Appends the exact parts of the item's score.
  virtual void explain(std::int32_t item, std::vector<Contribution>& parts) const = 0;
};

// A trained model. Items are 0 … num_items() - 1. Immutable, so any number of threads may use it.
class Model {
 public:
  virtual ~Model() = default;
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
  virtual std::string_view name() const = 0;
  std::int32_t num_items() const { return static_cast<std::int32_t>(item_counts_.values.size()); }
  // How many training users met each item: (num_items).
  std::span<const float> item_counts() const { return item_counts_.values; }
  // The settings it was trained with, as JSON.
  const std::string& config() const { return config_; }

  // Computes the profile of a person who need not have been there at training. Entries with items outside the model
  // are left out. With a history half-life h, the entry n places before the newest counts 2^(-n/h) of its weight.
  // Errors: kNotFinite when weights are so large that the numbers overflow.
  Result<std::unique_ptr<Profile>> fold_in(History history) const;

  // The same for a person to whom the parts of the model count for more or less than to others, where it has parts
  // (hybrid.h). tilt: what is added to each part's weight, or empty.
  virtual Result<std::unique_ptr<Profile>> fold_in_tilted(History history, std::span<const float> /*tilt*/) const {
    return fold_in(history);
  }

  // In entries of the history; 0 = the order does not count. Stored with the model.
  double history_half_life() const { return history_half_life_; }
  void set_history_half_life(double entries) { history_half_life_ = entries; }

  // Whether scores foretell values (ratings), so that their error can be measured.
  virtual bool predicts_values() const { return false; }
  // The weight of a history entry that stands for a training row of this value: 1 where the model reads no values.
  virtual float weight_of_value(float /*value*/) const { return 1; }

  // Cosine (or the model's own similarity) of every item to `item`: (num_items), 0 where unknown.
  virtual void similar(std::int32_t item, std::span<float> scores) const = 0;

  // The latent vectors of the items, which are alike where these are (by cosine); null where it has none. Of a model of
  // several, those of the first that has some.
  virtual const ItemFactors* latent_factors() const { return nullptr; }

  // The texts of the items, for models that look at them (hybrid.h); num_items: of the catalogue, those after the
  // model's own are new. Not while others use the model.
  virtual void attach(const TfIdf* /*content*/, std::int32_t /*num_items*/) {}

  // Whether a profile that took the newest events one by one (Profile::update) is what fold-in would give, and so is
  // always kept from one list to the next.
  virtual bool keeps_profiles() const { return false; }

  // Whether scores are logits of what the person takes next, so that their softmax says how likely each item is.
  virtual bool foretells_next() const { return false; }

  // Whether profiles are brought nearer to what their person took, beyond what fold-in makes of it, where the model
  // knows how (sequence_model.h). Not while others use the model.
  virtual void tune_to_people(bool /*on*/) {}

  // Makes lists of large catalogues faster for some more memory; they stay the same, to the bit. Not while others use
  // the model.
  virtual void prepare_lists() {}
  // What a model that was read refers to: the bytes of its file, which it then keeps, or nothing, with counts of its
  // own.
  void hold_file(std::vector<std::uint8_t> bytes) { file_ = std::move(bytes); }
  void own_item_counts() {
    item_counts_ = Held<float>(std::vector<float>(item_counts_.values.begin(), item_counts_.values.end()));
  }

  // Adds the model's own tensors; names and shapes are in cpp/README.md.
  virtual void write(TensorFile& file) const = 0;

 protected:
  Model(Held<float> item_counts, std::string config)
      : item_counts_(std::move(item_counts)), config_(std::move(config)) {}

  virtual Result<std::unique_ptr<Profile>> profile_of(History history) const = 0;
  void set_item_counts(std::vector<float> counts) { item_counts_ = Held<float>(std::move(counts)); }

 private:
  std::vector<std::uint8_t> file_;
  Held<float> item_counts_;
  std::string config_;
  double history_half_life_ = 0;
};

// Those of the first of some models that has any, or null.
const ItemFactors* latent_factors_of(std::span<const std::unique_ptr<Model>> models);

// The setting of the half-life, for the list of a model's settings.
inline constexpr SettingSpec kHistoryHalfLife = {
    "history_half_life",
    SettingSpec::Kind::kNumber,
    "0",
    "0",
    "1000000",
    "after how many further items an item of the history counts half; 0 = the order does not count"};

class TermMatrix;

// Vectors that the app brings, one an item: (items, width), row-major. A row of zeros is an item without one.
struct DenseVectors {
  std::span<const float> values;
  std::size_t width = 0;

  std::size_t num_rows() const { return width > 0 ? values.size() / width : 0; }
  std::span<const float> row(std::size_t item) const { return values.subspan(item * width, width); }
  bool has(std::size_t item) const {
    const auto numbers = row(item);
    return std::any_of(numbers.begin(), numbers.end(), [](float number) { return number != 0; });
  }
};

// What there is to learn from. Must outlive the trainer.
struct TrainingData {
  const Interactions* interactions = nullptr;  // all models but tf_idf and item_vectors need them
  const TermMatrix* terms = nullptr;           // tf_idf needs them
  DenseVectors vectors = {};                   // item_vectors needs them
};

// A point of the curve of a training that goes through its data again and again.
struct LearningPoint {
  std::int32_t epoch;  // passes made
  double loss;         // mean of an item in the last pass
  double ndcg;         // ndcg@10 and hit_rate@10 of what was held out for validation, among all items that the person
  double hit_rate;     // has not met; NaN where nothing was held out
  double seconds;      // that steps took so far (Trainer::took), also those before a checkpoint; 0 where nobody says it
};

// A training run in slices, so that a worker between two slices can hear that it should stop. A run that is dropped
// leaves nothing behind.
class Trainer {
 public:
  virtual ~Trainer() = default;
  // Work in the model's own unit, about the same time each.
  virtual std::int64_t total_work() const = 0;
  virtual std::int64_t done_work() const = 0;
  bool done() const { return done_work() >= total_work(); }
  // Does at least one and about `work` units. Errors: kNotFinite.
  virtual Status step(std::int64_t work) = 0;
  // Empty where the model has no such curve.
  virtual std::span<const LearningPoint> curve() const { return {}; }
  // Tells how long the last step took, for the curve: the core has no clock.
  virtual void took(double /*seconds*/) {}
  // Everything needed to go on from here, or from some way before; the work done is then that of there. Errors:
  // kInvalidArgument where the model's training cannot be interrupted.
  virtual Status save(TensorFile& checkpoint) const;
  // Goes on from what a trainer of the same model, data, settings and seed has saved. Before the first step. Errors:
  // kInvalidArgument where it was another training; kCorruptModelFile. The trainer is of no use then.
  virtual Status resume(const TensorFile& checkpoint);
  // The model; call once, when done().
  std::unique_ptr<Model> finish();
  void set_history_half_life(double entries) { history_half_life_ = entries; }

 protected:
  virtual std::unique_ptr<Model> trained_model() = 0;

 private:
  double history_half_life_ = 0;
};

// As the registry lists them (ranking/model_registry.h).
std::vector<std::string_view> model_names();

// Whether this build trains models of that name. Of the WebAssembly modules for pages, one trains none, one the usual
// ones, one all; each reads all.
bool can_train(std::string_view model);

// Whether the module that trains the usual models trains this one.
bool is_usual(std::string_view model);

// The settings a model knows. Empty for a name that cannot be trained.
std::span<const SettingSpec> settings_of(std::string_view model);

// Errors: an unknown model or setting, one that this build cannot train, missing data, no interactions at all.
Result<std::unique_ptr<Trainer>> make_trainer(std::string_view model, const Settings::Given& settings,
                                              const TrainingData& data, std::uint64_t seed, ThreadPool& pool);

// Runs a trainer to its end. on_progress (may be null) gets a fraction and returns false to stop; the result is then
// null.
using ProgressFunction = bool (*)(void* context, double fraction);
Result<std::unique_ptr<Model>> train(std::string_view model, const Settings::Given& settings, const TrainingData& data,
                                     std::uint64_t seed, ThreadPool& pool, ProgressFunction on_progress = nullptr,
                                     void* context = nullptr);

}  // namespace inkling
