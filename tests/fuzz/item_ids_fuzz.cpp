// Lists of ids, as a model file of version 1 or 2 has them, and as the seam hands them over.

#include <string>

#include "inkling/model_file.h"
#include "inkling/popularity.h"
#include "inkling/tensor_file.h"
#include "input_bytes.h"
#include "memory_limit.h"

using namespace inkling;
using namespace inkling::fuzz;

namespace {

template <class T>
void add(TensorFile& file, const char* name, const std::vector<T>& values) {
  file.add(name, std::span<const T>(values), {static_cast<std::int64_t>(values.size())});
}

bool same(const ItemIds& a, const ItemIds& b) { return a.bytes == b.bytes && a.offsets == b.offsets; }

// Ids of the input's own offsets: written when they divide the bytes, else refused.
void write_ids(const ItemIds& ids) {
  const Popularity model({}, std::vector<float>(ids.size(), 1.0f), "{}");
  for (const FactorStorage storage : {FactorStorage::kF32, FactorStorage::kInt8}) {
    const Result<std::vector<std::uint8_t>> written = write_model_file(model, ids, storage);
    if (!written.ok()) {
      require(written.status().code() == ErrorCode::kInvalidArgument, "ids are refused as a wrong argument");
      continue;
    }
    const Result<ModelFile> read = read_model_file(written.value());
    require(read.ok(), "what is written can be read");
    require(same(read.value().item_ids, ids), "the ids are the same");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // An id that shares 255 bytes with the one before takes two bytes of the file, and twice the ids are there at once.
  const MemoryLimit limit(65536 + 2048 * size);
  InputBytes input(data, size);
  const auto shortened = input.number<std::uint8_t>();
  const std::size_t piece = 1 + input.number<std::uint8_t>();
  const std::size_t count = input.number<std::uint16_t>();
  TensorFile file;
  if (shortened % 2 == 1) {
    add(file, "item_ids.shared", input.numbers<std::uint8_t>(count));
    add(file, "item_ids.lengths", input.numbers<std::uint8_t>(count));
    const auto bytes = input.take_all();
    add(file, "item_ids.bytes", std::vector<std::uint8_t>(bytes.begin(), bytes.end()));
  } else {
    ItemIds ids;
    ids.offsets = input.numbers<std::uint32_t>(count);
    const auto bytes = input.take_all();
    ids.bytes.assign(bytes.begin(), bytes.end());
    add(file, "item_ids.offsets", ids.offsets);
    add(file, "item_ids.bytes", ids.bytes);
    if (!ids.offsets.empty()) write_ids(ids);
  }
  Result<StoredIds> stored = StoredIds::read(file);
  if (!stored.ok()) {
    require(stored.status().code() == ErrorCode::kCorruptModelFile, "ids are refused as a damaged file");
    return 0;
  }
  ItemIds all;
  StoredIds(stored.value()).take(stored.value().size(), all);
  require(all.size() == stored.value().size(), "all ids are taken");
  ItemIds pieces;
  for (std::size_t before = 0; before < all.size(); before += piece) stored.value().take(piece, pieces);
  require(same(pieces, all), "pieces of ids make up all of them");
  write_ids(all);
  return 0;
}
