#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "expect.h"
#include "inkling/random.h"
#include "inkling/reranker.h"
#include "rerank_oracle.h"
#include "rerank_sample.h"
#include "sample_data.h"

namespace inkling {

namespace {

using Unit = RerankConstraint::Unit;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kTolerance = 1e-9;

bool has(std::span<const std::int32_t> group, std::int32_t candidate) {
  return std::find(group.begin(), group.end(), candidate) != group.end();
}

// What a list makes of a constraint: above 0 it lacks, below 0 there is too much.
double lacking(const RerankConstraint& constraint, const Candidates& list) {
  double total = constraint.credit;
  for (std::size_t n = 0; n < list.size(); ++n) {
    if (!has(constraint.group, list[n])) continue;
    total += constraint.unit == Unit::kItems ? 1 : 1 / std::log2(static_cast<double>(n) + 2);
  }
  return std::max(0.0, constraint.floor - total) - std::max(0.0, total - constraint.ceiling);
}

double violation(const RerankRequest& request, const Candidates& list) {
  double sum = 0;
  for (const RerankConstraint& constraint : request.constraints) sum += std::abs(lacking(constraint, list));
  return sum;
}

// Of all lists that begin so.
double least_violation(const RerankRequest& request, Candidates list) {
  const std::size_t free = request.scores.size() - request.previous.size();
  if (list.size() == std::min(request.k, free)) return violation(request, list);
  double least = kInfinity;
  for (std::int32_t i = 0; static_cast<std::size_t>(i) < request.scores.size(); ++i) {
    if (has(list, i) || has(request.previous, i)) continue;
    list.push_back(i);
    least = std::min(least, least_violation(request, list));
    list.pop_back();
    if (least == 0) break;
  }
  return least;
}

void check_broken(const RerankRequest& request, const RerankedList& list) {
  std::size_t next = 0;
  for (std::size_t c = 0; c < request.constraints.size(); ++c) {
    const double expected = lacking(request.constraints[c], list.order);
    if (std::abs(expected) <= kTolerance) continue;
    REQUIRE(next < list.broken.size());
    CHECK(list.broken[next].constraint == static_cast<std::int32_t>(c));
    CHECK(list.broken[next].lacking == doctest::Approx(expected));
    ++next;
  }
  CHECK(next == list.broken.size());
}

// Each group has members of its own and a value of its own; spans show them.
struct SampleConstraints {
  void add(Unit unit, Candidates group, double floor, double ceiling, double credit = 0) {
    groups.push_back(std::move(group));
    constraints.push_back({unit, groups.back(), floor, ceiling, credit});
  }

  std::vector<Candidates> groups;  // moving a vector leaves its members in place
  std::vector<RerankConstraint> constraints;
};

SampleConstraints random_constraints(std::size_t num_candidates, std::size_t k, Random& random) {
  SampleConstraints sample;
  for (std::size_t count = 1 + random_below(3, random); count > 0; --count) {
    Candidates group;
    for (std::size_t i = 0; i < num_candidates; ++i) {
      if (random_below(2, random) == 0) group.push_back(static_cast<std::int32_t>(i));
    }
    const bool attention_counts = random_below(2, random) == 0;
    const double most = attention_counts ? 2.5 : static_cast<double>(k);
    double floor = most * random.uniform();
    double ceiling = floor + 0.5 * most * random.uniform();
    double credit = random_below(3, random) == 0 ? random.uniform() : 0;
    if (!attention_counts) {
      floor = std::floor(floor);
      ceiling = std::floor(ceiling);
      credit = std::round(credit);
    }
    if (random_below(3, random) == 0) floor = -1;
    if (random_below(3, random) == 0) ceiling = kInfinity;
    sample.add(attention_counts ? Unit::kAttention : Unit::kItems, std::move(group), floor, ceiling, credit);
  }
  return sample;
}

// A random list of random candidates in groups, so that constraints can be made that it satisfies.
Candidates random_list(std::size_t num_candidates, std::size_t k, Random& random) {
  const std::vector<std::uint32_t> order = random.permutation(num_candidates);
  return {order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k)};
}

// Groups that each candidate is in one of.
std::vector<Candidates> random_partition(std::size_t num_candidates, std::size_t num_groups, Random& random) {
  std::vector<Candidates> groups(num_groups);
  for (std::size_t i = 0; i < num_candidates; ++i) {
    groups[random_below(num_groups, random)].push_back(static_cast<std::int32_t>(i));
  }
  return groups;
}

}  // namespace

