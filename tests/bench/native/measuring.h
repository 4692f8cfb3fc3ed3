#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "inkling/status.h"

namespace inkling::bench {

class Clock {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// The most memory the process has had.
inline long long peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<long long>(usage.ru_maxrss) * 1024;
}

// The mean of the middle half, of at least one value; sorts them. programs/middle.mjs has the same.
inline double middle_mean(std::vector<double>& values) {
  std::sort(values.begin(), values.end());
  const std::size_t out = values.size() / 4;
  double sum = 0;
  for (std::size_t n = out; n < values.size() - out; ++n) sum += values[n];
  return sum / static_cast<double>(values.size() - 2 * out);
}

template <class Number>
bool parse(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// Numbers back to back, in the order of bytes of this machine.
class File {
 public:
  explicit File(std::string path) : path_(std::move(path)), stream_(path_, std::ios::binary) {}

  bool good() const { return stream_.good(); }
  Status status() const {
    return good() ? Status() : Status(ErrorCode::kInvalidArgument, path_ + " cannot be read, or is too short");
  }

  std::size_t size() {
    stream_.seekg(0, std::ios::end);
    const auto size = static_cast<std::size_t>(stream_.tellg());
    stream_.seekg(0);
    return size;
  }

  template <class Number>
  std::vector<Number> read(std::size_t length) {
    std::vector<Number> numbers(good() ? length : 0);
    stream_.read(reinterpret_cast<char*>(numbers.data()),
                 static_cast<std::streamsize>(numbers.size() * sizeof(Number)));
    return numbers;
  }

 private:
  std::string path_;
  std::ifstream stream_;
};

}  // namespace inkling::bench
