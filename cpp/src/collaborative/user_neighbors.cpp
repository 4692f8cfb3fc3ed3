#include "inkling/user_neighbors.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "collaborative/pair_similarity.h"
#include "data/indices.h"
#include "data/sparse_tensors.h"
#include "inkling/decimal.h"
#include "inkling/popularity.h"

namespace inkling {

namespace {

constexpr char kRows[] = "user_rows";
constexpr char kParameters[] = "user_neighbors";

using Kind = SettingSpec::Kind;
// The first kCount are UserNeighbors::Parameter's.
constexpr auto kUserNeighborsSettings = [] {
  auto settings = std::to_array<SettingSpec>({
      {"num_neighbors", Kind::kInteger, "500", "1", "10000", "users whose items a person is recommended"},
      {"similarity", Kind::kChoice, "asymmetric_cosine", kSimilarities, "", "how alike two users are"},
      {"weighting", Kind::kChoice, "tf_idf", kWeightings, "",
       "how much less items of many users count for the similarity; bm25: and users of many items"},
      {"alpha", Kind::kNumber, "0.3", "0", "1",
       "asymmetric_cosine's exponent of the person's squared length, the neighbour's being 1 - alpha"},
      {"shrinkage", Kind::kNumber, "0", "0", "100000",
       "added below the fraction: how many common items it takes to be believed"},
      {"amplification", Kind::kNumber, "2", "1", "10",
       "exponent of the similarity as a weight: the nearest count more"},
      {"beta", Kind::kNumber, "0.4", "0", "2", "how much items of many users are held back in the score"},
      kHistoryHalfLife,
  });
#ifdef INKLING_NO_TRAINERS
  // Who only recommends looks at ranges.
  for (SettingSpec& setting : settings) setting.description = setting.default_text = "";
#endif
  return settings;
}();

class UserNeighborsProfile final : public Profile {
 public:
  struct Vote {
    std::int32_t user;
    float weight;  // what each item of the user gets
    float factor;  // weight = factor * S(p, user)
  };
  struct Entry {
    std::int32_t item;
    float weight;  // its part in S
  };

  UserNeighborsProfile(const UserNeighbors& model, std::vector<Vote> votes, std::vector<Entry> history)
      : model_(model), votes_(std::move(votes)), history_(std::move(history)) {}

  void score_all(std::span<float> scores) const override {
    std::fill(scores.begin(), scores.end(), 0.0f);
    for (const Vote& vote : votes_) {
      for (const std::int32_t item : model_.rows().row_columns(vote.user)) scores[at(item)] += vote.weight;
    }
    for (std::size_t item = 0; item < scores.size(); ++item) scores[item] *= model_.item_scales()[item];
  }

  void explain(std::int32_t item, std::vector<Contribution>& parts) const override {
    std::vector<float> factors(at(model_.num_items()));  // of the votes for `item`, by the items of the voters
    for (const Vote& vote : votes_) {
      const auto items = model_.rows().row_columns(vote.user);
      if (!std::binary_search(items.begin(), items.end(), item)) continue;
      for (const std::int32_t common : items) factors[at(common)] += vote.factor;
    }
    for (const Entry& entry : history_) {
      if (factors[at(entry.item)] == 0) continue;
      parts.push_back({entry.item, kNone, entry.weight * factors[at(entry.item)] * model_.item_scales()[at(item)]});
    }
  }