TEST_CASE("attention is of the positions that a list has in what is shown") {
  // Ten candidates, the best first; the last is to get what a third place gets.
  std::vector<float> scores(10);
  for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = static_cast<float>(10 - i);
  const std::vector<std::int32_t> group = {9};
  RerankConstraint seen;
  seen.unit = RerankConstraint::Unit::kAttention;
  seen.group = group;
  seen.floor = attention(3);
  RerankRequest request;
  request.scores = scores;
  request.k = 4;
  request.constraints = {&seen, 1};
  CHECK(value_of(rerank(request)).order == Candidates{0, 1, 9, 2});
  const std::vector<std::int32_t> positions = {1, 3, 4, 7};
  request.positions = positions;
  CHECK(value_of(rerank(request)).order == Candidates{0, 9, 1, 2});
  const std::vector<std::int32_t> late = {5, 6, 7, 8};
  request.positions = late;
  const RerankedList list = value_of(rerank(request));
  CHECK(list.order == Candidates{9, 0, 1, 2});
  REQUIRE(list.broken.size() == 1);
  CHECK(list.broken[0].lacking == doctest::Approx(attention(3) - attention(5)));
  for (const std::vector<std::int32_t>& wrong : {std::vector<std::int32_t>{1, 2, 3}, {0, 1, 2, 3}, {1, 2, 2, 3}}) {
    request.positions = wrong;
    CHECK(fails(rerank(request), ErrorCode::kInvalidArgument, {"positions"}));
  }
}

TEST_CASE("a small list under any constraints is the greedy one among those that break least") {
  int num_satisfied = 0;
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const std::size_t count = 1 + random_below(8, random);
    const std::vector<float> scores = random_numbers(count, random);
    const std::vector<float> values = random_numbers(count, random);
    RerankRequest request;
    request.scores = scores;
    request.k = 1 + random_below(5, random);
    const SampleConstraints sample = random_constraints(count, request.k, random);
    request.constraints = sample.constraints;
    const Candidates previous{0};
    if (count > 4 && random_below(3, random) == 0) request.previous = previous;
    RerankTerm term;
    term.weight = 0.5;
    term.values = values;
    request.terms = {&term, 1};

    const RerankedList list = checked_list(request);
    check_broken(request, list);
    const double least = least_violation(request, {});
    CHECK(std::abs(violation(request, list.order) - least) <= kTolerance);
    CHECK(list.broken.empty() == (least <= kTolerance));
    num_satisfied += list.broken.empty() ? 1 : 0;
    const Allowed allowed = [&](const Candidates& before, std::int32_t candidate) {
      Candidates with = before;
      with.push_back(candidate);
      return least_violation(request, with) <= least + kTolerance;
    };
    CHECK(list.order == oracle_order(request, {given_oracle(values)}, allowed));
  }
  CHECK(num_satisfied > 150);
  CHECK(num_satisfied < 450);
}

TEST_CASE("caps and quotas of disjoint groups, counted by hand") {
  const std::vector<float> scores{9, 8, 7, 6, 5, 4, 3, 2};
  SampleConstraints sample;
  RerankRequest request;
  request.scores = scores;
  request.k = 5;
  SUBCASE("a cap lets the next in") {
    sample.add(Unit::kItems, {0, 1, 2, 3}, 0, 2);
    request.constraints = sample.constraints;
    CHECK(checked_list(request).order == Candidates{0, 1, 4, 5, 6});
  }
  SUBCASE("a quota is met as late as can be") {
    sample.add(Unit::kItems, {6, 7}, 2, kInfinity);
    request.constraints = sample.constraints;
    CHECK(checked_list(request).order == Candidates{0, 1, 2, 6, 7});
  }
  SUBCASE("caps that leave nobody are broken as little as can be") {
    sample.add(Unit::kItems, {0, 1, 2, 3}, 0, 1);
    sample.add(Unit::kItems, {4, 5, 6, 7}, 0, 1);
    request.constraints = sample.constraints;
    const RerankedList list = checked_list(request);
    check_broken(request, list);
    CHECK(violation(request, list.order) == 3);
    CHECK(list.order == Candidates{0, 1, 2, 3, 4});
  }
  SUBCASE("quotas for more than there are") {
    sample.add(Unit::kItems, {5, 6}, 4, kInfinity);
    request.constraints = sample.constraints;
    const RerankedList list = checked_list(request);
    CHECK(list.order == Candidates{0, 1, 2, 5, 6});
    REQUIRE(list.broken.size() == 1);
    CHECK(list.broken[0].lacking == 2);
  }
  SUBCASE("what a list continues is not counted") {
    const Candidates previous{0, 6};
    sample.add(Unit::kItems, {0, 1, 2, 3}, 0, 2);
    sample.add(Unit::kItems, {6, 7}, 1, 1);
    request.constraints = sample.constraints;
    request.previous = previous;
    CHECK(checked_list(request).order == Candidates{1, 2, 4, 5, 7});
  }
}

