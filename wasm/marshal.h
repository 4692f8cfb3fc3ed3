#pragma once

// How data crosses the seam: in bulk, through Buffers that the JavaScript side fills and reads as typed arrays.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inkling/status.h"
#include "inkling/thread_pool.h"

namespace inkling::seam {

// Bytes on the wasm heap, owned by whoever made it. Its address holds until the next resize.
class Buffer {
 public:
  explicit Buffer(double num_bytes) : bytes_(static_cast<std::size_t>(num_bytes)) {}

  double address() const { return static_cast<double>(reinterpret_cast<std::uintptr_t>(bytes_.data())); }
  double byte_length() const { return static_cast<double>(bytes_.size()); }

  // The contents as numbers; trailing bytes that make no whole number are left out.
  template <class T>
  std::span<const T> as() const {
    return {reinterpret_cast<const T*>(bytes_.data()), bytes_.size() / sizeof(T)};
  }

  void assign(std::vector<std::uint8_t> bytes) { bytes_ = std::move(bytes); }
  // The contents, which are then gone from here.
  std::vector<std::uint8_t> take() { return std::move(bytes_); }

  template <class T>
  void append(std::span<const T> values) {
    const auto* from = reinterpret_cast<const std::uint8_t*>(values.data());
    bytes_.insert(bytes_.end(), from, from + values.size_bytes());
  }
  void clear() { bytes_.clear(); }

 private:
  std::vector<std::uint8_t> bytes_;
};

// A string on its way through the seam: UTF-8. JavaScript makes one for each string that it gives.
class Text : public Buffer {
 public:
  using Buffer::Buffer;

  operator std::string_view() const {  // NOLINT(google-explicit-constructor): it is what a text is
    const auto bytes = as<char>();
    return {bytes.data(), bytes.size()};
  }
};

// A string as a result: read before the next call.
inline const Text& said(std::string_view words) {
  static Text text(0);
  text.clear();
  text.append(std::span<const char>(words));
  return text;
}

// One a module: the threads, and the text of the last error. Calls that can fail return the number of an ErrorCode.
class Engine {
 public:
  explicit Engine(int num_threads) : pool_(num_threads) {}

  ThreadPool& pool() { return pool_; }
  int num_threads() const { return pool_.num_threads(); }
  const std::string& message() const { return message_; }

  int report(const Status& status) {
    message_ = status.message();
    return static_cast<int>(status.code());
  }

 private:
  ThreadPool pool_;
  std::string message_;
};

}  // namespace inkling::seam
