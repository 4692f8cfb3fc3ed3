#include "inkling/tensor_file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

#include "data/sorting.h"
#include "model_file/json_header.h"

namespace inkling {

namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "safetensors files are little-endian");

constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeaderBytes = 1 << 24;
constexpr std::array kTypes = {Tensor::Type::kU8, Tensor::Type::kI32, Tensor::Type::kU32, Tensor::Type::kF32};

std::int64_t type_size(Tensor::Type type) { return type == Tensor::Type::kU8 ? 1 : 4; }

Status corrupt(const std::string& what) { return {ErrorCode::kCorruptModelFile, what}; }

std::string checksum_text(std::uint32_t checksum) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string text = "crc32:";
  for (int shift = 28; shift >= 0; shift -= 4) text += kHex[(checksum >> shift) & 15];
  return text;
}

// The number of elements, or -1 when it does not fit.
std::int64_t count_elements(const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) {
    if (extent < 0 || __builtin_mul_overflow(count, extent, &count)) return -1;
  }
  return count;
}

}  // namespace

std::int64_t Tensor::num_elements() const { return count_elements(shape); }

const char* tensor_type_name(Tensor::Type type) {
  switch (type) {
    case Tensor::Type::kU8:
      return "U8";
    case Tensor::Type::kI32:
      return "I32";
    case Tensor::Type::kU32:
      return "U32";
    case Tensor::Type::kF32:
      return "F32";
  }
  return "";
}

std::uint32_t crc32(std::span<const std::uint8_t> bytes) {
  // Made anew each time: two thousand steps, where a table in the module is a kilobyte that does not compress.
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t n = 0; n < 256; ++n) {
    std::uint32_t value = n;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320u : 0u);
    table[n] = value;
  }
  std::uint32_t value = 0xFFFFFFFFu;
  for (const std::uint8_t byte : bytes) value = table[(value ^ byte) & 0xFF] ^ (value >> 8);
  return ~value;
}

void TensorFile::put(const std::string& name, Tensor::Type type, std::vector<std::int64_t> shape, const void* data,
                     std::size_t num_bytes) {
  Stored stored{type, std::move(shape), std::vector<std::uint8_t>(num_bytes)};
  if (num_bytes > 0) std::memcpy(stored.bytes.data(), data, num_bytes);
  tensors_[name] = std::move(stored);
}

void TensorFile::add(const std::string& name, std::span<const float> values, std::vector<std::int64_t> shape) {
  put(name, Tensor::Type::kF32, std::move(shape), values.data(), values.size_bytes());
}

void TensorFile::add(const std::string& name, std::span<const std::int32_t> values, std::vector<std::int64_t> shape) {
  put(name, Tensor::Type::kI32, std::move(shape), values.data(), values.size_bytes());
}

void TensorFile::add(const std::string& name, std::span<const std::uint32_t> values, std::vector<std::int64_t> shape) {
  put(name, Tensor::Type::kU32, std::move(shape), values.data(), values.size_bytes());
}

void TensorFile::add(const std::string& name, std::span<const std::uint8_t> values, std::vector<std::int64_t> shape) {
  put(name, Tensor::Type::kU8, std::move(shape), values.data(), values.size_bytes());
}

void TensorFile::add_part(const std::string& prefix, const TensorFile& part) {
  for (const auto& [name, text] : part.metadata_) metadata_[prefix + name] = text;
  for (const auto& [name, stored] : part.tensors_) tensors_[prefix + name] = stored;
}

TensorFile TensorFile::part(const std::string& prefix) const {
  TensorFile out;
  for (const auto& [name, text] : metadata_) {
    if (name.starts_with(prefix)) out.metadata_[name.substr(prefix.size())] = text;
  }
  for (const auto& [name, stored] : tensors_) {
    if (name.starts_with(prefix)) out.tensors_[name.substr(prefix.size())] = stored;
  }
  return out;
}

