#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace inkling {

// Distinct strings, numbered from 0 in the order in which they came: all their bytes back to back, found by hashing
// with linear probing. A look-up costs about one line of the cache, whatever there are; no string has memory of its
// own.
class TermTable {
 public:
  static constexpr std::int32_t kAbsent = -1;

  std::int32_t size() const { return static_cast<std::int32_t>(offsets_.size()) - 1; }
  // Valid until the next string is added.
  std::string_view text(std::int32_t id) const {
    const auto at = static_cast<std::size_t>(id);
    return {reinterpret_cast<const char*>(bytes_.data()) + offsets_[at], offsets_[at + 1] - offsets_[at]};
  }
  // String id is bytes offsets()[id] to offsets()[id + 1].
  std::span<const std::uint8_t> bytes() const { return bytes_; }
  std::span<const std::uint32_t> offsets() const { return offsets_; }

  // The string's number, or kAbsent.
  std::int32_t find(std::string_view text) const;
  // The string's number, a new one when it has not come before.
  std::int32_t find_or_add(std::string_view text);

  // Takes over strings numbered already; offsets rise from 0 to the number of bytes. False when one stands twice.
  bool assign(std::vector<std::uint8_t> bytes, std::vector<std::uint32_t> offsets);

 private:
  struct Slot {
    std::uint32_t hash;
    std::int32_t number;  // id + 1; 0 where the slot is free
  };

  // Where the string stands, or the free slot that it would get. There is always a free one.
  std::size_t slot_of(std::string_view text, std::uint32_t hash) const;
  void reserve_slots(std::size_t num_strings);

  std::vector<std::uint8_t> bytes_;
  std::vector<std::uint32_t> offsets_{0};
  std::vector<Slot> slots_ = std::vector<Slot>(16);  // a power of two, at most half of them taken
};

}  // namespace inkling
