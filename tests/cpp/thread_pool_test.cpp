#include "inkling/thread_pool.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <numeric>
#include <thread>
#include <vector>

namespace inkling {

TEST_CASE("every index comes exactly once, in chunks as asked for, from threads that do not overlap") {
  for (const int num_threads : {1, 2, 3, 4}) {
    ThreadPool pool(num_threads);
    for (const std::int64_t count : {0, 1, 2, 3, 7, 64, 1000}) {
      for (const std::int64_t chunk : {0, 1, 2, 3, 16, 999, 5000}) {
        CAPTURE(num_threads);
        CAPTURE(count);
        CAPTURE(chunk);
        const std::int64_t length = std::max<std::int64_t>(chunk, 1);
        std::vector<std::atomic<int>> visits(static_cast<std::size_t>(count));
        std::vector<std::atomic<int>> working(static_cast<std::size_t>(pool.num_threads()));
        std::atomic<int> mistakes = 0;
        pool.for_each_chunk(count, chunk, [&](std::int64_t begin, std::int64_t end, int thread) {
          if (thread < 0 || thread >= pool.num_threads()) {
            ++mistakes;
            return;
          }
          if (++working[static_cast<std::size_t>(thread)] != 1) ++mistakes;
          if (begin % length != 0 || end != std::min(begin + length, count)) ++mistakes;
          for (std::int64_t i = begin; i < end; ++i) ++visits[static_cast<std::size_t>(i)];
          --working[static_cast<std::size_t>(thread)];
        });
        CHECK(mistakes == 0);
        CHECK(std::all_of(visits.begin(), visits.end(), [](const std::atomic<int>& n) { return n == 1; }));
      }
    }
  }
}

TEST_CASE("a loop has ended when the call returns, also what slower threads took on") {
  ThreadPool pool(4);
  for (int repeat = 0; repeat < 20; ++repeat) {
    std::atomic<int> begun = 0;
    std::atomic<int> ended = 0;
    pool.for_each_chunk(8, 1, [&](std::int64_t /*begin*/, std::int64_t /*end*/, int thread) {
      ++begun;
      if (thread == 0) {
        // The calling thread lets the others begin, and is ready before them.
        for (int n = 0; n < 100000 && begun < pool.num_threads(); ++n) std::this_thread::yield();
      } else {
        const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(1);
        while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
      }
      ++ended;
    });
    CHECK(ended == 8);
  }
}

TEST_CASE("a pool serves many loops, one after another") {
  ThreadPool pool(4);
  std::vector<std::int64_t> values(100);
  for (int repeat = 1; repeat <= 2000; ++repeat) {
    pool.for_each_chunk(100, 3, [&](std::int64_t begin, std::int64_t end, int /*thread*/) {
      for (std::int64_t i = begin; i < end; ++i) values[static_cast<std::size_t>(i)] += i;
    });
    if (std::accumulate(values.begin(), values.end(), std::int64_t{0}) != 4950 * repeat) {
      FAIL_CHECK("loop ", repeat, " had not ended or lost something");
      break;
    }
  }
}

TEST_CASE("a pool of one is a plain loop in rising order") {
  for (const int num_threads : {1, 0, -3}) {
    ThreadPool pool(num_threads);
    CHECK(pool.num_threads() == 1);
    std::vector<std::int64_t> begins;
    pool.for_each_chunk(10, 4, [&](std::int64_t begin, std::int64_t /*end*/, int thread) {
      CHECK(thread == 0);
      begins.push_back(begin);
    });
    CHECK(begins == std::vector<std::int64_t>{0, 4, 8});
  }
}

TEST_CASE("pools come and go, also unused") {
  for (int repeat = 0; repeat < 20; ++repeat) {
    ThreadPool unused(3);
    ThreadPool used(2);
    std::atomic<std::int64_t> sum = 0;
    used.for_each_chunk(50, 1, [&](std::int64_t begin, std::int64_t /*end*/, int /*thread*/) { sum += begin; });
    CHECK(sum == 1225);
  }
}

}  // namespace inkling