TEST_CASE("attention is what places get, and credit moves both limits") {
  CHECK(attention(1) == 1);
  CHECK(attention(3) == 0.5);
  const std::vector<float> scores{5, 4, 3, 2};
  SampleConstraints sample;
  RerankRequest request;
  request.scores = scores;
  request.k = 3;
  SUBCASE("a floor that only the second place or the first reaches") {
    sample.add(Unit::kAttention, {3}, 0.6, kInfinity);
    request.constraints = sample.constraints;
    CHECK(checked_list(request).order == Candidates{0, 3, 1});
  }
  SUBCASE("a credit takes it back") {
    sample.add(Unit::kAttention, {3}, 0.6, kInfinity, 0.1);
    request.constraints = sample.constraints;
    CHECK(checked_list(request).order == Candidates{0, 1, 3});
  }
  SUBCASE("a ceiling that the third place keeps") {
    sample.add(Unit::kAttention, {0}, 0, 0.5);
    request.constraints = sample.constraints;
    CHECK(checked_list(request).order == Candidates{1, 2, 0});
  }
  SUBCASE("a debt too large for one list") {
    sample.add(Unit::kAttention, {3}, 0, kInfinity, -3);
    request.constraints = sample.constraints;
    const RerankedList list = checked_list(request);
    CHECK(list.order == Candidates{3, 0, 1});
    REQUIRE(list.broken.size() == 1);
    CHECK(list.broken[0].lacking == doctest::Approx(2));
  }
}

TEST_CASE("caps and quotas of two attributes are satisfied whenever they can be") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const std::size_t count = 60 + random_below(200, random);
    RerankRequest request;
    request.k = 10 + random_below(40, random);
    const std::vector<float> scores = random_numbers(count, random);
    request.scores = scores;
    const Candidates possible = random_list(count, request.k, random);
    SampleConstraints sample;
    for (const std::size_t num_groups : {2 + random_below(30, random), 2 + random_below(8, random)}) {
      for (Candidates& group : random_partition(count, num_groups, random)) {
        const auto in_list = static_cast<double>(
            std::count_if(possible.begin(), possible.end(), [&](std::int32_t i) { return has(group, i); }));
        const double slack = static_cast<double>(random_below(2, random));
        sample.add(Unit::kItems, std::move(group), in_list - slack, in_list + slack);
      }
    }
    std::vector<RerankConstraint> constraints;  // in any order
    for (const std::uint32_t c : random.permutation(sample.constraints.size())) {
      constraints.push_back(sample.constraints[c]);
    }
    request.constraints = constraints;
    const RerankedList list = checked_list(request);
    CHECK(list.broken.empty());
    CHECK(violation(request, list.order) == 0);
  }
}

TEST_CASE("a quota whose members are under caps of their own is met as far as these allow") {
  // 60 of 90 candidates are new; 30 groups of three, of each two are new and one may be listed.
  std::vector<float> scores;
  Candidates fresh;
  SampleConstraints sample;
  Random random(5);
  for (std::int32_t i = 0; i < 90; ++i) {
    scores.push_back(i % 3 == 0 ? 2 + random.uniform() : random.uniform());
    if (i % 3 != 0) fresh.push_back(i);
    if (i % 3 == 0) sample.add(Unit::kItems, {i, i + 1, i + 2}, 0, 1);
  }
  RerankRequest request;
  request.scores = scores;
  request.k = 30;
  sample.add(Unit::kItems, fresh, 22, kInfinity);
  request.constraints = sample.constraints;
  const RerankedList list = checked_list(request);
  CHECK(list.broken.empty());
  for (std::size_t place = 0; place < 30; ++place) CHECK((list.order[place] % 3 == 0) == (place < 8));
  SUBCASE("with what is lacking told") {
    sample.constraints.back().floor = 33;
    const RerankedList closest = checked_list(request);
    CHECK(violation(request, closest.order) == 3);
    REQUIRE(!closest.broken.empty());
    check_broken(request, closest);
  }
}

