#include "inkling/term_table.h"

#include <cstring>

namespace inkling {

namespace {

template <class Number>
std::uint64_t load(const char* from) {
  Number number = 0;
  std::memcpy(&number, from, sizeof number);
  return number;
}

// Up to 8 bytes as a number; of one length, no two strings have the same. Words are short, so this is nearly all that
// hashing and comparing costs.
std::uint64_t packed(const char* from, std::size_t length) {
  if (length >= 8) return load<std::uint64_t>(from);
  if (length >= 4) return load<std::uint32_t>(from) | load<std::uint32_t>(from + length - 4) << 32;
  if (length == 0) return 0;
  return load<std::uint8_t>(from) | load<std::uint8_t>(from + length / 2) << 8 |
         load<std::uint8_t>(from + length - 1) << 16;
}

// Multiplied by an odd number, bits only go up: each step brings the upper half down again.
std::uint64_t mixed(std::uint64_t hash) {
  hash *= 0x9E3779B97F4A7C15;  // 2^64 / the golden ratio, as Knuth has it (volume 3, section 6.4)
  return hash ^ hash >> 32;
}

std::uint32_t hash_of(std::string_view text) {
  std::uint64_t hash = text.size();
  const char* from = text.data();
  std::size_t left = text.size();
  for (; left > 8; left -= 8, from += 8) hash = mixed(hash ^ load<std::uint64_t>(from));
  return static_cast<std::uint32_t>(mixed(mixed(hash) ^ packed(from, left)));
}

bool equal(std::string_view one, std::string_view other) {
  if (one.size() != other.size()) return false;
  const char* a = one.data();
  const char* b = other.data();
  std::size_t left = one.size();
  for (; left > 8; left -= 8, a += 8, b += 8) {
    if (load<std::uint64_t>(a) != load<std::uint64_t>(b)) return false;
  }
  return packed(a, left) == packed(b, left);
}

}  // namespace

std::size_t TermTable::slot_of(std::string_view text, std::uint32_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t s = hash & mask;; s = (s + 1) & mask) {
    const Slot& slot = slots_[s];
    if (slot.number == 0) return s;
    if (slot.hash == hash && equal(this->text(slot.number - 1), text)) return s;
  }
}

std::int32_t TermTable::find(std::string_view text) const { return slots_[slot_of(text, hash_of(text))].number - 1; }

std::int32_t TermTable::find_or_add(std::string_view text) {
  const std::uint32_t hash = hash_of(text);
  std::size_t slot = slot_of(text, hash);
  if (slots_[slot].number != 0) return slots_[slot].number - 1;
  if (slots_.size() < 2 * offsets_.size()) {
    reserve_slots(offsets_.size());
    slot = slot_of(text, hash);
  }
  bytes_.insert(bytes_.end(), text.begin(), text.end());
  offsets_.push_back(static_cast<std::uint32_t>(bytes_.size()));
  slots_[slot] = {hash, size()};
  return size() - 1;
}

void TermTable::reserve_slots(std::size_t num_strings) {
  std::size_t count = slots_.size();
  while (count < 2 * num_strings) count *= 2;
  std::vector<Slot> larger(count);
  for (const Slot& slot : slots_) {
    if (slot.number == 0) continue;
    std::size_t s = slot.hash & (count - 1);
    while (larger[s].number != 0) s = (s + 1) & (count - 1);
    larger[s] = slot;
  }
  slots_ = std::move(larger);
}

bool TermTable::assign(std::vector<std::uint8_t> bytes, std::vector<std::uint32_t> offsets) {
  bytes_ = std::move(bytes);
  offsets_ = std::move(offsets);
  slots_.assign(16, {});
  reserve_slots(offsets_.size());
  for (std::int32_t id = 0; id < size(); ++id) {
    const std::uint32_t hash = hash_of(text(id));
    Slot& slot = slots_[slot_of(text(id), hash)];
    if (slot.number != 0) return false;
    slot = {hash, id + 1};
  }
  return true;
}

}  // namespace inkling
