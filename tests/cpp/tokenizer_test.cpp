#include "content/tokenizer.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "inkling/random.h"

namespace inkling {

namespace {

using Words = std::vector<std::string>;

Words words(std::string_view text) {
  Words out;
  Tokenizer tokenizer(text);
  std::string_view word;
  while (tokenizer.next(word)) out.emplace_back(word);
  return out;
}

Words words_naive(std::string_view text) {
  Words out;
  Tokenizer tokenizer(text);
  std::string_view word;
  while (tokenizer.next_naive(word)) out.emplace_back(word);
  return out;
}

}  // namespace

TEST_CASE("words are runs of letters and digits, in lower case") {
  CHECK(words("Hello, World! hello-world") == Words{"hello", "world", "hello", "world"});
  CHECK(words("").empty());
  CHECK(words("  ,;.!  ").empty());
  CHECK(words("(mis)matched_[brackets]") == Words{"mis", "matched", "brackets"});
}

TEST_CASE("an apostrophe ends a word and what is left of it is too short to count") {
  CHECK(words("Schindler's List, don't") == Words{"schindler", "list", "don"});
  CHECK(words("rock’n’roll O'Brien") == Words{"rock", "roll", "brien"});
}

TEST_CASE("numbers are words, also of one digit") {
  CHECK(words("2001: Space 7 3.5 R2-D2") == Words{"2001", "space", "7", "3", "5", "r2", "d2"});
}

TEST_CASE("function words and single letters are left out") {
  CHECK(words("The Lord of the Rings AND a b C") == Words{"lord", "rings"});
  CHECK(words("about after all an and are as at be been but by for from had has have he her his in into is it its not "
              "of on or she that the their them they this to was were when which who will with you")
            .empty());
  CHECK(words("é") == Words{"é"});
}

TEST_CASE("only ASCII is made lower case: the rest comes folded") {
  CHECK(words("éCOLE Öl") == Words{"école", "Öl"});
  CHECK(words("жук ёлка σοφία երևան") == Words{"жук", "ёлка", "σοφία", "երևան"});
}

TEST_CASE("scripts without spaces give pairs of neighbours, and single characters that stand alone") {
  CHECK(words("東京タワー") == Words{"東京", "京タ", "タワ", "ワー"});
  CHECK(words("東京") == Words{"東京"});
  CHECK(words("日") == Words{"日"});
  CHECK(words("中 文 字典") == Words{"中", "文", "字典"});
  CHECK(words("서울시") == Words{"서울", "울시"});
  CHECK(words("𠀀𠀁") == Words{"𠀀𠀁"});  // beyond the basic plane
}

TEST_CASE("Latin words and pairs stand beside each other") {
  CHECK(words("AI時代2020年版Go") == Words{"ai", "時代", "2020", "年版", "go"});
  CHECK(words("第3回") == Words{"第", "3", "回"});
  CHECK(words("é中é") == Words{"é", "中", "é"});
}

TEST_CASE("punctuation of every script separates words") {
  CHECK(words("本当？嘘！") == Words{"本当", "嘘"});
  CHECK(words("「東京」、大阪。") == Words{"東京", "大阪"});
  CHECK(words("トム・クルーズ") == Words{"トム", "クル", "ルー", "ーズ"});
  CHECK(words("ink＠home｜desk") == Words{"ink", "home", "desk"});
  CHECK(words("ink…home—desk«x2»") == Words{"ink", "home", "desk", "x2"});
  CHECK(words("★ ♥ 🙂🙂 → €").size() <= 1);  // a currency sign may be a word, pictures are none
}

TEST_CASE("bytes that are not UTF-8 separate words") {
  CHECK(words("ab\xFF"
              "cd") == Words{"ab", "cd"});
  CHECK(words("ab\xC1\xA1"
              "cd") == Words{"ab", "cd"});  // overlong
  CHECK(words("ab\xED\xA0\x80"
              "cd") == Words{"ab", "cd"});  // half of a surrogate pair
  CHECK(words("ab\xF4\x90\x80\x80"
              "cd") == Words{"ab", "cd"});    // beyond the last code point
  CHECK(words("ab\xE6\x97") == Words{"ab"});  // cut off
  CHECK(words("日\x80本") == Words{"日", "本"});
}

TEST_CASE("any bytes whatever give words that are words of their own") {
  Random random(1);
  const std::string pieces[] = {"é", "日",   "本",   "Ω",        "ab",   "A",  " ",
                                "'", "\xE6", "\x97", "\xF0\x9F", "\x80", "・", "Ａ"};
  int changed = 0;
  for (int repeat = 0; repeat < 20000; ++repeat) {
    std::string text;
    for (std::uint64_t n = random.below(12); n > 0; --n) {
      if (random.below(2) == 0) {
        text += static_cast<char>(random.below(256));
      } else {
        text += pieces[random.below(std::size(pieces))];
      }
    }
    for (const std::string& word : words(text)) changed += words(word) == Words{word} ? 0 : 1;
  }
  CHECK(changed == 0);
}

TEST_CASE("every ASCII character is read as one by one") {
  int different = 0;
  for (int c = 0; c < 128; ++c) {
    for (std::size_t before = 0; before < 20; ++before) {
      const std::string text = std::string(before, 'X') + static_cast<char>(c) + "Yz 1";
      different += words(text) == words_naive(text) ? 0 : 1;
    }
  }
  CHECK(different == 0);
  CHECK(words(std::string(3000, 'Q')) == Words{std::string(3000, 'q')});
}

TEST_CASE("eight characters at a time give what one at a time gives, in any text and at any place") {
  Random random(2);
  const std::string pieces[] = {"a",    "Z",      "7",    " ",    "  ",       ". ",       "the",
                                "word", "Longer", "of",   "x1y2", "'s",       "_",        "[]{}@`",
                                "é",    "日本",   "Ａnd", "\xE6", "\x80",     "\xF0\x9F", "·",
                                "into", "their",  "\0",   "İn",   "sentence", "\x7F",     "…"};
  int different = 0;
  std::size_t found = 0;
  for (int repeat = 0; repeat < 20000; ++repeat) {
    // Half of the texts are ASCII but for a byte here and there.
    const std::size_t few = random.below(2) == 0 ? 14 : std::size(pieces);
    std::string text;
    for (std::uint64_t n = random.below(30); n > 0; --n) {
      text += random.below(40) == 0 ? std::string(1, static_cast<char>(random.below(256)))
                                    : pieces[static_cast<std::size_t>(random.below(few))];
    }
    const Words expected = words_naive(text);
    different += words(text) == expected ? 0 : 1;
    found += expected.size();
  }
  CHECK(different == 0);
  CHECK(found > 50000);
}

}  // namespace inkling
