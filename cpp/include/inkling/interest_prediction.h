#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "inkling/item_topics.h"
#include "inkling/model.h"

namespace inkling {

// What share each topic is to have in what a person takes next: (num_topics), summing to 1. From scores that are logits
// of the next item (Model::foretells_next): the topics of an item count as much as the item is likely, e^score. Items
// of the history and items without topics take no part. Empty where no item is left, or the history has none that is
// wanted. O(topics of all items).
// scores: one an item, finite.
std::vector<float> interests_of_scores(std::span<const float> scores, History history, const ItemTopics& topics);

// The same of what the model makes of a history; empty where it foretells nothing, too. Errors: those of
// Model::fold_in; kNotFinite when a score is none.
Result<std::vector<float>> predicted_interests(const Model& model, History history, const ItemTopics& topics);

}  // namespace inkling
