// A person's history, with any items and weights, asked of one small model of each kind.

#include <cmath>
#include <string>

#include "inkling/ranker.h"
#include "input_bytes.h"
#include "memory_limit.h"
#include "small_models.h"

using namespace inkling;
using namespace inkling::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::vector<std::unique_ptr<Model>> models = small_models();
  const MemoryLimit limit((1 << 18) + 256 * size);
  InputBytes input(data, size);
  const Model& model = *models[input.number<std::uint8_t>() % models.size()];
  const auto num_items = static_cast<std::size_t>(model.num_items());
  const std::size_t k = input.number<std::uint8_t>();
  const auto similar_to = input.number<std::int32_t>();
  const auto excluded = input.numbers<std::int32_t>(input.number<std::uint8_t>() % 8);
  const std::string_view query = as_text(input.take_until('\n'));
  std::vector<HistoryEntry> history;
  std::vector<bool> met(num_items);
  while (!input.empty()) {
    const auto item = input.number<std::int32_t>();
    const auto weight = input.number<float>();
    const bool known = item >= 0 && static_cast<std::size_t>(item) < num_items;
    if (!std::isfinite(weight) || (known && met[static_cast<std::size_t>(item)]))
      continue;  // the package makes neither
    if (known) met[static_cast<std::size_t>(item)] = true;
    history.push_back({item, weight});
  }
  const Ranker ranker(&model, nullptr, {}, std::vector<std::uint8_t>(num_items, 1));
  const auto check = [&](const Result<std::vector<RankedItem>>& list) {
    if (!list.ok()) {
      const ErrorCode code = list.status().code();
      require(code == ErrorCode::kNotFinite || code == ErrorCode::kUnknownItem || code == ErrorCode::kInvalidArgument,
              "a list is refused with a reason");
      return;
    }
    require(list.value().size() <= k, "a list is no longer than was asked for");
    for (const RankedItem& ranked : list.value()) {
      require(ranked.item >= 0 && static_cast<std::size_t>(ranked.item) < num_items, "an item is one of the model's");
      require(std::isfinite(ranked.score), "a score is finite");
    }
  };
  check(ranker.recommend({history, excluded, query, k}));
  check(ranker.recommend({history, {}, {}, k, 3}));
  check(ranker.similar(similar_to, k));
  for (const Contribution& part : ranker.interests(history, 5)) require(std::isfinite(part.value), "a taste is finite");
  return 0;
}
