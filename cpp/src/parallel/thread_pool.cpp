#include "inkling/thread_pool.h"

#include <algorithm>

#if !defined(__EMSCRIPTEN__) || defined(__EMSCRIPTEN_PTHREADS__)
#define INKLING_HAS_THREADS 1
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>
#else
#define INKLING_HAS_THREADS 0
#endif

namespace inkling {

#if INKLING_HAS_THREADS

struct ThreadPool::Threads {
  static constexpr int kLooks = 200000;  // some hundreds of microseconds

  std::mutex mutex;
  std::condition_variable work_ready;
  std::condition_variable work_done;
  // Written under the mutex, as the rest is; atomic for those who look before they sleep.
  std::atomic<std::uint32_t> generation = 0;  // counts loops; a waiting thread starts when it changes
  std::atomic<int> busy = 0;                  // threads that have joined the current loop and not left it
  bool open = false;                          // whether threads may still join the current loop
  bool stopping = false;

  std::int64_t count = 0;
  std::int64_t chunk = 1;
  ChunkFunction function = nullptr;
  void* context = nullptr;
  std::atomic<std::int64_t> next{0};

  std::vector<std::thread> workers;

  void work(int thread) {
    for (;;) {
      const std::int64_t begin = next.fetch_add(chunk, std::memory_order_relaxed);
      if (begin >= count) return;
      function(context, begin, std::min(begin + chunk, count), thread);
    }
  }

  // One loop often follows close on another, or one thread on another's end, and to be woken takes longer than this.
  template <class Ready>
  static void look_for(Ready&& ready) {
    for (int look = 0; look < kLooks && !ready(); ++look) continue;
  }

  void wait_for_work(int thread) {
    std::uint32_t seen = 0;
    for (;;) {
      look_for([&] { return generation.load(std::memory_order_relaxed) != seen; });
      {
        std::unique_lock lock(mutex);
        work_ready.wait(lock, [&] { return stopping || generation != seen; });
        if (stopping) return;
        seen = generation;
        if (!open) continue;  // woken too late: the others have done it all
        ++busy;
      }
      work(thread);
      {
        const std::lock_guard lock(mutex);
        if (--busy == 0) work_done.notify_one();
      }
    }
  }
};

ThreadPool::ThreadPool(int num_threads) : num_threads_(std::max(num_threads, 1)) {
  if (num_threads_ == 1) return;
  threads_ = std::make_unique<Threads>();
  threads_->workers.reserve(static_cast<std::size_t>(num_threads_) - 1);
  for (int thread = 1; thread < num_threads_; ++thread) {
    threads_->workers.emplace_back([this, thread] { threads_->wait_for_work(thread); });
  }
}

ThreadPool::~ThreadPool() {
  if (!threads_) return;
  {
    const std::lock_guard lock(threads_->mutex);
    threads_->stopping = true;
  }
  threads_->work_ready.notify_all();
  for (std::thread& worker : threads_->workers) worker.join();
}

void ThreadPool::run(std::int64_t count, std::int64_t chunk, ChunkFunction function, void* context) {
  chunk = std::max<std::int64_t>(chunk, 1);
  if (!threads_ || count <= chunk) {
    for (std::int64_t begin = 0; begin < count; begin += chunk) {
      function(context, begin, std::min(begin + chunk, count), 0);
    }
    return;
  }
  Threads& threads = *threads_;
  {
    const std::lock_guard lock(threads.mutex);
    threads.count = count;
    threads.chunk = chunk;
    threads.function = function;
    threads.context = context;
    threads.next.store(0, std::memory_order_relaxed);
    threads.open = true;
    ++threads.generation;
  }
  threads.work_ready.notify_all();
  threads.work(0);
  {
    const std::lock_guard lock(threads.mutex);
    threads.open = false;  // nothing is left to hand out: wait for those at work, not for those still asleep
  }
  ThreadPool::Threads::look_for([&] { return threads.busy.load(std::memory_order_relaxed) == 0; });
  std::unique_lock lock(threads.mutex);
  threads.work_done.wait(lock, [&] { return threads.busy == 0; });
}

#else

struct ThreadPool::Threads {};

ThreadPool::ThreadPool(int /*num_threads*/) : num_threads_(1) {}

ThreadPool::~ThreadPool() = default;

void ThreadPool::run(std::int64_t count, std::int64_t chunk, ChunkFunction function, void* context) {
  chunk = std::max<std::int64_t>(chunk, 1);
  for (std::int64_t begin = 0; begin < count; begin += chunk) {
    function(context, begin, std::min(begin + chunk, count), 0);
  }
}

#endif

}  // namespace inkling
