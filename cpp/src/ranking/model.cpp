#include "inkling/model.h"

#include <array>

#include "inkling/ials.h"
#include "inkling/item_neighbors.h"
#include "inkling/popularity.h"
#include "inkling/tf_idf.h"

namespace inkling {

namespace {

constexpr std::array<const char*, 4> kModelNames = {"popularity", "item_neighbors", "ials", "tf_idf"};

Status unknown_model(std::string_view model) {
  std::string known;
  for (const char* name : kModelNames) known += (known.empty() ? "" : ", ") + std::string(name);
  return {ErrorCode::kInvalidArgument, "unknown model \"" + std::string(model) + "\"; known are " + known};
}

}  // namespace

std::span<const char* const> model_names() { return kModelNames; }

std::span<const SettingSpec> settings_of(std::string_view model) {
  if (model == "popularity") return Popularity::settings();
  if (model == "item_neighbors") return ItemNeighbors::settings();
  if (model == "ials") return Ials::settings();
  if (model == "tf_idf") return TfIdf::settings();
  return {};
}

Result<std::unique_ptr<Trainer>> make_trainer(std::string_view model, const Settings::Given& settings,
                                              const TrainingData& data, std::uint64_t seed, ThreadPool& pool) {
  bool known = false;
  for (const char* name : kModelNames) known = known || model == name;
  if (!known) return unknown_model(model);
  Result<Settings> resolved = Settings::resolve(model, settings_of(model), settings);
  if (!resolved.ok()) return resolved.status();
  if (model == "tf_idf") {
    if (data.terms == nullptr || data.terms->num_terms() == 0) {
      return Status(ErrorCode::kInvalidCatalog,
                    "tf_idf learns from the items' titles, texts and tags, and there are none; give a catalogue");
    }
    return TfIdf::make_trainer(resolved.value(), *data.terms, data.interactions);
  }
  if (data.interactions == nullptr || data.interactions->num_entries() == 0) {
    return Status(ErrorCode::kInvalidInteractions,
                  std::string(model) + " learns from interactions, and there are none; give at least one row");
  }
  if (model == "popularity") return Popularity::make_trainer(resolved.value(), *data.interactions);
  if (model == "item_neighbors") return ItemNeighbors::make_trainer(resolved.value(), *data.interactions, pool);
  return Ials::make_trainer(resolved.value(), *data.interactions, seed, pool);
}

Result<std::unique_ptr<Model>> train(std::string_view model, const Settings::Given& settings, const TrainingData& data,
                                     std::uint64_t seed, ThreadPool& pool, ProgressFunction on_progress,
                                     void* context) {
  Result<std::unique_ptr<Trainer>> trainer = make_trainer(model, settings, data, seed, pool);
  if (!trainer.ok()) return trainer.status();
  Trainer& run = *trainer.value();
  const std::int64_t slice = run.total_work() / 200 + 1;
  while (!run.done()) {
    if (Status status = run.step(slice); !status.ok()) return status;
    if (on_progress != nullptr &&
        !on_progress(context, static_cast<double>(run.done_work()) / static_cast<double>(run.total_work()))) {
      return std::unique_ptr<Model>();
    }
  }
  return run.finish();
}

}  // namespace inkling
