#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace inkling {

// Reads words from folded UTF-8 text (inkling/term_matrix.h), one at a time. A word is a run of letters and digits; in
// Chinese, Japanese and Korean scripts, which write no spaces, it is each pair of neighbouring characters (and a
// character that stands alone). Common English function words and single Latin letters are left out.
class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) {}

  // The next word, or false at the end. The view is valid until the next call. Words of ASCII are read eight
  // characters at a time (tokenizer_ascii.cpp); others as next_naive does.
  bool next(std::string_view& word);
  // The same, one code point at a time.
  bool next_naive(std::string_view& word);

 private:
  std::uint64_t eight_characters(std::size_t position) const;

  std::string_view text_;
  std::size_t position_ = 0;
  std::uint64_t chunks_[4]{};  // the word, when it was read fast
  std::string word_;           // when not
};

}  // namespace inkling
