#include "inkling/online_blend.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "expect.h"
#include "fixed_model.h"
#include "inkling/learn_choice.h"
#include "inkling/random.h"
#include "sample_data.h"

namespace inkling {

namespace {

constexpr std::size_t kParts = 4;

struct Shown {
  std::vector<float> z;  // of the taken item, then of those passed over
  std::vector<float> sums;
  Choice choice() const {
    return {std::span(z).first(kParts), sums[0], std::span(z).subspan(kParts), std::span(sums).subspan(1)};
  }
};

// Of `count` items, the one that `taste` weighs highest is taken; the prior weighs the parts alike.
Shown shown_to(const std::vector<float>& taste, std::size_t count, Random& random) {
  std::vector<std::vector<float>> items(count);
  std::vector<float> wanted;
  for (auto& item : items) {
    float sum = 0;
    for (std::size_t p = 0; p < kParts; ++p) {
      item.push_back(random.normal());
      sum += taste[p] * item.back();
    }
    wanted.push_back(sum);
  }
  const auto best = std::max_element(wanted.begin(), wanted.end()) - wanted.begin();
  std::swap(items[0], items[static_cast<std::size_t>(best)]);
  Shown shown;
  for (const auto& item : items) {
    float sum = 0;
    for (const float z : item) sum += 0.5f * z;
    shown.z.insert(shown.z.end(), item.begin(), item.end());
    shown.sums.push_back(sum);
  }
  return shown;
}

struct Losses {
  double prior = 0;
  double learned = 0;
};

template <class NextChoice>
Losses simulate(OnlineBlend& blend, int num_choices, const NextChoice& next) {
  Losses losses;
  for (int n = 0; n < num_choices; ++n) {
    const Shown shown = next(n, blend);
    losses.prior += OnlineBlend::loss(shown.choice(), {}) / num_choices;
    losses.learned += OnlineBlend::loss(shown.choice(), blend.tilt({})) / num_choices;
    blend.learn(shown.choice(), {});
  }
  return losses;
}

}  // namespace

TEST_CASE("a taste that differs from everybody's is learned, and one that changes is learned again") {
  Random random(3);
  OnlineBlend blend(kParts);
  const std::vector<float> first = {2, -1, 0, 0.5f};
  const std::vector<float> second = {-1, 2, 0.5f, 0};
  simulate(blend, 300, [&](int, const OnlineBlend&) { return shown_to(first, 10, random); });
  const Losses settled = simulate(blend, 100, [&](int, const OnlineBlend&) { return shown_to(first, 10, random); });
  CHECK(settled.learned < 0.7 * settled.prior);
  simulate(blend, 600, [&](int, const OnlineBlend&) { return shown_to(second, 10, random); });
  const Losses changed = simulate(blend, 100, [&](int, const OnlineBlend&) { return shown_to(second, 10, random); });
  CHECK(changed.learned < 0.8 * changed.prior);
}

TEST_CASE("whoever chooses, the mean loss stays within the stated margin of the prior's") {
  for (const int num_choices : {1, 10, 100, 1000}) {
    CAPTURE(num_choices);
    const double margin = OnlineBlend::margin(num_choices);
    Random random(5);
    // At random.
    OnlineBlend blend(kParts);
    const Losses aimless = simulate(blend, num_choices, [&](int, const OnlineBlend&) {
      std::vector<float> whim;
      for (std::size_t p = 0; p < kParts; ++p) whim.push_back(random.normal());
      return shown_to(whim, 5, random);
    });
    CHECK(aimless.learned <= aimless.prior + margin);
    // Against whatever was learned: what the tilt likes least is taken.
    OnlineBlend teased(kParts);
    const Losses against = simulate(teased, num_choices, [&](int, const OnlineBlend& now) {
      std::vector<float> taste = now.tilt({});
      for (float& weight : taste) weight = -100 * weight + 0.01f * random.normal();
      return shown_to(taste, 5, random);
    });
    CHECK(against.learned <= against.prior + margin);
  }
  CHECK(OnlineBlend::margin(1) == doctest::Approx(4 * std::sqrt(std::log(10.0))));
  CHECK(OnlineBlend::margin(10000) == doctest::Approx(OnlineBlend::margin(1) / 100));
}

TEST_CASE("no scores whatever make the weights blow up") {
  OnlineBlend blend(kParts);
  Random random(9);
  for (int n = 0; n < 2000; ++n) {
    const float size = std::pow(10.0f, static_cast<float>(random.below(30)) - 5);
    Shown shown = shown_to({1, 0, 0, 0}, 3, random);
    for (float& z : shown.z) z *= size;
    for (float& sum : shown.sums) sum *= random.below(2) == 0 ? size : -size;
    blend.learn(shown.choice(), {});
    for (const float weight : blend.tilt({})) {
      REQUIRE(std::isfinite(weight));
      REQUIRE(std::abs(weight) <= 3.001f);
    }
  }
  const std::int64_t before = blend.num_choices();
  Shown broken = shown_to({1, 0, 0, 0}, 3, random);
  broken.z[2] = NAN;
  blend.learn(broken.choice(), {});
  CHECK(blend.num_choices() == before);
}

TEST_CASE("what a person takes in the evening says less of the morning") {
  Random random(11);
  OnlineBlend blend(kParts);
  Moment evening;
  evening.values[3] = 1;
  Moment morning;
  morning.values[1] = 1;
  for (int n = 0; n < 400; ++n) {
    blend.learn(shown_to({2, -2, 0, 0}, 10, random).choice(), evening);
    blend.learn(shown_to({-2, 2, 0, 0}, 10, random).choice(), morning);
  }
  CHECK(blend.tilt(evening)[0] > blend.tilt(morning)[0] + 0.1f);
  CHECK(blend.tilt(evening)[1] < blend.tilt(morning)[1] - 0.1f);
}

TEST_CASE("an item taken from a list teaches by those beside it, one from elsewhere by others of the catalogue") {
  std::vector<std::unique_ptr<Model>> members;
  members.push_back(std::make_unique<FixedModel>(std::vector<float>{1, 2, 3, 4, 5, 6}));
  members.push_back(std::make_unique<FixedModel>(std::vector<float>{6, 5, 4, 3, 2, 1}));
  BlendWeights weights;
  weights.numbers.assign(BlendWeights::kRows * 3, 0.0f);
  weights.numbers[0] = weights.numbers[1] = 1;
  NearItems near;
  near.prior = 1;
  near.rows.offsets.assign(7, 0);
  const Hybrid hybrid(std::move(members), {{0, 0}, {1, 0}}, weights, near, nullptr, std::vector<float>(6, 50.0f), "{}");
  const std::vector<std::int32_t> shown = {0, 1, 2};
  OnlineBlend from_list(2);
  REQUIRE(succeeds(learn_choice(hybrid, {{}, 0, shown, {}}, from_list)));
  CHECK(from_list.tilt({})[1] > from_list.tilt({})[0]);
  OnlineBlend from_elsewhere(2);
  REQUIRE(succeeds(learn_choice(hybrid, {{}, 5, shown, {}}, from_elsewhere)));
  CHECK(from_elsewhere.tilt({})[0] > from_elsewhere.tilt({})[1]);
  OnlineBlend nothing(2);
  REQUIRE(succeeds(learn_choice(hybrid, {{}, 17, shown, {}}, nothing)));
  CHECK(nothing.num_choices() == 0);
}

}  // namespace inkling
