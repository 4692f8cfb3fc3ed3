#include "content/tokenizer.h"

#include <doctest/doctest.h>

#include <algorithm>
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

TEST_CASE("of scripts without spaces each character is a term, and each pair of neighbours") {
  CHECK(words("東京タワー") == Words{"東", "東京", "京", "京タ", "タ", "タワ", "ワ", "ワー", "ー"});
  CHECK(words("日") == Words{"日"});
  CHECK(words("中 文 字典") == Words{"中", "文", "字", "字典", "典"});
  CHECK(words("서울시") == Words{"서", "서울", "울", "울시", "시"});
  CHECK(words("𠀀𠀁") == Words{"𠀀", "𠀀𠀁", "𠀁"});  // beyond the basic plane
  CHECK(words("人々は〇") == Words{"人", "人々", "々", "々は", "は", "は〇", "〇"});
}

TEST_CASE("Latin words and characters stand beside each other") {
  CHECK(words("AI時代2020年版Go") == Words{"ai", "時", "時代", "代", "2020", "年", "年版", "版", "go"});
  CHECK(words("第3回") == Words{"第", "3", "回"});
  CHECK(words("é中é") == Words{"é", "中", "é"});
}

TEST_CASE("punctuation of every script separates words") {
  CHECK(words("本当?嘘！") == Words{"本", "本当", "当", "嘘"});
  CHECK(words("「東京」、大阪。") == Words{"東", "東京", "京", "大", "大阪", "阪"});
  CHECK(words("トム・ゼロ") == Words{"ト", "トム", "ム", "ゼ", "ゼロ", "ロ"});
  CHECK(words("ink@home|desk") == Words{"ink", "home", "desk"});
  CHECK(words("ink…home—desk«x2»") == Words{"ink", "home", "desk", "x2"});
  CHECK(words("★ ♥ 🙂🙂 → € ❤️ 👩‍🚀").empty());
  CHECK(words("एक।दो॥तीन") == Words{"एक", "दो", "तीन"});
  CHECK(words("نعم، لا؟ ربما؛") == Words{"نعم", "لا", "ربما"});
  CHECK(words("ሰላም፡ዓለም።") == Words{"ሰላም", "ዓለም"});
  CHECK(words("བོད་སྐད།") == Words{"བོད", "སྐད"});
}

