#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "content/stop_words.h"
#include "content/tokenizer.h"

namespace inkling {

namespace {

// Eight characters at once, as one number. The marks are the highest bit of a character's byte.
constexpr std::uint64_t in_each_byte(std::uint64_t byte) { return 0x0101010101010101 * byte; }
constexpr std::uint64_t kMarks = in_each_byte(0x80);

struct EightCharacters {
  std::uint64_t lower;  // in lower case
  std::uint64_t words;  // marks ASCII letters and digits
  std::uint64_t other;  // marks what is not ASCII
};

EightCharacters classify(std::uint64_t characters) {
  // A byte of 7 bits plus 0x80 - n has the highest bit set from n on, and never carries.
  const std::uint64_t ascii = characters & ~kMarks;
  const std::uint64_t lower = ascii | in_each_byte(0x20);  // digits have this bit already
  const std::uint64_t letters = (lower + in_each_byte(0x80 - 'a')) & ~(lower + in_each_byte(0x7F - 'z'));
  const std::uint64_t digits = (ascii + in_each_byte(0x80 - '0')) & ~(ascii + in_each_byte(0x7F - '9'));
  return {lower, (letters | digits) & ~characters & kMarks, characters & kMarks};
}

// Which byte the lowest mark is in; 8 when there is none.
std::size_t first_marked(std::uint64_t marks) { return static_cast<std::size_t>(std::countr_zero(marks)) / 8; }

}  // namespace

// 0 after the end, which separates words.
std::uint64_t Tokenizer::eight_characters(std::size_t position) const {
  std::uint64_t out = 0;
  if (position + sizeof out <= text_.size()) {
    std::memcpy(&out, text_.data() + position, sizeof out);
  } else {
    for (std::size_t n = text_.size(); n > position; --n) out = out << 8 | static_cast<unsigned char>(text_[n - 1]);
  }
  return out;
}

bool Tokenizer::next(std::string_view& word) {
  if (single_pending_ || text_.starts_with('\x1F')) return next_naive(word);
  static_assert(std::endian::native == std::endian::little, "a character's place is its place in the number");
  while (position_ < text_.size()) {
    std::size_t length = 0;
    std::size_t end = position_;
    EightCharacters eight{};
    std::size_t part = 8;
    for (std::size_t chunk = 0; part == 8; ++chunk) {
      if (chunk == std::size(chunks_)) return next_naive(word);
      eight = classify(eight_characters(end));
      part = first_marked(~eight.words & kMarks);
      chunks_[chunk] = eight.lower;
      length += part;
      end += part;
    }
    const std::uint64_t rest = (eight.words | eight.other) >> 8 * part;
    if ((eight.other >> 8 * part & 0x80) != 0) return next_naive(word);
    position_ = end + std::min(first_marked(rest), 8 - part);  // where the next word begins, if that was seen already
    word = {reinterpret_cast<const char*>(chunks_), length};
    if (stop_words_ != nullptr) {
      if (length == 0 || is_stop_word(word)) continue;
    } else if (length <= kLongestStopWord && kStopWords.has(chunks_[0] & ((std::uint64_t{1} << 8 * length) - 1))) {
      continue;
    }
    return true;
  }
  return false;
}

}  // namespace inkling
