#include "seam_types.h"

namespace {

using namespace inkling;
using namespace inkling::seam;

// The points of the curve from number `begin` on: float64, (points, 5): epoch, loss, ndcg, hit rate, seconds.
void curve(const Training& training, int begin, Buffer& out) {
  out.clear();
  for (const LearningPoint& point : training.trainer->curve().subspan(static_cast<std::size_t>(begin))) {
    const double row[] = {static_cast<double>(point.epoch), point.loss, point.ndcg, point.hit_rate, point.seconds};
    out.append(std::span<const double>(row));
  }
}

void took(Training& training, double seconds) { training.trainer->took(seconds); }

int save(const Training& training, Engine& engine, Buffer& out) {
  TensorFile checkpoint;
  if (const Status status = training.trainer->save(checkpoint); !status.ok()) return engine.report(status);
  out.assign(checkpoint.write());
  return 0;
}

int resume(Training& training, Engine& engine, const Buffer& checkpoint) {
  const Result<TensorFile> file = TensorFile::over(checkpoint.as<std::uint8_t>());
  return engine.report(file.ok() ? training.trainer->resume(file.value()) : file.status());
}

void tune_people(TrainedModel& model, bool on) { model.file.model->tune_to_people(on); }

const Binding kTable[] = {
    function("tunePeople", &tune_people), function("curveOf", &curve),         function("stepTook", &took),
    function("saveCheckpoint", &save),    function("resumeTraining", &resume),
};
const Bindings kBindings(kTable);

}  // namespace
