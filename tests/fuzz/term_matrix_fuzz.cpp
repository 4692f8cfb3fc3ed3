// Texts of items as the seam hands them over: documents, each ended by a line tabulation as the package joins them, or
// divided by offsets of the input's own.

#include <cmath>
#include <string>

#include "inkling/ranker.h"
#include "inkling/term_matrix.h"
#include "inkling/tf_idf.h"
#include "input_bytes.h"
#include "memory_limit.h"

using namespace inkling;
using namespace inkling::fuzz;

namespace {

constexpr std::int32_t kMostItems = 255;

void serve(TermMatrix terms, std::string_view query) {
  const auto num_items = static_cast<std::size_t>(terms.num_items());
  const TfIdf content(std::move(terms), std::vector<float>(num_items, 0.0f), "{}");
  const Ranker ranker(nullptr, &content, std::vector<float>(num_items, 0.0f), std::vector<std::uint8_t>(num_items, 1));
  const HistoryEntry history[] = {{0, 1}, {content.num_items() - 1, -0.5f}};
  for (const std::string_view asked : {query, std::string_view()}) {
    const Result<std::vector<RankedItem>> list = ranker.recommend({history, {}, asked, 5});
    require(list.ok() || list.status().code() == ErrorCode::kNotFinite, "a list fails by numbers that overflow");
    if (!list.ok()) continue;
    for (const RankedItem& ranked : list.value()) {
      require(std::isfinite(ranked.score), "a score is finite");
      float sum = ranked.other_reasons;
      for (const Contribution& part : ranked.reasons) sum += part.item == kNone || part.term == kNone ? part.value : 0;
      require(std::abs(sum - ranked.score) <= 1e-3f * (1 + std::abs(ranked.score)), "reasons sum to the score");
    }
  }
  for (const Contribution& part : ranker.interests(history, 5)) require(std::isfinite(part.value), "a taste is finite");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A word of one byte is a term with some hundred bytes in tables that double.
  const MemoryLimit limit((1 << 18) + 1024 * size);
  InputBytes input(data, size);
  const std::int32_t num_items = input.number<std::uint8_t>() % (kMostItems + 1);
  const std::string_view query = as_text(input.take_until('\n'));
  TermMatrix::Builder builder(num_items);
  while (!input.empty()) {
    const auto flags = input.number<std::uint8_t>();
    TextField field;
    field.kind = (flags & 1) != 0 ? TextField::Kind::kTags : TextField::Kind::kWords;
    field.weight = (flags & 2) != 0 ? 2.0f : 1.0f;
    std::vector<std::uint32_t> offsets;
    std::int32_t first_item = 0;
    std::span<const std::uint8_t> bytes;
    if ((flags & 4) != 0) {
      first_item = input.number<std::int32_t>();
      offsets = input.numbers<std::uint32_t>(input.number<std::uint8_t>());
      bytes = input.take_until('\n');
    } else {
      bytes = input.take_until('\n');
      offsets.push_back(0);
      for (std::size_t n = 0; n < bytes.size(); ++n) {
        if (bytes[n] == '\v') offsets.push_back(static_cast<std::uint32_t>(n + 1));
      }
      offsets.back() = static_cast<std::uint32_t>(bytes.size());
    }
    const Status status = builder.add(field, first_item, {bytes, offsets});
    require(status.ok() || status.code() == ErrorCode::kInvalidCatalog, "texts are refused as such");
  }
  TermMatrix terms = builder.finish();
  require(terms.num_items() == num_items, "there is a row for each item");
  TensorFile file;
  terms.write(file);
  const Result<TermMatrix> again = TermMatrix::read(file, num_items);
  require(again.ok(), "what is written can be read");
  require(again.value().num_terms() == terms.num_terms(), "there are as many terms");
  for (const auto& [term, weight] : terms.query(query)) {
    require(term >= 0 && term < terms.num_terms() && std::isfinite(weight), "a query is some of the terms");
  }
  serve(std::move(terms), query);
  return 0;
}
