#include "linear/elastic_net.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include "expect.h"
#include "inkling/random.h"

namespace inkling {

namespace {

// A Gram matrix of random columns, with the products of one further column.
struct Problem final : GramRows {
  Problem(std::size_t num_variables, std::size_t num_rows, Random& random)
      : count(num_variables),
        gram(num_variables * num_variables),
        products(num_variables),
        diagonal(num_variables),
        asked(num_variables) {
    for (std::size_t row = 0; row < num_rows; ++row) {
      std::vector<float> x(count);
      for (float& value : x) value = random.normal();
      const float y = random.normal() + (count > 2 ? 2 * x[0] - x[2] : 0);
      for (std::size_t i = 0; i < count; ++i) {
        products[i] += x[i] * y;
        for (std::size_t j = 0; j < count; ++j) gram[i * count + j] += x[i] * x[j];
      }
    }
    for (std::size_t i = 0; i < count; ++i) diagonal[i] = gram[i * count + i];
  }

  void write_row(std::size_t variable, std::span<float> row) override {
    ++asked[variable];
    std::copy_n(gram.begin() + static_cast<std::ptrdiff_t>(variable * count), count, row.begin());
  }

  // How far the gradient is from the conditions of the minimum: for w_c ≠ 0 it is l1 with w_c's sign, for w_c = 0 it is
  // not beyond l1 (below it may be anything when weights must not be negative).
  double furthest_from_minimum(std::span<const float> weights, const ElasticNetSettings& settings) const {
    Furthest furthest;
    for (std::size_t c = 0; c < count; ++c) {
      double gradient = static_cast<double>(products[c]) - static_cast<double>(settings.l2) * weights[c];
      for (std::size_t k = 0; k < count; ++k) gradient -= static_cast<double>(gram[c * count + k]) * weights[k];
      const double l1 = settings.l1;
      if (weights[c] != 0) {
        furthest.add(gradient, weights[c] > 0 ? l1 : -l1);
      } else {
        furthest.add(std::max(gradient, l1), l1);
        if (!settings.nonnegative) furthest.add(std::min(gradient, -l1), -l1);
      }
    }
    return furthest.value();
  }

  std::size_t count;
  std::vector<float> gram;
  std::vector<float> products;
  std::vector<float> diagonal;
  std::vector<int> asked;
};

}  // namespace

TEST_CASE("the elastic net ends where the gradient says it is best, and asks for each row at most once") {
  Random random(1);
  for (const bool nonnegative : {false, true}) {
    for (const float l1 : {0.0f, 1.0f, 20.0f}) {
      ElasticNetSettings settings = {l1, 2, nonnegative, 1000, 1e-6f};
      ElasticNet net(settings);
      for (const std::size_t count : {40, 1, 3, 17, 60}) {
        CAPTURE(nonnegative);
        CAPTURE(l1);
        CAPTURE(count);
        Problem problem(count, 80, random);
        const auto weights = net.solve(problem.products, problem.diagonal, problem);
        CHECK(problem.furthest_from_minimum(weights, settings) < 5e-3);
        for (std::size_t c = 0; c < count; ++c) {
          CHECK(problem.asked[c] <= 1);
          if (nonnegative) CHECK(weights[c] >= 0);
          if (weights[c] != 0) CHECK(problem.asked[c] == 1);
        }
      }
    }
  }
}

TEST_CASE("one variable is solved by hand") {
  Random random(2);
  Problem problem(1, 5, random);
  problem.gram = problem.diagonal = {4};
  for (const auto& [product, l1, nonnegative, expected] :
       {std::tuple{10.0f, 1.0f, false, 1.5f}, std::tuple{-10.0f, 1.0f, false, -1.5f},
        std::tuple{-10.0f, 1.0f, true, 0.0f}, std::tuple{0.5f, 1.0f, false, 0.0f}}) {
    problem.products = {product};
    ElasticNet net({l1, 2, nonnegative, 10, 1e-6f});
    CHECK(net.solve(problem.products, problem.diagonal, problem)[0] == doctest::Approx(expected));
  }
}

TEST_CASE("where the penalty is beyond all products no weight moves and no row is asked for") {
  Random random(3);
  Problem problem(20, 30, random);
  ElasticNet net({1e6f, 1, false, 10, 1e-6f});
  for (const float weight : net.solve(problem.products, problem.diagonal, problem)) CHECK(weight == 0);
  CHECK(std::count(problem.asked.begin(), problem.asked.end(), 0) == 20);
}

TEST_CASE("no variables have no weights") {
  Random random(4);
  Problem problem(0, 0, random);
  ElasticNet net({1, 1, false, 10, 1e-6f});
  CHECK(net.solve(problem.products, problem.diagonal, problem).empty());
}

}  // namespace inkling
