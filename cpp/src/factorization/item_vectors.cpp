#include "inkling/item_vectors.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "data/indices.h"
#include "inkling/item_factors.h"
#include "inkling/popularity.h"
#include "inkling/spectral_item_model.h"

namespace inkling {

namespace {

constexpr SettingSpec kItemVectorsSettings[] = {
    {"center", SettingSpec::Kind::kBoolean, "true", "0", "1",
     "subtract the mean of all vectors first: those of an encoder share a direction that says nothing"},
    kHistoryHalfLife,
};

constexpr std::size_t kMostBytes = std::size_t{1} << 30;
// What is left of a vector that is the mean itself is rounding; of its length.
constexpr double kLeastLength = 1e-6;

class ItemVectorsTrainer final : public Trainer {
 public:
  ItemVectorsTrainer(const Settings& settings, const TrainingData& data)
      : config_(settings.to_json()),
        center_(settings.boolean("center")),
        vectors_(data.vectors),
        interactions_(data.interactions),
        mean_(vectors_.width),
        rows_(vectors_.values.size()) {}

  // A row of a pass is one; the first pass is for the mean.
  std::int64_t total_work() const override { return (center_ ? 2 : 1) * num_items(); }
  std::int64_t done_work() const override { return done_; }

  Status step(std::int64_t work) override {
    const std::int64_t end = std::min(done_ + std::max<std::int64_t>(work, 1), total_work());
    for (; done_ < end; ++done_) {
      if (center_ && done_ < num_items()) {
        add_to_mean(done_);
      } else {
        scale(done_ % num_items());
      }
    }
    if (done_ < total_work() || num_scaled_ > 0) return {};
    return {ErrorCode::kInvalidCatalog,
            "the items' vectors are all the same, and nothing is left of them without their mean; give others, or "
            "train item_vectors with center=false"};
  }

  std::unique_ptr<Model> trained_model() override {
    SpectralItemModel::Parts parts;
    parts.item_factors = ItemFactors(std::move(rows_), vectors_.width);
    std::vector<float> counts =
        interactions_ != nullptr ? count_users(*interactions_) : std::vector<float>(at(num_items()), 0.0f);
    return std::make_unique<SpectralItemModel>(ItemVectors::kName, std::move(parts), std::move(counts), config_);
  }

 private:
  std::int64_t num_items() const { return static_cast<std::int64_t>(vectors_.num_rows()); }

  // Sums are doubles: of many large numbers they stay finite, and keep their digits.
  void add_to_mean(std::int64_t item) {
    if (!vectors_.has(at(item))) return;
    const auto row = vectors_.row(at(item));
    for (std::size_t n = 0; n < row.size(); ++n) mean_[n] += static_cast<double>(row[n]);
    ++num_known_;
  }

  void scale(std::int64_t item) {
    if (!vectors_.has(at(item))) return;
    const auto row = vectors_.row(at(item));
    const double share = num_known_ > 0 ? 1 / num_known_ : 0;
    double before = 0;
    double after = 0;
    for (std::size_t n = 0; n < row.size(); ++n) {
      const auto number = static_cast<double>(row[n]);
      const double centered = number - share * mean_[n];
      before += number * number;
      after += centered * centered;
    }
    if (after <= kLeastLength * kLeastLength * before) return;
    const double factor = 1 / std::sqrt(after);
    float* out = rows_.data() + at(item) * row.size();
    for (std::size_t n = 0; n < row.size(); ++n) {
      out[n] = static_cast<float>(factor * (static_cast<double>(row[n]) - share * mean_[n]));
    }
    ++num_scaled_;
  }

  std::string config_;
  bool center_;
  DenseVectors vectors_;
  const Interactions* interactions_;
  std::vector<double> mean_;  // the sum, until it is shared out
  std::vector<float> rows_;
  double num_known_ = 0;
  std::int64_t num_scaled_ = 0;
  std::int64_t done_ = 0;
};

}  // namespace

std::span<const SettingSpec> ItemVectors::settings() { return kItemVectorsSettings; }

Status ItemVectors::check(const TrainingData& data) {
  const auto wrong = [](const std::string& what) { return Status(ErrorCode::kInvalidCatalog, what); };
  const DenseVectors& vectors = data.vectors;
  if (vectors.values.empty()) {
    return wrong("item_vectors learns from vectors of the items, and there are none; give each item one");
  }
  if (vectors.width < 1 || vectors.width > ItemFactors::kMostFactors) {
    return wrong("the items' vectors have " + std::to_string(vectors.width) + " numbers each; expected 1 to " +
                 std::to_string(ItemFactors::kMostFactors));
  }
  const std::size_t num_items = data.interactions != nullptr ? at(data.interactions->num_items()) : vectors.num_rows();
  if (vectors.values.size() % vectors.width != 0 || vectors.num_rows() != num_items) {
    return wrong("there are " + std::to_string(vectors.values.size()) + " numbers in vectors of " +
                 std::to_string(vectors.width) + ", and " + std::to_string(num_items) +
                 " items; expected one vector an item, zeros where there is none");
  }
  if (vectors.values.size() > kMostBytes / sizeof(float)) {
    return {ErrorCode::kTooLarge, "item_vectors would need more than 1 GiB for " + std::to_string(num_items) +
                                      " vectors of " + std::to_string(vectors.width) +
                                      " numbers; use shorter vectors or fewer items"};
  }
  bool any = false;
  for (std::size_t item = 0; item < num_items; ++item) {
    for (const float number : vectors.row(item)) {
      if (!std::isfinite(number)) {
        return wrong("the vector of item " + std::to_string(item) +
                     " (counted from 0) has a number that is not finite; expected finite numbers: repair what made it");
      }
      any = any || number != 0;
    }
  }
  return any ? Status() : wrong("item_vectors learns from vectors of the items, and all are zeros; give others");
}

Result<std::unique_ptr<Trainer>> ItemVectors::make_trainer(const Settings& settings, const TrainingData& data,
                                                           std::uint64_t /*seed*/, ThreadPool& /*pool*/) {
  if (Status s = check(data); !s.ok()) return s;
  return std::unique_ptr<Trainer>(std::make_unique<ItemVectorsTrainer>(settings, data));
}

Result<std::unique_ptr<Model>> ItemVectors::read(const TensorFile& file, Held<float> item_counts, std::string config) {
  return SpectralItemModel::read(kName, false, file, std::move(item_counts), std::move(config));
}

}  // namespace inkling
