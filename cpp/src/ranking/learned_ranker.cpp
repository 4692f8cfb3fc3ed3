#include "ranking/learned_ranker.h"

#include <algorithm>
#include <cmath>

namespace inkling {

namespace {

// The sum of each tree's extreme leaf, or of what each hidden unit can give.
float bound(const std::variant<BoostedTrees, Perceptron>& form, float sign) {
  float sum = 0;
  if (const auto* trees = std::get_if<BoostedTrees>(&form)) {
    const std::size_t width = std::size_t{1} << trees->depth;
    for (std::size_t tree = 0; tree < trees->num_trees(); ++tree) {
      float most = -3e38f;
      for (std::size_t leaf = 0; leaf < width; ++leaf) most = std::max(most, sign * trees->leaves[tree * width + leaf]);
      sum += most;
    }
  } else {
    for (const float weight : std::get<Perceptron>(form).output) sum += std::abs(weight);
  }
  return sign * sum;
}

}  // namespace

void ranker_features(std::span<const float> z, float sum, double users, double events, std::span<float> out) {
  std::copy(z.begin(), z.end(), out.begin());
  out[z.size()] = sum;
  out[z.size() + 1] = static_cast<float>(std::log1p(users));
  out[z.size() + 2] = static_cast<float>(std::log1p(events));
}

float LearnedRanker::highest() const { return bound(form_, 1); }
float LearnedRanker::lowest() const { return bound(form_, -1); }

void LearnedRanker::write(TensorFile& file) const {
  std::visit([&](const auto& form) { form.write(file); }, form_);
}

}  // namespace inkling
