#include "inkling/gru.h"

#include "inkling/popularity.h"
#include "kernels/matrix_product.h"
#include "sequence/recurrent.h"
#include "sequence/recurrent_memory.h"
#include "sequence/sequence_tensors.h"
#include "sequence/sequence_trainer.h"
#include "sequence/sequences.h"

namespace inkling {

namespace {

std::size_t at(std::int64_t size) { return static_cast<std::size_t>(size); }

using Kind = SettingSpec::Kind;
constexpr SettingSpec kSettings[] = {
    {"num_factors", Kind::kInteger, "64", "1", "1024", "length of the latent vectors, and of the state"},
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

class GruTrainer final : public SequenceTrainer {
 public:
  GruTrainer(const Settings& settings, const Interactions& interactions, std::uint64_t seed, ThreadPool& pool)
      : SequenceTrainer(std::make_unique<Recurrent>(at(interactions.num_items()), at(settings.integer("num_factors"))),
                        settings, interactions, seed, pool) {}

 protected:
  std::unique_ptr<Model> model_of(const std::vector<float>& parameters) const override {
    const auto end_of_items =
        parameters.begin() + static_cast<std::ptrdiff_t>(at(interactions().num_items()) * network().num_factors());
    return std::make_unique<Gru>(
        at(settings().integer("max_length")), ItemFactors({parameters.begin(), end_of_items}, network().num_factors()),
        std::vector<float>(end_of_items, parameters.end()), count_users(interactions()), settings().to_json());
  }
};

}  // namespace

std::span<const SettingSpec> Gru::settings() { return kSettings; }

Result<std::unique_ptr<Trainer>> Gru::make_trainer(const Settings& settings, const TrainingData& data,
                                                   std::uint64_t seed, ThreadPool& pool) {
  const Interactions& interactions = *data.interactions;
  const std::int64_t width = settings.integer("num_factors");
  if (Status s = check_sequences(kName, interactions, (interactions.num_items() + 6 * width + 6) * width); !s.ok()) {
    return s;
  }
  return std::unique_ptr<Trainer>(std::make_unique<GruTrainer>(settings, interactions, seed, pool));
}

std::unique_ptr<Gru> Gru::of_network(std::size_t max_length, std::size_t num_factors, std::vector<float> item_factors,
                                     std::vector<float> weights, Held<float> item_counts, std::string config) {
  // What is taken off the items is added, by the weights of the input, to its bias.
  const std::vector<float> mean = center_rows(item_factors, num_factors);
  const Recurrent network(0, num_factors);
  const LinearLayer& input = network.input();
  kernels::add_product({1, num_factors, input.outputs}, {mean.data(), num_factors},
                       {weights.data() + input.weights, input.outputs}, {weights.data() + input.bias, input.outputs});
  return std::make_unique<Gru>(max_length, ItemFactors(std::move(item_factors), num_factors), std::move(weights),
                               std::move(item_counts), std::move(config));
}

Gru::Gru(std::size_t max_length, ItemFactors item_factors, std::vector<float> weights, Held<float> item_counts,
         std::string config)
    : SequenceModel(std::move(item_factors), max_length, std::move(item_counts), std::move(config)),
      network_(std::make_unique<const Recurrent>(0, factors().num_factors())),
      weights_(std::move(weights)) {}

Gru::~Gru() = default;

std::unique_ptr<SequenceMemory> Gru::make_memory() const {
  return std::make_unique<RecurrentMemory>(*network_, weights_, factors());
}

void Gru::write(TensorFile& file) const {
  factors().write(file);
  const std::int32_t shape[] = {static_cast<std::int32_t>(max_length())};
  file.add("shape", std::span<const std::int32_t>(shape), {1});
  write_parameters(network_->table(), weights_, file);
}

Result<std::unique_ptr<Model>> Gru::read(const TensorFile& file, Held<float> item_counts, std::string config) {
  Result<ItemFactors> factors = ItemFactors::read(file, item_counts.size());
  if (!factors.ok()) return factors.status();
  std::vector<std::int32_t> shape;
  if (Status s = file.get("shape", 1, shape); !s.ok()) return s;
  if (shape.size() != 1 || shape[0] < 1) {
    return Status(ErrorCode::kCorruptModelFile, "tensor \"shape\" should hold the longest history, at least 1");
  }
  std::vector<float> weights;
  if (Status s = read_parameters(file, Recurrent(0, factors.value().num_factors()).table(), weights); !s.ok()) return s;
  return std::unique_ptr<Model>(std::make_unique<Gru>(at(shape[0]), std::move(factors.value()), std::move(weights),
                                                      std::move(item_counts), std::move(config)));
}

}  // namespace inkling
