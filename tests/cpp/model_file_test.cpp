#include "inkling/model_file.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "expect.h"
#include "inkling/ials.h"
#include "inkling/random.h"
#include "inkling/ranker.h"
#include "inkling/tf_idf.h"
#include "sample_data.h"

namespace inkling {

namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::int32_t kItems = 12;

// One small model of each kind.
struct Samples {
  Interactions interactions = random_interactions(20, kItems, 0.3f, 1);
  TermMatrix terms = random_terms(kItems, 2);

  std::unique_ptr<Model> model(std::string_view name) const {
    Settings::Given settings;
    for (const SettingSpec& spec : settings_of(name)) {
      if (spec.name == std::string_view("num_factors")) settings.emplace_back(spec.name, "3");
      if (spec.name == std::string_view("iterations")) settings.emplace_back(spec.name, "2");
    }
    return trained(name, settings, {&interactions, &terms});
  }
  Bytes file(std::string_view name) const { return value_of(write_model_file(*model(name), item_ids(kItems))); }
};

std::string header_of(const Bytes& bytes) {
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  return {bytes.begin() + 8, bytes.begin() + 8 + static_cast<std::ptrdiff_t>(length)};
}

// The same file with another header, padded as before.
Bytes with_header(const Bytes& bytes, std::string header) {
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
void reseal(Bytes& bytes) {
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
bool serves(const Model& model) {
  const auto num_items = static_cast<std::size_t>(model.num_items());
  const Ranker ranker(&model, nullptr, std::vector<float>(num_items, 1.0f), std::vector<std::uint8_t>(num_items, 1));
  const HistoryEntry history[] = {{1, 1}, {3, -0.5f}, {kItems - 1, 2}, {kItems, 1}};
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

// Whether bytes are read as a model that works, or refused with one of the two codes that say so.
bool is_read_or_refused(const Bytes& bytes) {
  const Result<std::string> inspected = inspect_model_file(bytes);
  const Result<ModelFile> read = read_model_file(bytes);
  const auto typed = [](const Status& status) {
    return status.ok() ||
           ((status.code() == ErrorCode::kCorruptModelFile || status.code() == ErrorCode::kUnsupportedVersion) &&
            !status.message().empty());
  };
  if (!typed(inspected.status()) || !typed(read.status())) return false;
  return !read.ok() || serves(*read.value().model);
}

bool is_corrupt(const Bytes& bytes, std::initializer_list<const char*> parts) {
  return fails(read_model_file(bytes), ErrorCode::kCorruptModelFile, parts);
}

}  // namespace

TEST_CASE("each model comes back from its file with the same scores, neighbours, ids and settings") {
  const Samples samples;
  Random random(3);
  for (const std::string_view name : model_names()) {
    CAPTURE(name);
    const auto model = samples.model(name);
    const Bytes bytes = value_of(write_model_file(*model, item_ids(kItems)));
    const ModelFile file = value_of(read_model_file(bytes));
    CHECK(file.model->name() == name);
    CHECK(file.model->config() == model->config());
    CHECK(file.item_ids.bytes == item_ids(kItems).bytes);
    CHECK(file.item_ids.offsets == item_ids(kItems).offsets);
    CHECK(std::equal(file.model->item_counts().begin(), file.model->item_counts().end(), model->item_counts().begin()));
    for (int repeat = 0; repeat < 10; ++repeat) {
      const auto history = random_history(kItems, random_below(6, random), random);
      CHECK(scores_of(*file.model, history) == scores_of(*model, history));
    }
    std::vector<float> before(kItems);
    std::vector<float> after(kItems);
    for (std::int32_t item = 0; item < kItems; ++item) {
      model->similar(item, before);
      file.model->similar(item, after);
      CHECK(after == before);
    }
    CHECK(value_of(write_model_file(*file.model, file.item_ids)) == bytes);
    CHECK(serves(*file.model));
  }
}

TEST_CASE("terms come back with their texts, tags and queries") {
  const Samples samples;
  const ModelFile file = value_of(read_model_file(samples.file("tf_idf")));
  const TermMatrix& terms = static_cast<const TfIdf&>(*file.model).terms();
  REQUIRE(terms.num_terms() == samples.terms.num_terms());
  for (std::int32_t term = 0; term < terms.num_terms(); ++term) {
    CHECK(terms.term_text(term) == samples.terms.term_text(term));
    CHECK(terms.is_tag(term) == samples.terms.is_tag(term));
  }
  CHECK(terms.query("word1 tag 3") == samples.terms.query("word1 tag 3"));
  CHECK_FALSE(terms.query("word1 tag 3").empty());
}

TEST_CASE("in every storage a model comes back the same a second time, and near what it was") {
  const Samples samples;
  Random random(5);
  for (const std::string_view name : {"ials", "bpr", "biased_sgd", "pure_svd", "graph_filter", "ensemble"}) {
    CAPTURE(name);
    const auto model = samples.model(name);
    for (const FactorStorage storage : {FactorStorage::kF16, FactorStorage::kInt8}) {
      const Bytes bytes = value_of(write_model_file(*model, item_ids(kItems), storage));
      const std::string json = value_of(inspect_model_file(bytes));
      CHECK(json.find("{\"format_version\":2,") == 0);
      CHECK((json.find(storage == FactorStorage::kF16 ? "\"F16\"" : "\"I8\"") != std::string::npos) ==
            (samples.file(name).size() != bytes.size() && json.find("item_factors") != std::string::npos));
      const ModelFile file = value_of(read_model_file(bytes));
      CHECK(file.item_ids.bytes == item_ids(kItems).bytes);
      CHECK(file.item_ids.offsets == item_ids(kItems).offsets);
      CHECK(value_of(write_model_file(*file.model, file.item_ids, storage)) == bytes);
      CHECK(serves(*file.model));
      const auto history = random_history(kItems, 4, random);
      const std::vector<float> expected = scores_of(*model, history);
      const std::vector<float> actual = scores_of(*file.model, history);
      Furthest furthest;
      double largest = 0;
      for (std::size_t i = 0; i < expected.size(); ++i) {
        furthest.add(actual[i], expected[i]);
        largest = std::max(largest, std::abs(static_cast<double>(expected[i])));
      }
      CHECK(furthest.value() <= (storage == FactorStorage::kF16 ? 0.01 : 0.2) * largest);
      // What was rounded can be stored as floats, and no further rounding happens then.
      const ModelFile floats = value_of(read_model_file(value_of(write_model_file(*file.model, file.item_ids))));
      CHECK(scores_of(*floats.model, history) == actual);
      // An explanation is one of the rounded model's own scores.
      std::vector<Contribution> parts;
      value_of(file.model->fold_in(history))->explain(2, parts);
      CHECK(sum_of_parts(parts) == doctest::Approx(static_cast<double>(actual[2])).epsilon(1e-3).scale(largest));
      std::vector<float> similar(kItems);
      file.model->similar(1, similar);
      CHECK(std::all_of(similar.begin(), similar.end(), [](float score) { return std::isfinite(score); }));
    }
  }
}

TEST_CASE("ids are stored without what they share with the one before, whatever they are") {
  const Samples samples;
  const auto model = samples.model("popularity");
  const std::string long_id(300, 'x');
  const std::vector<std::string> texts = {"",       "a",       "a",     "ab",          "é",       "è",
                                          "item 9", "item 10", long_id, long_id + "y", "item 11", "\xF0\x9F\x8D\x8E"};
  const auto ids_of = [](const std::vector<std::string>& all) {
    ItemIds ids;
    for (const std::string& id : all) {
      ids.bytes.insert(ids.bytes.end(), id.begin(), id.end());
      ids.offsets.push_back(static_cast<std::uint32_t>(ids.bytes.size()));
    }
    return ids;
  };
  std::vector<std::string> shorter = texts;
  shorter[8] = std::string(255, 'x');
  shorter[9] = shorter[8] + std::string(255, 'z');
  for (const auto& [all, shortened] : {std::pair(texts, false), std::pair(shorter, true)}) {
    const ItemIds ids = ids_of(all);
    const Bytes bytes = value_of(write_model_file(*model, ids, FactorStorage::kInt8));
    CHECK((value_of(TensorFile::read(bytes)).find("item_ids.shared") != nullptr) == shortened);
    // In pieces of every size.
    for (std::size_t most = 1; most < 14; ++most) {
      OpenModelFile file = value_of(open_model_file(bytes));
      ItemIds read;
      for (std::size_t size = 0; size < ids.size(); size = read.size()) {
        file.item_ids.take(most, read);
        REQUIRE(read.size() == std::min(size + most, ids.size()));
      }
      CHECK(read.bytes == ids.bytes);
      CHECK(read.offsets == ids.offsets);
    }
  }
  const Bytes bytes = value_of(write_model_file(*model, ids_of(shorter), FactorStorage::kInt8));
  CHECK(is_corrupt(with_element<std::uint8_t>(bytes, "item_ids.shared", 0, 1), {"item_ids.shared"}));
  CHECK(is_corrupt(with_element<std::uint8_t>(bytes, "item_ids.shared", 2, 2), {"item_ids.shared"}));
  CHECK(is_corrupt(with_element<std::uint8_t>(bytes, "item_ids.lengths", 4, 9), {"item_ids.lengths"}));
  const auto without_last = changed(bytes, [](TensorFile& file) {
    std::vector<std::uint8_t> lengths = tensor_of<std::uint8_t>(file, "item_ids.lengths");
    lengths.pop_back();
    file.add("item_ids.lengths", std::span<const std::uint8_t>(lengths), {11});
  });
  CHECK(is_corrupt(without_last, {"do not fit together"}));
  CHECK(is_corrupt(changed(bytes,
                           [](TensorFile& file) {
                             file.add("item_ids.lengths", std::span<const float>(std::vector<float>{1}), {1});
                           }),
                   {"item_ids.lengths", "F32"}));
}

TEST_CASE("quantized factors that make no sense are refused, and none cut off or changed crashes") {
  const Samples samples;
  for (const char* name : {"ials", "bpr", "biased_sgd", "pure_svd"}) {
    const Bytes bytes = value_of(write_model_file(*samples.model(name), item_ids(kItems), FactorStorage::kInt8));
    for (const float bad :
         {-1.0f, 1e-36f, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN(), 1e30f}) {
      CHECK(is_corrupt(with_element(bytes, "item_factors.scales", 3, bad), {"item_factors"}));
    }
    CHECK(succeeds(read_model_file(with_element(bytes, "item_factors.scales", 3, 0.0f))));
    const auto with_scales = [&](std::vector<float> scales) {
      return changed(bytes, [&](TensorFile& file) {
        file.add("item_factors.scales", std::span<const float>(scales), {static_cast<std::int64_t>(scales.size())});
      });
    };
    CHECK(is_corrupt(with_scales(std::vector<float>(11, 1.0f)), {"11 numbers", "12 items"}));
    CHECK(is_corrupt(with_scales({}), {"0 numbers"}));
    const auto with_rows = [&](std::size_t count, std::vector<std::int64_t> shape) {
      return changed(bytes, [&](TensorFile& file) {
        file.add("item_factors", std::span<const std::int8_t>(std::vector<std::int8_t>(count, -128)), shape);
      });
    };
    CHECK(serves(*value_of(read_model_file(with_rows(36, {12, 3}))).model));
    CHECK(is_corrupt(with_rows(36, {3, 12}), {"3 × 12", "12 items"}));
    CHECK(is_corrupt(with_rows(36, {36}), {"1 dimensions"}));
    CHECK(is_corrupt(with_rows(0, {12, 0}), {"12 × 0"}));
    std::string header = header_of(bytes);
    header[header.find("item_factors.scales") + 1] = 'X';
    CHECK(is_corrupt(with_header(bytes, header), {"no tensor", "item_factors.scales"}));
    Random random(6);
    for (int repeat = 0; repeat < 300; ++repeat) {
      Bytes damaged = bytes;
      const std::size_t data_begin = 8 + header_of(bytes).size();
      damaged[data_begin + random_below(bytes.size() - data_begin, random)] = static_cast<std::uint8_t>(random.next());
      reseal(damaged);
      CHECK(is_read_or_refused(damaged));
    }
  }
  const auto ials = samples.model("ials");
  TensorFile file;
  file.set_factor_storage(FactorStorage::kF16);
  Ials({std::vector<float>(kItems, 70000.0f)}, 1, {0.1f, 0.1f}, std::vector<float>(kItems, 1.0f), "{}").write(file);
  CHECK(fails(file.status(), ErrorCode::kInvalidArgument, {"65504", "f16"}));
  TensorFile lost;
  lost.set_factor_storage(FactorStorage::kF16);
  Ials({std::vector<float>(kItems, 1e-9f)}, 1, {0.1f, 0.1f}, std::vector<float>(kItems, 1.0f), "{}").write(lost);
  CHECK(fails(lost.status(), ErrorCode::kInvalidArgument, {"below 3e-8", "f16"}));
  TensorFile kept;  // a row of zeros loses nothing
  kept.set_factor_storage(FactorStorage::kF16);
  Ials({std::vector<float>(kItems, 0.0f)}, 1, {0.1f, 0.1f}, std::vector<float>(kItems, 1.0f), "{}").write(kept);
  CHECK(kept.status().ok());
}

TEST_CASE("ids that are not one an item are refused") {
  const Samples samples;
  const auto model = samples.model("popularity");
  CHECK(fails(write_model_file(*model, item_ids(kItems - 1)), ErrorCode::kInvalidArgument, {"12 items", "11 ids"}));
  CHECK(fails(write_model_file(*model, {}), ErrorCode::kInvalidArgument, {"0 ids"}));
  ItemIds falling = item_ids(kItems);
  std::swap(falling.offsets[3], falling.offsets[4]);
  CHECK(fails(write_model_file(*model, falling), ErrorCode::kInvalidArgument, {"ids"}));
}

TEST_CASE("a file can be looked into without its model") {
  const Samples samples;
  const std::string json = value_of(inspect_model_file(samples.file("ials")));
  for (const char* part : {"{\"format_version\":1,\"model\":\"ials\",\"config\":\"{\\\"num_factors\\\":3,",
                           "\"items\":12,", "\"checksum\":\"crc32:", "\"bytes\":",
                           "{\"name\":\"item_factors\",\"dtype\":\"F32\",\"shape\":[12,3],\"bytes\":144}"}) {
    CAPTURE(std::string(part));
    CHECK(json.find(part) != std::string::npos);
  }
  CHECK(fails(inspect_model_file(Bytes{1, 2, 3}), ErrorCode::kCorruptModelFile));
}

TEST_CASE("other versions and models are refused as such") {
  const Samples samples;
  const Bytes bytes = samples.file("popularity");
  const auto with_metadata = [&](const char* name, const char* value) {
    return changed(bytes, [&](TensorFile& file) { file.set_metadata(name, value); });
  };
  for (const char* version : {"3", "0", "", "1.0", "99999999999999999999", "banana"}) {
    CAPTURE(std::string(version));
    CHECK(fails(read_model_file(with_metadata("format_version", version)), ErrorCode::kUnsupportedVersion,
                {"version", version}));
    CHECK(fails(inspect_model_file(with_metadata("format_version", version)), ErrorCode::kUnsupportedVersion));
  }
  CHECK(fails(read_model_file(with_metadata("model", "banana")), ErrorCode::kUnsupportedVersion, {"\"banana\""}));
  TensorFile other;
  other.add("weights", std::span<const float>(std::vector<float>{1}), {1});
  CHECK(is_corrupt(other.write(), {"not an Inkling model"}));
}

TEST_CASE("a file cut off anywhere is an error") {
  const Samples samples;
  for (const std::string_view name : model_names()) {
    const Bytes bytes = samples.file(name);
    int accepted = 0;
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
      const Result<ModelFile> read = read_model_file(cut);
      accepted += read.ok() || read.status().code() != ErrorCode::kCorruptModelFile ? 1 : 0;
    }
    CAPTURE(name);
    CHECK(accepted == 0);
  }
}

TEST_CASE("bytes changed at random are refused or give a model that works") {
  const Samples samples;
  Random random(4);
  for (const std::string_view name : model_names()) {
    const Bytes bytes = samples.file(name);
    int wrong = 0;
    int accepted = 0;
    for (int repeat = 0; repeat < 5000; ++repeat) {
      Bytes damaged = bytes;
      for (std::uint64_t n = 1 + random.below(4); n > 0; --n) {
        damaged[random_below(damaged.size(), random)] ^= static_cast<std::uint8_t>(1u << random.below(8));
      }
      wrong += is_read_or_refused(damaged) ? 0 : 1;
      accepted += read_model_file(damaged).ok() ? 1 : 0;
    }
    CAPTURE(name);
    CHECK(wrong == 0);
    CHECK(accepted < 1000);  // what only names, say, a setting is not under the checksum
  }
}

TEST_CASE("data changed at random under a checksum that fits is refused or gives a model that works") {
  const Samples samples;
  Random random(5);
  for (const std::string_view name : model_names()) {
    const Bytes bytes = samples.file(name);
    const std::size_t data_begin = 8 + header_of(bytes).size();
    int wrong = 0;
    int accepted = 0;
    for (int repeat = 0; repeat < 2500; ++repeat) {
      Bytes damaged = bytes;
      for (std::uint64_t n = 1 + random.below(4); n > 0; --n) {
        const std::size_t position = data_begin + random_below(damaged.size() - data_begin, random);
        const std::uint64_t any_byte = random.below(256);
        const std::uint64_t one_bit_changed = damaged[position] ^ (1u << random.below(8));
        damaged[position] = static_cast<std::uint8_t>(random.below(2) == 0 ? any_byte : one_bit_changed);
      }
      reseal(damaged);
      wrong += is_read_or_refused(damaged) ? 0 : 1;
      accepted += read_model_file(damaged).ok() ? 1 : 0;
    }
    CAPTURE(name);
    CHECK(wrong == 0);
    CHECK(accepted > 50);  // else only the first test was tried
  }
}

TEST_CASE("headers changed at random are refused or give a model that works") {
  const Samples samples;
  Random random(6);
  const std::string structure = "{}[]\":,0123456789\\u F3-.";
  for (const std::string_view name : model_names()) {
    const Bytes bytes = samples.file(name);
    const std::string header = header_of(bytes);
    int wrong = 0;
    for (int repeat = 0; repeat < 2500; ++repeat) {
      std::string damaged = header;
      for (std::uint64_t n = 1 + random.below(3); n > 0; --n) {
        const std::size_t position = random_below(damaged.size(), random);
        const std::size_t length = 1 + random_below(std::min<std::size_t>(damaged.size() - position, 40), random);
        switch (random.below(4)) {
          case 0:
            damaged[position] = structure[random_below(structure.size(), random)];
            break;
          case 1:
            damaged.erase(position, length);
            break;
          case 2:
            damaged.insert(random_below(damaged.size(), random), damaged.substr(position, length));
            break;
          default: {
            const std::size_t digit = damaged.find_first_of("0123456789", position);
            if (digit != std::string::npos) damaged[digit] = static_cast<char>('0' + random.below(10));
          }
        }
        if (damaged.empty()) damaged = "{";
      }
      wrong += is_read_or_refused(with_header(bytes, damaged)) ? 0 : 1;
    }
    CAPTURE(name);
    CHECK(wrong == 0);
  }
}

TEST_CASE("ids and counts that do not fit are refused") {
  const Samples samples;
  const Bytes bytes = samples.file("popularity");
  CHECK(is_corrupt(with_element<std::uint32_t>(bytes, "item_ids.offsets", 3, 1), {"item_ids.offsets"}));
  CHECK(is_corrupt(with_element<std::uint32_t>(bytes, "item_ids.offsets", 0, 1), {"item_ids.offsets"}));
  CHECK(is_corrupt(with_element<std::uint32_t>(bytes, "item_ids.offsets", kItems, 4000000000u), {"item_ids.offsets"}));
  CHECK(is_corrupt(with_element(bytes, "item_counts", 2, std::numeric_limits<float>::quiet_NaN()), {"item_counts"}));
  const auto replaced = [&](const char* name, std::size_t count) {
    return changed(bytes, [&](TensorFile& file) {
      const std::vector<std::uint32_t> offsets(count);
      const std::vector<float> counts(count);
      if (name == std::string("item_counts")) {
        file.add(name, std::span<const float>(counts), {static_cast<std::int64_t>(count)});
      } else {
        file.add(name, std::span<const std::uint32_t>(offsets), {static_cast<std::int64_t>(count)});
      }
    });
  };
  CHECK(is_corrupt(replaced("item_counts", 11), {"12 ids", "11"}));
  CHECK(is_corrupt(replaced("item_counts", 0), {"12 ids", "0"}));
  CHECK(is_corrupt(replaced("item_ids.offsets", 0), {"item_ids.offsets", "empty"}));
  for (const char* name : {"item_ids.bytes", "item_ids.offsets", "item_counts"}) {
    std::string header = header_of(bytes);
    header[header.find(name) + 1] = 'X';
    CHECK(is_corrupt(with_header(bytes, header), {"no tensor", name}));
  }
}

TEST_CASE("factors and parameters of ials that make no sense are refused") {
  const Samples samples;
  const Bytes bytes = samples.file("ials");
  const auto with_factors = [&](std::size_t count, std::vector<std::int64_t> shape, float first) {
    return changed(bytes, [&](TensorFile& file) {
      std::vector<float> factors(count, 0.5f);
      if (count > 0) factors[0] = first;
      file.add("item_factors", std::span<const float>(factors), shape);
    });
  };
  CHECK(succeeds(read_model_file(with_factors(36, {12, 3}, 1))));
  CHECK(
      is_corrupt(with_factors(36, {12, 3}, std::numeric_limits<float>::quiet_NaN()), {"item_factors", "not a finite"}));
  CHECK(is_corrupt(with_factors(36, {12, 3}, -std::numeric_limits<float>::infinity()), {"item_factors"}));
  CHECK(is_corrupt(with_factors(36, {3, 12}, 1), {"3 × 12", "12 items"}));
  CHECK(is_corrupt(with_factors(36, {36}, 1), {"item_factors", "1 dimensions"}));
  CHECK(is_corrupt(with_factors(0, {12, 0}, 1), {"12 × 0"}));
  CHECK(is_corrupt(with_factors(12 * 1025, {12, 1025}, 1), {"1 to 1024"}));
  const float bad_parameters[] = {0, -1, std::numeric_limits<float>::infinity(),
                                  std::numeric_limits<float>::quiet_NaN()};
  for (const float bad : bad_parameters) {
    CHECK(is_corrupt(with_element(bytes, "fold_in", 0, bad), {"fold_in"}));
    CHECK(is_corrupt(with_element(bytes, "fold_in", 1, bad), {"fold_in"}));
  }
  CHECK(is_corrupt(
      changed(bytes, [](TensorFile& file) { file.add("fold_in", std::span<const float>(std::vector<float>{1}), {1}); }),
      {"fold_in"}));
}

TEST_CASE("sparse rows that make no sense are refused") {
  const Samples samples;
  const Bytes bytes = samples.file("item_neighbors");
  const auto columns = tensor_of<std::int32_t>(value_of(TensorFile::read(bytes)), "neighbors.columns");
  const auto offsets = tensor_of<std::uint32_t>(value_of(TensorFile::read(bytes)), "neighbors.offsets");
  std::size_t row = 0;
  while (offsets[row + 1] - offsets[row] < 2) ++row;
  const std::size_t first = offsets[row];
  CHECK(is_corrupt(with_element<std::int32_t>(bytes, "neighbors.columns", first, -1), {"neighbors.columns"}));
  CHECK(is_corrupt(with_element<std::int32_t>(bytes, "neighbors.columns", first, kItems), {"neighbors.columns"}));
  CHECK(is_corrupt(with_element<std::int32_t>(bytes, "neighbors.columns", first, columns[first + 1]),
                   {"neighbors.columns", "order"}));
  CHECK(is_corrupt(with_element<std::uint32_t>(bytes, "neighbors.offsets", 5, 0xFFFFFFFF), {"neighbors.offsets"}));
  CHECK(is_corrupt(with_element<std::uint32_t>(bytes, "neighbors.offsets", kItems, 3), {"neighbors.offsets"}));
  CHECK(is_corrupt(with_element<std::uint32_t>(bytes, "neighbors.offsets", 0, 1), {"neighbors.offsets"}));
  CHECK(is_corrupt(with_element(bytes, "neighbors.values", 0, std::numeric_limits<float>::infinity()),
                   {"neighbors.values"}));
  CHECK(is_corrupt(changed(bytes,
                           [](TensorFile& file) {
                             file.add("neighbors.values", std::span<const float>(std::vector<float>{1}), {1});
                           }),
                   {"neighbors", "different length"}));
}

TEST_CASE("terms that make no sense are refused") {
  const Samples samples;
  const Bytes bytes = samples.file("tf_idf");
  const auto offsets = tensor_of<std::uint32_t>(value_of(TensorFile::read(bytes)), "terms.offsets");
  CHECK(is_corrupt(with_element<std::uint32_t>(bytes, "terms.offsets", 1, 0), {"term", "empty"}));
  CHECK(is_corrupt(with_element<std::uint32_t>(bytes, "terms.offsets", 2, 0xFFFFFFFF), {"terms.offsets"}));
  CHECK(is_corrupt(with_element(bytes, "terms.idf", 0, std::numeric_limits<float>::quiet_NaN()), {"terms.idf"}));
  CHECK(is_corrupt(with_element<std::int32_t>(bytes, "item_terms.columns", 0, 1000000), {"item_terms.columns"}));
  CHECK(is_corrupt(changed(bytes,
                           [&](TensorFile& file) {
                             auto text = tensor_of<std::uint8_t>(file, "terms.bytes");
                             std::fill(text.begin(), text.end(), std::uint8_t{'a'});
                             file.add("terms.bytes", std::span<const std::uint8_t>(text),
                                      {static_cast<std::int64_t>(text.size())});
                           }),
                   {"term", "twice"}));
  CHECK(offsets.size() > 3);
}

TEST_CASE("numbers of a file that are finite, but overflow in use, never reach a ranking") {
  const Samples samples;
  const auto with_huge = [&](const char* model, const char* tensor) {
    return value_of(read_model_file(changed(samples.file(model), [&](TensorFile& file) {
      const std::vector<float> huge(tensor_of<float>(file, tensor).size(), 3e38f);
      file.add(tensor, std::span<const float>(huge), {static_cast<std::int64_t>(huge.size())});
    })));
  };
  const ModelFile neighbors = with_huge("item_neighbors", "neighbors.values");
  const ModelFile content = with_huge("tf_idf", "item_terms.values");
  CHECK(serves(*neighbors.model));
  CHECK(serves(*content.model));
  const HistoryEntry history[] = {{1, 1}, {2, 1}, {3, 1}};
  const std::vector<float> popularity(kItems);
  const std::vector<std::uint8_t> all(kItems, 1);
  CHECK(fails(Ranker(neighbors.model.get(), nullptr, popularity, all).recommend({history, {}, {}, 5}),
              ErrorCode::kNotFinite, {"item_neighbors"}));
  const Ranker by_content(content.model.get(), nullptr, popularity, all);
  std::string query;
  for (const std::int32_t term : samples.terms.by_item().row_columns(1)) {
    query += std::string(samples.terms.term_text(term)) + " ";
  }
  CHECK(fails(by_content.recommend({{}, {}, query, 5}), ErrorCode::kNotFinite, {"tf_idf"}));
  CHECK(fails(by_content.similar(1, 5), ErrorCode::kNotFinite, {"tf_idf"}));
}

TEST_CASE("terms of a file whose weights are beyond reason still give no query that is not finite") {
  const Samples samples;
  for (const float idf : {0.0f, -1e30f, 3e38f}) {
    const Bytes bytes = changed(samples.file("tf_idf"), [&](TensorFile& file) {
      const std::vector<float> all(tensor_of<float>(file, "terms.idf").size(), idf);
      file.add("terms.idf", std::span<const float>(all), {static_cast<std::int64_t>(all.size())});
    });
    const ModelFile file = value_of(read_model_file(bytes));
    for (const auto& [term, weight] : static_cast<const TfIdf&>(*file.model).terms().query("word1 word1 word2 tag 3")) {
      CHECK(std::isfinite(weight));
    }
    CHECK(serves(*file.model));
  }
}

}  // namespace inkling
