#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "expect.h"
#include "inkling/model_file.h"
#include "inkling/ranker.h"
#include "sample_data.h"

// Small model files, and ways to change them.

namespace inkling {

using Bytes = std::vector<std::uint8_t>;

inline constexpr std::int32_t kSampleItems = 12;

// One small model of each kind.
struct Samples {
  Interactions interactions = random_interactions(20, kSampleItems, 0.3f, 1);
  TermMatrix terms = random_terms(kSampleItems, 2);
  SampleVectors vectors = random_vectors(kSampleItems, 3, 2);

  std::unique_ptr<Model> model(std::string_view name) const {
    Settings::Given settings;
    for (const SettingSpec& spec : settings_of(name)) {
      if (spec.name == std::string_view("num_factors")) settings.emplace_back(spec.name, "3");
      if (spec.name == std::string_view("iterations")) settings.emplace_back(spec.name, "2");
    }
    return trained(name, settings, {&interactions, &terms, vectors.view()});
  }
  Bytes file(std::string_view name) const { return value_of(write_model_file(*model(name), item_ids(kSampleItems))); }
};

inline std::string header_of(const Bytes& bytes) {
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  return {bytes.begin() + 8, bytes.begin() + 8 + static_cast<std::ptrdiff_t>(length)};
}

// The same file with another header, padded as before.
inline Bytes with_header(const Bytes& bytes, std::string header) {
  const std::size_t data_begin = 8 + header_of(bytes).size();
  header.resize((header.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = header.size();
  Bytes out(8 + header.size() + bytes.size() - data_begin);
  std::memcpy(out.data(), &length, 8);
  std::copy(header.begin(), header.end(), out.begin() + 8);
  std::copy(bytes.begin() + static_cast<std::ptrdiff_t>(data_begin), bytes.end(),
            out.begin() + 8 + static_cast<std::ptrdiff_t>(header.size()));
  return out;
}

// Writes the checksum that fits the data, as somebody would who means harm.
inline void reseal(Bytes& bytes) {
  const std::size_t data_begin = 8 + header_of(bytes).size();
  char digits[9];
  std::snprintf(digits, sizeof digits, "%08x", crc32(std::span(bytes).subspan(data_begin)));
  const std::string mark = "crc32:";
  const auto found = std::search(bytes.begin(), bytes.end(), mark.begin(), mark.end());
  std::copy_n(digits, 8, found + static_cast<std::ptrdiff_t>(mark.size()));
}

// The same file after a change to its tensors or metadata, with a checksum that fits.
template <class Change>
Bytes changed(const Bytes& bytes, Change change) {
  TensorFile file = value_of(TensorFile::read(bytes));
  change(file);
  return file.write();
}

template <class T>
std::vector<T> tensor_of(const TensorFile& file, const char* name, std::size_t dimensions = 1) {
  std::vector<T> values;
  CHECK(succeeds(file.get(name, dimensions, values)));
  return values;
}

// The same file with one element of a tensor of one dimension changed.
template <class T>
Bytes with_element(const Bytes& bytes, const char* name, std::size_t index, T value) {
  return changed(bytes, [&](TensorFile& file) {
    std::vector<T> values = tensor_of<T>(file, name);
    values.at(index) = value;
    file.add(name, std::span<const T>(values), {static_cast<std::int64_t>(values.size())});
  });
}

// Uses all that a model can do. Returns false when a score is not finite and nobody said so.
inline bool serves(const Model& model) {
  const auto num_items = static_cast<std::size_t>(model.num_items());
  const Ranker ranker(&model, nullptr, std::vector<float>(num_items, 1.0f), std::vector<std::uint8_t>(num_items, 1));
  const HistoryEntry history[] = {{1, 1}, {3, -0.5f}, {kSampleItems - 1, 2}, {kSampleItems, 1}};
  bool fine = true;
  const auto check = [&](const Result<std::vector<RankedItem>>& result) {
    if (!result.ok()) {
      fine = fine && result.status().code() == ErrorCode::kNotFinite;
      return;
    }
    for (const RankedItem& ranked : result.value()) {
      fine = fine && ranked.item >= 0 && ranked.item < model.num_items() && std::isfinite(ranked.score);
    }
  };
  check(ranker.recommend({history, {}, "word1 tag 3 word2", 5}));
  check(ranker.recommend({{}, {}, {}, num_items + 1}));
  for (std::int32_t item = 0; item < std::min(model.num_items(), 3); ++item) check(ranker.similar(item, 3));
  for (const Contribution& part : ranker.interests(history, 5)) fine = fine && std::isfinite(part.value);
  return fine;
}

// Whether bytes are read as a model that works, which `accepted` counts, or refused with one of the two codes that say
// so.
inline bool is_read_or_refused(const Bytes& bytes, int* accepted = nullptr) {
  const Result<std::string> inspected = inspect_model_file(bytes);
  const Result<ModelFile> read = read_model_file(bytes);
  const auto typed = [](const Status& status) {
    return status.ok() ||
           ((status.code() == ErrorCode::kCorruptModelFile || status.code() == ErrorCode::kUnsupportedVersion) &&
            !status.message().empty());
  };
  if (!typed(inspected.status()) || !typed(read.status())) return false;
  if (read.ok() && accepted != nullptr) ++*accepted;
  return !read.ok() || serves(*read.value().model);
}

inline bool is_corrupt(const Bytes& bytes, std::initializer_list<const char*> parts) {
  return fails(read_model_file(bytes), ErrorCode::kCorruptModelFile, parts);
}

}  // namespace inkling
