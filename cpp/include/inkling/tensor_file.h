#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inkling/status.h"

namespace inkling {

// One tensor of a file: little-endian, row-major.
struct Tensor {
  enum class Type { kU8, kI32, kU32, kF32 };
  Type type = Type::kU8;
  std::vector<std::int64_t> shape;
  std::span<const std::uint8_t> bytes;

  std::int64_t num_elements() const;
};

const char* tensor_type_name(Tensor::Type type);  // as safetensors spells it: "U8", "I32", …

// A safetensors file: eight bytes of header length, a JSON header, the tensors' bytes back to back.
// https://github.com/huggingface/safetensors. The writer pads the header so that the data starts at a multiple of 8.
class TensorFile {
 public:
  // Adds a tensor; the bytes are copied. Names are unique: the last of a name counts.
  void add(const std::string& name, std::span<const float> values, std::vector<std::int64_t> shape);
  void add(const std::string& name, std::span<const std::int32_t> values, std::vector<std::int64_t> shape);
  void add(const std::string& name, std::span<const std::uint32_t> values, std::vector<std::int64_t> shape);
  void add(const std::string& name, std::span<const std::uint8_t> values, std::vector<std::int64_t> shape);
  void set_metadata(const std::string& name, const std::string& value) { metadata_[name] = value; }

  // Adds all of another file's tensors and metadata, their names with `prefix` before them.
  void add_part(const std::string& prefix, const TensorFile& part);
  // What was added so: those of a name with this prefix, without it.
  TensorFile part(const std::string& prefix) const;

  // The whole file; adds `checksum` to the metadata.
  std::vector<std::uint8_t> write() const;

  // Reads a file; the tensors are copied out of `bytes`. Every length, offset, shape and the checksum are tested
  // before anything is allocated, so no bytes whatever crash it. Errors: kCorruptModelFile, naming what is wrong where.
  static Result<TensorFile> read(std::span<const std::uint8_t> bytes);

  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  // Null when there is none.
  const std::string* find_metadata(const std::string& name) const;

  // Name, type, shape and bytes of every tensor, by name.
  std::vector<std::pair<std::string, Tensor>> tensors() const;

  // Copies a tensor into `out`. Errors: kCorruptModelFile when there is none of that name, or its type or number of
  // dimensions is another.
  Status get(const std::string& name, std::size_t dimensions, std::vector<float>& out,
             std::vector<std::int64_t>* shape = nullptr) const;
  Status get(const std::string& name, std::size_t dimensions, std::vector<std::int32_t>& out,
             std::vector<std::int64_t>* shape = nullptr) const;
  Status get(const std::string& name, std::size_t dimensions, std::vector<std::uint32_t>& out,
             std::vector<std::int64_t>* shape = nullptr) const;
  Status get(const std::string& name, std::size_t dimensions, std::vector<std::uint8_t>& out,
             std::vector<std::int64_t>* shape = nullptr) const;

 private:
  struct Stored {
    Tensor::Type type = Tensor::Type::kU8;
    std::vector<std::int64_t> shape;
    std::vector<std::uint8_t> bytes;
  };
  void put(const std::string& name, Tensor::Type type, std::vector<std::int64_t> shape, const void* data,
           std::size_t num_bytes);
  Status find(const std::string& name, Tensor::Type type, std::size_t dimensions, const Stored*& found) const;

  std::map<std::string, std::string> metadata_;
  std::map<std::string, Stored> tensors_;
};

// CRC-32 as in zlib and PNG, of the tensors' bytes: what the `checksum` of a model file holds, as eight hexadecimal
// digits after "crc32:".
std::uint32_t crc32(std::span<const std::uint8_t> bytes);

}  // namespace inkling
