// peaks: what this machine gives at most, the roofs of a roofline. Operations of one thread in billions a second, with
// this machine's vectors and with WebAssembly's; reading from memory in GB/s with one thread and with two; nanoseconds
// until one core sees what another has written.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <thread>
#include <utility>
#include <vector>

#include "inkling/thread_pool.h"
#include "measuring.h"
#include "multiply_add.h"
#include "programs.h"

namespace inkling::bench {

namespace {

#if defined(__AVX512F__)
using WidestVector = VectorOf16;
#elif defined(__AVX__)
using WidestVector = VectorOf8;
#else
using WidestVector = VectorOf4;
#endif

double read_rate(const std::vector<std::uint64_t>& numbers, int threads) {
  constexpr std::int64_t kChunk = 1 << 20;
  ThreadPool pool(threads);
  std::vector<std::uint64_t> sums(static_cast<std::size_t>(threads));
  double best = 0;
  for (int round = 0; round < 5; ++round) {
    const Clock clock;
    pool.for_each_chunk(static_cast<std::int64_t>(numbers.size()), kChunk,
                        [&](std::int64_t begin, std::int64_t end, int thread) {
                          std::uint64_t sum = 0;
                          for (std::int64_t n = begin; n < end; ++n) sum += numbers[static_cast<std::size_t>(n)];
                          sums[static_cast<std::size_t>(thread)] += sum;
                        });
    best = std::max(best, static_cast<double>(numbers.size() * sizeof(numbers[0])) / clock.seconds() / 1e9);
  }
  std::uint64_t total = 0;
  for (const std::uint64_t sum : sums) total += sum;
  return total == 5 * numbers.size() ? best : 0;
}

// The least and the most of some rounds: on virtual machines it changes from moment to moment, as cores are moved.
std::pair<double, double> handover_nanoseconds() {
  constexpr int kHandovers = 50'000;
  std::vector<double> rounds;
  for (int round = 0; round < 40; ++round) {
    std::atomic<int> turn = 0;
    const auto play = [&](int own) {
      for (int n = 0; n < kHandovers; ++n) {
        while (turn.load(std::memory_order_acquire) != own) continue;
        turn.store(1 - own, std::memory_order_release);
      }
    };
    const Clock clock;
    std::thread other(play, 1);
    play(0);
    other.join();
    rounds.push_back(clock.seconds() * 1e9 / (2 * kHandovers));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  const auto [least, most] = std::minmax_element(rounds.begin(), rounds.end());
  return {*least, *most};
}

}  // namespace

Status peaks_program() {
  const auto handover = handover_nanoseconds();
  const std::vector<std::uint64_t> numbers(1 << 25, 1);  // 256 MB: more than any cache
  std::printf(
      "{\"native_gflops\":%.1f,\"wasm_gflops\":%.1f,\"read_gb_per_second\":[%.1f,%.1f],\"handover_ns\":[%.0f,%.0f]}\n",
      multiply_add_rate<WidestVector>(), rate_of_4_floats(), read_rate(numbers, 1), read_rate(numbers, 2),
      handover.first, handover.second);
  return {};
}

}  // namespace inkling::bench
