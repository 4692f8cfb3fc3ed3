#include "inkling/sasrec.h"

#include <cmath>

#include "inkling/popularity.h"
#include "sequence/sequence_tensors.h"
#include "sequence/sequence_trainer.h"
#include "sequence/sequences.h"
#include "sequence/transformer.h"
#include "sequence/transformer_memory.h"

namespace inkling {

namespace {

std::size_t at(std::int64_t size) { return static_cast<std::size_t>(size); }

using Kind = SettingSpec::Kind;
constexpr SettingSpec kSettings[] = {
    {"num_factors", Kind::kInteger, "64", "1", "1024", "length of the latent vectors"},
    {"num_blocks", Kind::kInteger, "2", "1", "24", "blocks of attention and a feed-forward part"},
    {"num_heads", Kind::kInteger, "1", "1", "64", "heads of attention; divides num_factors"},
    {"hidden_factors", Kind::kInteger, "0", "0", "4096",
     "numbers between the two layers of a feed-forward part; 0 = num_factors"},
    {"dropout", Kind::kNumber, "0.2", "0", "0.9", "share of numbers that are dropped in training"},
    sequence_settings::kMaxLength,
    sequence_settings::kEpochs,
    sequence_settings::kBatchSize,
    sequence_settings::kLearningRate,
    sequence_settings::kLoss,
    sequence_settings::kNumNegatives,
    sequence_settings::kCalibration,
    sequence_settings::kAveraging,
    sequence_settings::kPatience,
};

TransformerShape shape_of(const Settings& settings, std::int32_t num_items) {
  TransformerShape shape{};
  shape.num_items = at(num_items);
  shape.num_factors = at(settings.integer("num_factors"));
  shape.num_blocks = at(settings.integer("num_blocks"));
  shape.num_heads = at(settings.integer("num_heads"));
  shape.max_length = at(settings.integer("max_length"));
  const int hidden = settings.integer("hidden_factors");
  shape.hidden = hidden > 0 ? at(hidden) : shape.num_factors;
  return shape;
}

TransformerShape without_items(TransformerShape shape) {
  shape.num_items = 0;
  return shape;
}

class SasrecTrainer final : public SequenceTrainer {
 public:
  SasrecTrainer(const TransformerShape& shape, const Settings& settings, const Interactions& interactions,
                std::uint64_t seed, ThreadPool& pool)
      : SequenceTrainer(std::make_unique<Transformer>(shape), settings, interactions, seed, pool), shape_(shape) {}

 protected:
  std::unique_ptr<Model> model_of(const std::vector<float>& parameters) const override {
    const auto end_of_items = parameters.begin() + static_cast<std::ptrdiff_t>(shape_.num_items * shape_.num_factors);
    return Sasrec::of_network(shape_, {parameters.begin(), end_of_items}, {end_of_items, parameters.end()},
                              count_users(interactions()), settings().to_json());
  }

