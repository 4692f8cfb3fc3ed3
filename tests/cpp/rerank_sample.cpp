#include "rerank_sample.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "expect.h"
#include "inkling/random.h"
#include "sample_data.h"

namespace inkling {

SparseRows sparse_rows_of(DenseVectors values) {
  SparseRows rows;
  for (std::size_t i = 0; i < values.num_rows(); ++i) {
    for (std::size_t c = 0; c < values.width; ++c) {
      if (values.row(i)[c] == 0) continue;
      rows.columns.push_back(static_cast<std::int32_t>(c));
      rows.values.push_back(values.row(i)[c]);
    }
    rows.offsets.push_back(static_cast<std::int64_t>(rows.columns.size()));
  }
  return rows;
}

RerankSample::RerankSample(std::uint64_t seed) {
  Random random(seed);
  const std::size_t count = 1 + random_below(24, random);
  k = 1 + random_below(12, random);
  width = 2 + random_below(12, random);
  num_topics = 1 + random_below(6, random);
  window = random_below(5, random);
  for (std::size_t i = 0; i < count; ++i) {
    const bool copied = i > 0 && random_below(6, random) == 0;
    const std::size_t original = copied ? random_below(i, random) : i;
    const bool known = random_below(6, random) > 0;
    // Every other copy has its original's score, too.
    scores.push_back(copied && random_below(2, random) == 0 ? scores[original] : random.normal());
    for (std::size_t c = 0; c < width; ++c) {
      vectors.push_back(copied ? vectors[original * width + c] : known ? random.normal() : 0);
    }
    for (std::size_t c = 0; c < num_topics; ++c) {
      const bool has = known && random_below(2, random) == 0;
      topics.push_back(copied ? topics[original * num_topics + c] : has ? random.uniform() : 0);
    }
    clusters.push_back(static_cast<std::int32_t>(random_below(std::min<std::size_t>(count, 5), random)));
    values.push_back(random.normal());
  }
  for (std::size_t c = 0; c < num_topics; ++c) {
    person.push_back(random_below(4, random) == 0 ? 0 : random.uniform());
  }
  const std::vector<std::uint32_t> order = random.permutation(count);
  const std::size_t num_previous =
      random_below(3, random) == 0 ? random_below(std::min<std::size_t>(count, 4), random) : 0;
  previous.assign(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(num_previous));
  topic_rows = sparse_rows_of(topic_view());
  similarity = value_of(VectorSimilarity::make(vector_view()));
  topic_similarity = value_of(TopicSimilarity::make(topic_rows));
}

RerankTerm RerankSample::term(RerankTerm::Kind kind, double weight) const {
  RerankTerm term;
  term.kind = kind;
  term.weight = weight;
  term.similarity = similarity.get();
  term.topics = &topic_rows;
  term.person = person;
  term.clusters = clusters;
  term.values = values;
  if (kind <= RerankTerm::Kind::kXquad) term.window = window;
  return term;
}

OracleGain RerankSample::oracle(RerankTerm::Kind kind) const {
  switch (kind) {
    case RerankTerm::Kind::kMmr:
      return mmr_oracle(OracleSimilarity(vector_view()));
    case RerankTerm::Kind::kMsd:
      return msd_oracle(OracleSimilarity(vector_view()));
    case RerankTerm::Kind::kDpp:
      return dpp_oracle(OracleSimilarity(vector_view()));
    case RerankTerm::Kind::kXquad:
      return xquad_oracle(topic_view(), person);
    case RerankTerm::Kind::kCalibrate:
      return calibrate_oracle(topic_view(), person);
    case RerankTerm::Kind::kClusters:
      return clusters_oracle(clusters);
    case RerankTerm::Kind::kGiven:
      break;
  }
  return given_oracle(values);
}

void check_against_oracle(RerankTerm::Kind kind, std::uint64_t num_seeds) {
  constexpr double kWeights[] = {0, 0.3, 0.5, 0.9, 1};
  for (std::uint64_t seed = 0; seed < num_seeds; ++seed) {
    CAPTURE(seed);
    const RerankSample sample(seed);
    const RerankTerm term = sample.term(kind, kWeights[seed % std::size(kWeights)]);
    RerankRequest request;
    request.scores = sample.scores;
    request.k = sample.k;
    request.terms = {&term, 1};
    request.previous = sample.previous;
    CHECK(checked_list(request).order == oracle_order(request, {sample.oracle(kind)}));
  }
}

RerankedList checked_list(const RerankRequest& request) {
  const RerankedList list = value_of(rerank(request));
  CHECK(list.order.size() == std::min(request.k, request.scores.size() - request.previous.size()));
  CHECK(list.parts.size() == list.order.size() * (1 + request.terms.size()));
  Candidates all = list.order;
  all.insert(all.end(), request.previous.begin(), request.previous.end());
  std::sort(all.begin(), all.end());
  CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
  const RerankedList again = value_of(rerank(request));
  CHECK(again.order == list.order);
  CHECK(again.parts == list.parts);
  return list;
}

}  // namespace inkling
