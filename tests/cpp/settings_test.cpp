#include "inkling/settings.h"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "expect.h"

namespace inkling {

namespace {

using SettingKind = SettingSpec::Kind;
constexpr SettingSpec kSpecs[] = {
    {"num_factors", SettingKind::kInteger, "64", "1", "1024", "length of the vectors"},
    {"regularization", SettingKind::kNumber, "0.003", "0.0000001", "100", "how strong"},
    {"normalize_users", SettingKind::kBoolean, "true", "0", "1", "whether"},
    {"bias", SettingKind::kNumber, "-1", "-10", "10", "what is added"},
};

Result<Settings> resolve(const Settings::Given& given) { return Settings::resolve("sample", kSpecs, given); }

}  // namespace

TEST_CASE("what is not given has its default, in the order of the specs") {
  const Settings settings = value_of(resolve({}));
  CHECK(settings.integer("num_factors") == 64);
  CHECK(settings.number("regularization") == 0.003);
  CHECK(settings.boolean("normalize_users"));
  CHECK(settings.to_json() == R"({"num_factors":64,"regularization":0.003,"normalize_users":true,"bias":-1})");
}

TEST_CASE("what is given keeps its text") {
  const Settings settings = value_of(resolve({{"regularization", "1.50e-1"}, {"normalize_users", "false"}}));
  CHECK(settings.number("regularization") == 0.15);
  CHECK_FALSE(settings.boolean("normalize_users"));
  CHECK(settings.to_json() == R"({"num_factors":64,"regularization":1.50e-1,"normalize_users":false,"bias":-1})");
}

TEST_CASE("an unknown name is refused with the nearest and all known ones") {
  CHECK(fails(resolve({{"num_factor", "8"}}), ErrorCode::kInvalidArgument,
              {"unknown setting \"num_factor\" of sample", "did you mean \"num_factors\"?",
               "known are num_factors, regularization, normalize_users, bias"}));
  const Result<Settings> far = resolve({{"banana", "8"}});
  CHECK(fails(far, ErrorCode::kInvalidArgument, {"\"banana\"", "known are num_factors"}));
  CHECK(far.status().message().find("did you mean") == std::string::npos);
  CHECK(fails(Settings::resolve("plain", {}, {{"k", "1"}}), ErrorCode::kInvalidArgument, {"no settings"}));
  CHECK(fails(resolve({{"", "8"}}), ErrorCode::kInvalidArgument, {"\"\""}));
}

TEST_CASE("a name given twice is refused") {
  CHECK(fails(resolve({{"num_factors", "8"}, {"regularization", "1"}, {"num_factors", "8"}}),
              ErrorCode::kInvalidArgument, {"num_factors", "twice"}));
}

TEST_CASE("a range holds its ends and nothing beyond") {
  CHECK(succeeds(resolve({{"num_factors", "1"}})));
  CHECK(succeeds(resolve({{"num_factors", "1024"}})));
  CHECK(succeeds(resolve({{"regularization", "0.0000001"}})));
  CHECK(fails(resolve({{"num_factors", "0"}}), ErrorCode::kInvalidArgument,
              {"num_factors=0", "a whole number from 1 to 1024", "length of the vectors"}));
  for (const char* text : {"1025", "-1", "1e9", "1e400", "-1e400"}) {
    CAPTURE(std::string(text));
    CHECK(fails(resolve({{"num_factors", text}}), ErrorCode::kInvalidArgument, {text}));
  }
  CHECK(fails(resolve({{"regularization", "0"}}), ErrorCode::kInvalidArgument, {"a number from 0.0000001 to 100"}));
}

TEST_CASE("numbers follow JSON's grammar, but .5 and +3 are understood") {
  const auto number = [](const char* text) { return value_of(resolve({{"bias", text}})).number("bias"); };
  CHECK(number("3") == 3);
  CHECK(number("+3") == 3);
  CHECK(number(".5") == 0.5);
  CHECK(number("+.5") == 0.5);
  CHECK(number("-.5") == -0.5);
  CHECK(number("0.2E+1") == 2);
  CHECK(number("-0") == 0);
  CHECK(value_of(resolve({{"regularization", ".5"}})).to_json().find("\"regularization\":0.5,") != std::string::npos);
  CHECK(value_of(resolve({{"num_factors", "1.6e1"}})).integer("num_factors") == 16);
  for (const char* text :
       {"",   " 1",  "1 ",   "1.",  ".",   "-",   "+",        "--1", "++1",   "+-1",  "-+1", "01",
        "1e", "1e+", "0x10", "nan", "NaN", "inf", "Infinity", "1,5", "1_000", "true", "1\n", "\"1\""}) {
    CAPTURE(std::string(text));
    CHECK(fails(resolve({{"bias", text}}), ErrorCode::kInvalidArgument, {"bias="}));
  }
  CHECK(fails(resolve({{"num_factors", "1.5"}}), ErrorCode::kInvalidArgument, {"whole number"}));
  for (const char* text : {"1", "0", "True", "yes", ""}) {
    CAPTURE(std::string(text));
    CHECK(fails(resolve({{"normalize_users", text}}), ErrorCode::kInvalidArgument, {"true or false"}));
  }
}

TEST_CASE("lines of name=value are read") {
  using Given = Settings::Given;
  CHECK(value_of(parse_settings("")).empty());
  CHECK(value_of(parse_settings("a=1\nb=x=y\n\nc=")) == Given{{"a", "1"}, {"b", "x=y"}, {"c", ""}});
  CHECK(fails(parse_settings("a=1\nnonsense"), ErrorCode::kInvalidArgument, {"\"nonsense\"", "name=value"}));
  CHECK(fails(parse_settings("=1"), ErrorCode::kInvalidArgument, {"\"=1\""}));
}

TEST_CASE("a name that no spec has gives NaN, which does not stay hidden") {
  CHECK(std::isnan(value_of(resolve({})).number("banana")));
}

}  // namespace inkling
