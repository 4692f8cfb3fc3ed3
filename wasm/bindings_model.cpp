#include "seam_types.h"

namespace {

using namespace inkling;
using namespace inkling::seam;

int load(TrainedModel& model, Engine& engine, const Buffer& bytes) {
  Result<ModelFile> file = read_model_file(bytes.as<std::uint8_t>());
  if (!file.ok()) return engine.report(file.status());
  model.file = std::move(file.value());
  return 0;
}

[[maybe_unused]] int save(const TrainedModel& model, Engine& engine, Buffer& out) {
  Result<std::vector<std::uint8_t>> bytes = write_model_file(*model.file.model, model.file.item_ids);
  if (!bytes.ok()) return engine.report(bytes.status());
  out.assign(std::move(bytes.value()));
  return 0;
}

// One id an item; without them the model cannot be saved.
[[maybe_unused]] void set_item_ids(TrainedModel& model, const Buffer& bytes, const Buffer& offsets) {
  const auto id_bytes = bytes.as<std::uint8_t>();
  const auto id_offsets = offsets.as<std::uint32_t>();
  model.file.item_ids.bytes.assign(id_bytes.begin(), id_bytes.end());
  model.file.item_ids.offsets.assign(id_offsets.begin(), id_offsets.end());
}

void item_ids(const TrainedModel& model, Buffer& bytes, Buffer& offsets) {
  bytes.clear();
  offsets.clear();
  bytes.append(std::span<const std::uint8_t>(model.file.item_ids.bytes));
  offsets.append(std::span<const std::uint32_t>(model.file.item_ids.offsets));
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

int format_version() { return kModelFormatVersion; }

const Binding kTable[] = {
    constant("modelFormatVersion", &format_version),
    constructor<TrainedModel>("TrainedModel"),
    method("load", &load),
#ifndef INKLING_NO_TRAINERS  // a module that only recommends writes no files
    method("save", &save),
    method("setItemIds", &set_item_ids),
    function("inspectModelFile", &inspect),
#endif
    method("itemIds", &item_ids),
    method("name", &name),
    method("numItems", &num_items),
    destructor<TrainedModel>(),
};
const Bindings kBindings(kTable);

}  // namespace
