#include "model_file/json_header.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "expect.h"
#include "inkling/random.h"

namespace inkling {

using model_file::Header;
using model_file::parse_header;
using model_file::write_header;

namespace {

// Reads text that nothing follows in memory, so that the sanitizers see whoever reads on.
Result<Header> parse(const std::string& text) {
  const std::vector<char> exact(text.begin(), text.end());
  return parse_header({exact.data(), exact.size()});
}

bool equal(const Header& a, const Header& b) {
  if (a.metadata != b.metadata || a.tensors.size() != b.tensors.size()) return false;
  for (const auto& [name, entry] : a.tensors) {
    const auto found = b.tensors.find(name);
    if (found == b.tensors.end() || found->second.dtype != entry.dtype || found->second.shape != entry.shape ||
        found->second.begin != entry.begin || found->second.end != entry.end) {
      return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("a header is read, whatever the spaces and the order") {
  const Header header =
      value_of(parse(" {\n\"b\" : {\"shape\":[2, 3],\t\"data_offsets\":[0,24], \"dtype\":\"F32\"} ,"
                     "\"__metadata__\":{\"x\":\"1\",\"y\":\"\"},"
                     "\"a\":{\"dtype\":\"U8\",\"shape\":[],\"data_offsets\":[24,25]}}  \r\n"));
  CHECK(header.metadata == std::map<std::string, std::string>{{"x", "1"}, {"y", ""}});
  REQUIRE(header.tensors.size() == 2);
  CHECK(header.tensors.at("b").dtype == "F32");
  CHECK(header.tensors.at("b").shape == std::vector<std::int64_t>{2, 3});
  CHECK(header.tensors.at("b").begin == 0);
  CHECK(header.tensors.at("b").end == 24);
  CHECK(header.tensors.at("a").shape.empty());
  CHECK(value_of(parse("{}")).tensors.empty());
  CHECK(value_of(parse("{\"__metadata__\":{}}")).metadata.empty());
}

TEST_CASE("every string comes back as it was") {
  Header header;
  header.metadata["quote \" backslash \\ slash / tab \t newline \n nul \x01"] = "é 日 🙂 \x7F";
  header.metadata[""] = "";
  header.metadata["__proto__"] = "{\"a\":[1,2]}";
  header.tensors["tensor \"x\""] = {"F32", {0, 9223372036854775807}, 5, 9223372036854775807};
  CHECK(equal(value_of(parse(write_header(header))), header));
  CHECK(equal(value_of(parse(write_header({}))), {}));
}

TEST_CASE("escapes are read") {
  const Header header =
      value_of(parse(R"({"__metadata__":{"a":"\"\\\/\b\f\n\r\t","b":"\u0041\u00e9\u65E5\ud83d\ude42","c":"é"}})"));
  CHECK(header.metadata.at("a") == "\"\\/\b\f\n\r\t");
  CHECK(header.metadata.at("b") == "Aé日🙂");
  CHECK(header.metadata.at("c") == "é");
}

TEST_CASE("whatever else JSON may hold is refused, with the byte and what was expected there") {
  CHECK(fails(parse("{\"a\":7}"), ErrorCode::kCorruptModelFile, {"byte 13", "expected '{'"}));
  for (const std::string text : {
           "",
           " ",
           "{",
           "[]",
           "null",
           "{}x",
           "{}{}",
           "{,}",
           "{\"a\"}",
           "{\"a\":{}}",
           "{\"a\":null}",
           "{\"a\":[]}",
           "{\"__metadata__\":null}",
           "{\"__metadata__\":{\"a\":1}}",
           "{\"__metadata__\":{\"a\":{\"b\":\"c\"}}}",
           "{\"__metadata__\":{\"a\":\"b\",}}",
           "{\"__metadata__\":{\"a\" \"b\"}}",
           "{\"__metadata__\":{\"a",
           "{\"__metadata__\":{\"a\\",
           "{\"__metadata__\":{\"a\n\":\"\"}}",
           "{\"__metadata__\":{\"\\x\":\"\"}}",
           "{\"__metadata__\":{\"\\u12\":\"\"}}",
           "{\"__metadata__\":{\"\\u12G4\":\"\"}}",
           "{\"__metadata__\":{\"\\ud83d\":\"\"}}",
           "{\"__metadata__\":{\"\\ud83d\\u0041\":\"\"}}",
           "{\"__metadata__\":{\"\\ude42\\ud83d\":\"\"}}",
           "{\"__metadata__\":{\"\\u",
           "{\"__metadata__\":{\"\\ud83d\\u",
       }) {
    CAPTURE(text);
    CHECK(fails(parse(text), ErrorCode::kCorruptModelFile, {"header", "byte", "expected"}));
  }
  const auto entry = [](const std::string& inner) { return parse("{\"a\":{" + inner + "}}"); };
  CHECK(succeeds(entry(R"("dtype":"F32","shape":[1],"data_offsets":[0,4])")));
  for (const std::string inner : {
           R"("dtype":"F32","shape":[1])",
           R"("dtype":"F32","data_offsets":[0,4])",
           R"("shape":[1],"data_offsets":[0,4])",
           R"("dtype":"F32","shape":[1],"data_offsets":[0,4],"extra":1)",
           R"("dtype":"F32","shape":[1],"data_offsets":[0])",
           R"("dtype":"F32","shape":[1],"data_offsets":[0,4,8])",
           R"("dtype":"F32","shape":[1],"data_offsets":[])",
           R"("dtype":"F32","shape":[-1],"data_offsets":[0,4])",
           R"("dtype":"F32","shape":[1.0],"data_offsets":[0,4])",
           R"("dtype":"F32","shape":[1e3],"data_offsets":[0,4])",
           R"("dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4])",
           R"("dtype":"F32","shape":[99999999999999999999999999],"data_offsets":[0,4])",
           R"("dtype":"F32","shape":[1,],"data_offsets":[0,4])",
           R"("dtype":"F32","shape":[1 1],"data_offsets":[0,4])",
           R"("dtype":"F32","shape":["1"],"data_offsets":[0,4])",
           R"("dtype":"F32","shape":[[1]],"data_offsets":[0,4])",
           R"("dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4])",
           R"("dtype":"F32","shape":1,"data_offsets":[0,4])",
           R"("dtype":32,"shape":[1],"data_offsets":[0,4])",
           R"("dtype":"F32","shape":[1],"data_offsets":[0,4],)",
           R"("dtype":"F32" "shape":[1],"data_offsets":[0,4])",
       }) {
    CAPTURE(inner);
    CHECK(fails(entry(inner), ErrorCode::kCorruptModelFile, {"header", "byte", "expected"}));
  }
}

