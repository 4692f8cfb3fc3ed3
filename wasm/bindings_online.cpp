#include <string>

#include "inkling/learn_choice.h"
#include "seam_types.h"

namespace inkling::seam {

namespace {

// What one person has taught a hybrid.
struct LearnedBlend {
  OnlineBlend blend{0};
};

}  // namespace

template <>
inline constexpr char kLetter<LearnedBlend> = 'O';

}  // namespace inkling::seam

namespace {

using namespace inkling;
using namespace inkling::seam;

// Null unless the model is a hybrid.
const Hybrid* hybrid_of(const TrainedModel& model) {
  return model.file.model->name() == Hybrid::kName ? static_cast<const Hybrid*>(model.file.model.get()) : nullptr;
}

// Nothing learned yet.
void start(LearnedBlend& learned, const TrainedModel& model) {
  learned.blend = OnlineBlend(hybrid_of(model)->parts().size());
}

Moment moment_of(const Buffer& values) {
  Moment moment;
  const auto given = values.as<float>();
  std::copy_n(given.begin(), std::min(given.size(), moment.values.size()), moment.values.begin());
  return moment;
}

// shown: int32 items; moment: float32.
int learn(LearnedBlend& learned, Engine& engine, const TrainedModel& model, const Buffer& history_items,
          const Buffer& history_weights, int item, const Buffer& shown, const Buffer& moment) {
  const std::vector<HistoryEntry> history = history_of(history_items, history_weights);
  return engine.report(
      learn_choice(*hybrid_of(model), {history, item, shown.as<std::int32_t>(), moment_of(moment)}, learned.blend));
}

// float32: what is added to the weights of the parts at such a moment.
void tilt(const LearnedBlend& learned, const Buffer& moment, Buffer& out) {
  out.clear();
  out.append(std::span<const float>(learned.blend.tilt(moment_of(moment))));
}

// The model that a part asks: its name, or tf_idf for the catalogue's texts; empty after the last.
const Text& part_model(const TrainedModel& model, int part) {
  const auto& parts = hybrid_of(model)->parts();
  if (part < 0 || static_cast<std::size_t>(part) >= parts.size()) return said("");
  const std::int32_t member = parts[static_cast<std::size_t>(part)].member;
  return said(member == Hybrid::kContent ? TfIdf::kName
                                         : hybrid_of(model)->members()[static_cast<std::size_t>(member)]->name());
}

// In entries of the history; 0 = its order does not count.
double part_half_life(const TrainedModel& model, int part) {
  return static_cast<double>(hybrid_of(model)->parts()[static_cast<std::size_t>(part)].half_life);
}

// Gives a hybrid the texts that another was trained with. Both must be hybrids.
void move_texts(TrainedModel& from, TrainedModel& to) {
  if (auto texts = static_cast<Hybrid&>(*from.file.model).take_content()) {
    static_cast<Hybrid&>(*to.file.model).attach(std::move(texts));
  }
}

const Binding kTable[] = {
    constructor<LearnedBlend>("LearnedBlend"),
    method("start", &start),
    method("learn", &learn),
    method("tilt", &tilt),
    destructor<LearnedBlend>(),
    function("partModel", &part_model),
    function("partHalfLife", &part_half_life),
    function("moveTexts", &move_texts),
};
const Bindings kBindings(kTable);

}  // namespace
