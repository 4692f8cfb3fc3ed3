#include "content/tokenizer.h"

#include <cstdint>

#include "content/stop_words.h"
#include "data/utf8.h"

namespace inkling {

namespace {

constexpr std::uint32_t kInvalid = 0xFFFFFFFF;

// Reads one code point at `position` and moves past it; kInvalid for bytes that are not UTF-8.
std::uint32_t next_code_point(std::string_view text, std::size_t& position) {
  const auto byte = [&](std::size_t offset) -> std::uint32_t {
    return position + offset < text.size() ? static_cast<unsigned char>(text[position + offset]) : 0;
  };
  const auto is_tail = [&](std::size_t offset) { return (byte(offset) & 0xC0) == 0x80; };
  const std::uint32_t first = byte(0);
  if (first < 0x80) {
    position += 1;
    return first;
  }
  if (first >= 0xC2 && first < 0xE0 && is_tail(1)) {
    const std::uint32_t code = (first & 0x1F) << 6 | (byte(1) & 0x3F);
    position += 2;
    return code;
  }
  if (first >= 0xE0 && first < 0xF0 && is_tail(1) && is_tail(2)) {
    const std::uint32_t code = (first & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    position += 3;
    return code >= 0x800 && (code < 0xD800 || code >= 0xE000) ? code : kInvalid;
  }
  if (first >= 0xF0 && first < 0xF5 && is_tail(1) && is_tail(2) && is_tail(3)) {
    const std::uint32_t code = (first & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
    position += 4;
    return code >= 0x10000 && code < 0x110000 ? code : kInvalid;
  }
  position += 1;
  return kInvalid;
}

bool is_cjk(std::uint32_t code) {
  if (code == 0x30A0 || code == 0x30FB) return false;  // a hyphen and a dot between words
  return (code >= 0x3040 && code < 0x3100) ||          // Hiragana, Katakana
         (code >= 0x3400 && code < 0x4DC0) ||          // Han, extension A
         (code >= 0x4E00 && code < 0xA000) ||          // Han
         (code >= 0xAC00 && code < 0xD7A4) ||          // Hangul
         (code >= 0xF900 && code < 0xFB00) ||          // Han, compatibility
         (code >= 0x20000 && code < 0x32000);          // Han, extensions B and later
}

bool is_word_character(std::uint32_t code) {
  if (code < 0x80) return (code >= '0' && code <= '9') || (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z');
  if (code < 0xC0) return code == 0xAA || code == 0xB5 || code == 0xBA;
  if (code == 0xD7 || code == 0xF7) return false;
  if (code >= 0x2000 && code < 0x2C00) return code >= 0x2070 && code < 0x20A0;  // punctuation and symbols
  if (code >= 0x2E00 && code < 0x2E80) return false;                            // more punctuation
  if (code >= 0x3000 && code < 0x3040) return code == 0x3005 || code == 0x3006;
  if (code == 0x30A0 || code == 0x30FB) return false;                           // a hyphen and a dot between words
  if (code >= 0xE000 && code < 0xF900) return false;                            // private use
  if (code >= 0xFE10 && code < 0xFE70) return code >= 0xFE20 && code < 0xFE30;  // CJK punctuation forms
  if (code >= 0xFF00 && code < 0xFFF0) {  // of the full-width and half-width forms only the letters and digits
    return (code >= 0xFF10 && code <= 0xFF19) || (code >= 0xFF21 && code <= 0xFF3A) ||
           (code >= 0xFF41 && code <= 0xFF5A) || (code >= 0xFF66 && code < 0xFFDD);
  }
  return code < 0x1F000 || code >= 0x20000;  // emoji and the like are no words
}

// The rest comes folded.
std::uint32_t lower(std::uint32_t code) { return code >= 'A' && code <= 'Z' ? code + 32 : code; }

}  // namespace

bool Tokenizer::next_naive(std::string_view& word) {
  while (position_ < text_.size()) {
    std::size_t start = position_;
    const std::uint32_t first = next_code_point(text_, position_);
    if (first == kInvalid || !is_word_character(first)) continue;
    word_.clear();
    if (is_cjk(first)) {
      append_utf8(first, word_);
      std::size_t after = position_;
      const std::uint32_t second = after < text_.size() ? next_code_point(text_, after) : kInvalid;
      const bool paired = second != kInvalid && is_cjk(second);
      if (paired) append_utf8(second, word_);
      // A character that ended a pair before this one is no word of its own.
      bool ended_pair = false;
      if (start > 0) {
        std::size_t before = start - 1;
        while (before > 0 && (static_cast<unsigned char>(text_[before]) & 0xC0) == 0x80) --before;
        ended_pair = is_cjk(next_code_point(text_, before)) && before == start;
      }
      if (!paired && ended_pair) continue;
      word = word_;
      return true;
    }
    append_utf8(lower(first), word_);
    while (position_ < text_.size()) {
      start = position_;
      const std::uint32_t code = next_code_point(text_, position_);
      if (code == kInvalid || is_cjk(code) || !is_word_character(code)) {
        // An apostrophe inside a word ends it, and what follows it is short: "don't", "Schindler's".
        position_ = start;
        break;
      }
      append_utf8(lower(code), word_);
    }
    if (word_.size() <= kLongestStopWord && kStopWords.has(packed(word_))) continue;
    word = word_;
    return true;
  }
  return false;
}

}  // namespace inkling
