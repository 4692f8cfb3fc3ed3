#include "inkling/tensor_file.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "expect.h"

namespace inkling {

namespace {

using Bytes = std::vector<std::uint8_t>;
using Shape = std::vector<std::int64_t>;

TensorFile sample_file() {
  TensorFile file;
  file.set_metadata("model", "sample");
  file.add("odd", std::span<const std::uint8_t>(Bytes{1, 2, 3}), {3});
  file.add("numbers", std::span<const float>(std::vector<float>{1.5f, -2, 0, 1e30f, 5, 6}), {2, 3});
  file.add("signed", std::span<const std::int32_t>(std::vector<std::int32_t>{-1, 7}), {2});
  file.add("unsigned", std::span<const std::uint32_t>(std::vector<std::uint32_t>{4000000000u}), {1});
  file.add("empty", std::span<const float>(), {0, 4});
  return file;
}

std::uint64_t header_length(const Bytes& bytes) {
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  return length;
}

// A file of this header and these many zero bytes of data.
Bytes file_of(const std::string& header, std::size_t data_bytes) {
  Bytes bytes(8 + header.size() + data_bytes);
  const std::uint64_t length = header.size();
  std::memcpy(bytes.data(), &length, 8);
  std::memcpy(bytes.data() + 8, header.data(), header.size());
  return bytes;
}

std::uint32_t crc_of(std::string_view text) {
  return crc32({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});  // NOLINT(*-reinterpret-cast)
}

}  // namespace

TEST_CASE("crc32 is zlib's") {
  CHECK(crc_of("123456789") == 0xCBF43926u);
  CHECK(crc_of("") == 0u);
  CHECK(crc_of("The quick brown fox jumps over the lazy dog") == 0x414FA339u);
}

TEST_CASE("what is written is read back") {
  const TensorFile file = value_of(TensorFile::read(sample_file().write()));
  std::vector<float> numbers;
  std::vector<std::int32_t> integers;
  std::vector<std::uint32_t> naturals;
  Bytes bytes;
  Shape shape;
  CHECK(succeeds(file.get("numbers", 2, numbers, &shape)));
  CHECK(numbers == std::vector<float>{1.5f, -2, 0, 1e30f, 5, 6});
  CHECK(shape == Shape{2, 3});
  CHECK(succeeds(file.get("signed", 1, integers)));
  CHECK(integers == std::vector<std::int32_t>{-1, 7});
  CHECK(succeeds(file.get("unsigned", 1, naturals)));
  CHECK(naturals == std::vector<std::uint32_t>{4000000000u});
  CHECK(succeeds(file.get("odd", 1, bytes)));
  CHECK(bytes == Bytes{1, 2, 3});
  CHECK(succeeds(file.get("empty", 2, numbers, &shape)));
  CHECK(numbers.empty());
  CHECK(shape == Shape{0, 4});
  REQUIRE(file.find_metadata("model") != nullptr);
  CHECK(*file.find_metadata("model") == "sample");
  CHECK(file.find_metadata("banana") == nullptr);
  CHECK(file.tensors().size() == 5);
  CHECK(file.write() == sample_file().write());
}

TEST_CASE("asking for another name, type or number of dimensions is an error") {
  const TensorFile file = sample_file();
  std::vector<float> numbers;
  std::vector<std::int32_t> integers;
  CHECK(fails(file.get("banana", 1, numbers), ErrorCode::kCorruptModelFile, {"no tensor \"banana\""}));
  CHECK(fails(file.get("numbers", 1, numbers), ErrorCode::kCorruptModelFile, {"numbers", "F32 with 2", "F32 with 1"}));
  CHECK(fails(file.get("numbers", 2, integers), ErrorCode::kCorruptModelFile, {"numbers", "F32", "expected I32"}));
}

TEST_CASE("the data begins at a multiple of 8 and each number at a multiple of 4") {
  for (std::size_t extra = 0; extra < 9; ++extra) {
    TensorFile file = sample_file();
    file.set_metadata("padding", std::string(extra, 'x'));
    const Bytes bytes = file.write();
    CHECK((8 + header_length(bytes)) % 8 == 0);
    const TensorFile read = value_of(TensorFile::read(bytes));
    // The tensors follow each other in the order of their offsets, those of four bytes first.
    const std::string header(bytes.begin() + 8, bytes.begin() + 8 + static_cast<std::ptrdiff_t>(header_length(bytes)));
    CHECK(header.find("\"odd\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[36,39]}") != std::string::npos);
    CHECK(read.tensors().size() == 5);
  }
}

TEST_CASE("the checksum is of the data and is tested where there is one") {
  Bytes bytes = sample_file().write();
  const std::size_t data_begin = 8 + static_cast<std::size_t>(header_length(bytes));
  const Bytes data(bytes.begin() + static_cast<std::ptrdiff_t>(data_begin), bytes.end());
  const TensorFile read = value_of(TensorFile::read(bytes));
  char text[16];
  std::snprintf(text, sizeof text, "crc32:%08x", crc32(data));
  CHECK(*read.find_metadata("checksum") == text);
  for (std::size_t position = data_begin; position < bytes.size(); ++position) {
    bytes[position] ^= 0x10;
    CHECK(fails(TensorFile::read(bytes), ErrorCode::kCorruptModelFile, {"checksum"}));
    bytes[position] ^= 0x10;
  }
  CHECK(succeeds(TensorFile::read(bytes)));
  CHECK(succeeds(TensorFile::read(file_of(R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})", 4))));
}

TEST_CASE("a file cut off anywhere is an error") {
  const Bytes bytes = sample_file().write();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    // A copy of exactly this length, so that reading further shows.
    const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
    CAPTURE(length);
    CHECK(fails(TensorFile::read(cut), ErrorCode::kCorruptModelFile));
  }
  Bytes longer = bytes;
  longer.push_back(0);
  CHECK(fails(TensorFile::read(longer), ErrorCode::kCorruptModelFile, {"need"}));
}

TEST_CASE("what is not a model file is called so") {
  const auto read = [](const std::string& text) { return TensorFile::read(Bytes(text.begin(), text.end())); };
  CHECK(fails(read("<!DOCTYPE html><html>not found</html>"), ErrorCode::kCorruptModelFile, {"not a model file"}));
  CHECK(fails(read(""), ErrorCode::kCorruptModelFile, {"not a model file", "0 bytes"}));
  CHECK(fails(read("PK\x03\x04 and more of a zip file"), ErrorCode::kCorruptModelFile, {"not a model file"}));
  Bytes gigantic = file_of("{}", 0);
  const auto with_length = [&](std::uint64_t length) {
    std::memcpy(gigantic.data(), &length, 8);
    return TensorFile::read(gigantic);
  };
  CHECK(succeeds(with_length(2)));
  CHECK(fails(with_length(0), ErrorCode::kCorruptModelFile));
  CHECK(fails(with_length(1), ErrorCode::kCorruptModelFile));
  CHECK(fails(with_length(3), ErrorCode::kCorruptModelFile, {"cut off", "3 bytes", "only 2"}));
  CHECK(fails(with_length(1 << 24), ErrorCode::kCorruptModelFile, {"cut off"}));
  for (const std::uint64_t length :
       {(std::uint64_t{1} << 24) + 1, std::uint64_t{1} << 32, std::numeric_limits<std::uint64_t>::max()}) {
    CHECK(fails(with_length(length), ErrorCode::kCorruptModelFile, {"not a model file"}));
  }
  // Even where all its bytes are there, a header of more than 16 MiB is none of ours.
  CHECK(fails(TensorFile::read(file_of("{}" + std::string(1 << 24, ' '), 0)), ErrorCode::kCorruptModelFile,
              {"not a model file"}));
}

TEST_CASE("tensors that lie about their type, shape or place are refused") {
  const auto read = [](const std::string& entries, std::size_t data_bytes) {
    return TensorFile::read(file_of("{" + entries + "}", data_bytes));
  };
  const auto entry = [](const char* name, const char* dtype, const char* shape, const char* offsets) {
    return std::string("\"") + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape +
           ",\"data_offsets\":" + offsets + "}";
  };
  constexpr ErrorCode kCorrupt = ErrorCode::kCorruptModelFile;
  CHECK(succeeds(read(entry("a", "F32", "[2]", "[0,8]"), 8)));
  CHECK(succeeds(read(entry("a", "F32", "[]", "[0,4]"), 4)));
  for (const char* dtype : {"F64", "BF16", "I64", "f32", ""}) {
    CHECK(fails(read(entry("a", dtype, "[2]", "[0,8]"), 8), kCorrupt,
                {"\"a\"", "expected U8, I8, F16, I32, U32 or F32"}));
  }
  CHECK(fails(read(entry("a", "F32", "[3]", "[0,8]"), 8), kCorrupt, {"shape", "\"a\""}));
  CHECK(fails(read(entry("a", "F32", "[1]", "[0,8]"), 8), kCorrupt, {"shape", "\"a\""}));
  CHECK(fails(read(entry("a", "F32", "[2]", "[8,0]"), 8), kCorrupt, {"shape"}));
  CHECK(fails(read(entry("a", "F32", "[4294967296,4294967296]", "[0,8]"), 8), kCorrupt, {"shape"}));
  CHECK(fails(read(entry("a", "F32", "[9223372036854775807]", "[0,8]"), 8), kCorrupt, {"shape"}));
  CHECK(fails(read(entry("a", "F32", "[4611686018427387906]", "[0,8]"), 8), kCorrupt, {"shape"}));  // wraps to 8 bytes
  CHECK(fails(read(entry("a", "F32", "[4,4611686018427387904,0]", "[0,0]"), 0), kCorrupt, {"shape"}));
  CHECK(fails(read(entry("a", "U8", "[9223372036854775807]", "[0,9223372036854775807]"), 8), kCorrupt, {"cut off"}));
  CHECK(fails(read(entry("a", "F32", "[2]", "[4,12]"), 8), kCorrupt, {"cut off"}));
  CHECK(fails(read(entry("a", "F32", "[2]", "[4,12]"), 12), kCorrupt, {"overlap or leave gaps"}));
  CHECK(fails(read(entry("a", "F32", "[2]", "[0,8]"), 12), kCorrupt, {"12 bytes", "need 8"}));
  const std::string first = entry("a", "F32", "[2]", "[0,8]") + ",";
  CHECK(succeeds(read(first + entry("b", "F32", "[2]", "[8,16]"), 16)));
  CHECK(fails(read(first + entry("b", "F32", "[2]", "[0,8]"), 8), kCorrupt, {"overlap"}));
  CHECK(fails(read(first + entry("b", "F32", "[2]", "[4,12]"), 12), kCorrupt, {"overlap"}));
  CHECK(fails(read(first + entry("b", "F32", "[2]", "[12,20]"), 20), kCorrupt, {"gaps"}));
  CHECK(fails(read(first + entry("b", "U8", "[0]", "[4,4]"), 8), kCorrupt, {"overlap"}));
  CHECK(succeeds(read(first + entry("b", "U8", "[0]", "[8,8]"), 8)));
  CHECK(succeeds(read("", 0)));
}

}  // namespace inkling
