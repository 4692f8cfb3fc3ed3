#include "inkling/model_file.h"

#include "data/sparse_tensors.h"
#include "inkling/tensor_file.h"
#include "model_file/model_tensors.h"

namespace inkling {

namespace {

Status check_version(const TensorFile& file) {
  const std::string* version = file.find_metadata("format_version");
  if (version == nullptr || file.find_metadata("model") == nullptr) {
    return {ErrorCode::kCorruptModelFile,
            "this safetensors file is not an Inkling model: its metadata has no format_version and model"};
  }
  if (*version != std::to_string(kModelFormatVersion)) {
    return {ErrorCode::kUnsupportedVersion, "the model file has format version " + *version +
                                                "; this build reads version " + std::to_string(kModelFormatVersion) +
                                                ". Use a newer inkling, or train the model again"};
  }
  return {};
}

Status read_item_ids(const TensorFile& file, ItemIds& ids) {
  if (Status s = file.get("item_ids.bytes", 1, ids.bytes); !s.ok()) return s;
  if (Status s = file.get("item_ids.offsets", 1, ids.offsets); !s.ok()) return s;
  if (ids.offsets.empty()) return {ErrorCode::kCorruptModelFile, "tensor \"item_ids.offsets\" is empty"};
  return check_offsets(ids.offsets, ids.offsets.size() - 1, ids.bytes.size(), "item_ids.offsets");
}

std::string json_text(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) out += c;
  }
  return out + "\"";
}

}  // namespace

Result<std::vector<std::uint8_t>> write_model_file(const Model& model, const ItemIds& item_ids) {
  if (item_ids.size() != static_cast<std::size_t>(model.num_items())) {
    return Status(ErrorCode::kInvalidArgument, "the model has " + std::to_string(model.num_items()) + " items, but " +
                                                   std::to_string(item_ids.size()) + " ids are given");
  }
  if (!check_offsets(item_ids.offsets, item_ids.size(), item_ids.bytes.size(), "item_ids.offsets").ok()) {
    return Status(ErrorCode::kInvalidArgument, "the offsets of the item ids do not divide their bytes");
  }
  TensorFile file;
  file.set_metadata("format_version", std::to_string(kModelFormatVersion));
  file.add("item_ids.bytes", std::span<const std::uint8_t>(item_ids.bytes),
           {static_cast<std::int64_t>(item_ids.bytes.size())});
  file.add("item_ids.offsets", std::span<const std::uint32_t>(item_ids.offsets),
           {static_cast<std::int64_t>(item_ids.offsets.size())});
  file.add("item_counts", model.item_counts(), {model.num_items()});
  write_model(model, file);
  return file.write();
}

Result<ModelFile> read_model_file(std::span<const std::uint8_t> bytes) {
  Result<TensorFile> read = TensorFile::read(bytes);
  if (!read.ok()) return read.status();
  const TensorFile& file = read.value();
  if (Status s = check_version(file); !s.ok()) return s;
  ModelFile out;
  if (Status s = read_item_ids(file, out.item_ids); !s.ok()) return s;
  std::vector<float> item_counts;
  if (Status s = file.get("item_counts", 1, item_counts); !s.ok()) return s;
  if (Status s = check_finite(item_counts, "item_counts"); !s.ok()) return s;
  if (item_counts.size() != out.item_ids.size()) {
    return Status(ErrorCode::kCorruptModelFile, "the model file has " + std::to_string(out.item_ids.size()) +
                                                    " ids and " + std::to_string(item_counts.size()) + " item counts");
  }
  Result<std::unique_ptr<Model>> model = read_model(file, std::move(item_counts));
  if (!model.ok()) return model.status();
  out.model = std::move(model.value());
  return out;
}

Result<std::string> inspect_model_file(std::span<const std::uint8_t> bytes) {
  Result<TensorFile> read = TensorFile::read(bytes);
  if (!read.ok()) return read.status();
  const TensorFile& file = read.value();
  if (Status s = check_version(file); !s.ok()) return s;
  ItemIds ids;
  if (Status s = read_item_ids(file, ids); !s.ok()) return s;
  const std::string* checksum = file.find_metadata("checksum");
  const std::string* config = file.find_metadata("config");
  std::string json = "{\"format_version\":" + *file.find_metadata("format_version") +
                     ",\"model\":" + json_text(*file.find_metadata("model")) +
                     ",\"config\":" + json_text(config != nullptr ? *config : "{}") +
                     ",\"items\":" + std::to_string(ids.size()) + ",\"bytes\":" + std::to_string(bytes.size()) +
                     ",\"checksum\":" + json_text(checksum != nullptr ? *checksum : "") + ",\"tensors\":[";
  bool first = true;
  for (const auto& [name, tensor] : file.tensors()) {
    json += std::string(first ? "" : ",") + "{\"name\":" + json_text(name) + ",\"dtype\":\"" +
            tensor_type_name(tensor.type) + "\",\"shape\":[";
    for (std::size_t d = 0; d < tensor.shape.size(); ++d) {
      json += (d > 0 ? "," : "") + std::to_string(tensor.shape[d]);
    }
    json += "],\"bytes\":" + std::to_string(tensor.bytes.size()) + "}";
    first = false;
  }
  return json + "]}";
}

}  // namespace inkling
