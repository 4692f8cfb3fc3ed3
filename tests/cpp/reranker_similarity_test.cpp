#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "expect.h"
#include "inkling/random.h"
#include "inkling/reranker.h"
#include "rerank_oracle.h"
#include "rerank_sample.h"
#include "sample_data.h"

namespace inkling {

namespace {

Candidates order_of(const RerankTerm& term, std::vector<float> scores, std::size_t k) {
  RerankRequest request;
  request.scores = scores;
  request.k = k;
  request.terms = {&term, 1};
  return checked_list(request).order;
}

}  // namespace

TEST_CASE("rows of similarities are cosines, to the bit alike for vectors that are") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    const RerankSample sample(seed);
    const auto check = [](const Similarity& similarity, DenseVectors vectors) {
      const OracleSimilarity oracle(vectors);
      const std::int32_t count = similarity.num_candidates();
      CHECK(static_cast<std::size_t>(count) == vectors.num_rows());
      std::vector<float> row(similarity.row_length());
      Furthest furthest;
      for (std::int32_t a = 0; a < count; ++a) {
        similarity.row(a, row);
        CHECK(similarity.knows(a) == oracle.known[static_cast<std::size_t>(a)]);
        for (std::int32_t b = 0; b < count; ++b) furthest.add(row[static_cast<std::size_t>(b)], oracle.of(a, b));
        for (std::size_t n = static_cast<std::size_t>(count); n < row.size(); ++n) CHECK(row[n] == 0);
        for (std::size_t b = 0; b < vectors.num_rows(); ++b) {
          const auto of_b = vectors.row(b);
          const auto of_a = vectors.row(static_cast<std::size_t>(a));
          if (std::equal(of_a.begin(), of_a.end(), of_b.begin())) CHECK(row[b] == row[static_cast<std::size_t>(a)]);
        }
      }
      CHECK(furthest.value() < 1e-6);
    };
    check(*sample.similarity, sample.vector_view());
    check(*sample.topic_similarity, sample.topic_view());
  }
}

TEST_CASE("vectors and topics that are none are refused") {
  const std::vector<float> values{1, 2, 3};
  CHECK(fails(VectorSimilarity::make({values, 2}), ErrorCode::kInvalidArgument, {"3", "2"}));
  CHECK(fails(VectorSimilarity::make({values, 0}), ErrorCode::kInvalidArgument));
  const std::vector<float> not_finite{1, NAN};
  CHECK(fails(VectorSimilarity::make({not_finite, 1}), ErrorCode::kNotFinite));
  CHECK(fails(TopicSimilarity::make({{0, 1}, {0}, {NAN}}), ErrorCode::kNotFinite));
  CHECK(fails(TopicSimilarity::make({{0, 1}, {0}, {-1}}), ErrorCode::kInvalidArgument));
  CHECK(fails(TopicSimilarity::make({{0, 1}, {-1}, {1}}), ErrorCode::kInvalidArgument));
  CHECK(succeeds(VectorSimilarity::make({{}, 4})));
}

TEST_CASE("vectors of any length have cosines") {
  const std::vector<float> values{1e30f, 0, 1e-30f, 1e-30f, 0, 3};
  const auto similarity = value_of(VectorSimilarity::make({values, 2}));
  std::vector<float> row(similarity->row_length());
  similarity->row(1, row);
  CHECK(row[0] == doctest::Approx(std::sqrt(0.5)));
  CHECK(row[1] == doctest::Approx(1));
  CHECK(row[2] == doctest::Approx(std::sqrt(0.5)));
}

TEST_CASE("mmr chooses what its formula says, with windows, earlier lists, duplicates and unknown vectors") {
  check_against_oracle(RerankTerm::Kind::kMmr, 1000);
}

TEST_CASE("msd chooses what its formula says, with windows, earlier lists, duplicates and unknown vectors") {
  check_against_oracle(RerankTerm::Kind::kMsd, 1000);
}

TEST_CASE(
    "dpp chooses what determinants from scratch say, with windows, earlier lists, duplicates and unknown vectors") {
  check_against_oracle(RerankTerm::Kind::kDpp, 1000);
}

TEST_CASE("mmr and dpp on topics choose what their formulas say") {
  for (std::uint64_t seed = 5000; seed < 5200; ++seed) {
    CAPTURE(seed);
    const RerankSample sample(seed);
    const OracleSimilarity oracle(sample.topic_view());
    for (const auto kind : {RerankTerm::Kind::kMmr, RerankTerm::Kind::kDpp}) {
      RerankTerm term = sample.term(kind, 0.5);
      term.similarity = sample.topic_similarity.get();
      RerankRequest request;
      request.scores = sample.scores;
      request.k = sample.k;
      request.terms = {&term, 1};
      const bool mmr = kind == RerankTerm::Kind::kMmr;
      CHECK(checked_list(request).order == oracle_order(request, {mmr ? mmr_oracle(oracle) : dpp_oracle(oracle)}));
    }
  }
}

TEST_CASE("a dpp list longer than the rank of the vectors is filled by relevance") {
  // Twelve candidates on three axes: one of each, then the rest by score.
  std::vector<float> vectors;
  std::vector<float> scores;
  for (std::size_t i = 0; i < 12; ++i) {
    for (std::size_t axis = 0; axis < 3; ++axis) vectors.push_back(axis == i / 4 ? 2.0f : 0.0f);
    scores.push_back(static_cast<float>(100 - i));
  }
  const auto similarity = value_of(VectorSimilarity::make({vectors, 3}));
  RerankTerm term;
  term.kind = RerankTerm::Kind::kDpp;
  term.weight = 0.9;
  term.similarity = similarity.get();
  CHECK(order_of(term, scores, 20) == Candidates{0, 4, 8, 1, 2, 3, 5, 6, 7, 9, 10, 11});
  SUBCASE("and with a window, what has left it is new again") {
    term.window = 2;
    CHECK(order_of(term, scores, 6) == Candidates{0, 4, 8, 1, 5, 9});
  }
}

TEST_CASE("a long dpp list with a window stays what determinants from scratch say") {
  Random random(77);
  constexpr std::size_t kCount = 120;
  constexpr std::size_t kWidth = 12;
  std::vector<float> vectors(kCount * kWidth);
  for (float& value : vectors) value = random.normal();
  std::vector<float> scores(kCount);
  for (float& score : scores) score = random.normal();
  const auto similarity = value_of(VectorSimilarity::make({vectors, kWidth}));
  RerankTerm term;
  term.kind = RerankTerm::Kind::kDpp;
  term.similarity = similarity.get();
  for (const std::size_t window : {1, 3, 10, 16}) {
    CAPTURE(window);
    term.weight = 0.3;
    term.window = window;
    RerankRequest request;
    request.scores = scores;
    request.k = 100;
    request.terms = {&term, 1};
    CHECK(checked_list(request).order == oracle_order(request, {dpp_oracle(OracleSimilarity({vectors, kWidth}))}));
  }
}

}  // namespace inkling
