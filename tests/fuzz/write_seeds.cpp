// Writes the first inputs of every reader, by the library's own writers: write_seeds tests/fuzz/corpus

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "inkling/model_file.h"
#include "inkling/tensor_file.h"
#include "small_models.h"

using namespace inkling;
using namespace inkling::fuzz;

namespace {

std::filesystem::path corpus;

void write(const std::string& reader, const std::string& name, std::span<const std::uint8_t> bytes) {
  std::filesystem::create_directories(corpus / reader);
  std::ofstream file(corpus / reader / name, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  require(file.good(), "the file is written");
}

void write(const std::string& reader, const std::string& name, const std::string& text) {
  write(reader, name, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

template <class T>
std::string raw(std::initializer_list<T> numbers) {
  std::string bytes;
  for (const T number : numbers) bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
  return bytes;
}

void write_model_files() {
  const ItemIds ids = small_ids();
  for (const auto& model : small_models()) {
    const std::string name(model->name());
    const std::vector<std::uint8_t> plain = value_of(write_model_file(*model, ids));
    write("model_file", name, plain);
    std::uint64_t length = 0;
    std::memcpy(&length, plain.data(), sizeof length);
    write("json_header", name, std::span(plain).subspan(8, static_cast<std::size_t>(length)));
    if (name == "ials" || name == "pure_svd") {
      write("model_file", name + "-int8", value_of(write_model_file(*model, ids, FactorStorage::kInt8)));
      write("model_file", name + "-f16", value_of(write_model_file(*model, ids, FactorStorage::kF16)));
    }
    std::string settings = name;
    for (const SettingSpec& spec : settings_of(name)) {
      settings += "\n" + std::string(spec.name) + "=" + spec.default_text;
    }
    write("settings", name, settings);
  }
}

void write_tensor_files() {
  TensorFile file;
  file.set_metadata("of", "a test: \"\\\n");
  file.add("bytes", std::span<const std::uint8_t>(std::vector<std::uint8_t>{1, 2, 3}), {3});
  file.add("small", std::span<const std::int8_t>(std::vector<std::int8_t>{-1, 2}), {2});
  file.add("halves", std::span<const std::uint16_t>(std::vector<std::uint16_t>{15360, 1}), {1, 2});
  file.add("whole", std::span<const std::int32_t>(std::vector<std::int32_t>{-7}), {1});
  file.add("natural", std::span<const std::uint32_t>(std::vector<std::uint32_t>{7, 8}), {2});
  file.add("floats", std::span<const float>(std::vector<float>{0.5f, -1, 2, 3}), {2, 2});
  file.add("none", std::span<const float>(), {0, 4});
  write("tensor_file", "one-of-each", file.write());
  write("tensor_file", "empty", TensorFile().write());
}

void write_texts() {
  write("decimal", "whole", std::string("12"));
  write("decimal", "fraction", std::string("-0.0125e-3"));
  write("decimal", "many-digits", std::string("123456789012345678901234.5"));
  write("tokenizer", "latin", std::string("The Deep Sea: über 20,000 leagues, ΣΟΦΟΣ Ёлка"));
  write("tokenizer", "without-spaces", std::string("七人の侍 와 서울 abc"));
  write("tokenizer", "not-utf8", std::string("caf\xE9 \xC3 \xED\xA0\x80 \xF4\x90\x80\x80 end"));
  write("settings", "metrics", std::string("ials\nrecall@20,ndcg@10,auc"));
  write("settings", "split", std::string("ials\nnum_factors=64\nleave-one-out"));
  write("term_matrix", "joined",
        std::string("\x03") + "deep sea\n" + std::string(1, '\0') + "deep sea\vsea of words\vfire\v\n" + "\x03" +
            "Sea Life\x1f Fire\v\v" + "fire\v\n");
  write("term_matrix", "by-offsets",
        std::string("\x04") + "sea\n" + "\x04" + raw<std::int32_t>({1}) + "\x03" + raw<std::uint32_t>({0, 4, 8}) +
            "sea fire\n");
}

void write_ids() {
  write("item_ids", "whole",
        std::string("\0\x02\x04\0", 4) + raw<std::uint32_t>({0, 1, 1, 5}) + "a" + "\xF0\x9F\x8E\xAC");
  write("item_ids", "shortened", std::string("\1\x02\x03\0", 4) + std::string("\0\2\3", 3) + "\3\2\1" + "abcdef");
}

void write_interactions() {
  const std::string users = raw<std::int32_t>({0, 0, 1, 2, 2});
  const std::string items = raw<std::int32_t>({0, 1, 1, 0, 2});
  const std::string values = raw<float>({1, 2, 3, 4, 5});
  const std::string times = raw<double>({10, 20, 30, 40, 50});
  const std::string announced = raw<std::int32_t>({3, 3});
  for (char model = 0; model < 5; ++model) {
    write("interactions", "plain-" + std::to_string(model),
          std::string(1, model) + "\x11" + announced + "\x05" + users + items);
    write("interactions", "timed-" + std::to_string(model),
          std::string(1, model) + "\x1F" + announced + "\x05" + users + items + values + times);
  }
  write("interactions", "two-batches",
        std::string("\1\1", 2) + announced + "\x05" + users + items + "\x05" + items + users);
}

void write_histories() {
  const std::string entries = raw<std::int32_t>({1}) + raw<float>({1}) + raw<std::int32_t>({3}) + raw<float>({-0.5f}) +
                              raw<std::int32_t>({11}) + raw<float>({2});
  const std::size_t count = model_names().size();
  for (std::size_t model = 0; model < count; ++model) {
    write("history", std::string(model_names()[model]),
          std::string(1, static_cast<char>(model)) + "\x05" + raw<std::int32_t>({2}) + "\x01" + raw<std::int32_t>({4}) +
              "word1 deep\n" + entries);
  }
}

}  // namespace

int main(int argc, char** argv) {
  require(argc == 2, "one argument: the folder to write to");
  corpus = argv[1];
  write_model_files();
  write_tensor_files();
  write_texts();
  write_ids();
  write_interactions();
  write_histories();
  return 0;
}
