#include "inkling/interest_prediction.h"

#include <algorithm>
#include <cmath>

namespace inkling {

std::vector<float> interests_of_scores(std::span<const float> scores, History history, const ItemTopics& topics) {
  std::vector<bool> met(scores.size());
  bool knows = false;
  for (const HistoryEntry& entry : history) {
    if (entry.item < 0 || static_cast<std::size_t>(entry.item) >= met.size()) continue;
    met[static_cast<std::size_t>(entry.item)] = true;
    knows = knows || entry.weight > 0;
  }
  if (!knows) return {};
  const float largest = *std::max_element(scores.begin(), scores.end());
  std::vector<double> sums(static_cast<std::size_t>(topics.num_topics()));
  for (std::size_t item = 0; item < scores.size(); ++item) {
    if (met[item]) continue;
    topics.add(static_cast<std::int32_t>(item), std::exp(static_cast<double>(scores[item] - largest)), sums);
  }
  double total = 0;
  for (const double sum : sums) total += sum;
  std::vector<float> shares;
  for (const double sum : sums) {
    if (total > 0) shares.push_back(static_cast<float>(sum / total));
  }
  return shares;
}

Result<std::vector<float>> predicted_interests(const Model& model, History history, const ItemTopics& topics) {
  if (!model.foretells_next()) return std::vector<float>();
  const Result<std::unique_ptr<Profile>> profile = model.fold_in(history);
  if (!profile.ok()) return profile.status();
  std::vector<float> scores(static_cast<std::size_t>(model.num_items()));
  profile.value()->score_all(scores);
  if (!std::all_of(scores.begin(), scores.end(), [](float score) { return std::isfinite(score); })) {
    return Status(ErrorCode::kNotFinite, "a score is not a finite number");
  }
  return interests_of_scores(scores, history, topics);
}

}  // namespace inkling