 private:
  const UserNeighbors& model_;
  std::vector<Vote> votes_;
  std::vector<Entry> history_;
};

class UserNeighborsTrainer final : public Trainer {
 public:
  UserNeighborsTrainer(Settings settings, const Interactions& interactions)
      : settings_(std::move(settings)), interactions_(interactions) {}
  std::int64_t total_work() const override { return 1; }
  std::int64_t done_work() const override { return done_; }
  Status step(std::int64_t /*work*/) override {
    done_ = 1;
    return {};
  }
  std::unique_ptr<Model> trained_model() override {
    SparseRows rows;
    rows.columns = interactions_.by_user().columns;
    for (std::int32_t user = 0; user < interactions_.num_users(); ++user) {
      const std::int64_t length = interactions_.by_user().row_length(user);
      if (length > 0) rows.offsets.push_back(rows.offsets.back() + length);
    }
    UserNeighbors::Parameters parameters;
    for (int p = 0; p < UserNeighbors::kCount; ++p) {
      parameters.push_back(static_cast<float>(settings_.number(kUserNeighborsSettings[p].name)));
    }
    return std::make_unique<UserNeighbors>(std::move(rows), std::move(parameters), count_users(interactions_),
                                           settings_.to_json());
  }

 private:
  Settings settings_;
  const Interactions& interactions_;
  std::int64_t done_ = 0;
};

PairSimilarity similarity_of(const UserNeighbors::Parameters& parameters, float shrinkage) {
  return {static_cast<Similarity>(parameters[UserNeighbors::kSimilarity]), parameters[UserNeighbors::kAlpha],
          shrinkage};
}

}  // namespace

std::span<const SettingSpec> UserNeighbors::settings() { return kUserNeighborsSettings; }

Result<std::unique_ptr<Trainer>> UserNeighbors::make_trainer(const Settings& settings, const TrainingData& data,
                                                             std::uint64_t /*seed*/, ThreadPool& /*pool*/) {
  return std::unique_ptr<Trainer>(std::make_unique<UserNeighborsTrainer>(settings, *data.interactions));
}

UserNeighbors::UserNeighbors(SparseRows rows, Parameters parameters, Held<float> item_counts, std::string config)
    : Model(std::move(item_counts), std::move(config)), rows_(std::move(rows)), parameters_(std::move(parameters)) {
  rows_.values.assign(rows_.columns.size(), 0.0f);
  by_item_ = rows_.transposed(num_items());
  rows_.values = {};
  by_item_.values = {};

  EntryWeights weights =
      entry_weights(rows_, by_item_, static_cast<Weighting>(parameters_[kWeighting]), /*normalize_columns=*/false);
  mean_length_ = weights.mean_length;
  shrinkage_ = parameters_[kShrinkage] * weights.mean_square;
  for (float& weight : weights.columns) weight *= weight;
  item_weights_ = std::move(weights.columns);
  user_weights_ = std::move(weights.rows);

  const PairSimilarity similarity = similarity_of(parameters_, shrinkage_);
  for (std::int32_t user = 0; user < rows_.num_rows(); ++user) {
    double length = 0;
    for (const std::int32_t item : rows_.row_columns(user)) length += static_cast<double>(item_weights_[at(item)]);
    const double weight = user_weights_[at(user)];
    user_norms_.push_back(similarity.source_norm(weight * weight * length));
  }
  for (std::int32_t item = 0; item < num_items(); ++item) {
    const auto users = static_cast<float>(by_item_.row_length(item));
    item_scales_.push_back(users > 0 ? std::pow(users, -parameters_[kBeta]) : 0);
  }
}

Result<std::unique_ptr<Profile>> UserNeighbors::profile_of(History history) const {
  std::vector<UserNeighborsProfile::Entry> entries;
  for (const HistoryEntry& entry : history) {
    if (entry.item < 0 || entry.item >= num_items() || entry.weight == 0) continue;
    entries.push_back({entry.item, entry.weight});
  }
  const float own_weight =
      row_weight(static_cast<Weighting>(parameters_[kWeighting]), static_cast<double>(entries.size()) / mean_length_);
  std::vector<float> sums(at(rows_.num_rows()));               // S(p, v)
  std::vector<std::int32_t> num_common(at(rows_.num_rows()));  // items
  std::vector<std::int32_t> touched;                           // users with any
  double squared_length = 0;
  for (UserNeighborsProfile::Entry& entry : entries) {
    const double value = static_cast<double>(entry.weight) * own_weight;
    const float item_weight = item_weights_[at(entry.item)];
    squared_length += value * value * item_weight;
    entry.weight *= own_weight * item_weight;
    for (const std::int32_t user : by_item_.row_columns(entry.item)) {
      if (num_common[at(user)]++ == 0) touched.push_back(user);
      sums[at(user)] += entry.weight;
    }
  }

  const PairSimilarity similarity = similarity_of(parameters_, shrinkage_);
  const float norm = similarity.target_norm(squared_length);
  std::vector<Neighbor> neighbors;
  float total = norm * 0.0f;  // not finite as soon as one number is not
  for (const std::int32_t user : touched) {
    if (num_common[at(user)] == rows_.row_length(user) || sums[at(user)] == 0) continue;
    neighbors.push_back({user, similarity(sums[at(user)] * user_weights_[at(user)], norm, user_norms_[at(user)])});
    total += neighbors.back().similarity * 0.0f;
  }
  std::vector<UserNeighborsProfile::Vote> votes;
  if (std::isfinite(total)) keep_nearest(neighbors, at(static_cast<std::int64_t>(parameters_[kNumNeighbors])));
  for (const Neighbor& neighbor : neighbors) {
    const float weight = neighbor.similarity * std::pow(std::abs(neighbor.similarity), parameters_[kAmplification] - 1);
    votes.push_back({neighbor.index, weight, weight / sums[at(neighbor.index)]});
    total += std::abs(weight) + votes.back().factor * 0.0f;
  }
  if (!std::isfinite(total)) {
    return Status(ErrorCode::kNotFinite,
                  "the history cannot be folded in: the numbers overflow; use smaller event weights, near 1");
  }
  return std::unique_ptr<Profile>(std::make_unique<UserNeighborsProfile>(*this, std::move(votes), std::move(entries)));
}

void UserNeighbors::similar(std::int32_t item, std::span<float> scores) const {
  std::fill(scores.begin(), scores.end(), 0.0f);
  for (const std::int32_t user : by_item_.row_columns(item)) {
    for (const std::int32_t other : rows_.row_columns(user)) scores[at(other)] += 1;
  }
  const auto users = static_cast<float>(by_item_.row_length(item));
  for (std::int32_t other = 0; other < num_items(); ++other) {
    if (scores[at(other)] == 0) continue;
    scores[at(other)] /= std::sqrt(users) * std::sqrt(static_cast<float>(by_item_.row_length(other)));
  }
}

void UserNeighbors::write(TensorFile& file) const {
  write_sparse_rows(rows_, kRows, file);
  file.add(kParameters, std::span<const float>(parameters_), {kCount});
}

Result<std::unique_ptr<Model>> UserNeighbors::read(const TensorFile& file, Held<float> item_counts,
                                                   std::string config) {
  Result<SparseRows> rows = read_sparse_pattern(file, kRows, -1, static_cast<std::int32_t>(item_counts.size()));
  if (!rows.ok()) return rows.status();
  Parameters parameters;
  if (Status s = file.get(kParameters, 1, parameters); !s.ok()) return s;
  bool valid = parameters.size() == kCount;
  for (std::size_t p = 0; valid && p < kCount; ++p) {
    const bool is_word = kUserNeighborsSettings[p].kind == Kind::kChoice;
    const double least = is_word ? 0 : decimal_value(kUserNeighborsSettings[p].minimum);
    const double most = is_word ? 2 : decimal_value(kUserNeighborsSettings[p].maximum);
    valid = parameters[p] >= least && parameters[p] <= most && (!is_word || parameters[p] == std::floor(parameters[p]));
  }
  if (!valid) {
    return Status(ErrorCode::kCorruptModelFile, "tensor \"" + std::string(kParameters) + "\" should hold " +
                                                    std::to_string(int{kCount}) + " settings within their ranges");
  }
  return std::unique_ptr<Model>(std::make_unique<UserNeighbors>(std::move(rows.value()), std::move(parameters),
                                                                std::move(item_counts), std::move(config)));
}

}  // namespace inkling
