#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace inkling {

// Words that say nothing of what a text is about: common English function words, and single Latin letters, which are
// mostly what an apostrophe leaves.
constexpr std::string_view kFunctionWords[] = {
    "about", "after", "all",  "an",   "and",   "are", "as",   "at",   "be",    "been", "but",  "by",
    "for",   "from",  "had",  "has",  "have",  "he",  "her",  "his",  "in",    "into", "is",   "it",
    "its",   "not",   "of",   "on",   "or",    "she", "that", "the",  "their", "them", "they", "this",
    "to",    "was",   "were", "when", "which", "who", "will", "with", "you"};
inline constexpr std::size_t kLongestStopWord = 5;

// Up to 8 characters as a number, the first one lowest.
constexpr std::uint64_t packed(std::string_view word) {
  std::uint64_t out = 0;
  for (std::size_t n = word.size(); n > 0; --n) out = out << 8 | static_cast<unsigned char>(word[n - 1]);
  return out;
}

// A single Latin letter, packed, in lower case; or nothing.
constexpr bool is_lone_letter(std::uint64_t word) { return word < 0x80 && (word == 0 || word >= 'a'); }

// Hashed with linear probing: most words of a text are looked up here.
class StopWords {
 public:
  constexpr StopWords() {
    for (const std::string_view word : kFunctionWords) slots_[slot_of(packed(word))] = packed(word);
  }
  // word: packed, in lower case. True for no word at all, too.
  constexpr bool has(std::uint64_t word) const { return is_lone_letter(word) || slots_[slot_of(word)] == word; }

 private:
  constexpr std::size_t slot_of(std::uint64_t word) const {
    auto slot = static_cast<std::size_t>(word * 0x9E3779B97F4A7C15 >> 57);
    while (slots_[slot] != 0 && slots_[slot] != word) slot = (slot + 1) % slots_.size();
    return slot;
  }
  std::array<std::uint64_t, 128> slots_{};
};
inline constexpr StopWords kStopWords;

}  // namespace inkling
