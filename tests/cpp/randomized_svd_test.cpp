#include "factorization/randomized_svd.h"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "dense_matrix.h"
#include "expect.h"
#include "inkling/random.h"
#include "sample_data.h"

namespace inkling {

namespace {

struct Scales {
  std::vector<float> users;
  std::vector<float> items;
};

Scales random_scales(const Interactions& interactions, float smallest, std::uint64_t seed) {
  Random random(seed);
  Scales scales;
  for (std::int32_t user = 0; user < interactions.num_users(); ++user) {
    scales.users.push_back(smallest + random.uniform());
  }
  for (std::int32_t item = 0; item < interactions.num_items(); ++item) {
    scales.items.push_back(smallest + random.uniform());
  }
  return scales;
}

Scales scales_of_one(const Interactions& interactions) {
  return {std::vector<float>(static_cast<std::size_t>(interactions.num_users()), 1.0f),
          std::vector<float>(static_cast<std::size_t>(interactions.num_items()), 1.0f)};
}

Matrix dense(const Interactions& interactions, const Scales& scales) {
  Matrix out(interactions.num_users(), interactions.num_items());
  for (std::int32_t user = 0; user < interactions.num_users(); ++user) {
    for (const std::int32_t item : interactions.by_user().row_columns(user)) {
      out(user, item) = double{scales.users[user]} * scales.items[item];
    }
  }
  return out;
}

struct Decomposed {
  std::vector<float> values;
  Matrix vectors;  // (num_items, num_factors)
  std::vector<float> raw_vectors;
};

Decomposed decompose(const Interactions& interactions, const Scales& scales, std::size_t num_factors,
                     std::int64_t iterations, int num_threads = 1, std::int64_t slice = 1 << 30,
                     std::uint64_t seed = 1) {
  ThreadPool pool(num_threads);
  RandomizedSvd svd(interactions, scales.users, scales.items, num_factors, iterations, seed, pool);
  std::int64_t last = 0;
  while (!svd.done()) {
    CHECK(succeeds(svd.step(slice)));
    CHECK(svd.done_work() > last);
    last = svd.done_work();
  }
  CHECK(last == svd.total_work());
  Decomposed out{svd.singular_values(), {}, svd.take_item_vectors()};
  REQUIRE(out.raw_vectors.size() == static_cast<std::size_t>(interactions.num_items()) * num_factors);
  out.vectors = Matrix::of(out.raw_vectors, num_factors);
  return out;
}

// Against Eigen: the values, and the space that the first `space` vectors span, which must lie apart from the rest.
void check_against_eigen(const Interactions& interactions, const Scales& scales, const Decomposed& actual,
                         std::size_t space) {
  const SingularValues exact = singular_values_of(dense(interactions, scales));
  const double largest = exact.values[0];
  Furthest furthest;
  for (std::size_t f = 0; f < actual.values.size(); ++f) {
    const double expected = f < exact.values.size() ? exact.values[f] : 0.0;
    furthest.add(actual.values[f] / largest, expected / largest);
  }
  CHECK(furthest.value() < 1e-4);
  const Matrix expected = exact.right.first_columns(space);
  const Matrix found = actual.vectors.first_columns(space);
  CHECK((found * found.transpose() - expected * expected.transpose()).largest() < 2e-4);
}

}  // namespace

TEST_CASE("singular values and the space of their vectors are those that Eigen finds") {
  // Six clusters give six values well apart from the others.
  for (const auto& [num_users, num_items] : {UserItem{90, 50}, UserItem{41, 97}, UserItem{60, 60}}) {
    CAPTURE(num_users);
    const Interactions interactions = clustered_data(num_users, num_items, 6, 3).train;
    for (const float smallest : {0.05f, 1.0f}) {
      const Scales scales = random_scales(interactions, smallest, 4);
      for (const std::size_t num_factors : {1, 6}) {
        CAPTURE(num_factors);
        const Decomposed found = decompose(interactions, scales, num_factors, 60);
        check_against_eigen(interactions, scales, found, num_factors);
        // Each vector alone: orthonormal, and what AᵀA does to it is its value squared.
        const Matrix a = dense(interactions, scales);
        for (std::size_t f = 0; f < num_factors; ++f) {
          const Matrix v = found.vectors.column(f);
          const double square = double{found.values[f]} * found.values[f];
          CHECK((a.transpose() * (a * v) - square * v).largest() < 1e-3 * found.values[0] * found.values[0]);
        }
        CHECK((found.vectors.transpose() * found.vectors - Matrix::identity(num_factors)).largest() < 1e-5);
      }
    }
  }
}

TEST_CASE("of a matrix of lower rank the vectors from the rank on are zeros") {
  std::vector<UserItem> ones;
  std::vector<UserItem> blocks;
  for (std::int32_t user = 0; user < 30; ++user) {
    for (std::int32_t item = 0; item < 23; ++item) {
      ones.emplace_back(user, item);
      if (user % 3 == item % 3) blocks.emplace_back(user, item);
    }
  }
  struct Case {
    Interactions interactions;
    std::size_t rank;
  };
  const Case cases[] = {{interactions_of({{0, 0}}), 1},
                        {interactions_of({{0, 0}, {0, 1}, {0, 2}}), 1},
                        {interactions_of({{0, 0}, {1, 0}, {2, 0}}, 5, 3), 1},
                        {interactions_of(ones), 1},
                        {interactions_of(blocks, 40, 30), 3},
                        {interactions_of({{0, 0}, {1, 1}, {2, 2}, {3, 3}}, 9, 9), 4}};
  for (const Case& one : cases) {
    CAPTURE(one.rank);
    for (const std::size_t num_factors : {4, 40}) {
      for (const std::int64_t iterations : {1, 10}) {
        const Scales scales = scales_of_one(one.interactions);
        const Decomposed found = decompose(one.interactions, scales, num_factors, iterations);
        check_against_eigen(one.interactions, scales, found, one.rank);
        for (std::size_t f = one.rank; f < num_factors; ++f) CHECK(found.values[f] == 0);
        const Matrix rest = found.vectors.block(0, one.rank, found.vectors.rows(), num_factors - one.rank);
        CHECK(rest.largest() == 0);
      }
    }
  }
}

TEST_CASE("as many factors as there are items give all singular values") {
  const Interactions interactions = random_interactions(70, 37, 0.3f, 5);
  const Scales scales = random_scales(interactions, 0.1f, 6);
  check_against_eigen(interactions, scales, decompose(interactions, scales, 37, 5), 36);  // item 0 was met by nobody
}

TEST_CASE("iterations bring the values closer from below") {
  const Interactions interactions = random_interactions(150, 120, 0.2f, 7);
  const Scales scales = scales_of_one(interactions);
  const std::vector<double> exact = singular_values_of(dense(interactions, scales)).values;
  double whole = 0;
  for (std::size_t f = 0; f < 20; ++f) whole += exact[f] * exact[f];
  double last = 0;
  for (const std::int64_t iterations : {1, 2, 4, 8, 32}) {
    double share = 0;
    const Decomposed found = decompose(interactions, scales, 20, iterations);
    for (const float value : found.values) share += double{value} * value;
    share /= whole;
    CAPTURE(iterations);
    CHECK(share > (last < 0.999 ? last : last - 1e-5));
    CHECK(share < 1.00001);
    if (iterations == 1) CHECK(share < 0.99);
    last = share;
  }
  CHECK(last > 0.99999);
}

TEST_CASE("any number of threads and any slices give the same vectors, bit for bit") {
  const Interactions interactions = random_interactions(700, 650, 0.02f, 8);
  const Scales scales = random_scales(interactions, 0.2f, 9);
  const Decomposed expected = decompose(interactions, scales, 20, 3);
  for (const int num_threads : {2, 3, 4}) {
    for (const std::int64_t slice : {1, 100, 10000}) {
      const Decomposed found = decompose(interactions, scales, 20, 3, num_threads, slice);
      CHECK(found.raw_vectors == expected.raw_vectors);
      CHECK(found.values == expected.values);
    }
  }
  CHECK(decompose(interactions, scales, 20, 3, 1, 1 << 30, 2).raw_vectors != expected.raw_vectors);
}

TEST_CASE("scales that are not finite are an error") {
  const Interactions interactions = random_interactions(20, 15, 0.3f, 1);
  Scales scales = scales_of_one(interactions);
  scales.items[3] = std::numeric_limits<float>::infinity();
  ThreadPool pool(1);
  RandomizedSvd svd(interactions, scales.users, scales.items, 4, 2, 1, pool);
  CHECK(fails(svd.step(1 << 30), ErrorCode::kNotFinite, {"exponents"}));
}

}  // namespace inkling
