#include "inkling/item_factors.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "expect.h"
#include "inkling/random.h"
#include "kernels/top_k.h"
#include "sample_data.h"

namespace inkling {

namespace {

enum class RowKind { kRandom, kFewValues, kPowerLaw, kManyZeros, kAllEqual };

std::vector<float> rows_of(RowKind kind, std::size_t num_items, std::size_t num_factors, Random& random) {
  std::vector<float> rows(num_items * num_factors);
  for (std::size_t item = 0; item < num_items; ++item) {
    const float length = kind == RowKind::kPowerLaw ? 1 / (1 + 50 * random.uniform()) : 1;
    const bool empty = kind == RowKind::kManyZeros && random.below(10) != 0;
    for (std::size_t f = 0; f < num_factors; ++f) {
      float value = length * random.normal();
      if (kind == RowKind::kFewValues) value = static_cast<float>(random.below(2));
      if (kind == RowKind::kAllEqual) value = 0.37f;
      rows[item * num_factors + f] = empty ? 0 : value;
    }
  }
  return rows;
}

ItemFactors stored(const ItemFactors& factors, FactorStorage storage) {
  TensorFile file;
  file.set_factor_storage(storage);
  factors.write(file);
  // Written and read: the rows then stand in the bytes of a file that is gone, so a part is read, which copies.
  TensorFile whole;
  whole.add_part("a.", std::move(file));
  return value_of(ItemFactors::read(whole.part("a."), factors.num_items()));
}

void add_biases(const void* context, std::size_t first, std::span<float> scores) {
  const auto& biases = *static_cast<const std::vector<float>*>(context);
  for (std::size_t n = 0; n < scores.size(); ++n) scores[n] = 2 * scores[n] + biases[first + n];
}

// Whether the best are those of all scores and a full sort, to the bit, for several k.
bool is_exact(const ItemFactors& factors, const std::vector<float>& user, const std::vector<std::uint8_t>& skip,
              ThreadPool* pool, const std::vector<float>* biases) {
  std::vector<float> scores(factors.num_items());
  factors.score(user.data(), 0, scores);
  if (biases != nullptr) add_biases(biases, 0, scores);
  const std::vector<std::int32_t> expected = kernels::top_k_naive({scores, skip, {}}, scores.size());
  for (const std::size_t k : {std::size_t{1}, std::size_t{10}, std::size_t{100}, factors.num_items()}) {
    if (k > 5000) continue;  // time
    std::vector<ScoredItem> best;
    if (!factors.top_k({user.data(), skip, k, pool, biases != nullptr ? &add_biases : nullptr, biases}, best)) {
      return false;
    }
    if (best.size() != std::min(k, expected.size())) return false;
    for (std::size_t n = 0; n < best.size(); ++n) {
      if (best[n].item != expected[n] || best[n].score != scores[static_cast<std::size_t>(expected[n])]) return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("the best without all scores are those of a full sort, to the bit, from floats and from integers") {
  Random random(1);
  ThreadPool pool(2);
  struct Size {
    std::size_t num_items;
    std::size_t num_factors;
  };
  for (const Size size : {Size{1, 1}, Size{7, 3}, Size{259, 5}, Size{4001, 17}, Size{16390, 65}, Size{32803, 33}}) {
    for (const RowKind kind :
         {RowKind::kRandom, RowKind::kFewValues, RowKind::kPowerLaw, RowKind::kManyZeros, RowKind::kAllEqual}) {
      if (size.num_items > 4001 && kind != RowKind::kPowerLaw && kind != RowKind::kFewValues) continue;  // time
      CAPTURE(size.num_items);
      CAPTURE(static_cast<int>(kind));
      ItemFactors factors(rows_of(kind, size.num_items, size.num_factors, random), size.num_factors);
      const ItemFactors quantized = stored(factors, FactorStorage::kInt8);
      factors.prepare_scan();
      std::vector<float> user(size.num_factors);
      for (float& value : user) value = random.normal();
      std::vector<float> biases(size.num_items);
      for (float& value : biases) value = random.normal();
      std::vector<std::uint8_t> skip(size.num_items);
      for (const int every : {0, 3, 1}) {  // none, a third, all
        for (std::uint8_t& value : skip) value = every > 0 && random.below(static_cast<std::uint64_t>(every)) == 0;
        CHECK(is_exact(factors, user, skip, nullptr, nullptr));
        CHECK(is_exact(quantized, user, skip, &pool, nullptr));
        if (every == 3) CHECK(is_exact(factors, user, skip, &pool, &biases));
      }
      std::fill(user.begin(), user.end(), 0.0f);
      CHECK(is_exact(factors, user, skip, &pool, nullptr));
    }
  }
}

TEST_CASE("of a large catalogue few rows are scored as floats, and all where integers cannot tell them apart") {
  constexpr std::size_t kFactors = 64;
  constexpr std::size_t kItems = 40000;
  Random random(4);
  ThreadPool pool(2);
  ItemFactors factors(rows_of(RowKind::kRandom, kItems, kFactors, random), kFactors);
  const ItemFactors quantized = stored(factors, FactorStorage::kInt8);
  ItemFactors equal(rows_of(RowKind::kAllEqual, kItems, kFactors, random), kFactors);
  std::vector<float> user(kFactors);
  for (float& value : user) value = random.normal();
  const std::vector<std::uint8_t> skip(kItems);
  const auto rows_scored = [&](const ItemFactors& rows, std::size_t k, ThreadPool* threads) {
    std::size_t scored = 0;
    std::vector<ScoredItem> best;
    CHECK(rows.top_k({user.data(), skip, k, threads, nullptr, nullptr, &scored}, best));
    CHECK(best.size() == k);
    return scored;
  };
  CHECK(rows_scored(factors, 100, nullptr) == kItems);  // nothing is prepared yet
  factors.prepare_scan();
  equal.prepare_scan();
  for (ThreadPool* threads : {static_cast<ThreadPool*>(nullptr), &pool}) {
    for (const ItemFactors* rows : {&std::as_const(factors), &quantized}) {
      const std::size_t scored = rows_scored(*rows, 100, threads);
      CHECK(scored >= 100);
      CHECK(scored < 400);
    }
    CHECK(rows_scored(equal, 100, threads) == kItems);
    CHECK(rows_scored(factors, kItems / 2, threads) == kItems);
  }
}

TEST_CASE("scores that no float holds are told, whatever they are computed from") {
  Random random(2);
  ItemFactors factors(rows_of(RowKind::kRandom, 20000, 60, random), 60);
  const ItemFactors quantized = stored(factors, FactorStorage::kInt8);
  factors.prepare_scan();
  const std::vector<std::uint8_t> skip(20000);
  for (const float value : {1e38f, std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    const std::vector<float> user(60, value);
    std::vector<ScoredItem> best;
    CHECK_FALSE(factors.top_k({user.data(), skip, 10}, best));
    CHECK_FALSE(quantized.top_k({user.data(), skip, 10}, best));
  }
}

TEST_CASE("small and large numbers rank as exactly as those in between") {
  Random random(3);
  for (const float size : {1e-36f, 1e-30f, 1e-20f, 1e15f}) {
    CAPTURE(size);
    std::vector<float> rows = rows_of(RowKind::kRandom, 20000, 60, random);
    for (float& value : rows) value *= size;
    ItemFactors factors(std::move(rows), 60);
    factors.prepare_scan();
    std::vector<float> user(60);
    for (float& value : user) value = random.normal();
    CHECK(is_exact(factors, user, std::vector<std::uint8_t>(20000), nullptr, nullptr));
  }
}

TEST_CASE("rows, cosines and gram of every storage are those of its floats") {
  Random random(4);
  for (const FactorStorage storage : {FactorStorage::kF32, FactorStorage::kF16, FactorStorage::kInt8}) {
    const ItemFactors original(rows_of(RowKind::kManyZeros, 201, 13, random), 13);
    const ItemFactors factors = stored(original, storage);
    CHECK(factors.quantized() == (storage == FactorStorage::kInt8));
    const std::vector<float> rows = factors.to_floats();
    const ItemFactors floats(rows, 13);
    if (storage == FactorStorage::kF32) CHECK(rows == original.to_floats());
    CHECK(stored(factors, storage).to_floats() == rows);
    CHECK(factors.longest_row() == floats.longest_row());
    CHECK(factors.gram(0.5f) == floats.gram(0.5f));
    std::vector<float> scratch(13);
    std::vector<float> actual(201);
    std::vector<float> expected(201);
    for (const std::int32_t item : {0, 17, 200}) {
      const float* row = factors.row(item, scratch.data());
      CHECK(std::equal(row, row + 13, rows.begin() + 13 * item));
      factors.cosines(item, actual);
      floats.cosines(item, expected);
      CHECK(actual == expected);
    }
  }
}

}  // namespace inkling
