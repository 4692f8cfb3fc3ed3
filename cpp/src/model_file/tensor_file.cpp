#include "inkling/tensor_file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <numeric>

#include "data/sorting.h"
#include "model_file/json_header.h"

namespace inkling {

namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "safetensors files are little-endian");

constexpr std::size_t kLengthBytes = 8;
constexpr std::uint64_t kMaxHeaderBytes = 1 << 24;
// In the order of Tensor::Type.
struct TypeFacts {
  const char* name;
  std::int64_t size;
};
constexpr TypeFacts kTypes[] = {{"U8", 1}, {"I8", 1}, {"F16", 2}, {"I32", 4}, {"U32", 4}, {"F32", 4}};

std::int64_t type_size(Tensor::Type type) { return kTypes[static_cast<std::size_t>(type)].size; }

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

const char* tensor_type_name(Tensor::Type type) { return kTypes[static_cast<std::size_t>(type)].name; }

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
  const auto* begin = static_cast<const std::uint8_t*>(data);
  Stored& stored = tensors_[name];
  stored.own.assign(begin, begin + num_bytes);
  stored.tensor = {type, std::move(shape), stored.own};
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

void TensorFile::add(const std::string& name, std::span<const std::uint16_t> values, std::vector<std::int64_t> shape) {
  put(name, Tensor::Type::kF16, std::move(shape), values.data(), values.size_bytes());
}

void TensorFile::add(const std::string& name, std::span<const std::int8_t> values, std::vector<std::int64_t> shape) {
  put(name, Tensor::Type::kI8, std::move(shape), values.data(), values.size_bytes());
}

void TensorFile::add(const std::string& name, std::span<const std::uint8_t> values, std::vector<std::int64_t> shape) {
  put(name, Tensor::Type::kU8, std::move(shape), values.data(), values.size_bytes());
}

void TensorFile::add_part(const std::string& prefix, TensorFile part) {
  for (const auto& [name, text] : part.metadata_) metadata_[prefix + name] = text;
  for (auto& [name, stored] : part.tensors_) tensors_[prefix + name] = std::move(stored);
  fail(part.status_);
}

TensorFile TensorFile::part(const std::string& prefix) const {
  TensorFile out;
  out.is_part_ = true;
  for (const auto& [name, text] : metadata_) {
    if (name.starts_with(prefix)) out.metadata_[name.substr(prefix.size())] = text;
  }
  for (const auto& [name, stored] : tensors_) {
    if (name.starts_with(prefix)) out.tensors_[name.substr(prefix.size())].tensor = stored.tensor;
  }
  return out;
}

std::vector<std::uint8_t> TensorFile::write() const {
  model_file::Header header;
  header.metadata = metadata_;
  // Those of large numbers first, so that every tensor is aligned.
  std::vector<const Tensor*> order;
  std::int64_t end = 0;
  for (const std::int64_t size : {4, 2, 1}) {
    for (const auto& [name, stored] : tensors_) {
      if (type_size(stored.tensor.type) != size) continue;
      order.push_back(&stored.tensor);
      const std::int64_t begin = end;
      end += static_cast<std::int64_t>(stored.tensor.bytes.size());
      header.tensors[name] = {tensor_type_name(stored.tensor.type), stored.tensor.shape, begin, end};
    }
  }
  // The length of the header does not hang on the checksum, which is of what stands behind it.
  const auto header_text = [&](std::uint32_t checksum) {
    header.metadata["checksum"] = checksum_text(checksum);
    std::string json = model_file::write_header(header);
    json.resize((json.size() + 7) / 8 * 8, ' ');
    return json;
  };
  const std::uint64_t length = header_text(0).size();
  const std::size_t data_begin = kLengthBytes + static_cast<std::size_t>(length);
  std::vector<std::uint8_t> out(data_begin);
  out.reserve(data_begin + static_cast<std::size_t>(end));
  for (const Tensor* tensor : order) out.insert(out.end(), tensor->bytes.begin(), tensor->bytes.end());
  const std::string json = header_text(crc32(std::span(out).subspan(data_begin)));
  std::memcpy(out.data(), &length, kLengthBytes);
  std::memcpy(out.data() + kLengthBytes, json.data(), json.size());
  return out;
}

Result<TensorFile> TensorFile::read(std::vector<std::uint8_t> bytes) {
  Result<TensorFile> file = over(bytes);
  if (file.ok()) file.value().bytes_ = std::move(bytes);
  return file;
}

