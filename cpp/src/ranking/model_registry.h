#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inkling/model.h"

namespace inkling {

// A kind of model: how it is trained and read. The table in model_registry.cpp is the one list of them.
struct ModelKind {
  std::string_view name;
  // Null, like make_trainer, in a build that only reads this kind.
  std::span<const SettingSpec> (*settings)();
  // data has interactions with entries unless !needs_interactions.
  Result<std::unique_ptr<Trainer>> (*make_trainer)(const Settings& settings, const TrainingData& data,
                                                   std::uint64_t seed, ThreadPool& pool);
  Result<std::unique_ptr<Model>> (*read)(const TensorFile& file, Held<float> item_counts, std::string config);
  bool needs_interactions = true;
  bool usual = false;        // trained by all builds but the one that only reads
  bool has_members = false;  // and so is no member itself
};

std::span<const ModelKind> model_kinds();

// Null for an unknown name.
const ModelKind* find_model_kind(std::string_view name);

}  // namespace inkling
