#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "inkling/model.h"

namespace inkling {

// The version of the tensors' names and meaning. A reader refuses what is newer.
inline constexpr int kModelFormatVersion = 1;

// Texts back to back in UTF-8: id i is bytes offsets[i] to offsets[i + 1].
struct ItemIds {
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint32_t> offsets{0};  // num_items + 1

  std::size_t size() const { return offsets.size() - 1; }
};

struct ModelFile {
  std::unique_ptr<Model> model;
  ItemIds item_ids;
};

// A safetensors file; cpp/README.md names its tensors. Holds nothing of any user.
// Errors: kInvalidArgument when the ids are not one an item.
Result<std::vector<std::uint8_t>> write_model_file(const Model& model, const ItemIds& item_ids);

// Errors: kCorruptModelFile, kUnsupportedVersion.
Result<ModelFile> read_model_file(std::span<const std::uint8_t> bytes);

// What is in a model file, as JSON, without building the model:
// {"format_version","model","config","items","bytes","checksum","tensors":[{"name","dtype","shape","bytes"},…]}; config
// is the settings, as JSON in a string.
Result<std::string> inspect_model_file(std::span<const std::uint8_t> bytes);

}  // namespace inkling
