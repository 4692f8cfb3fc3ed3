// text DOCUMENTS QUERIES K REPEATS: weighs the documents by TF-IDF and ranks them for each query, timed one by one.
// Both files hold one text a line, in UTF-8.

#include <cstdint>
#include <cstdio>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "inkling/ranker.h"
#include "inkling/term_matrix.h"
#include "inkling/tf_idf.h"
#include "measuring.h"
#include "programs.h"

namespace inkling::bench {

namespace {

// Lines back to back, without their ends.
struct Lines {
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint32_t> offsets{0};

  std::size_t size() const { return offsets.size() - 1; }
  std::string_view line(std::size_t index) const {
    const auto* begin = reinterpret_cast<const char*>(bytes.data());
    return {begin + offsets[index], offsets[index + 1] - offsets[index]};
  }
};

Lines split(const std::vector<std::uint8_t>& text) {
  Lines lines;
  for (const std::uint8_t byte : text) {
    if (byte == '\n')
      lines.offsets.push_back(static_cast<std::uint32_t>(lines.bytes.size()));
    else
      lines.bytes.push_back(byte);
  }
  return lines;
}

}  // namespace

Status text_program(std::span<char*> given) {
  std::size_t k = 0;
  std::size_t repeats = 0;
  if (given.size() < 4 || !parse(given[2], k) || !parse(given[3], repeats) || repeats < 1) {
    return {ErrorCode::kInvalidArgument, "text takes DOCUMENTS QUERIES K REPEATS"};
  }
  Lines lines[2];
  for (std::size_t f = 0; f < 2; ++f) {
    File file(given[f]);
    if (!file.good()) return file.status();
    const std::size_t size = file.size();
    lines[f] = split(file.read<std::uint8_t>(size));
  }
  const auto& [documents, queries] = lines;

  const Clock build_clock;
  TermMatrix::Builder builder(static_cast<std::int32_t>(documents.size()));
  if (Status s = builder.add({}, 0, {documents.bytes, documents.offsets}); !s.ok()) return s;
  const TfIdf content(builder.finish(), std::vector<float>(documents.size()), "{}");
  const double build_seconds = build_clock.seconds();

  const Ranker ranker(nullptr, &content, std::vector<float>(documents.size()),
                      std::vector<std::uint8_t>(documents.size(), 1));
  std::vector<double> times;
  std::printf("{\"lists\":[");
  for (std::size_t query = 0; query < queries.size(); ++query) {
    for (std::size_t n = 0; n <= repeats; ++n) {
      const Clock clock;
      const auto list = ranker.recommend({{}, {}, queries.line(query), k, 0});
      if (n > 0) times.push_back(clock.seconds());
      if (!list.ok()) return list.status();
      if (n > 0) continue;
      std::printf("%s[", query == 0 ? "" : ",");
      const char* comma = "";
      for (const RankedItem& ranked : list.value()) {
        if (ranked.source != Source::kQuery) break;  // the rest has no word of the query
        std::printf("%s%d", comma, ranked.item);
        comma = ",";
      }
      std::printf("]");
    }
  }
  std::printf("],\"seconds\":{\"build\":%.9f,\"query\":%.9f},\"memory\":%lld}\n", build_seconds, middle_mean(times),
              peak_memory_bytes());
  return {};
}

}  // namespace inkling::bench