std::vector<std::uint8_t> TensorFile::write() const {
  model_file::Header header;
  header.metadata = metadata_;
  std::vector<std::uint8_t> data;
  // Four-byte tensors first, so that every tensor is aligned.
  for (const bool bytes_only : {false, true}) {
    for (const auto& [name, stored] : tensors_) {
      if ((stored.type == Tensor::Type::kU8) != bytes_only) continue;
      const auto begin = static_cast<std::int64_t>(data.size());
      data.insert(data.end(), stored.bytes.begin(), stored.bytes.end());
      header.tensors[name] = {tensor_type_name(stored.type), stored.shape, begin,
                              static_cast<std::int64_t>(data.size())};
    }
  }
  header.metadata["checksum"] = checksum_text(crc32(data));
  std::string json = model_file::write_header(header);
  json.resize((json.size() + 7) / 8 * 8, ' ');
  std::vector<std::uint8_t> out(kLengthBytes + json.size() + data.size());
  const std::uint64_t length = json.size();
  std::memcpy(out.data(), &length, kLengthBytes);
  std::memcpy(out.data() + kLengthBytes, json.data(), json.size());
  std::copy(data.begin(), data.end(), out.begin() + static_cast<std::ptrdiff_t>(kLengthBytes + json.size()));
  return out;
}

Result<TensorFile> TensorFile::read(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kLengthBytes + 2) {
    return corrupt("this is not a model file: it has " + std::to_string(bytes.size()) +
                   " bytes; expected a safetensors file");
  }
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), kLengthBytes);
  if (length > kMaxHeaderBytes || bytes[kLengthBytes] != '{') {
    return corrupt(
        "this is not a model file: it does not begin as a safetensors file does; give the file that "
        "`inkling train` wrote");
  }
  if (length > bytes.size() - kLengthBytes) {
    return corrupt("the model file is cut off: its header should have " + std::to_string(length) + " bytes, but only " +
                   std::to_string(bytes.size() - kLengthBytes) + " are there; download or copy it again");
  }
  const auto header_bytes = bytes.subspan(kLengthBytes, static_cast<std::size_t>(length));
  Result<model_file::Header> header = model_file::parse_header(
      {reinterpret_cast<const char*>(header_bytes.data()), header_bytes.size()});  // NOLINT(*-reinterpret-cast)
  if (!header.ok()) return header.status();
  const auto data = bytes.subspan(kLengthBytes + static_cast<std::size_t>(length));

  std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
  for (const auto& [name, entry] : header.value().tensors) {
    const auto type =
        std::find_if(kTypes.begin(), kTypes.end(), [&](Tensor::Type t) { return entry.dtype == tensor_type_name(t); });
    if (type == kTypes.end()) {
      return corrupt("tensor \"" + name + "\" has type " + entry.dtype + "; expected U8, I32, U32 or F32");
    }
    const std::int64_t count = count_elements(entry.shape);
    std::int64_t size = 0;
    if (count < 0 || __builtin_mul_overflow(count, type_size(*type), &size) || entry.begin > entry.end ||
        entry.end - entry.begin != size) {
      return corrupt("the shape of tensor \"" + name + "\" does not fit its length");
    }
    if (static_cast<std::uint64_t>(entry.end) > data.size()) {
      return corrupt("the model file is cut off: tensor \"" + name + "\" should end at byte " +
                     std::to_string(entry.end) + " of the data, but only " + std::to_string(data.size()) +
                     " are there; download or copy it again");
    }
    ranges.emplace_back(entry.begin, entry.end);
  }
  std::vector<std::int32_t> order(ranges.size());
  std::iota(order.begin(), order.end(), 0);
  const auto range = [&](std::int32_t n) { return ranges[static_cast<std::size_t>(n)]; };
  sort_numbers(order, [&](std::int32_t a, std::int32_t b) { return range(a) < range(b); });
  std::int64_t covered = 0;
  for (const std::int32_t n : order) {
    const auto [begin, end] = range(n);
    if (begin != covered) return corrupt("the tensors of the model file overlap or leave gaps");
    covered = end;
  }
  if (static_cast<std::uint64_t>(covered) != data.size()) {
    return corrupt("the model file has " + std::to_string(data.size()) + " bytes of data; its tensors need " +
                   std::to_string(covered));
  }
  if (const auto checksum = header.value().metadata.find("checksum"); checksum != header.value().metadata.end()) {
    if (checksum->second != checksum_text(crc32(data))) {
      return corrupt("the data of the model file does not match its checksum (" + checksum->second +
                     "); download or copy it again");
    }
  }

  TensorFile file;
  file.metadata_ = header.value().metadata;
  for (const auto& [name, entry] : header.value().tensors) {
    const auto type =
        std::find_if(kTypes.begin(), kTypes.end(), [&](Tensor::Type t) { return entry.dtype == tensor_type_name(t); });
    const auto part =
        data.subspan(static_cast<std::size_t>(entry.begin), static_cast<std::size_t>(entry.end - entry.begin));
    file.put(name, *type, entry.shape, part.data(), part.size());
  }
  return file;
}