TEST_CASE("a tensor that stands twice is refused") {
  CHECK(fails(parse(R"({"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},)"
                    R"("a":{"dtype":"U8","shape":[],"data_offsets":[1,2]}})"),
              ErrorCode::kCorruptModelFile, {"once"}));
}

TEST_CASE("nesting without end costs nothing") {
  for (const char* piece : {"[", "{\"a\":", "{\"__metadata__\":", "{\"a\":{\"shape\":["}) {
    std::string text;
    for (int n = 0; n < 100000; ++n) text += piece;
    CHECK(fails(parse(text), ErrorCode::kCorruptModelFile));
  }
}

TEST_CASE("a type of any characters is written so that it can be read") {
  Header header;
  header.tensors["t"] = {"a \"type\" \\ \n", {1}, 0, 1};
  const Result<Header> read = parse(write_header(header));
  REQUIRE(succeeds(read));
  CHECK(equal(read.value(), header));
}

TEST_CASE("random characters of JSON are read or refused") {
  Random random(1);
  const std::string pieces[] = {"{",          "}",         "[",
                                "]",          ":",         ",",
                                "\"",         "\\",        "\\u",
                                "d83d",       "\"a\"",     "\"__metadata__\"",
                                "\"dtype\"",  "\"shape\"", "\"data_offsets\"",
                                "\"F32\"",    "0",         "4",
                                "9999999999", " "};
  int accepted = 0;
  for (int repeat = 0; repeat < 20000; ++repeat) {
    std::string text = "{";
    for (std::uint64_t n = random.below(25); n > 0; --n) text += pieces[random.below(std::size(pieces))];
    const Result<Header> header = parse(text);
    if (!header.ok()) continue;
    ++accepted;
    CHECK(equal(value_of(parse(write_header(header.value()))), header.value()));
  }
  CHECK(accepted > 0);
}

}  // namespace inkling