Result<TensorFile> TensorFile::over(std::span<const std::uint8_t> bytes) {
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

  TensorFile file;
  std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
  for (const auto& [name, entry] : header.value().tensors) {
    std::size_t type = 0;
    while (type < std::size(kTypes) && entry.dtype != kTypes[type].name) ++type;
    if (type == std::size(kTypes)) {
      return corrupt("tensor \"" + name + "\" has type " + entry.dtype + "; expected U8, I8, F16, I32, U32 or F32");
    }
    const std::int64_t count = count_elements(entry.shape);
    std::int64_t size = 0;
    if (count < 0 || __builtin_mul_overflow(count, kTypes[type].size, &size) || entry.begin > entry.end ||
        entry.end - entry.begin != size) {
      return corrupt("the shape of tensor \"" + name + "\" does not fit its length");
    }
    if (static_cast<std::uint64_t>(entry.end) > data.size()) {
      return corrupt("the model file is cut off: tensor \"" + name + "\" should end at byte " +
                     std::to_string(entry.end) + " of the data, but only " + std::to_string(data.size()) +
                     " are there; download or copy it again");
    }
    ranges.emplace_back(entry.begin, entry.end);
    file.add_view(name, {static_cast<Tensor::Type>(type), entry.shape,
                         data.subspan(static_cast<std::size_t>(entry.begin), static_cast<std::size_t>(size))});
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

  file.metadata_ = std::move(header.value().metadata);
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
    all.emplace_back(name, stored.tensor);
  }
  return all;
}

const Tensor* TensorFile::find(const std::string& name) const {
  const auto entry = tensors_.find(name);
  return entry == tensors_.end() ? nullptr : &entry->second.tensor;
}

Status TensorFile::look(const std::string& name, Tensor::Type type, std::size_t dimensions, Tensor& out) const {
  const Tensor* found = find(name);
  if (found == nullptr) return corrupt("the model file has no tensor \"" + name + "\"");
  if (found->type != type || found->shape.size() != dimensions) {
    return corrupt("tensor \"" + name + "\" is " + tensor_type_name(found->type) + " with " +
                   std::to_string(found->shape.size()) + " dimensions; expected " + tensor_type_name(type) + " with " +
                   std::to_string(dimensions));
  }
  out = *found;
  return {};
}

template <class T>
Status TensorFile::copy(const std::string& name, Tensor::Type type, std::size_t dimensions, std::vector<T>& out,
                        std::vector<std::int64_t>* shape) const {
  Tensor found;
  if (Status status = look(name, type, dimensions, found); !status.ok()) return status;
  if (shape != nullptr) *shape = found.shape;
  out.resize(found.bytes.size() / sizeof(T));
  if (!out.empty()) std::memcpy(out.data(), found.bytes.data(), found.bytes.size());
  return {};
}

template <class T>
Status TensorFile::view(const std::string& name, Tensor::Type type, std::size_t dimensions, Held<T>& out,
                        std::vector<std::int64_t>* shape) const {
  Tensor found;
  if (Status status = look(name, type, dimensions, found); !status.ok()) return status;
  if (shape != nullptr) *shape = found.shape;
  const void* begin = found.bytes.data();
  if (is_part_ || reinterpret_cast<std::uintptr_t>(begin) % sizeof(T) != 0) {  // NOLINT(*-reinterpret-cast)
    std::vector<T> numbers;
    if (Status status = copy(name, type, dimensions, numbers, nullptr); !status.ok()) return status;
    out = Held<T>(std::move(numbers));
    return {};
  }
  out.values = {static_cast<const T*>(begin), found.bytes.size() / sizeof(T)};
  ++num_views_;
  return {};
}

Status TensorFile::get(const std::string& name, std::size_t dimensions, std::vector<float>& out,
                       std::vector<std::int64_t>* shape) const {
  return copy(name, Tensor::Type::kF32, dimensions, out, shape);
}

Status TensorFile::get(const std::string& name, std::size_t dimensions, std::vector<std::int32_t>& out,
                       std::vector<std::int64_t>* shape) const {
  return copy(name, Tensor::Type::kI32, dimensions, out, shape);
}

Status TensorFile::get(const std::string& name, std::size_t dimensions, std::vector<std::uint32_t>& out,
                       std::vector<std::int64_t>* shape) const {
  return copy(name, Tensor::Type::kU32, dimensions, out, shape);
}

Status TensorFile::get(const std::string& name, std::size_t dimensions, std::vector<std::uint16_t>& out,
                       std::vector<std::int64_t>* shape) const {
  return copy(name, Tensor::Type::kF16, dimensions, out, shape);
}

Status TensorFile::get(const std::string& name, std::size_t dimensions, std::vector<std::uint8_t>& out,
                       std::vector<std::int64_t>* shape) const {
  return copy(name, Tensor::Type::kU8, dimensions, out, shape);
}

Status TensorFile::view(const std::string& name, std::size_t dimensions, Held<float>& out,
                        std::vector<std::int64_t>* shape) const {
  return view(name, Tensor::Type::kF32, dimensions, out, shape);
}

Status TensorFile::view(const std::string& name, std::size_t dimensions, Held<std::int8_t>& out,
                        std::vector<std::int64_t>* shape) const {
  return view(name, Tensor::Type::kI8, dimensions, out, shape);
}

}  // namespace inkling