 private:
  TransformerShape shape_;
};

// The numbers of the tensor `shape`, in their order.
constexpr std::size_t kShapeNumbers = 7;

}  // namespace

struct Sasrec::Parts {
  Transformer network;  // of no items
  std::vector<float> weights;
  std::vector<TransformerMemory::PaddingRow> padding;
};

std::span<const SettingSpec> Sasrec::settings() { return kSettings; }

Result<std::unique_ptr<Trainer>> Sasrec::make_trainer(const Settings& settings, const TrainingData& data,
                                                      std::uint64_t seed, ThreadPool& pool) {
  const Interactions& interactions = *data.interactions;
  const TransformerShape shape = shape_of(settings, interactions.num_items());
  if (shape.num_factors % shape.num_heads != 0) {
    return Status(ErrorCode::kInvalidArgument, "sasrec: num_heads is " + std::to_string(shape.num_heads) +
                                                   ", which does not divide num_factors, " +
                                                   std::to_string(shape.num_factors));
  }
  const auto parameters = static_cast<std::int64_t>(Transformer(without_items(shape)).table().size()) +
                          std::int64_t{interactions.num_items()} * static_cast<std::int64_t>(shape.num_factors);
  if (Status s = check_sequences(kName, interactions, parameters); !s.ok()) return s;
  return std::unique_ptr<Trainer>(std::make_unique<SasrecTrainer>(shape, settings, interactions, seed, pool));
}

std::unique_ptr<Sasrec> Sasrec::of_network(const TransformerShape& shape, std::vector<float> item_factors,
                                           std::vector<float> weights, Held<float> item_counts, std::string config) {
  // What is taken off the items is added to the positions, as which it is read just the same.
  const std::vector<float> mean = center_rows(item_factors, shape.num_factors);
  const Transformer network(without_items(shape));
  const float scale = std::sqrt(static_cast<float>(shape.num_factors));
  for (std::size_t n = 0; n < shape.max_length * shape.num_factors; ++n) {
    weights[network.positions() + n] += scale * mean[n % shape.num_factors];
  }
  return std::make_unique<Sasrec>(shape, ItemFactors(std::move(item_factors), shape.num_factors), std::move(weights),
                                  std::move(item_counts), std::move(config));
}

Sasrec::Sasrec(const TransformerShape& shape, ItemFactors factors, std::vector<float> weights, Held<float> item_counts,
               std::string config)
    : SequenceModel(std::move(factors), shape.max_length, std::move(item_counts), std::move(config)) {
  Transformer network(without_items(shape));
  std::vector<TransformerMemory::PaddingRow> padding = TransformerMemory::padding_rows(network, weights.data());
  parts_ = std::make_unique<const Parts>(Parts{std::move(network), std::move(weights), std::move(padding)});
}

Sasrec::~Sasrec() = default;

std::size_t Sasrec::hop() const { return parts_->network.shape().positions_from_end ? 1 : SequenceModel::hop(); }

std::unique_ptr<SequenceMemory> Sasrec::make_memory() const {
  return std::make_unique<TransformerMemory>(parts_->network, parts_->weights, factors(), parts_->padding);
}

void Sasrec::write(TensorFile& file) const {
  factors().write(file);
  const TransformerShape& shape = parts_->network.shape();
  const auto number = [](auto value) { return static_cast<std::int32_t>(value); };
  const std::int32_t numbers[kShapeNumbers] = {
      number(shape.num_blocks), number(shape.num_heads), number(shape.max_length),        number(shape.hidden),
      number(shape.norm),       number(shape.padding),   number(shape.positions_from_end)};
  file.add("shape", std::span<const std::int32_t>(numbers), {static_cast<std::int64_t>(kShapeNumbers)});
  const float epsilon[] = {shape.epsilon};
  file.add("epsilon", std::span<const float>(epsilon), {1});
  write_parameters(parts_->network.table(), parts_->weights, file);
}

Result<std::unique_ptr<Model>> Sasrec::read(const TensorFile& file, Held<float> item_counts, std::string config) {
  Result<ItemFactors> factors = ItemFactors::read(file, item_counts.size());
  if (!factors.ok()) return factors.status();
  std::vector<std::int32_t> numbers;
  if (Status s = file.get("shape", 1, numbers); !s.ok()) return s;
  std::vector<float> epsilon;
  if (Status s = file.get("epsilon", 1, epsilon); !s.ok()) return s;
  constexpr std::int32_t kMost[kShapeNumbers] = {1000, 4096, 1 << 20, 1 << 20, 2, 2, 1};
  bool known = numbers.size() == kShapeNumbers;
  for (std::size_t n = 0; known && n < kShapeNumbers; ++n) {
    known = numbers[n] >= (n < 4 ? 1 : 0) && numbers[n] <= kMost[n];
  }
  const std::size_t num_factors = factors.value().num_factors();
  known = known && epsilon.size() == 1 && epsilon[0] > 0 && epsilon[0] < 1;
  if (!known || num_factors % at(numbers[1]) != 0) {
    return Status(ErrorCode::kCorruptModelFile, "tensors \"shape\" and \"epsilon\" do not describe a transformer of " +
                                                    std::to_string(num_factors) + " factors");
  }
  TransformerShape shape{};
  shape.num_factors = num_factors;
  shape.num_blocks = at(numbers[0]);
  shape.num_heads = at(numbers[1]);
  shape.max_length = at(numbers[2]);
  shape.hidden = at(numbers[3]);
  shape.norm = static_cast<TransformerShape::Norm>(numbers[4]);
  shape.padding = static_cast<TransformerShape::Padding>(numbers[5]);
  shape.positions_from_end = numbers[6] != 0;
  shape.epsilon = epsilon[0];
  std::vector<float> weights;
  if (Status s = read_parameters(file, Transformer(shape).table(), weights); !s.ok()) return s;
  return std::unique_ptr<Model>(std::make_unique<Sasrec>(shape, std::move(factors.value()), std::move(weights),
                                                         std::move(item_counts), std::move(config)));
}

}  // namespace inkling
