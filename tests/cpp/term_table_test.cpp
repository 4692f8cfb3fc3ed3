#include "inkling/term_table.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "inkling/random.h"

namespace inkling {

TEST_CASE("strings are numbered in the order in which they come, each once") {
  TermTable table;
  CHECK(table.size() == 0);
  CHECK(table.find("ink") == TermTable::kAbsent);
  CHECK(table.find("") == TermTable::kAbsent);
  CHECK(table.find_or_add("ink") == 0);
  CHECK(table.find_or_add("") == 1);
  CHECK(table.find_or_add("pen") == 2);
  CHECK(table.find_or_add("ink") == 0);
  CHECK(table.find_or_add("") == 1);
  CHECK(table.size() == 3);
  CHECK(table.text(0) == "ink");
  CHECK(table.text(1).empty());
  CHECK(table.text(2) == "pen");
  CHECK(table.find("inks") == TermTable::kAbsent);
}

TEST_CASE("a table answers like std::map for strings of all lengths, also such as differ in one byte") {
  Random random(1);
  TermTable table;
  std::map<std::string, std::int32_t> expected;
  int wrong = 0;
  for (int repeat = 0; repeat < 30000; ++repeat) {
    // Few letters and lengths, so that many come again.
    std::string text(static_cast<std::size_t>(random.below(20)), 'a');
    for (std::uint64_t n = random.below(3); n > 0 && !text.empty(); --n) {
      text[static_cast<std::size_t>(random.below(text.size()))] = static_cast<char>(random.below(256));
    }
    const auto known = expected.find(text);
    wrong += table.find(text) == (known == expected.end() ? TermTable::kAbsent : known->second) ? 0 : 1;
    const std::int32_t id = expected.emplace(text, table.size()).first->second;
    wrong += table.find_or_add(text) == id ? 0 : 1;
  }
  CHECK(wrong == 0);
  CHECK(table.size() == static_cast<std::int32_t>(expected.size()));
  CHECK(expected.size() > 10000);
  for (const auto& [text, id] : expected) wrong += table.text(id) == text ? 0 : 1;
  CHECK(wrong == 0);
}

TEST_CASE("numbered strings can be taken over, unless one stands twice") {
  const std::vector<std::uint8_t> bytes{'i', 'n', 'k', 'p', 'e', 'n', 'i', 'n', 'k'};
  TermTable table;
  table.find_or_add("gone");
  CHECK(table.assign(bytes, {0, 3, 6, 7, 9}));
  CHECK(table.size() == 4);
  CHECK(table.find("gone") == TermTable::kAbsent);
  CHECK(table.find("pen") == 1);
  CHECK(table.find("nk") == 3);
  CHECK(table.find_or_add("new") == 4);
  CHECK(table.assign(bytes, {0, 0, 9}));
  CHECK(table.find("") == 0);
  CHECK_FALSE(table.assign(bytes, {0, 3, 6, 9}));
}

}  // namespace inkling
