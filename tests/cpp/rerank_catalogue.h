#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "expect.h"
#include "inkling/list_reranker.h"
#include "inkling/random.h"
#include "rerank_sample.h"
#include "sample_data.h"

namespace inkling {

inline constexpr std::int32_t kCatalogueItems = 40;
inline constexpr std::size_t kCatalogueWidth = 5;
inline constexpr std::size_t kCatalogueTopics = 6;

// Items of which about a fifth have no topics, the last five no vectors and no known popularity; a person, and some of
// the items with scores.
struct RerankCatalogue {
  explicit RerankCatalogue(std::uint64_t seed) {
    Random random(seed);
    for (std::int32_t item = 0; item < kCatalogueItems; ++item) {
      const bool known = random_below(5, random) > 0;
      for (std::size_t c = 0; c < kCatalogueTopics; ++c) {
        weights.push_back(known && random_below(2, random) == 0 ? random.uniform() : 0);
      }
      for (std::size_t c = 0; c < kCatalogueWidth; ++c) {
        numbers.push_back(item < kCatalogueItems - 5 ? random.normal() : 0);
      }
      if (item < kCatalogueItems - 5) popularity.push_back(static_cast<float>(random_below(9, random)));
    }
    topics = value_of(ItemTopics::make(sparse_rows_of({weights, kCatalogueTopics})));
    vectors = ItemFactors({numbers.begin(), numbers.end() - 5 * kCatalogueWidth}, kCatalogueWidth);
    const std::vector<std::uint32_t> order = random.permutation(kCatalogueItems);
    const std::size_t met = random_below(8, random);
    for (std::size_t n = 0; n < met; ++n) {
      history.push_back({static_cast<std::int32_t>(order[n]), random_below(4, random) == 0 ? -1.0f : random.uniform()});
    }
    for (std::size_t n = met; n < met + 20; ++n) {
      candidates.push_back({static_cast<std::int32_t>(order[n]), random.normal()});
    }
    candidate_weights = rows(weights, kCatalogueTopics);
    candidate_numbers = rows(numbers, kCatalogueWidth);
  }

  static std::size_t place(std::int32_t index) { return static_cast<std::size_t>(index); }
  RerankItems items() const { return {&topics, &vectors, popularity}; }
  // The rows of the candidates.
  std::vector<float> rows(const std::vector<float>& all, std::size_t width) const {
    std::vector<float> out;
    for (const ScoredItem& each : candidates) {
      const auto first = all.begin() + static_cast<std::ptrdiff_t>(place(each.item) * width);
      out.insert(out.end(), first, first + static_cast<std::ptrdiff_t>(width));
    }
    return out;
  }
  // What plans make of the person and the candidates, from its definition: one a topic, …
  std::vector<float> person() const {
    std::vector<float> sums(kCatalogueTopics);
    for (const auto& [item, weight] : history) {
      double sum = 0;
      for (std::size_t c = 0; c < kCatalogueTopics; ++c) {
        sum += static_cast<double>(weights[place(item) * kCatalogueTopics + c]);
      }
      if (weight < 0 || sum == 0) continue;
      for (std::size_t c = 0; c < kCatalogueTopics; ++c) {
        sums[c] += static_cast<float>(static_cast<double>(weight * weights[place(item) * kCatalogueTopics + c]) / sum);
      }
    }
    return sums;
  }
  // … one a candidate, …
  std::vector<float> rarity() const {
    std::vector<float> values;
    float least = 9;
    for (const float count : popularity) least = count > 0 ? std::min(least, count) : least;
    for (const ScoredItem& each : candidates) {
      const float own = place(each.item) < popularity.size() ? popularity[place(each.item)] : 0;
      values.push_back(-std::log(std::max(own, least)));
    }
    const float low = *std::min_element(values.begin(), values.end());
    const float high = *std::max_element(values.begin(), values.end());
    for (float& value : values) value = high > low ? (value - low) / (high - low) : 0;
    return values;
  }
  // … and one a candidate.
  std::vector<float> unexpectedness() const {
    const OracleSimilarity alike({weights, kCatalogueTopics});
    std::vector<float> values;
    double sum = 0;
    double known = 0;
    bool known_history = false;
    for (const auto& [item, weight] : history) known_history = known_history || alike.known[place(item)];
    for (const ScoredItem& each : candidates) {
      double nearest = 0;
      for (const auto& [item, weight] : history) nearest = std::max(nearest, alike.of(each.item, item));
      values.push_back(known_history ? static_cast<float>(1 - nearest) : 0);
      if (!alike.known[place(each.item)]) continue;
      sum += static_cast<double>(values.back());
      known += 1;
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!alike.known[place(candidates[i].item)]) values[i] = static_cast<float>(known > 0 ? sum / known : 0);
    }
    return values;
  }

  std::vector<float> weights;  // (items, topics)
  std::vector<float> numbers;  // (items, width)
  std::vector<float> popularity;
  ItemTopics topics;
  ItemFactors vectors;
  std::vector<HistoryEntry> history;
  std::vector<ScoredItem> candidates;
  std::vector<float> candidate_weights;  // (candidates, topics)
  std::vector<float> candidate_numbers;  // (candidates, width)
};

}  // namespace inkling
