#include "inkling/ials.h"
#include "inkling/sasrec_import.h"
#include "seam_types.h"

namespace {

using namespace inkling;
using namespace inkling::seam;

constexpr std::size_t kMaxFactors = 1024;

bool all_finite(std::span<const float> values) {
  for (const float value : values) {
    if (!std::isfinite(value)) return false;
  }
  return true;
}

// A model ials of factors trained elsewhere. factors: float32 (num_items, num_factors), row-major; item_counts:
// float32, one an item; trained_with: "spark", "implicit" or "inkling", which alone reads unobserved_weight; config:
// JSON.
int import_item_factors(TrainedModel& model, Engine& engine, const Buffer& factors, int num_factors,
                        const Text& trained_with, float regularization, float alpha, float unobserved_weight,
                        const Buffer& item_counts, const Text& config) {
  const auto values = factors.as<float>();
  const auto counts = item_counts.as<float>();
  const auto width = static_cast<std::size_t>(num_factors);
  IalsFoldIn fold_in{regularization, unobserved_weight};
  fold_in.alpha = alpha;
  const std::string_view trainer = trained_with;
  if (trainer == "spark") fold_in = IalsFoldIn::spark(regularization, alpha);
  if (trainer == "implicit") fold_in = IalsFoldIn::implicit(regularization, alpha);
  if (num_factors < 1 || width > kMaxFactors || counts.empty() ||
      std::uint64_t{counts.size()} * width != values.size() || !fold_in.is_valid() || !all_finite(values) ||
      !all_finite(counts)) {
    return engine.report({ErrorCode::kInvalidArgument,
                          "the factors cannot be imported; expected finite numbers, a row of 1 to 1024 factors for "
                          "each item, and regularization, alpha and unobserved weight above 0"});
  }
  model.file.model =
      std::make_unique<Ials>(std::vector<float>(values.begin(), values.end()), width, fold_in,
                             std::vector<float>(counts.begin(), counts.end()), std::string(std::string_view(config)));
  return 0;
}

// How many items the tensors of a safetensors file are for; below 0: the status, negated.
double items_of_weights(Engine& engine, const Buffer& weights) {
  const Result<TensorFile> file = TensorFile::over(weights.as<std::uint8_t>());
  const Result<std::int64_t> items = file.ok() ? items_of_import(file.value()) : file.status();
  return items.ok() ? static_cast<double>(items.value()) : -engine.report(items.status());
}

// A model sasrec of weights trained elsewhere: a safetensors file. item_counts: float32, one an item; config: JSON.
int import_weights(TrainedModel& model, Engine& engine, const Buffer& weights, int num_heads, const Text& norm,
                   const Text& padding, bool positions_from_end, float epsilon, const Buffer& item_counts,
                   const Text& config) {
  const Result<TensorFile> file = TensorFile::over(weights.as<std::uint8_t>());
  if (!file.ok()) return engine.report(file.status());
  const auto text = [](std::string_view words) { return std::string(words); };
  const SasrecImport how = {num_heads, text(norm), text(padding), positions_from_end, epsilon, text(config)};
  const auto counts = item_counts.as<float>();
  Result<std::unique_ptr<Model>> imported = import_sasrec(file.value(), how, {counts.begin(), counts.end()});
  if (imported.ok()) model.file.model = std::move(imported.value());
  return engine.report(imported.status());
}

const Binding kTable[] = {
    function("importItemFactors", &import_item_factors),
    function("itemsOfWeights", &items_of_weights),
    function("importWeights", &import_weights),
};
const Bindings kBindings(kTable);

}  // namespace