TEST_CASE("shares of attention in long lists are satisfied") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    constexpr std::size_t kCount = 200;
    const std::vector<float> scores = random_numbers(kCount, random);
    RerankRequest request;
    request.scores = scores;
    request.k = 50;
    double all = 0;
    for (std::size_t place = 1; place <= request.k; ++place) all += attention(place);
    SampleConstraints sample;
    const std::size_t num_groups = 2 + random_below(4, random);
    for (Candidates& group : random_partition(kCount, num_groups, random)) {
      const double share = all / static_cast<double>(num_groups);
      sample.add(Unit::kAttention, std::move(group), 0.95 * share, 1.1 * share);
    }
    for (Candidates& group : random_partition(kCount, 25, random)) sample.add(Unit::kItems, std::move(group), 0, 4);
    request.constraints = sample.constraints;
    const RerankedList list = checked_list(request);
    CHECK(list.broken.empty());
    CHECK(violation(request, list.order) <= kTolerance);
  }
}

TEST_CASE("where the search ends early a list is whole, and what it breaks is told") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    constexpr std::size_t kCount = 300;
    const std::vector<float> scores = random_numbers(kCount, random);
    RerankRequest request;
    request.scores = scores;
    request.k = 60;
    const Candidates possible = random_list(kCount, request.k, random);
    SampleConstraints sample;
    for (const std::size_t num_groups : {3, 5, 20, 40}) {
      for (Candidates& group : random_partition(kCount, num_groups, random)) {
        const double size = static_cast<double>(
            std::count_if(possible.begin(), possible.end(), [&](std::int32_t i) { return has(group, i); }));
        sample.add(Unit::kItems, group, size, size + 1);
        sample.add(Unit::kAttention, std::move(group), 0.2 * size, 0.3 * size);
      }
    }
    request.constraints = sample.constraints;
    check_broken(request, checked_list(request));
  }
}

TEST_CASE("constraints that make no sense are refused") {
  const std::vector<float> scores{1, 2};
  const Candidates both{0, 1};
  RerankRequest request;
  request.scores = scores;
  const auto status_of = [&](const RerankConstraint& constraint) {
    request.constraints = {&constraint, 1};
    return rerank(request).status();
  };
  CHECK(succeeds(status_of({Unit::kItems, both, 0, 1, 0})));
  CHECK(succeeds(status_of({Unit::kAttention, {}, -0.5, 0.5, 0.1})));
  for (const Candidates& group : {Candidates{2}, Candidates{-1}, Candidates{1, 1}}) {
    CHECK(fails(status_of({Unit::kItems, group, 0, 1, 0}), ErrorCode::kInvalidArgument, {"constraint 0", "group"}));
  }
  CHECK(fails(status_of({Unit::kItems, both, 2, 1, 0}), ErrorCode::kInvalidArgument, {"floor"}));
  CHECK(fails(status_of({Unit::kItems, both, NAN, 1, 0}), ErrorCode::kInvalidArgument, {"floor"}));
  CHECK(fails(status_of({Unit::kItems, both, 0, NAN, 0}), ErrorCode::kInvalidArgument, {"floor"}));
  CHECK(fails(status_of({Unit::kItems, both, kInfinity, kInfinity, 0}), ErrorCode::kInvalidArgument, {"floor"}));
  CHECK(fails(status_of({Unit::kAttention, both, 0, 1, NAN}), ErrorCode::kInvalidArgument, {"credit"}));
  for (const RerankConstraint& constraint :
       {RerankConstraint{Unit::kItems, both, 0.5, 1, 0}, RerankConstraint{Unit::kItems, both, 0, 1.5, 0},
        RerankConstraint{Unit::kItems, both, 0, 1, 0.5}}) {
    CHECK(fails(status_of(constraint), ErrorCode::kInvalidArgument, {"whole"}));
  }
}

}  // namespace inkling
