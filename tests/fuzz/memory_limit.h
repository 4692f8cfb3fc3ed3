#pragma once

#include <cstddef>

namespace inkling::fuzz {

// While one of these is there, the program ends as soon as more than `bytes` are allocated at once, with a trace of who
// asked for them. What was there before does not count.
class MemoryLimit {
 public:
  explicit MemoryLimit(std::size_t bytes);
  ~MemoryLimit();
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;
};

}  // namespace inkling::fuzz
