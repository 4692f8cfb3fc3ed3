// What bandits lose against who knows the truth, in worlds that are made up.

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "expect.h"
#include "inkling/beta_bandit.h"
#include "inkling/exploration.h"
#include "inkling/linear_bandit.h"
#include "online/draws.h"

namespace inkling {

namespace {

using Floats = std::vector<float>;

constexpr std::size_t kArms = 10;
constexpr std::size_t kRounds = 10000;

// What was lost up to each round, summed over worlds.
using Regret = std::vector<double>;

// The exponent e of regret ~ rounds^e: the slope of the least squares line through the logarithms at rounds 100 to
// 10,000, evenly spread.
double exponent_of(const Regret& regret) {
  constexpr int kPoints = 21;
  double sum_x = 0;
  double sum_y = 0;
  double sum_xx = 0;
  double sum_xy = 0;
  for (int point = 0; point < kPoints; ++point) {
    const double x = std::log(100.0) * (1 + static_cast<double>(point) / (kPoints - 1));
    const double y = std::log(regret[static_cast<std::size_t>(std::lround(std::exp(x))) - 1]);
    sum_x += x;
    sum_y += y;
    sum_xx += x * x;
    sum_xy += x * y;
  }
  return (kPoints * sum_xy - sum_x * sum_y) / (kPoints * sum_xx - sum_x * sum_x);
}

// The first slot of kArms candidates.
std::size_t first_slot(const Floats& rows, double epsilon, Random& random) {
  SlotPolicy policy;
  policy.num_candidates = kArms;
  policy.values = rows;
  policy.epsilon = epsilon;
  return static_cast<std::size_t>(value_of(explore(policy, 1, random))[0].candidate);
}

// Arms of rates from 0 to 1. values(bandit, random): one row or more, of which the best is shown.
template <class Values>
Regret regret_of_arms(std::uint64_t num_worlds, double epsilon, const Values& values) {
  Regret regret(kRounds);
  for (std::uint64_t world = 0; world < num_worlds; ++world) {
    Random random(world);
    Draws draws(random);
    std::vector<double> rates;
    for (std::size_t arm = 0; arm < kArms; ++arm) rates.push_back(draws.uniform());
    const double best = *std::max_element(rates.begin(), rates.end());
    BetaBandit bandit = value_of(BetaBandit::make(kArms, {}));
    double lost = 0;
    for (double& total : regret) {
      const std::size_t arm = first_slot(values(bandit, random), epsilon, random);
      const auto shown = static_cast<std::int32_t>(arm);
      const std::uint8_t taken = draws.uniform() < rates[arm] ? 1 : 0;
      REQUIRE(succeeds(bandit.update({&shown, 1}, {&taken, 1})));
      total += lost += best - rates[arm];
    }
  }
  return regret;
}

const std::vector<std::int32_t> kAllArms{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

Floats means_of(const BetaBandit& bandit) {
  Floats means;
  for (std::size_t arm = 0; arm < kArms; ++arm) means.push_back(static_cast<float>(bandit.mean(arm)));
  return means;
}

// Rewards that are linear in 8 features, with noise; each round has items of its own.
constexpr std::size_t kFeatures = 8;
constexpr double kNoise = 0.5;

template <class Values>
Regret regret_of_items(std::uint64_t num_worlds, double epsilon, const Values& values) {
  Regret regret(kRounds);
  for (std::uint64_t world = 0; world < num_worlds; ++world) {
    Random random(world);
    Draws draws(random);
    Floats truth;
    for (std::size_t i = 0; i < kFeatures; ++i) truth.push_back(static_cast<float>(draws.normal()));
    LinearBandit bandit = value_of(LinearBandit::make(kFeatures, {}));
    double lost = 0;
    Floats items(kArms * kFeatures);
    for (double& total : regret) {
      for (float& feature : items) feature = random.normal() / std::sqrt(static_cast<float>(kFeatures));
      const DenseVectors features{items, kFeatures};
      std::vector<double> brings(kArms);
      for (std::size_t item = 0; item < kArms; ++item) {
        for (std::size_t i = 0; i < kFeatures; ++i)
          brings[item] += static_cast<double>(features.row(item)[i] * truth[i]);
      }
      const std::size_t item = first_slot(values(bandit, features, random), epsilon, random);
      const auto reward = static_cast<float>(brings[item] + kNoise * draws.normal());
      REQUIRE(succeeds(bandit.update({features.row(item), kFeatures}, {&reward, 1})));
      total += lost += *std::max_element(brings.begin(), brings.end()) - brings[item];
    }
  }
  return regret;
}

}  // namespace

TEST_CASE("the regret of Thompson sampling grows no faster than the root of the rounds, that of less able rules does") {
  const auto draw = [](const BetaBandit& bandit, Random& random) { return value_of(bandit.draw(kAllArms, 1, random)); };
  const auto mean = [](const BetaBandit& bandit, Random&) { return means_of(bandit); };
  const Regret thompson = regret_of_arms(20, 0, draw);
  const Regret epsilon_greedy = regret_of_arms(20, 0.1, mean);
  const Regret uniform = regret_of_arms(5, 1, mean);
  CHECK(exponent_of(thompson) < 0.5);
  CHECK(exponent_of(epsilon_greedy) > 0.6);
  CHECK(exponent_of(uniform) == doctest::Approx(1).epsilon(0.05));
  CHECK(thompson.back() < 0.2 * epsilon_greedy.back());
}

TEST_CASE("so does that of linear Thompson sampling and of LinUCB") {
  const auto draw = [](const LinearBandit& bandit, DenseVectors items, Random& random) {
    return value_of(bandit.draw(items, kNoise, 1, random));
  };
  const auto bound = [](const LinearBandit& bandit, DenseVectors items, Random&) {
    return value_of(bandit.upper_bounds(items, 1));
  };
  const auto mean = [](const LinearBandit& bandit, DenseVectors items, Random&) {
    return value_of(bandit.upper_bounds(items, 0));
  };
  const Regret thompson = regret_of_items(5, 0, draw);
  const Regret linucb = regret_of_items(5, 0, bound);
  const Regret epsilon_greedy = regret_of_items(3, 0.1, mean);
  const Regret uniform = regret_of_items(2, 1, mean);
  CHECK(exponent_of(thompson) < 0.5);
  CHECK(exponent_of(linucb) < 0.5);
  CHECK(exponent_of(epsilon_greedy) > 0.6);
  CHECK(exponent_of(uniform) == doctest::Approx(1).epsilon(0.05));
}

}  // namespace inkling
