// A whole model file, and all that can be asked of the model in it.

#include <cmath>
#include <string>

#include "inkling/model_file.h"
#include "inkling/ranker.h"
#include "inkling/tf_idf.h"
#include "input_bytes.h"
#include "memory_limit.h"

using namespace inkling;
using namespace inkling::fuzz;

namespace {

void check_list(const Result<std::vector<RankedItem>>& list, const Model& model, std::size_t most) {
  if (!list.ok()) {
    require(list.status().code() == ErrorCode::kNotFinite,
            "a list fails by numbers that overflow, and by nothing else");
    return;
  }
  require(list.value().size() <= most, "a list is no longer than was asked for");
  for (const RankedItem& ranked : list.value()) {
    require(ranked.item >= 0 && ranked.item < model.num_items(), "an item is one of the model's");
    require(std::isfinite(ranked.score), "a score is finite");
  }
}

void serve(Model& model) {
  const std::int32_t num_items = model.num_items();
  const auto count = static_cast<std::size_t>(num_items);
  model.prepare_lists();
  const Ranker ranker(&model, nullptr, std::vector<float>(count, 1.0f), std::vector<std::uint8_t>(count, 1));
  const HistoryEntry history[] = {{0, 1}, {num_items / 2, -0.5f}, {num_items - 1, 2}, {num_items, 1}};
  check_list(ranker.recommend({history, {}, "word1 tag 3 word2", 5}), model, 5);
  check_list(ranker.recommend({{}, {}, {}, count + 1}), model, count + 1);
  if (num_items > 0) check_list(ranker.similar(num_items - 1, 3), model, 3);
  for (const Contribution& part : ranker.interests(history, 5)) require(std::isfinite(part.value), "a taste is finite");
  if (model.name() == TfIdf::kName) {
    const TermMatrix& terms = static_cast<const TfIdf&>(model).terms();
    for (std::int32_t term = 0; term < terms.num_terms(); ++term) {
      require(!terms.term_text(term).empty() || terms.is_tag(term), "a term has a text");
    }
  }
}

void write_again(const Model& model, const ItemIds& ids) {
  for (const FactorStorage storage : {FactorStorage::kF32, FactorStorage::kF16, FactorStorage::kInt8}) {
    const Result<std::vector<std::uint8_t>> written = write_model_file(model, ids, storage);
    if (!written.ok()) {
      require(storage != FactorStorage::kF32, "a model that was read can be written");
      continue;
    }
    const Result<ModelFile> read = read_model_file(written.value());
    if (!read.ok()) {
      std::fprintf(stderr, "%s\n", read.status().message().c_str());
      require(false, "what is written can be read");
    }
    require(read.value().item_ids.bytes == ids.bytes && read.value().item_ids.offsets == ids.offsets,
            "the ids are the same");
    require(inspect_model_file(written.value()).ok(), "what is written can be told of");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // The bytes are there up to three times, models keep up to 12 bytes for each number of a row, and an id of version 2
  // can be a hundred times as long as what the file holds of it.
  const MemoryLimit limit((1 << 20) + 1024 * size);
  const Result<std::string> inspected = inspect_model_file({data, size});
  Result<OpenModelFile> opened = open_model_file({data, data + size});
  for (const Status& status : {inspected.status(), opened.status()}) {
    const bool typed =
        status.ok() || status.code() == ErrorCode::kCorruptModelFile || status.code() == ErrorCode::kUnsupportedVersion;
    require(typed && (status.ok() || !status.message().empty()), "bytes are refused as damaged, or too new");
  }
  if (!opened.ok()) return 0;
  require(inspected.ok(), "what can be opened can be told of");
  OpenModelFile& file = opened.value();
  ItemIds ids;
  while (ids.size() < file.item_ids.size()) file.item_ids.take(7, ids);
  serve(*file.model);
  write_again(*file.model, ids);
  return 0;
}
