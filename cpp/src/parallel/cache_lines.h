#pragma once

#include <cstddef>
#include <new>
#include <vector>

#include "inkling/thread_pool.h"

// What one thread writes again and again must not lie on a cache line that another reads or writes: each write takes
// the line away from the other. Conjugate gradients whose vectors shared a line took a third longer on two threads.

namespace inkling {

// Of vectors that have their cache lines for themselves.
template <class T>
struct CacheLineAllocator {
  using value_type = T;

  CacheLineAllocator() = default;
  template <class U>
  CacheLineAllocator(const CacheLineAllocator<U>& /*other*/) {}  // NOLINT(google-explicit-constructor)

  T* allocate(std::size_t count) {
    const std::size_t lines = (count * sizeof(T) + kCacheLineBytes - 1) / kCacheLineBytes;
    return static_cast<T*>(::operator new(lines * kCacheLineBytes, std::align_val_t{kCacheLineBytes}));
  }
  void deallocate(T* values, std::size_t /*count*/) { ::operator delete(values, std::align_val_t{kCacheLineBytes}); }

  friend bool operator==(const CacheLineAllocator& /*a*/, const CacheLineAllocator& /*b*/) { return true; }
};

template <class T>
using CacheLineVector = std::vector<T, CacheLineAllocator<T>>;

}  // namespace inkling
