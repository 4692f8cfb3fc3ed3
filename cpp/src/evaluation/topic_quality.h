#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "inkling/item_topics.h"

namespace inkling {

// What the topics of a list's items say of it; metrics.h has the definitions.

double intra_list_distance(const ItemTopics& topics, std::span<const std::int32_t> list);

// In bits.
double topic_entropy(const ItemTopics& topics, std::span<const std::int32_t> list);

// In nats. Of a history without topics: 0.
double calibration_kl(const ItemTopics& topics, std::span<const std::int32_t> list,
                      std::span<const std::int32_t> history);

// Each by its own pairs and shares, for tests.
double intra_list_distance_naive(const ItemTopics& topics, std::span<const std::int32_t> list);

}  // namespace inkling
