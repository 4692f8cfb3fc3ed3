#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "expect.h"
#include "inkling/random.h"
#include "inkling/reranker.h"
#include "rerank_oracle.h"
#include "rerank_sample.h"
#include "sample_data.h"

namespace inkling {

TEST_CASE("xquad chooses what its formula says") { check_against_oracle(RerankTerm::Kind::kXquad, 400); }

TEST_CASE("calibration chooses what its formula says") { check_against_oracle(RerankTerm::Kind::kCalibrate, 400); }

TEST_CASE("clusters take turns as their formula says") { check_against_oracle(RerankTerm::Kind::kClusters, 400); }

TEST_CASE("values that are given are added as they are") { check_against_oracle(RerankTerm::Kind::kGiven, 200); }

TEST_CASE("a list is calibrated to the person's topics") {
  // 70 of every 100 events are of topic 0, the best candidates all of topic 1.
  std::vector<float> topics;
  std::vector<float> scores;
  for (std::size_t i = 0; i < 40; ++i) {
    topics.push_back(i < 20 ? 0.0f : 2.0f);
    topics.push_back(i < 20 ? 5.0f : 0.0f);
    scores.push_back(static_cast<float>(40 - i));
  }
  const SparseRows rows = sparse_rows_of({topics, 2});
  const std::vector<float> person{70, 30};
  RerankTerm term;
  term.kind = RerankTerm::Kind::kCalibrate;
  term.weight = 0.99;
  term.topics = &rows;
  term.person = person;
  RerankRequest request;
  request.scores = scores;
  request.terms = {&term, 1};
  const Candidates order = checked_list(request).order;
  CHECK(std::count_if(order.begin(), order.end(), [](std::int32_t i) { return i >= 20; }) == 7);
}

TEST_CASE("clusters with weight 1 are a round-robin, within a cluster by relevance") {
  const std::vector<float> scores{6, 7, 8, 9, 5, 4, 2, 3};
  const Candidates clusters{0, 0, 0, 0, 1, 1, 2, 2};
  RerankTerm term;
  term.kind = RerankTerm::Kind::kClusters;
  term.weight = 1;
  term.clusters = clusters;
  RerankRequest request;
  request.scores = scores;
  request.terms = {&term, 1};
  CHECK(checked_list(request).order == Candidates{3, 4, 7, 2, 5, 6, 1, 0});
}

TEST_CASE("vectors around different centres come into different clusters, and unknown ones into the last") {
  Random random(3);
  constexpr std::size_t kWidth = 7;
  std::vector<float> vectors;
  std::vector<std::size_t> blob;
  for (std::size_t i = 0; i < 90; ++i) {
    blob.push_back(i % 3 == 0 ? 5 : random_below(5, random));
    const float length = 0.1f + 9 * random.uniform();
    for (std::size_t c = 0; c < kWidth; ++c) {
      const float value = (c == blob[i] ? 1.0f : 0.0f) + 0.005f * random.normal();
      vectors.push_back(blob[i] == 5 ? 0 : length * value);
    }
  }
  const auto similarity = value_of(VectorSimilarity::make({vectors, kWidth}));
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const Candidates clusters = value_of(similarity->clusters(5, seed));
    CHECK(clusters == value_of(similarity->clusters(5, seed)));
    bool as_expected = true;
    for (std::size_t a = 0; a < blob.size(); ++a) {
      for (std::size_t b = 0; b < blob.size(); ++b) {
        as_expected = as_expected && (blob[a] == blob[b]) == (clusters[a] == clusters[b]);
      }
      as_expected = as_expected && (blob[a] == 5) == (clusters[a] == 5);
    }
    CHECK(as_expected);
  }
  CHECK(fails(similarity->clusters(0, 1), ErrorCode::kInvalidArgument));
}

TEST_CASE("there are no more clusters than vectors that differ, and each is nearest to the mean of its own") {
  const std::vector<float> few{1, 0, 2, 0, 0, 3, 0, 0};
  const Candidates clusters = value_of(value_of(VectorSimilarity::make({few, 2}))->clusters(4, 9));
  CHECK(clusters[0] == clusters[1]);
  CHECK(clusters[0] != clusters[2]);
  CHECK(clusters[3] == 2);

  Random random(4);
  constexpr std::size_t kWidth = 4;
  std::vector<float> vectors(60 * kWidth);
  for (float& value : vectors) value = random.normal();
  const auto similarity = value_of(VectorSimilarity::make({vectors, kWidth}));
  const Candidates of_each = value_of(similarity->clusters(6, 1));
  std::vector<double> means(6 * kWidth);
  for (std::size_t i = 0; i < of_each.size(); ++i) {
    double squares = 0;
    for (std::size_t c = 0; c < kWidth; ++c)
      squares += static_cast<double>(vectors[i * kWidth + c]) * vectors[i * kWidth + c];
    for (std::size_t c = 0; c < kWidth; ++c) {
      means[static_cast<std::size_t>(of_each[i]) * kWidth + c] += vectors[i * kWidth + c] / std::sqrt(squares);
    }
  }
  const auto cosine = [&](std::size_t i, std::size_t cluster) {
    double sum = 0;
    double squares = 0;
    for (std::size_t c = 0; c < kWidth; ++c) {
      sum += vectors[i * kWidth + c] * means[cluster * kWidth + c];
      squares += means[cluster * kWidth + c] * means[cluster * kWidth + c];
    }
    return sum / std::sqrt(squares);
  };
  for (std::size_t i = 0; i < of_each.size(); ++i) {
    for (std::size_t cluster = 0; cluster < 6; ++cluster) {
      CHECK(cosine(i, static_cast<std::size_t>(of_each[i])) >= cosine(i, cluster) - 1e-5);
    }
  }
}

}  // namespace inkling