TEST_CASE("words of many languages are those that their readers would name") {
  const struct {
    const char* language;
    const char* text;  // folded
    Words terms;
  } kSentences[] = {
      {"German", "der fluss fliesst über die brücke", {"der", "fluss", "fliesst", "über", "die", "brücke"}},
      {"French", "l’été dernier à la plage", {"été", "dernier", "à", "la", "plage"}},
      {"Vietnamese", "tiếng việt rất đẹp", {"tiếng", "việt", "rất", "đẹp"}},
      {"Turkish", "i̇zmi̇r’de güzel bir gün", {"izmir", "de", "güzel", "bir", "gün"}},
      {"Yoruba, with accents that no letter has", "ẹ̀kọ́ dára", {"ẹ̀kọ́", "dára"}},
      {"Greek", "η σοφία είναι δύναμη", {"η", "σοφία", "είναι", "δύναμη"}},
      {"Russian", "съешь ещё этих булок", {"съешь", "ещё", "этих", "булок"}},
      {"Ukrainian", "п'ять корів", {"п", "ять", "корів"}},
      {"Armenian", "բարեւ աշխարհ։", {"բարեւ", "աշխարհ"}},
      {"Georgian", "გამარჯობა მსოფლიო", {"გამარჯობა", "მსოფლიო"}},
      {"Arabic, with and without vowels", "مُحَمَّدٌ محمد كتـــاب", {"محمد", "محمد", "كتاب"}},
      {"Persian, with a joiner", "می\u200Cخواهم کتاب ۱۲", {"میخواهم", "کتاب", "۱۲"}},
      {"Hebrew, with and without points", "שָׁלוֹם שלום עוֹלָם", {"שלום", "שלום", "עולם"}},
      {"Hindi", "हिन्दी में फ़िल्में", {"हिन्दी", "में", "फ़िल्में"}},
      {"Bengali", "আমি বাংলায় কথা বলি", {"আমি", "বাংলায়", "কথা", "বলি"}},
      {"Tamil", "தமிழ் மொழி", {"தமிழ்", "மொழி"}},
      {"Telugu", "తెలుగు భాష", {"తెలుగు", "భాష"}},
      {"Malayalam", "മലയാളം സിനിമ", {"മലയാളം", "സിനിമ"}},
      {"Sinhala, with a joiner", "ශ්\u200Dරී ලංකා", {"ශ්රී", "ලංකා"}},
      {"Thai", "น้\u0E4D\u0E32ดี 25 ปี", {"น้\u0E4D\u0E32", "\u0E32ดี", "25", "ปี"}},
      {"Lao", "ລາວ", {"ລາ", "າວ"}},
      {"Khmer", "ខ្មែរ", {"ខ្មែរ"}},
      {"Burmese", "မြန်မာ", {"မြန်", "န်မာ"}},
      {"Chinese", "电影《流浪地球2》", {"电", "电影", "影", "流", "流浪", "浪", "浪地", "地", "地球", "球", "2"}},
      {"Japanese", "映画を見る", {"映", "映画", "画", "画を", "を", "を見", "見", "見る", "る"}},
      {"Japanese, with a mark that no letter has", "か゚き", {"か゚", "か゚き", "き"}},
      {"Korean", "영화 보기", {"영", "영화", "화", "보", "보기", "기"}},
      {"Amharic", "ፊልም ማየት", {"ፊልም", "ማየት"}},
      {"Cherokee", "ꮳꮃꭹ", {"ꮳꮃꭹ"}},
      {"Deseret", "𐐨𐐲", {"𐐨𐐲"}},
  };
  for (const auto& [language, text, terms] : kSentences) {
    CAPTURE(std::string(language));
    CHECK(words(text) == terms);
  }
}

TEST_CASE("a word is the same with characters in it that nobody sees") {
  CHECK(words("buch\u00ADhandlung buch\u2060handlung") == Words{"buchhandlung", "buchhandlung"});
  CHECK(words("東\uFE00京") == Words{"東", "東京", "京"});
  CHECK(words("\u00AD \uFEFFink") == Words{"ink"});
}

TEST_CASE("stop words given take the place of the built-in ones") {
  TermTable stop_words;
  stop_words.find_or_add("pen");
  stop_words.find_or_add("été");
  const auto left = [&](std::string_view text) {
    Words out;
    Tokenizer tokenizer(text, &stop_words);
    std::string_view word;
    while (tokenizer.next(word)) out.emplace_back(word);
    return out;
  };
  CHECK(left("The pen and an ÉTÉ été x of pencils") == Words{"the", "and", "an", "ÉtÉ", "of", "pencils"});
  CHECK(left("\037pen\037pen of") == Words{"pen of"});
}

TEST_CASE("a text that was split elsewhere is taken as it is") {
  CHECK(words("\037New York\037the\037\037a\037東京\v") == Words{"New York", "the", "a", "東京"});
  CHECK(words_naive("\037new york\037the") == Words{"new york", "the"});
  CHECK(words("\037").empty());
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

TEST_CASE("any bytes whatever give words that stand for themselves") {
  Random random(1);
  const std::string pieces[] = {"é",    "日",   "本",       "Ω",    "ab", "A", " ",      "'",
                                "\xE6", "\x97", "\xF0\x9F", "\x80", "・", "ดี", "\u034F", "\u3099"};
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
    if (text.starts_with('\x1F')) continue;  // that is a list, whose terms are as they are
    for (const std::string& word : words(text)) {
      const Words same = words(word);
      changed += std::count(same.begin(), same.end(), word) == 1 ? 0 : 1;
    }
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
  const std::string pieces[] = {"a",    "Z",      "7",  " ",    "  ",       ". ",       "the",
                                "word", "Longer", "of", "x1y2", "'s",       "_",        "[]{}@`",
                                "é",    "日本",   "กา", "\xE6", "\x80",     "\xF0\x9F", "·",
                                "into", "their",  "\0", "İn",   "sentence", "\x7F",     "…"};
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
