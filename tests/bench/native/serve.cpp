// serve MODEL_FILE HISTORIES HISTORY_LENGTH K REPEATS THREADS: lists of k items for each person, without reasons, timed
// one by one as web/worker/session.ts times them. HISTORIES: int32 item indices, HISTORY_LENGTH of each person.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <span>
#include <utility>
#include <vector>

#include "inkling/model_file.h"
#include "inkling/ranker.h"
#include "inkling/thread_pool.h"
#include "measuring.h"
#include "programs.h"

namespace inkling::bench {

namespace {

// How many of each list are printed, to be compared.
constexpr std::size_t kShown = 10;

struct Sizes {
  std::size_t history_length = 0;
  std::size_t k = 0;
  std::size_t repeats = 0;
  int threads = 1;
};

}  // namespace

Status serve_program(std::span<char*> given) {
  Sizes sizes;
  if (given.size() < 6 || !parse(given[2], sizes.history_length) || !parse(given[3], sizes.k) ||
      !parse(given[4], sizes.repeats) || !parse(given[5], sizes.threads) || sizes.history_length < 1 ||
      sizes.repeats < 1) {
    return {ErrorCode::kInvalidArgument, "serve takes MODEL_FILE HISTORIES HISTORY_LENGTH K REPEATS THREADS"};
  }
  File model_bytes(given[0]);
  File history_bytes(given[1]);
  if (!model_bytes.good()) return model_bytes.status();
  if (!history_bytes.good()) return history_bytes.status();
  const std::size_t model_size = model_bytes.size();
  Result<ModelFile> file = read_model_file(model_bytes.read<std::uint8_t>(model_size));
  if (!file.ok()) return file.status();
  const std::size_t history_size = history_bytes.size();
  const auto histories = history_bytes.read<std::int32_t>(history_size / sizeof(std::int32_t));

  file.value().model->prepare_lists();
  const auto num_items = static_cast<std::size_t>(file.value().model->num_items());
  const Ranker ranker(file.value().model.get(), nullptr, std::vector<float>(num_items),
                      std::vector<std::uint8_t>(num_items, 1));
  ThreadPool pool(sizes.threads);
  std::vector<double> times;
  std::printf("{\"lists\":[");
  for (std::size_t begin = 0; begin + sizes.history_length <= histories.size(); begin += sizes.history_length) {
    const std::span<const std::int32_t> met = std::span(histories).subspan(begin, sizes.history_length);
    std::vector<HistoryEntry> history;
    for (const std::int32_t item : met) history.push_back({item, 1.0f});
    // The first list is only for the caches.
    for (std::size_t n = 0; n <= sizes.repeats; ++n) {
      RecommendRequest request{history, met, {}, sizes.k, 0};
      request.pool = &pool;
      const Clock clock;
      const auto list = ranker.recommend(request);
      if (n > 0) times.push_back(clock.seconds());
      if (!list.ok()) return list.status();
      if (n > 0) continue;
      std::printf("%s[", begin == 0 ? "" : ",");
      for (std::size_t place = 0; place < std::min(kShown, list.value().size()); ++place) {
        std::printf("%s%d", place == 0 ? "" : ",", list.value()[place].item);
      }
      std::printf("]");
    }
  }
  std::printf("],\"seconds\":{\"list\":%.9f},\"memory\":%lld}\n", middle_mean(times), peak_memory_bytes());
  return {};
}

}  // namespace inkling::bench
