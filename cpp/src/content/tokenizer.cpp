#include "content/tokenizer.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "content/character_classes.h"
#include "content/stop_words.h"

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

// The first code point of each run of one class, and of one run more.
using ClassRuns = std::array<std::uint32_t, std::size(kClassRuns) + 1>;

ClassRuns unpacked() {
  ClassRuns runs{};
  const std::uint8_t* byte = kClassRunLengths;
  for (std::size_t r = 0; r + 1 < runs.size(); ++r) {
    std::uint32_t length = 0;
    int shift = 0;
    do {
      length |= static_cast<std::uint32_t>(*byte & 0x7F) << shift;
      shift += 7;
    } while ((*byte++ & 0x80) != 0);
    runs[r + 1] = runs[r] + length;
  }
  return runs;
}

// A sign of Khmer and one of Myanmar that put the next letter below the one before.
bool joins_letters(std::uint32_t code) { return code == 0x17D2 || code == 0x1039; }

// A small dotted capital I has a dot of its own when folded, which i has anyway.
bool is_dot_of_i(std::uint32_t code, std::string_view word) { return code == 0x307 && word.ends_with('i'); }

}  // namespace

CharacterClass Tokenizer::class_of(std::uint32_t code) {
  if (code == kInvalid) return CharacterClass::kSeparator;
  if (code < class_begin_ || code >= class_end_) {
    static const ClassRuns kRuns = unpacked();
    const auto* end = std::upper_bound(kRuns.begin(), kRuns.end(), code);
    class_begin_ = end[-1];
    class_end_ = *end;
    class_ = CharacterClass{kClassRuns[end - kRuns.begin() - 1]};
  }
  return class_;
}

bool Tokenizer::is_stop_word(std::string_view word) const {
  if (stop_words_ == nullptr) return word.size() <= kLongestStopWord && kStopWords.has(packed(word));
  return (word.size() == 1 && is_lone_letter(packed(word))) || stop_words_->find(word) >= 0;
}

// Only ASCII is made lower case: the rest comes folded.
void Tokenizer::append(std::size_t begin, std::size_t end) {
  const char first = text_[begin];
  if (first >= 'A' && first <= 'Z') {
    word_ += static_cast<char>(first + 32);
  } else {
    word_.append(text_.data() + begin, end - begin);
  }
}

void Tokenizer::append_marks() {
  // What begins with these bytes is no mark: ASCII, and nearly all of Han.
  const auto next = position_ < text_.size() ? static_cast<unsigned char>(text_[position_]) : 0;
  if (next < 0x80 || (next >= 0xE4 && next <= 0xE9)) return;
  bool joined = false;
  for (std::size_t after = position_; after < text_.size(); position_ = after) {
    const std::uint32_t code = next_code_point(text_, after);
    const CharacterClass kind = class_of(code);
    if (kind == CharacterClass::kDropped) continue;
    if (kind != CharacterClass::kMark && !(joined && kind == CharacterClass::kCluster)) return;
    append(position_, after);
    joined = joins_letters(code);
  }
}

bool Tokenizer::next_listed(std::string_view& word) {
  while (position_ < text_.size()) {
    const std::size_t end = std::min(text_.find_first_of("\x1F\x0B", position_), text_.size());
    word = text_.substr(position_, end - position_);
    position_ = end + 1;
    if (!word.empty() && (stop_words_ == nullptr || stop_words_->find(word) < 0)) return true;
  }
  return false;
}

bool Tokenizer::next_naive(std::string_view& word) {
  if (text_.starts_with('\x1F')) return next_listed(word);
  if (single_pending_) {
    single_pending_ = false;
    word = std::string_view(word_).substr(first_length_);
    return true;
  }
  while (position_ < text_.size()) {
    const std::size_t start = position_;
    const std::uint32_t first = next_code_point(text_, position_);
    const CharacterClass kind = class_of(first);
    if (kind == CharacterClass::kSeparator || kind == CharacterClass::kDropped) continue;
    if (kind == CharacterClass::kWord) {
      word_.clear();
      append(start, position_);
      for (std::size_t after = position_; after < text_.size(); position_ = after) {
        const std::uint32_t code = next_code_point(text_, after);
        const CharacterClass other = class_of(code);
        if (other == CharacterClass::kDropped || is_dot_of_i(code, word_)) continue;
        // An apostrophe inside a word ends it, and what follows it is short: "don't", "Schindler's".
        if (other != CharacterClass::kWord && other != CharacterClass::kMark) break;
        append(position_, after);
      }
      if (is_stop_word(word_)) continue;
      word = word_;
      return true;
    }
    const bool has_neighbor = start > 0 && start == neighbor_at_;
    word_.erase(0, has_neighbor ? first_length_ : word_.size());
    first_length_ = word_.size();
    append(start, position_);
    append_marks();
    neighbor_at_ = position_;
    if (kind == CharacterClass::kCharacter) {
      single_pending_ = has_neighbor;
    } else if (!has_neighbor) {
      // One that stands alone is a term, another is a part of one.
      std::size_t after = position_;
      const CharacterClass next =
          after < text_.size() ? class_of(next_code_point(text_, after)) : CharacterClass::kSeparator;
      if (next == CharacterClass::kCluster || next == CharacterClass::kCharacter) continue;
    }
    word = word_;
    return true;
  }
  return false;
}

}  // namespace inkling
