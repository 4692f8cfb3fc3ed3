#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace inkling {

// What threads write side by side should be so far apart. Two lines, for they are often fetched in pairs.
inline constexpr std::size_t kCacheLineBytes = 128;

// A fixed set of threads that share loops. The calling thread works too, so a pool of one has no threads
// of its own and is a plain loop. In builds without threads every pool is a pool of one.
//
// Results must not depend on the number of threads: a loop body writes only what belongs to its own rows,
// and whatever is summed is summed per chunk and merged in chunk order by the caller.
class ThreadPool {
 public:
  // num_threads: at least 1, the calling thread included.
  explicit ThreadPool(int num_threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int num_threads() const { return num_threads_; }

  // Calls body(begin, end, thread) for consecutive chunks of [0, count), each `chunk` long but the last;
  // thread is in [0, num_threads()) and no two calls with the same thread overlap. Returns when all are
  // done. Chunks are handed out as threads become free. Not reentrant.
  template <class Body>
  void for_each_chunk(std::int64_t count, std::int64_t chunk, Body&& body) {
    run(
        count, chunk,
        [](void* context, std::int64_t begin, std::int64_t end, int thread) {
          (*static_cast<std::remove_reference_t<Body>*>(context))(begin, end, thread);
        },
        &body);
  }

 private:
  using ChunkFunction = void (*)(void* context, std::int64_t begin, std::int64_t end, int thread);
  void run(std::int64_t count, std::int64_t chunk, ChunkFunction function, void* context);

  struct Threads;
  int num_threads_;
  std::unique_ptr<Threads> threads_;
};

}  // namespace inkling