const std::string* TensorFile::find_metadata(const std::string& name) const {
  const auto found = metadata_.find(name);
  return found == metadata_.end() ? nullptr : &found->second;
}

std::vector<std::pair<std::string, Tensor>> TensorFile::tensors() const {
  std::vector<std::pair<std::string, Tensor>> all;
  all.reserve(tensors_.size());
  for (const auto& [name, stored] : tensors_) {
    all.emplace_back(name, Tensor{stored.type, stored.shape, stored.bytes});
  }
  return all;
}

Status TensorFile::find(const std::string& name, Tensor::Type type, std::size_t dimensions,
                        const Stored*& found) const {
  const auto entry = tensors_.find(name);
  if (entry == tensors_.end()) return corrupt("the model file has no tensor \"" + name + "\"");
  if (entry->second.type != type || entry->second.shape.size() != dimensions) {
    return corrupt("tensor \"" + name + "\" is " + tensor_type_name(entry->second.type) + " with " +
                   std::to_string(entry->second.shape.size()) + " dimensions; expected " + tensor_type_name(type) +
                   " with " + std::to_string(dimensions));
  }
  found = &entry->second;
  return {};
}

namespace {

template <class T>
Status copy_out(const std::vector<std::uint8_t>& bytes, const std::vector<std::int64_t>& extents, std::vector<T>& out,
                std::vector<std::int64_t>* shape) {
  out.resize(bytes.size() / sizeof(T));
  if (!bytes.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
  if (shape != nullptr) *shape = extents;
  return {};
}

}  // namespace

Status TensorFile::get(const std::string& name, std::size_t dimensions, std::vector<float>& out,
                       std::vector<std::int64_t>* shape) const {
  const Stored* found = nullptr;
  if (Status status = find(name, Tensor::Type::kF32, dimensions, found); !status.ok()) return status;
  return copy_out(found->bytes, found->shape, out, shape);
}

Status TensorFile::get(const std::string& name, std::size_t dimensions, std::vector<std::int32_t>& out,
                       std::vector<std::int64_t>* shape) const {
  const Stored* found = nullptr;
  if (Status status = find(name, Tensor::Type::kI32, dimensions, found); !status.ok()) return status;
  return copy_out(found->bytes, found->shape, out, shape);
}

Status TensorFile::get(const std::string& name, std::size_t dimensions, std::vector<std::uint32_t>& out,
                       std::vector<std::int64_t>* shape) const {
  const Stored* found = nullptr;
  if (Status status = find(name, Tensor::Type::kU32, dimensions, found); !status.ok()) return status;
  return copy_out(found->bytes, found->shape, out, shape);
}

Status TensorFile::get(const std::string& name, std::size_t dimensions, std::vector<std::uint8_t>& out,
                       std::vector<std::int64_t>* shape) const {
  const Stored* found = nullptr;
  if (Status status = find(name, Tensor::Type::kU8, dimensions, found); !status.ok()) return status;
  return copy_out(found->bytes, found->shape, out, shape);
}

}  // namespace inkling
