// Files that were cut off, changed at random or made to harm.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "expect.h"
#include "inkling/ials.h"
#include "inkling/random.h"
#include "inkling/ranker.h"
#include "inkling/tf_idf.h"
#include "model_file_samples.h"
#include "sample_data.h"

namespace inkling {

TEST_CASE("quantized factors that make no sense are refused, and none cut off or changed crashes") {
  const Samples samples;
  for (const char* name : {"ials", "bpr", "biased_sgd", "pure_svd"}) {
    const Bytes bytes = value_of(write_model_file(*samples.model(name), item_ids(kSampleItems), FactorStorage::kInt8));
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
  Ials({std::vector<float>(kSampleItems, 70000.0f)}, 1, {0.1f, 0.1f}, std::vector<float>(kSampleItems, 1.0f), "{}")
      .write(file);
  CHECK(fails(file.status(), ErrorCode::kInvalidArgument, {"65504", "f16"}));
  TensorFile lost;
  lost.set_factor_storage(FactorStorage::kF16);
  Ials({std::vector<float>(kSampleItems, 1e-9f)}, 1, {0.1f, 0.1f}, std::vector<float>(kSampleItems, 1.0f), "{}")
      .write(lost);
  CHECK(fails(lost.status(), ErrorCode::kInvalidArgument, {"below 3e-8", "f16"}));
  TensorFile kept;  // a row of zeros loses nothing
  kept.set_factor_storage(FactorStorage::kF16);
  Ials({std::vector<float>(kSampleItems, 0.0f)}, 1, {0.1f, 0.1f}, std::vector<float>(kSampleItems, 1.0f), "{}")
      .write(kept);
  CHECK(kept.status().ok());
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
      wrong += is_read_or_refused(damaged, &accepted) ? 0 : 1;
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
      wrong += is_read_or_refused(damaged, &accepted) ? 0 : 1;
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
  CHECK(is_corrupt(with_element<std::uint32_t>(bytes, "item_ids.offsets", kSampleItems, 4000000000u),
                   {"item_ids.offsets"}));
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

TEST_CASE("ids that would be longer than their offsets can tell are refused before they are made") {
  constexpr std::size_t kCount = 16'900'000;  // of 255 bytes each, nearly all shared
  std::vector<std::uint8_t> shared(kCount, 255);
  std::vector<std::uint8_t> lengths(kCount, 0);
  const std::vector<std::uint8_t> bytes(255, 'x');
  shared[0] = 0;
  lengths[0] = 255;
  const auto stored = [&](std::size_t count) {
    const auto column = [](std::span<const std::uint8_t> values) {
      return Tensor{Tensor::Type::kU8, {static_cast<std::int64_t>(values.size())}, values};
    };
    TensorFile file;
    file.add_view("item_ids.bytes", column(bytes));
    file.add_view("item_ids.shared", column(std::span(shared).first(count)));
    file.add_view("item_ids.lengths", column(std::span(lengths).first(count)));
    return StoredIds::read(file);
  };
  CHECK(succeeds(stored(16'843'009)));  // 2^32 - 1 bytes
  CHECK(fails(stored(16'843'010), ErrorCode::kCorruptModelFile, {"item_ids.shared", "do not fit"}));
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
  CHECK(is_corrupt(with_factors(12 * 4097, {12, 4097}, 1), {"1 to 4096"}));
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
  CHECK(is_corrupt(with_element<std::int32_t>(bytes, "neighbors.columns", first, kSampleItems), {"neighbors.columns"}));
  CHECK(is_corrupt(with_element<std::int32_t>(bytes, "neighbors.columns", first, columns[first + 1]),
                   {"neighbors.columns", "order"}));
  CHECK(is_corrupt(with_element<std::uint32_t>(bytes, "neighbors.offsets", 5, 0xFFFFFFFF), {"neighbors.offsets"}));
  CHECK(is_corrupt(with_element<std::uint32_t>(bytes, "neighbors.offsets", kSampleItems, 3), {"neighbors.offsets"}));
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
  const std::vector<float> popularity(kSampleItems);
  const std::vector<std::uint8_t> all(kSampleItems, 1);
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
