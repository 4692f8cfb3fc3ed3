#include "inkling/model_file.h"

#include <algorithm>
#include <cstring>
#include <limits>

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
  if (*version != "1" && *version != std::to_string(kModelFormatVersion)) {
    return {ErrorCode::kUnsupportedVersion,
            "the model file has format version " + *version + "; this build reads versions 1 to " +
                std::to_string(kModelFormatVersion) + ". Use a newer inkling, or train the model again"};
  }
  return {};
}

constexpr char kIdBytes[] = "item_ids.bytes";
constexpr char kIdOffsets[] = "item_ids.offsets";
constexpr char kIdShared[] = "item_ids.shared";
constexpr char kIdLengths[] = "item_ids.lengths";
constexpr std::size_t kMostStoredBytes = 255;

// Without what each shares with the one before it. Returns false when that takes more than a byte to say.
bool write_shortened(const ItemIds& ids, TensorFile& file) {
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint8_t> shared;
  std::vector<std::uint8_t> lengths;
  std::span<const std::uint8_t> last;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto id = std::span(ids.bytes).subspan(ids.offsets[i], ids.offsets[i + 1] - ids.offsets[i]);
    const std::size_t most = std::min({last.size(), id.size(), kMostStoredBytes});
    std::size_t same = 0;
    while (same < most && last[same] == id[same]) ++same;
    if (id.size() - same > kMostStoredBytes) return false;
    shared.push_back(static_cast<std::uint8_t>(same));
    lengths.push_back(static_cast<std::uint8_t>(id.size() - same));
    bytes.insert(bytes.end(), id.begin() + static_cast<std::ptrdiff_t>(same), id.end());
    last = id;
  }
  const auto count = static_cast<std::int64_t>(ids.size());
  file.add(kIdBytes, std::span<const std::uint8_t>(bytes), {static_cast<std::int64_t>(bytes.size())});
  file.add(kIdShared, std::span<const std::uint8_t>(shared), {count});
  file.add(kIdLengths, std::span<const std::uint8_t>(lengths), {count});
  return true;
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

Result<StoredIds> StoredIds::read(const TensorFile& file) {
  const auto corrupt = [](const char* what) { return Status(ErrorCode::kCorruptModelFile, what); };
  const auto find = [&](const char* name, Tensor::Type type, std::span<const std::uint8_t>& out) -> Status {
    Tensor tensor;
    if (Status s = file.look(name, type, 1, tensor); !s.ok()) return s;
    out = tensor.bytes;
    return {};
  };
  StoredIds ids;
  if (Status s = find(kIdBytes, Tensor::Type::kU8, ids.bytes_); !s.ok()) return s;
  if (file.find(kIdShared) == nullptr) {
    if (Status s = find(kIdOffsets, Tensor::Type::kU32, ids.offsets_); !s.ok()) return s;
    if (ids.offsets_.empty()) return corrupt("tensor \"item_ids.offsets\" is empty");
    ids.size_ = ids.offsets_.size() / sizeof(std::uint32_t) - 1;
    if (Status s = check_offsets(ids.offsets_, ids.size_, ids.bytes_.size(), kIdOffsets); !s.ok()) return s;
    return ids;
  }
  if (Status s = find(kIdShared, Tensor::Type::kU8, ids.shared_); !s.ok()) return s;
  if (Status s = find(kIdLengths, Tensor::Type::kU8, ids.lengths_); !s.ok()) return s;
  ids.size_ = ids.shared_.size();
  bool fits = ids.lengths_.size() == ids.size_;
  std::size_t total = 0;
  std::size_t last = 0;
  std::uint64_t whole = 0;  // what the ids take once they are whole, up to 255 times what is stored of them
  for (std::size_t i = 0; fits && i < ids.size_; ++i) {
    fits = ids.shared_[i] <= last;
    last = std::size_t{ids.shared_[i]} + ids.lengths_[i];
    total += ids.lengths_[i];
    whole += last;
  }
  fits = fits && whole <= std::numeric_limits<std::uint32_t>::max();
  if (!fits || total != ids.bytes_.size()) {
    return corrupt("tensors \"item_ids.shared\", \"item_ids.lengths\" and \"item_ids.bytes\" do not fit together");
  }
  return ids;
}

