#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inkling/status.h"

namespace inkling {

// One tensor of a file: little-endian, row-major. The bytes are somebody else's.
struct Tensor {
  enum class Type { kU8, kI8, kF16, kI32, kU32, kF32 };
  Type type = Type::kU8;
  std::vector<std::int64_t> shape;
  std::span<const std::uint8_t> bytes;

  std::int64_t num_elements() const;
};

const char* tensor_type_name(Tensor::Type type);  // as safetensors spells it: "U8", "I32", …

// Numbers of one's own, or somebody else's.
template <class T>
struct Held {
  std::vector<T> own;
  std::span<const T> values;

  Held() = default;
  Held(std::vector<T> numbers) : own(std::move(numbers)), values(own) {}  // NOLINT(*-explicit-*)
  Held(Held&&) = default;
  Held& operator=(Held&&) = default;
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() = default;

  std::size_t size() const { return values.size(); }
};

// How the factors of items are stored: as they are computed, or in a half or a quarter of the bytes. The numbers cross
// the seam.
enum class FactorStorage : std::int32_t { kF32 = 0, kF16 = 1, kInt8 = 2 };

// A safetensors file: eight bytes of header length, a JSON header, the tensors' bytes back to back.
// https://github.com/huggingface/safetensors. The writer pads the header so that the data starts at a multiple of 8.
class TensorFile {
 public:
  TensorFile() = default;
  TensorFile(TensorFile&&) = default;
  TensorFile& operator=(TensorFile&&) = default;
  TensorFile(const TensorFile&) = delete;
  TensorFile& operator=(const TensorFile&) = delete;
  ~TensorFile() = default;

  // Adds a tensor; the bytes are copied. Names are unique: the last of a name counts. uint16: of half-precision floats.
  void add(const std::string& name, std::span<const float> values, std::vector<std::int64_t> shape);
  void add(const std::string& name, std::span<const std::int32_t> values, std::vector<std::int64_t> shape);
  void add(const std::string& name, std::span<const std::uint32_t> values, std::vector<std::int64_t> shape);
  void add(const std::string& name, std::span<const std::uint16_t> values, std::vector<std::int64_t> shape);
  void add(const std::string& name, std::span<const std::int8_t> values, std::vector<std::int64_t> shape);
  void add(const std::string& name, std::span<const std::uint8_t> values, std::vector<std::int64_t> shape);
  // The same without a copy: the values must be there until the file is written.
  void add_view(const std::string& name, Tensor tensor) { tensors_[name] = {std::move(tensor), {}}; }
  void set_metadata(const std::string& name, const std::string& value) { metadata_[name] = value; }

  // What those who add factors are asked to do.
  FactorStorage factor_storage() const { return factor_storage_; }
  void set_factor_storage(FactorStorage storage) { factor_storage_ = storage; }
  // That something cannot be stored; the first such Status is kept.
  void fail(Status status) {
    if (status_.ok()) status_ = std::move(status);
  }
  const Status& status() const { return status_; }

  // Adds all of another file's tensors and metadata, their names with `prefix` before them.
  void add_part(const std::string& prefix, TensorFile part);
  // What was added so: those of a name with this prefix, without it. Must not outlive this file.
  TensorFile part(const std::string& prefix) const;

  // The whole file; adds `checksum` to the metadata.
  std::vector<std::uint8_t> write() const;

  // Reads a file. Every length, offset, shape and the checksum are tested before anything is allocated, so no bytes
  // whatever crash it. Errors: kCorruptModelFile, naming what is wrong where.
  static Result<TensorFile> read(std::vector<std::uint8_t> bytes);
  // The same for bytes that outlive the file.
  static Result<TensorFile> over(std::span<const std::uint8_t> bytes);

  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  // Null when there is none.
  const std::string* find_metadata(const std::string& name) const;

  // Name, type, shape and bytes of every tensor, by name.
  std::vector<std::pair<std::string, Tensor>> tensors() const;
  // Null when there is none.
  const Tensor* find(const std::string& name) const;

  // The tensor where it stands. Errors: as of get().
  Status look(const std::string& name, Tensor::Type type, std::size_t dimensions, Tensor& out) const;

  // Copies a tensor into `out`. Errors: kCorruptModelFile when there is none of that name, or its type or number of
  // dimensions is another.
  Status get(const std::string& name, std::size_t dimensions, std::vector<float>& out,
             std::vector<std::int64_t>* shape = nullptr) const;
  Status get(const std::string& name, std::size_t dimensions, std::vector<std::int32_t>& out,
             std::vector<std::int64_t>* shape = nullptr) const;
  Status get(const std::string& name, std::size_t dimensions, std::vector<std::uint32_t>& out,
             std::vector<std::int64_t>* shape = nullptr) const;
  Status get(const std::string& name, std::size_t dimensions, std::vector<std::uint16_t>& out,
             std::vector<std::int64_t>* shape = nullptr) const;
  Status get(const std::string& name, std::size_t dimensions, std::vector<std::uint8_t>& out,
             std::vector<std::int64_t>* shape = nullptr) const;

  // The same without a copy where that can be: then `out` refers to the bytes of the file, and num_views()
  // counts it. It cannot be in a part, nor where numbers do not stand at multiples of their size.
  Status view(const std::string& name, std::size_t dimensions, Held<float>& out,
              std::vector<std::int64_t>* shape = nullptr) const;
  Status view(const std::string& name, std::size_t dimensions, Held<std::int8_t>& out,
              std::vector<std::int64_t>* shape = nullptr) const;
  int num_views() const { return num_views_; }

 private:
  struct Stored {
    Tensor tensor;
    std::vector<std::uint8_t> own;  // what the tensor's bytes are, where they are nobody else's
  };
  void put(const std::string& name, Tensor::Type type, std::vector<std::int64_t> shape, const void* data,
           std::size_t num_bytes);
  template <class T>
  Status copy(const std::string& name, Tensor::Type type, std::size_t dimensions, std::vector<T>& out,
              std::vector<std::int64_t>* shape) const;
  template <class T>
  Status view(const std::string& name, Tensor::Type type, std::size_t dimensions, Held<T>& out,
              std::vector<std::int64_t>* shape) const;

  std::map<std::string, std::string> metadata_;
  std::map<std::string, Stored> tensors_;
  std::vector<std::uint8_t> bytes_;  // of a file that was read
  FactorStorage factor_storage_ = FactorStorage::kF32;
  Status status_;
  bool is_part_ = false;
  mutable int num_views_ = 0;
};

// CRC-32 as in zlib and PNG, of the tensors' bytes: what the `checksum` of a model file holds, as eight hexadecimal
// digits after "crc32:".
std::uint32_t crc32(std::span<const std::uint8_t> bytes);

}  // namespace inkling
