#include "inkling/model_file.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "expect.h"
#include "inkling/random.h"
#include "inkling/tf_idf.h"
#include "model_file_samples.h"
#include "sample_data.h"

namespace inkling {

TEST_CASE("each model comes back from its file with the same scores, neighbours, ids and settings") {
  const Samples samples;
  Random random(3);
  for (const std::string_view name : model_names()) {
    CAPTURE(name);
    const auto model = samples.model(name);
    const Bytes bytes = value_of(write_model_file(*model, item_ids(kSampleItems)));
    const ModelFile file = value_of(read_model_file(bytes));
    const TfIdf content(samples.terms, std::vector<float>(kSampleItems, 0.0f), "{}");
    file.model->attach(&content, kSampleItems);  // a file may leave the texts to the catalogue
    CHECK(file.model->name() == name);
    CHECK(file.model->config() == model->config());
    CHECK(file.item_ids.bytes == item_ids(kSampleItems).bytes);
    CHECK(file.item_ids.offsets == item_ids(kSampleItems).offsets);
    CHECK(std::equal(file.model->item_counts().begin(), file.model->item_counts().end(), model->item_counts().begin()));
    for (int repeat = 0; repeat < 10; ++repeat) {
      const auto history = random_history(kSampleItems, random_below(6, random), random);
      CHECK(scores_of(*file.model, history) == scores_of(*model, history));
    }
    std::vector<float> before(kSampleItems);
    std::vector<float> after(kSampleItems);
    for (std::int32_t item = 0; item < kSampleItems; ++item) {
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
  for (const std::string_view name :
       {"ials", "bpr", "biased_sgd", "pure_svd", "graph_filter", "item_vectors", "ensemble"}) {
    CAPTURE(name);
    const auto model = samples.model(name);
    for (const FactorStorage storage : {FactorStorage::kF16, FactorStorage::kInt8}) {
      const Bytes bytes = value_of(write_model_file(*model, item_ids(kSampleItems), storage));
      const std::string json = value_of(inspect_model_file(bytes));
      CHECK(json.find("{\"format_version\":2,") == 0);
      CHECK((json.find(storage == FactorStorage::kF16 ? "\"F16\"" : "\"I8\"") != std::string::npos) ==
            (samples.file(name).size() != bytes.size() && json.find("item_factors") != std::string::npos));
      const ModelFile file = value_of(read_model_file(bytes));
      CHECK(file.item_ids.bytes == item_ids(kSampleItems).bytes);
      CHECK(file.item_ids.offsets == item_ids(kSampleItems).offsets);
      CHECK(value_of(write_model_file(*file.model, file.item_ids, storage)) == bytes);
      CHECK(serves(*file.model));
      const auto history = random_history(kSampleItems, 4, random);
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
      std::vector<float> similar(kSampleItems);
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

TEST_CASE("ids that are not one an item are refused") {
  const Samples samples;
  const auto model = samples.model("popularity");
  CHECK(
      fails(write_model_file(*model, item_ids(kSampleItems - 1)), ErrorCode::kInvalidArgument, {"12 items", "11 ids"}));
  CHECK(fails(write_model_file(*model, {}), ErrorCode::kInvalidArgument, {"0 ids"}));
  ItemIds falling = item_ids(kSampleItems);
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

}  // namespace inkling
