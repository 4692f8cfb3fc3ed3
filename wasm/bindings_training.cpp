#include <cmath>

#include "inkling/decimal.h"
#include "seam_types.h"

namespace {

using namespace inkling;
using namespace inkling::seam;

// settings: "name=value" lines; interactions, texts and vectors may be null. vectors: float32, num_items rows of width
// numbers; they must outlive the training.
int start(Training& training, Engine& engine, const Text& model, const Text& settings,
          const InteractionSet* interactions, const ItemTexts* texts, const Buffer* vectors, int width, double seed) {
  const Result<Settings::Given> given = parse_settings(settings);
  if (!given.ok()) return engine.report(given.status());
  TrainingData data;
  if (interactions != nullptr) data.interactions = &interactions->interactions;
  if (texts != nullptr && texts->content) data.terms = &texts->content->terms();
  if (vectors != nullptr) data.vectors = {vectors->as<float>(), static_cast<std::size_t>(width)};
  Result<std::unique_ptr<Trainer>> trainer =
      make_trainer(model, given.value(), data, static_cast<std::uint64_t>(seed), engine.pool());
  if (!trainer.ok()) return engine.report(trainer.status());
  training.trainer = std::move(trainer.value());
  return 0;
}

int step(Training& training, Engine& engine, double work) {
  return engine.report(training.trainer->step(static_cast<std::int64_t>(work)));
}

// A setting's default, 0 where it is no number, or NaN where the model has no such setting.
double default_setting(const Text& model, const Text& name) {
  for (const SettingSpec& spec : settings_of(model)) {
    if (spec.name == std::string_view(name)) return decimal_value(spec.default_text);
  }
  return std::nan("");
}

void finish(Training& training, TrainedModel& out) {
  out.file.model = training.trainer->finish();
  training.trainer.reset();
}

double total_work(const Training& training) { return static_cast<double>(training.trainer->total_work()); }
double done_work(const Training& training) { return static_cast<double>(training.trainer->done_work()); }

const Binding kTable[] = {
    constructor<Training>("Training"),
    method("start", &start),
    method("step", &step),
    method("totalWork", &total_work),
    method("doneWork", &done_work),
    method("finish", &finish),
    destructor<Training>(),
    function("defaultSetting", &default_setting),
};
const Bindings kBindings(kTable);

}  // namespace
