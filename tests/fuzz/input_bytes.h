#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace inkling::fuzz {

// Takes an input apart from its front. What is no longer there is 0 or empty.
class InputBytes {
 public:
  InputBytes(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}

  std::size_t size() const { return rest_.size(); }
  bool empty() const { return rest_.empty(); }

  template <class T>
  T number() {
    T value{};
    const auto bytes = take(sizeof(T));
    if (!bytes.empty()) std::memcpy(&value, bytes.data(), bytes.size());
    return value;
  }

  // Numbers in the input's own bytes, copied so that they are aligned.
  template <class T>
  std::vector<T> numbers(std::size_t count) {
    const auto bytes = take(std::min(count, rest_.size() / sizeof(T)) * sizeof(T));
    std::vector<T> values(bytes.size() / sizeof(T));
    if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }

  std::span<const std::uint8_t> take(std::size_t most) {
    const auto bytes = rest_.first(std::min(most, rest_.size()));
    rest_ = rest_.subspan(bytes.size());
    return bytes;
  }
  // Up to the next byte `end`, which is taken too, or all.
  std::span<const std::uint8_t> take_until(std::uint8_t end) {
    const auto found = std::find(rest_.begin(), rest_.end(), end);
    const auto bytes = take(static_cast<std::size_t>(found - rest_.begin()));
    take(1);
    return bytes;
  }
  std::span<const std::uint8_t> take_all() { return take(rest_.size()); }

 private:
  std::span<const std::uint8_t> rest_;
};

inline std::string_view as_text(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Ends the program, so that the fuzzer keeps the input.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

}  // namespace inkling::fuzz
