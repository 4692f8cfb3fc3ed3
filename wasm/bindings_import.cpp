#include "inkling/ials.h"
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

const Binding kTable[] = {function("importItemFactors", &import_item_factors)};
const Bindings kBindings(kTable);

}  // namespace
