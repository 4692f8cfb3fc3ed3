#include <emscripten/bind.h>

#include <cmath>

#include "inkling/decimal.h"
#include "seam_types.h"

namespace {

using namespace inkling;
using namespace inkling::seam;

// A training run. What it learns from must outlive it.
struct Training {
  std::unique_ptr<Trainer> trainer;

  double total_work() const { return static_cast<double>(trainer->total_work()); }
  double done_work() const { return static_cast<double>(trainer->done_work()); }
};

// settings: "name=value" lines; interactions and texts may be null.
int start(Training& training, Engine& engine, const std::string& model, const std::string& settings,
          const InteractionSet* interactions, const ItemTexts* texts, double seed) {
  const Result<Settings::Given> given = parse_settings(settings);
  if (!given.ok()) return engine.report(given.status());
  TrainingData data;
  if (interactions != nullptr) data.interactions = &interactions->interactions;
  if (texts != nullptr && texts->content) data.terms = &texts->content->terms();
  Result<std::unique_ptr<Trainer>> trainer =
      make_trainer(model, given.value(), data, static_cast<std::uint64_t>(seed), engine.pool());
  if (!trainer.ok()) return engine.report(trainer.status());
  training.trainer = std::move(trainer.value());
  return 0;
}

int step(Training& training, Engine& engine, double work) {
  return engine.report(training.trainer->step(static_cast<std::int64_t>(work)));
}

bool can_train_model(const std::string& model) { return can_train(model); }

// A setting's default, 0 where it is no number, or NaN where the model has no such setting.
double default_setting(const std::string& model, const std::string& name) {
  for (const SettingSpec& spec : settings_of(model)) {
    if (spec.name == name) return decimal_value(spec.default_text);
  }
  return std::nan("");
}

void finish(Training& training, TrainedModel& out) {
  out.file.model = training.trainer->finish();
  training.trainer.reset();
}

}  // namespace

EMSCRIPTEN_BINDINGS(training) {
  emscripten::class_<Training>("Training")
      .constructor<>()
      .function("start", &start, emscripten::allow_raw_pointers())
      .function("step", &step)
      .function("totalWork", &Training::total_work)
      .function("doneWork", &Training::done_work)
      .function("finish", &finish);
  emscripten::function("canTrain", &can_train_model);
  emscripten::function("defaultSetting", &default_setting);
}
