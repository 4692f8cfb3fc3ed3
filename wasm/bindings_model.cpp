#include "seam_types.h"

namespace {

using namespace inkling;
using namespace inkling::seam;

// Takes the bytes, so that the file is there once.
int load(TrainedModel& model, Engine& engine, Buffer& bytes) {
  Result<OpenModelFile> file = open_model_file(bytes.take());
  if (!file.ok()) return engine.report(file.status());
  model.file = std::move(file.value());
  return 0;
}

// The next ids of a model that was loaded; none when all have been read, and then the file is let go where the model
// does without.
void take_item_ids(TrainedModel& model, int most, Buffer& bytes, Buffer& offsets) {
  ItemIds ids;
  model.file.item_ids.take(static_cast<std::size_t>(most), ids);
  if (ids.size() == 0) model.file.bytes = {};
  bytes.clear();
  offsets.clear();
  bytes.append(std::span<const std::uint8_t>(ids.bytes));
  offsets.append(std::span<const std::uint32_t>(ids.offsets));
}

// One id an item; storage: the number of a FactorStorage.
[[maybe_unused]] int save(const TrainedModel& model, Engine& engine, const Buffer& id_bytes, const Buffer& id_offsets,
                          int storage, Buffer& out) {
  const auto bytes = id_bytes.as<std::uint8_t>();
  const auto offsets = id_offsets.as<std::uint32_t>();
  Result<std::vector<std::uint8_t>> file =
      write_model_file(*model.file.model, {{bytes.begin(), bytes.end()}, {offsets.begin(), offsets.end()}},
                       static_cast<FactorStorage>(storage));
  if (!file.ok()) return engine.report(file.status());
  out.assign(std::move(file.value()));
  return 0;
}

const Text& name(const TrainedModel& model) { return said(model.file.model->name()); }

int num_items(const TrainedModel& model) { return model.file.model->num_items(); }

// Fills `out` with JSON.
[[maybe_unused]] int inspect(Engine& engine, const Buffer& bytes, Buffer& out) {
  const Result<std::string> json = inspect_model_file(bytes.as<std::uint8_t>());
  if (!json.ok()) return engine.report(json.status());
  out.clear();
  out.append(std::span<const char>(json.value()));
  return 0;
}

int format_version(const TrainedModel& model) { return model.file.format_version; }

const Binding kTable[] = {
    constructor<TrainedModel>("TrainedModel"),
    method("load", &load),
#ifndef INKLING_NO_TRAINERS  // a module that only recommends writes no files
    method("save", &save),
#ifndef INKLING_FEW_TRAINERS  // it is for the command line
    function("inspectModelFile", &inspect),
#endif
#endif
    method("takeItemIds", &take_item_ids),
    method("name", &name),
    method("numItems", &num_items),
    method("formatVersion", &format_version),
    destructor<TrainedModel>(),
};
const Bindings kBindings(kTable);

}  // namespace
