#include "inkling/popularity.h"

#include <doctest/doctest.h>

#include "sample_data.h"

namespace inkling {

TEST_CASE("popularity scores by the number of users, each counted once") {
  const Interactions interactions = interactions_of({{0, 1}, {0, 1}, {1, 1}, {2, 0}, {2, 3}, {1, 3}, {0, 3}}, 4, 5);
  CHECK(count_users(interactions) == std::vector<float>{1, 2, 0, 3, 0});
  const auto model = trained("popularity", {}, {&interactions, nullptr});
  CHECK(model->name() == "popularity");
  CHECK(model->num_items() == 5);
  const HistoryEntry history[] = {{1, 1}, {4, -1}};
  CHECK(scores_of(*model, {}) == std::vector<float>{1, 2, 0, 3, 0});
  CHECK(scores_of(*model, history) == std::vector<float>{1, 2, 0, 3, 0});
  std::vector<float> scores(5, 9.0f);
  model->similar(1, scores);
  CHECK(scores == std::vector<float>(5, 0.0f));
}

TEST_CASE("popularity explains a score by the number of users") {
  const Interactions interactions = interactions_of({{0, 1}, {1, 1}});
  const auto model = trained("popularity", {}, {&interactions, nullptr});
  std::vector<Contribution> parts;
  auto profile = model->fold_in({});
  profile.value()->explain(1, parts);
  CHECK(parts.size() == 1);
  CHECK(sum_of_parts(parts) == 2);
}

}  // namespace inkling
