#include "model_file/model_tensors.h"

#include <cmath>
#include <string>

#include "inkling/decimal.h"
#include "ranking/model_registry.h"

namespace inkling {

namespace {

// What is not there is 0.
Result<double> read_history_half_life(const TensorFile& file) {
  const std::string* text = file.find_metadata(kHistoryHalfLife.name);
  if (text == nullptr) return 0.0;
  const double half_life = is_decimal(*text) ? decimal_value(*text) : -1;
  if (std::isfinite(half_life) && half_life >= 0) return half_life;
  return Status(ErrorCode::kCorruptModelFile, "the metadata's history_half_life is not a number of at least 0");
}

}  // namespace

void write_model(const Model& model, TensorFile& file) {
  file.set_metadata("model", std::string(model.name()));
  file.set_metadata("config", model.config());
  if (model.history_half_life() > 0) {
    file.set_metadata(kHistoryHalfLife.name, decimal_text(model.history_half_life()));
  }
  model.write(file);
}

Result<std::unique_ptr<Model>> read_model(const TensorFile& file, Held<float> item_counts) {
  const std::string* found = file.find_metadata("model");
  if (found == nullptr) return Status(ErrorCode::kCorruptModelFile, "the metadata lacks the name of the model");
  const std::string& name = *found;
  const std::string* config = file.find_metadata("config");
  const ModelKind* kind = find_model_kind(name);
  if (kind == nullptr) {
    return Status(
        ErrorCode::kUnsupportedVersion,
        "the model file holds a \"" + name + "\" model, which this build does not know; the full one knows all");
  }
  const Result<double> half_life = read_history_half_life(file);
  if (!half_life.ok()) return half_life.status();
  Result<std::unique_ptr<Model>> model = kind->read(file, std::move(item_counts), config != nullptr ? *config : "{}");
  if (model.ok()) model.value()->set_history_half_life(half_life.value());
  return model;
}

Result<std::unique_ptr<Model>> read_member(const TensorFile& file, const std::string& prefix,
                                           std::span<const float> item_counts) {
  const TensorFile part = file.part(prefix);
  const std::string* name = part.find_metadata("model");
  const ModelKind* kind = name == nullptr ? nullptr : find_model_kind(*name);
  if (kind != nullptr && kind->has_members) {
    return Status(ErrorCode::kCorruptModelFile, "an " + *name + " cannot be a member of another model");
  }
  return read_model(part, std::vector<float>(item_counts.begin(), item_counts.end()));
}

}  // namespace inkling
