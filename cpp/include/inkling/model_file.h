#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "inkling/model.h"

namespace inkling {

// The newest version of the tensors' names and meaning. A reader reads all versions up to it and refuses what is newer.
// 2 can store factors and ids in fewer bytes; files that do not are written as version 1.
inline constexpr int kModelFormatVersion = 2;

// Texts back to back in UTF-8: id i is bytes offsets[i] to offsets[i + 1].
struct ItemIds {
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint32_t> offsets{0};  // num_items + 1

  std::size_t size() const { return offsets.size() - 1; }
};

// The ids as a model file has them: whole with offsets, or each without the bytes at its front that it shares with the
// id before it. Refers to the bytes of the file.
class StoredIds {
 public:
  // Errors: kCorruptModelFile.
  static Result<StoredIds> read(const TensorFile& file);

  std::size_t size() const { return size_; }
  // Appends the next ids, at most so many, to `out`.
  void take(std::size_t most, ItemIds& out);

 private:
  std::span<const std::uint8_t> bytes_;
  std::span<const std::uint8_t> offsets_;  // uint32, size_ + 1; or none
  std::span<const std::uint8_t> shared_;   // size_: how many bytes are those of the id before it
  std::span<const std::uint8_t> lengths_;  // size_: how many follow
  std::size_t size_ = 0;
  std::size_t next_ = 0;
  std::size_t next_byte_ = 0;
  std::vector<std::uint8_t> last_;  // the id before the next
};

struct ModelFile {
  std::unique_ptr<Model> model;
  ItemIds item_ids;
};

// A safetensors file; cpp/README.md names its tensors. Holds nothing of any user. storage: of item factors; other than
// as f32, ids are stored without what they share with the one before, too.
// Errors: kInvalidArgument when the ids are not one an item, or a factor is too large for f16.
Result<std::vector<std::uint8_t>> write_model_file(const Model& model, const ItemIds& item_ids,
                                                   FactorStorage storage = FactorStorage::kF32);

// The model keeps the bytes where it can use its factors as they stand there.
// Errors: kCorruptModelFile, kUnsupportedVersion.
Result<ModelFile> read_model_file(std::vector<std::uint8_t> bytes);

// The same with the ids left in the file, for whoever wants them in pieces.
struct OpenModelFile {
  std::vector<std::uint8_t> bytes;  // of the file, where the model does not keep them; needed for item_ids only
  std::unique_ptr<Model> model;
  StoredIds item_ids;
  int format_version = 1;
};
Result<OpenModelFile> open_model_file(std::vector<std::uint8_t> bytes);

// What is in a model file, as JSON, without building the model:
// {"format_version","model","config","items","bytes","checksum","tensors":[{"name","dtype","shape","bytes"},…]}; config
// is the settings, as JSON in a string.
Result<std::string> inspect_model_file(std::span<const std::uint8_t> bytes);

}  // namespace inkling
