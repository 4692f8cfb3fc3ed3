#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "inkling/term_table.h"

namespace inkling {

// What a code point is to words.
enum class CharacterClass : std::uint8_t {
  kSeparator,
  kWord,       // letters, marks and digits
  kCharacter,  // of Han, Hiragana, Katakana and Hangul
  kCluster,    // a letter of Thai, Lao, Khmer or Myanmar …
  kMark,       // … and what belongs to the letter before it
  kDropped,    // a word is the same without it: vowel points of Arabic and Hebrew, characters that nobody sees
};

// Reads terms from folded UTF-8 text (inkling/term_matrix.h), one at a time.
// - A word is a run of letters, marks and digits.
// - Of scripts that write no spaces each character of Han, Hiragana, Katakana and Hangul is a term, and so is each pair
//   of neighbours. In Thai, Lao, Khmer and Myanmar it is each pair of neighbouring clusters, a letter with its marks,
//   and a cluster that stands alone.
// - Common English function words, or the stop words given instead, and single Latin letters are left out.
// - A text that begins with the byte 0x1F has been split elsewhere: the terms are what stands between such bytes, or
// 0x0B.
class Tokenizer {
 public:
  // stop_words: instead of the built-in ones; must outlive the tokenizer.
  explicit Tokenizer(std::string_view text, const TermTable* stop_words = nullptr)
      : text_(text), stop_words_(stop_words) {}

  // The next term, or false at the end. The view is valid until the next call. Words of ASCII are read eight
  // characters at a time (tokenizer_ascii.cpp); others as next_naive does.
  bool next(std::string_view& word);
  // The same, one code point at a time.
  bool next_naive(std::string_view& word);

 private:
  std::uint64_t eight_characters(std::size_t position) const;
  bool next_listed(std::string_view& word);
  CharacterClass class_of(std::uint32_t code);
  bool is_stop_word(std::string_view word) const;
  // Adds one code point of the text to the word.
  void append(std::size_t begin, std::size_t end);
  // Reads the marks from position_ on.
  void append_marks();

  std::string_view text_;
  const TermTable* stop_words_;
  std::size_t position_ = 0;
  std::uint64_t chunks_[4]{};      // the word, when it was read fast
  std::string word_;               // when not; of a script without spaces, the last cluster …
  std::size_t first_length_ = 0;   // … behind this many bytes of the one before it
  std::size_t neighbor_at_ = 0;    // where a neighbour of that cluster would begin; 0: nowhere
  bool single_pending_ = false;    // that cluster is a term too
  std::uint32_t class_begin_ = 0;  // code points from here …
  std::uint32_t class_end_ = 0;    // … to before here have this class
  CharacterClass class_ = CharacterClass::kSeparator;
};

}  // namespace inkling
