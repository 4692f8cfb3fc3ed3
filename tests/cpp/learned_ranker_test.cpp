#include "ranking/learned_ranker.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "expect.h"
#include "inkling/random.h"
#include "ranking/ranker_fit.h"

namespace inkling {

TEST_CASE("the gradient and curvature of a choice are those of finite differences") {
  Random random(3);
  std::vector<float> scores;
  for (int n = 0; n < 7; ++n) scores.push_back(2 * random.normal());
  std::vector<double> shares(scores.size());
  RankerFit::loss_of(scores, shares);
  const auto loss_with = [&](std::size_t n, double by) {
    std::vector<float> moved = scores;
    moved[n] = static_cast<float>(static_cast<double>(moved[n]) + by);
    std::vector<double> unused(scores.size());
    return RankerFit::loss_of(moved, unused);
  };
  constexpr double kStep = 0.01;
  for (std::size_t n = 0; n < scores.size(); ++n) {
    const double up = loss_with(n, kStep);
    const double here = loss_with(n, 0);
    const double down = loss_with(n, -kStep);
    CHECK(shares[n] - (n == 0 ? 1 : 0) == doctest::Approx((up - down) / (2 * kStep)).epsilon(1e-3));
    CHECK(shares[n] * (1 - shares[n]) == doctest::Approx((up - 2 * here + down) / (kStep * kStep)).epsilon(1e-2));
  }
}

TEST_CASE("the gradient of a perceptron is that of finite differences, for every weight") {
  Random random(5);
  Perceptron perceptron;
  for (int f = 0; f < 4; ++f) {
    perceptron.means.push_back(random.normal());
    perceptron.scales.push_back(0.5f + random.uniform());
  }
  for (int n = 0; n < 3 * 5; ++n) perceptron.hidden.push_back(random.normal());
  for (int n = 0; n < 3; ++n) perceptron.output.push_back(random.normal());
  std::vector<float> x;
  for (int f = 0; f < 4; ++f) x.push_back(random.normal());
  std::vector<double> by_hidden(perceptron.hidden.size());
  std::vector<double> by_output(perceptron.output.size());
  perceptron.add_gradient(x, 1, by_hidden, by_output);
  constexpr float kStep = 1e-2f;
  const auto difference = [&](float& weight) {
    const float before = weight;
    weight = before + kStep;
    const double up = static_cast<double>(perceptron.predict(x));
    weight = before - kStep;
    const double down = static_cast<double>(perceptron.predict(x));
    weight = before;
    return (up - down) / (2 * static_cast<double>(kStep));
  };
  for (std::size_t n = 0; n < by_hidden.size(); ++n) {
    CHECK(std::abs(by_hidden[n] - difference(perceptron.hidden[n])) < 2e-3);
  }
  for (std::size_t n = 0; n < by_output.size(); ++n) {
    CHECK(std::abs(by_output[n] - difference(perceptron.output[n])) < 2e-3);
  }
}

TEST_CASE("a tree divides where the gain is largest, and trees together learn what no weighted sum can say") {
  // 1 where both features are on the same side of 0.
  Random random(7);
  constexpr std::size_t kRows = 2000;
  std::vector<float> rows;
  std::vector<float> wanted;
  for (std::size_t n = 0; n < kRows; ++n) {
    const float x = random.normal();
    const float y = random.normal();
    rows.insert(rows.end(), {x, y, random.normal()});
    wanted.push_back((x > 0) == (y > 0) ? 1.0f : -1.0f);
  }
  ThreadPool pool(2);
  TreeGrower grower(rows, 3, {3, 0.3, 1, 1}, pool);
  BoostedTrees trees;
  std::vector<float> scores(kRows, 0.0f);
  const std::vector<float> curvatures(kRows, 1.0f);
  for (int n = 0; n < 30; ++n) {
    std::vector<float> gradients;  // of half the squared error
    for (std::size_t row = 0; row < kRows; ++row) gradients.push_back(scores[row] - wanted[row]);
    grower.grow({gradients, curvatures}, scores, trees);
  }
  CHECK(trees.num_trees() == 30);
  int right = 0;
  Furthest furthest;
  for (std::size_t row = 0; row < kRows; ++row) {
    right += (scores[row] > 0) == (wanted[row] > 0) ? 1 : 0;
    furthest.add(static_cast<double>(trees.predict(std::span(rows).subspan(3 * row, 3))),
                 static_cast<double>(scores[row]));
  }
  CHECK(right > 1900);
  CHECK(furthest.value() < 1e-4);
  const LearnedRanker ranker(trees);
  for (std::size_t row = 0; row < kRows; ++row) {
    const float value = ranker.predict(std::span(rows).subspan(3 * row, 3));
    CHECK(value <= ranker.highest() + 1e-4f);
    CHECK(value >= ranker.lowest() - 1e-4f);
  }
}

TEST_CASE("one split by hand: the edge with the largest gain of all") {
  const std::vector<float> rows = {1, 2, 3, 4, 5, 6};
  const std::vector<float> gradients = {-1, -1, 1, 1, 1, 1};
  const std::vector<float> curvatures(6, 1.0f);
  ThreadPool pool(1);
  TreeGrower grower(rows, 1, {1, 1, 0, 0.5}, pool);
  BoostedTrees trees;
  std::vector<float> scores(6, 0.0f);
  grower.grow({gradients, curvatures}, scores, trees);
  CHECK(trees.thresholds[0] >= 2);
  CHECK(trees.thresholds[0] < 3);
  CHECK(scores == std::vector<float>{1, 1, -1, -1, -1, -1});
}

TEST_CASE("trees and perceptrons come back from a file, and are refused where they do not fit") {
  BoostedTrees trees{2, 1, {0, 1}, {0.5f, -1}, {1, 2, 3, 4}};
  TensorFile file;
  trees.write(file);
  const BoostedTrees read = value_of(BoostedTrees::read(file, 2));
  const std::vector<float> x = {0.4f, 0};
  CHECK(read.predict(x) == trees.predict(x));
  CHECK(trees.predict(x) == 1 + 4);
  CHECK(fails(BoostedTrees::read(file, 1), ErrorCode::kCorruptModelFile));
  file.add("trees.thresholds", std::span<const float>(x), {2, 1});
  CHECK(succeeds(BoostedTrees::read(file, 2)));
  file.add("trees.thresholds", std::span<const float>(x).first(1), {1, 1});
  CHECK(fails(BoostedTrees::read(file, 2), ErrorCode::kCorruptModelFile));

  const Perceptron perceptron{{0, 1}, {1, 2}, {1, 0, 0.5f}, {3}};
  CHECK(static_cast<double>(perceptron.predict(x)) == doctest::Approx(3 * std::tanh(0.9)));
  TensorFile other;
  perceptron.write(other);
  CHECK(value_of(Perceptron::read(other, 2)).predict(x) == perceptron.predict(x));
  CHECK(fails(Perceptron::read(other, 3), ErrorCode::kCorruptModelFile));
}

}  // namespace inkling