void StoredIds::take(std::size_t most, ItemIds& out) {
  for (const std::size_t end = next_ + std::min(most, size_ - next_); next_ < end; ++next_) {
    std::size_t length = 0;
    if (offsets_.empty()) {
      last_.resize(shared_[next_]);
      length = lengths_[next_];
    } else {
      last_.clear();
      std::uint32_t bounds[2];
      std::memcpy(bounds, offsets_.data() + next_ * sizeof(std::uint32_t), sizeof bounds);
      length = bounds[1] - bounds[0];
    }
    const auto rest = bytes_.subspan(next_byte_, length);
    last_.insert(last_.end(), rest.begin(), rest.end());
    next_byte_ += length;
    out.bytes.insert(out.bytes.end(), last_.begin(), last_.end());
    out.offsets.push_back(static_cast<std::uint32_t>(out.bytes.size()));
  }
}

Result<std::vector<std::uint8_t>> write_model_file(const Model& model, const ItemIds& item_ids, FactorStorage storage) {
  if (item_ids.size() != static_cast<std::size_t>(model.num_items())) {
    return Status(ErrorCode::kInvalidArgument, "the model has " + std::to_string(model.num_items()) + " items, but " +
                                                   std::to_string(item_ids.size()) + " ids are given");
  }
  if (!check_offsets(item_ids.offsets, item_ids.size(), item_ids.bytes.size(), kIdOffsets).ok()) {
    return Status(ErrorCode::kInvalidArgument, "the offsets of the item ids do not divide their bytes");
  }
  const bool plain = storage == FactorStorage::kF32;
  TensorFile file;
  file.set_factor_storage(storage);
  file.set_metadata("format_version", plain ? "1" : std::to_string(kModelFormatVersion));
  if (plain || !write_shortened(item_ids, file)) {
    file.add(kIdBytes, std::span<const std::uint8_t>(item_ids.bytes),
             {static_cast<std::int64_t>(item_ids.bytes.size())});
    file.add(kIdOffsets, std::span<const std::uint32_t>(item_ids.offsets),
             {static_cast<std::int64_t>(item_ids.offsets.size())});
  }
  file.add("item_counts", model.item_counts(), {model.num_items()});
  write_model(model, file);
  if (!file.status().ok()) return file.status();
  return file.write();
}

Result<OpenModelFile> open_model_file(std::vector<std::uint8_t> bytes) {
  Result<TensorFile> read = TensorFile::over(bytes);
  if (!read.ok()) return read.status();
  const TensorFile& file = read.value();
  if (Status s = check_version(file); !s.ok()) return s;
  Result<StoredIds> ids = StoredIds::read(file);
  if (!ids.ok()) return ids.status();
  Held<float> item_counts;
  if (Status s = file.view("item_counts", 1, item_counts); !s.ok()) return s;
  if (Status s = check_finite(item_counts.values, "item_counts"); !s.ok()) return s;
  if (item_counts.size() != ids.value().size()) {
    return Status(ErrorCode::kCorruptModelFile, "the model file has " + std::to_string(ids.value().size()) +
                                                    " ids and " + std::to_string(item_counts.size()) + " item counts");
  }
  Result<std::unique_ptr<Model>> model = read_model(file, std::move(item_counts));
  if (!model.ok()) return model.status();
  const int version = *file.find_metadata("format_version") == "1" ? 1 : kModelFormatVersion;
  OpenModelFile out{{}, std::move(model.value()), std::move(ids.value()), version};
  if (file.num_views() > 1) {  // more than the item counts
    out.model->hold_file(std::move(bytes));
  } else {
    out.model->own_item_counts();
    out.bytes = std::move(bytes);
  }
  return out;
}

Result<ModelFile> read_model_file(std::vector<std::uint8_t> bytes) {
  Result<OpenModelFile> file = open_model_file(std::move(bytes));
  if (!file.ok()) return file.status();
  ModelFile out;
  file.value().item_ids.take(file.value().item_ids.size(), out.item_ids);
  out.model = std::move(file.value().model);
  return out;
}

Result<std::string> inspect_model_file(std::span<const std::uint8_t> bytes) {
  Result<TensorFile> read = TensorFile::over(bytes);
  if (!read.ok()) return read.status();
  const TensorFile& file = read.value();
  if (Status s = check_version(file); !s.ok()) return s;
  const Result<StoredIds> ids = StoredIds::read(file);
  if (!ids.ok()) return ids.status();
  const std::string* checksum = file.find_metadata("checksum");
  const std::string* config = file.find_metadata("config");
  std::string json = "{\"format_version\":" + *file.find_metadata("format_version") +
                     ",\"model\":" + json_text(*file.find_metadata("model")) +
                     ",\"config\":" + json_text(config != nullptr ? *config : "{}") +
                     ",\"items\":" + std::to_string(ids.value().size()) + ",\"bytes\":" + std::to_string(bytes.size()) +
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
