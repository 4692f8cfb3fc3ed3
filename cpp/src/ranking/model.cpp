#include "inkling/model.h"

#include <cmath>

#include "kernels/top_k.h"
#include "ranking/model_registry.h"

namespace inkling {

namespace {

Status unknown_model(std::string_view model) {
  std::string known;
  for (const ModelKind& kind : model_kinds()) known += (known.empty() ? "" : ", ") + std::string(kind.name);
  return {ErrorCode::kInvalidArgument, "unknown model \"" + std::string(model) + "\"; known are " + known};
}

}  // namespace

std::vector<HistoryEntry> faded(History history, double half_life) {
  std::vector<HistoryEntry> entries(history.begin(), history.end());
  if (half_life <= 0) return entries;
  double places = 0;
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry, ++places) {
    entry->weight *= static_cast<float>(std::exp2(-places / half_life));
  }
  return entries;
}

bool Profile::top_k(std::span<const std::uint8_t> skip, std::size_t k, ThreadPool* /*pool*/,
                    std::vector<ScoredItem>& best) const {
  std::vector<float> scores(skip.size());
  score_all(scores);
  return kernels::best_scores(scores, skip, k, best);
}

const ItemFactors* latent_factors_of(std::span<const std::unique_ptr<Model>> models) {
  for (const std::unique_ptr<Model>& model : models) {
    if (const ItemFactors* factors = model->latent_factors()) return factors;
  }
  return nullptr;
}

Result<std::unique_ptr<Profile>> Model::fold_in(History history) const {
  return history_half_life_ > 0 ? profile_of(faded(history, history_half_life_)) : profile_of(history);
}

Status Trainer::save(TensorFile& /*checkpoint*/) const {
  return {ErrorCode::kInvalidArgument, "the training of this model cannot be interrupted; sasrec's and gru's can"};
}

Status Trainer::resume(const TensorFile& /*checkpoint*/) {
  return {ErrorCode::kInvalidArgument, "the training of this model cannot be resumed; sasrec's and gru's can"};
}

std::unique_ptr<Model> Trainer::finish() {
  std::unique_ptr<Model> model = trained_model();
  model->set_history_half_life(history_half_life_);
  return model;
}

std::vector<std::string_view> model_names() {
  std::vector<std::string_view> names;
  for (const ModelKind& kind : model_kinds()) names.push_back(kind.name);
  return names;
}

std::span<const SettingSpec> settings_of(std::string_view model) {
  const ModelKind* kind = find_model_kind(model);
  return kind != nullptr && kind->settings != nullptr ? kind->settings() : std::span<const SettingSpec>();
}

bool can_train(std::string_view model) {
  const ModelKind* kind = find_model_kind(model);
  return kind != nullptr && kind->make_trainer != nullptr;
}

bool is_usual(std::string_view model) {
  const ModelKind* kind = find_model_kind(model);
  return kind != nullptr && kind->usual;
}

Result<std::unique_ptr<Trainer>> make_trainer(std::string_view model, const Settings::Given& settings,
                                              const TrainingData& data, std::uint64_t seed, ThreadPool& pool) {
  const ModelKind* kind = find_model_kind(model);
  if (kind == nullptr) return unknown_model(model);
  if (kind->make_trainer == nullptr) {
    return Status(ErrorCode::kInvalidArgument, "this build cannot train " + std::string(model) + "; take the full one");
  }
  Result<Settings> resolved = Settings::resolve(model, kind->settings(), settings);
  if (!resolved.ok()) return resolved.status();
  if (kind->needs_interactions && (data.interactions == nullptr || data.interactions->num_entries() == 0)) {
    return Status(ErrorCode::kInvalidInteractions,
                  std::string(model) + " learns from interactions, and there are none; give at least one row");
  }
  Result<std::unique_ptr<Trainer>> trainer = kind->make_trainer(resolved.value(), data, seed, pool);
  if (trainer.ok() && resolved.value().has(kHistoryHalfLife.name)) {
    trainer.value()->set_history_half_life(resolved.value().number(kHistoryHalfLife.name));
  }
  return trainer;
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
