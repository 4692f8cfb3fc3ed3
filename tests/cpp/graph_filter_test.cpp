#include "inkling/graph_filter.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "dense_matrix.h"
#include "expect.h"
#include "inkling/spectral_item_model.h"
#include "sample_data.h"

namespace inkling {

namespace {

double count_of(const Interactions& interactions, std::int32_t item) {
  return static_cast<double>(interactions.by_item().row_length(item));
}

// The two filters, row j what item j says of the others, from their documentation.
struct FilterReference {
  Matrix linear;              // BᵀB without its diagonal, cut to the num_neighbors largest of each column
  Matrix low_pass;            // V Vᵀ
  std::vector<bool> unclear;  // of each target: whether rounding decides which neighbour is the last
};

FilterReference reference(const Interactions& interactions, int num_factors, std::size_t num_neighbors) {
  Matrix b(interactions.num_users(), interactions.num_items());
  for (std::int32_t user = 0; user < interactions.num_users(); ++user) {
    for (const std::int32_t item : interactions.by_user().row_columns(user)) {
      b(user, item) =
          1 / std::sqrt(static_cast<double>(interactions.by_user().row_length(user)) * count_of(interactions, item));
    }
  }
  FilterReference out;
  out.linear = b.transpose() * b;
  for (std::size_t item = 0; item < out.linear.rows(); ++item) out.linear(item, item) = 0;
  for (std::size_t target = 0; target < out.linear.columns(); ++target) {
    const std::span<double> values = out.linear.values().subspan(target * out.linear.rows(), out.linear.rows());
    std::vector<double> column(values.begin(), values.end());
    std::sort(column.rbegin(), column.rend());
    out.unclear.push_back(num_neighbors < column.size() && column[num_neighbors - 1] - column[num_neighbors] < 1e-6);
    if (num_neighbors >= column.size()) continue;
    for (double& value : values) value = value >= column[num_neighbors - 1] ? value : 0;
  }
  const Matrix exact = singular_values_of(b).right.first_columns(num_factors);
  out.low_pass = exact * exact.transpose();
  return out;
}

}  // namespace

TEST_CASE("graph_filter equals the documented sum of its two filters, and reasons sum to it") {
  const Interactions interactions = clustered_data(90, 50, 6, 3).train;
  Random random(4);
  for (const std::size_t num_neighbors : {7, 50}) {
    for (const double alpha : {0.0, 0.3, 2.0}) {
      CAPTURE(num_neighbors);
      CAPTURE(alpha);
      const FilterReference expected = reference(interactions, 6, num_neighbors);
      CHECK(std::count(expected.unclear.begin(), expected.unclear.end(), true) < 10);
      const auto model = trained("graph_filter",
                                 {{"num_factors", "6"},
                                  {"iterations", "50"},
                                  {"alpha", std::to_string(alpha)},
                                  {"num_neighbors", std::to_string(num_neighbors)}},
                                 {&interactions, nullptr}, 1, 2);
      Matrix weights = expected.linear;
      for (std::int32_t j = 0; j < 50; ++j) {
        for (std::int32_t i = 0; i < 50; ++i) {
          weights(j, i) +=
              alpha * std::sqrt(count_of(interactions, i) / count_of(interactions, j)) * expected.low_pass(j, i);
        }
      }
      Furthest from_exact;
      Furthest from_reasons;
      for (int repeat = 0; repeat < 10; ++repeat) {
        const auto history = random_history(50, random_below(30, random), random);
        const std::vector<float> scores = scores_of(*model, history);
        const auto profile = value_of(model->fold_in(history));
        for (std::int32_t item = 0; item < 50; ++item) {
          if (expected.unclear[static_cast<std::size_t>(item)]) continue;
          double score = 0;
          for (const HistoryEntry& entry : history) score += entry.weight * weights(entry.item, item);
          from_exact.add(scores[item], score);
          std::vector<Contribution> parts;
          profile->explain(item, parts);
          from_reasons.add(sum_of_parts(parts), scores[item]);
          for (const Contribution& part : parts) {
            const auto entry = std::find_if(history.begin(), history.end(),
                                            [&](const HistoryEntry& one) { return one.item == part.item; });
            REQUIRE(entry != history.end());
            from_exact.add(part.value, entry->weight * weights(part.item, item));
          }
        }
      }
      CHECK(from_exact.value() < 1e-3 * (1 + alpha));
      CHECK(from_reasons.value() < 1e-5 * (1 + alpha));
      std::vector<float> similar(50);
      model->similar(7, similar);
      Furthest furthest;
      for (std::int32_t item = 0; item < 50; ++item) {
        if (expected.unclear[static_cast<std::size_t>(item)]) continue;
        furthest.add(similar[item], expected.linear(7, item) + alpha * expected.low_pass(7, item));
      }
      CHECK(furthest.value() < 1e-3);
    }
  }
}

TEST_CASE("each target keeps its largest neighbours, of equal ones those of smaller index, and never itself") {
  // Users 1 to 9 met item 0 and one more: nine equal neighbours of item 0.
  std::vector<UserItem> rows;
  for (std::int32_t user = 1; user < 10; ++user) {
    rows.emplace_back(user, 0);
    rows.emplace_back(user, user);
  }
  const Interactions interactions = interactions_of(rows);
  const auto model =
      trained("graph_filter", {{"num_neighbors", "4"}, {"num_factors", "2"}}, {&interactions, nullptr}, 1, 3);
  const SparseRows& neighbors = static_cast<const SpectralItemModel&>(*model).parts().neighbors;
  std::vector<std::int32_t> of_item_0;
  for (std::int32_t item = 0; item < 10; ++item) {
    const auto targets = neighbors.row_columns(item);
    if (std::find(targets.begin(), targets.end(), 0) != targets.end()) of_item_0.push_back(item);
    CHECK(std::find(targets.begin(), targets.end(), item) == targets.end());
  }
  CHECK(of_item_0 == std::vector<std::int32_t>{1, 2, 3, 4});
  CHECK(neighbors.row_values(1)[0] == doctest::Approx(0.5 / 3));
}

}  // namespace inkling
