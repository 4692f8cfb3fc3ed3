#include "inkling/reranker.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "expect.h"
#include "inkling/random.h"
#include "rerank_oracle.h"
#include "rerank_sample.h"
#include "sample_data.h"

namespace inkling {

namespace {

using TermKind = RerankTerm::Kind;

constexpr TermKind kKinds[] = {TermKind::kMmr,       TermKind::kMsd,      TermKind::kDpp,  TermKind::kXquad,
                               TermKind::kCalibrate, TermKind::kClusters, TermKind::kGiven};

// A term of a kind over two candidates; its parts live as long as this.
struct TwoCandidates {
  RerankTerm term(TermKind kind) {
    RerankTerm term;
    term.kind = kind;
    term.weight = 0.5;
    term.similarity = similarity.get();
    term.topics = &topics;
    term.person = person;
    term.clusters = clusters;
    term.values = values;
    return term;
  }
  Status with(const RerankTerm& term) const {
    RerankRequest request;
    request.scores = scores;
    request.terms = {&term, 1};
    return rerank(request).status();
  }

  std::vector<float> scores{2, 1};
  std::vector<float> vectors{1, 0, 0, 1};
  std::unique_ptr<VectorSimilarity> similarity = value_of(VectorSimilarity::make({vectors, 2}));
  SparseRows topics{{0, 1, 2}, {0, 1}, {1, 1}};
  std::vector<float> person{1, 2};
  Candidates clusters{0, 1};
  std::vector<float> values{3, 4};
};

}  // namespace

TEST_CASE("without terms a list is by score, ties by index") {
  const std::vector<float> scores{1, 5, 3, 5, -2};
  RerankRequest request;
  request.scores = scores;
  request.k = 4;
  const RerankedList list = checked_list(request);
  CHECK(list.order == Candidates{1, 3, 2, 0});
  CHECK(list.parts[0] == 1);
  CHECK(list.parts[3] == doctest::Approx(3.0 / 7));
  CHECK(list.broken.empty());
  SUBCASE("and goes on where another has ended") {
    const Candidates previous{1, 4};
    request.previous = previous;
    CHECK(checked_list(request).order == Candidates{3, 2, 0});
  }
}

TEST_CASE("scores that are all alike are all relevant") {
  const std::vector<float> scores{4, 4, 4};
  RerankRequest request;
  request.scores = scores;
  const RerankedList list = checked_list(request);
  CHECK(list.order == Candidates{0, 1, 2});
  CHECK(list.parts == std::vector<double>{1, 1, 1});
}

TEST_CASE("scores as far apart as floats can be") {
  const float most = std::numeric_limits<float>::max();
  const std::vector<float> scores{-most, most, 0};
  RerankRequest request;
  request.scores = scores;
  const RerankedList list = checked_list(request);
  CHECK(list.order == Candidates{1, 2, 0});
  CHECK(list.parts[1] == 0.5);
}

TEST_CASE("several terms choose by the sum of their formulas, and the parts of each place sum to it") {
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    CAPTURE(seed);
    const RerankSample sample(seed);
    Random random(seed);
    std::vector<RerankTerm> terms;
    std::vector<OracleGain> gains;
    double left = 1;
    for (std::size_t count = 2 + random_below(2, random); count > 0; --count) {
      const TermKind kind = kKinds[random_below(std::size(kKinds), random)];
      const double weight = left * random.uniform();
      left -= weight;
      terms.push_back(sample.term(kind, weight));
      gains.push_back(sample.oracle(kind));
    }
    RerankRequest request;
    request.scores = sample.scores;
    request.k = sample.k;
    request.terms = terms;
    request.previous = sample.previous;
    const RerankedList list = checked_list(request);
    CHECK(list.order == oracle_order(request, gains));

    // The gains of candidates of which a term knows something are the formula's.
    Candidates chosen = sample.previous;
    Furthest of_dpp;
    Furthest of_others;
    for (std::size_t place = 0; place < list.order.size(); ++place) {
      for (std::size_t t = 0; t < terms.size(); ++t) {
        const std::size_t count = terms[t].window > 0 ? std::min(terms[t].window, chosen.size()) : chosen.size();
        const Candidates recent(chosen.end() - static_cast<std::ptrdiff_t>(count), chosen.end());
        const double gain = gains[t](list.order[place], recent);
        if (std::isnan(gain)) continue;
        const double part = list.parts[place * (1 + terms.size()) + 1 + t];
        (terms[t].kind == TermKind::kDpp ? of_dpp : of_others).add(part, terms[t].weight * gain);
      }
      chosen.push_back(list.order[place]);
    }
    CHECK(of_dpp.value() < 0.03);  // the logarithm of a d² near its floor
    CHECK(of_others.value() < 1e-6);
  }
}

TEST_CASE("what a term knows nothing of gains what the others do on average") {
  const std::vector<float> scores{4, 3, 2, 1};
  const std::vector<float> vectors{1, 0, 0, 0, 1, 0, 0, 1};
  const auto similarity = value_of(VectorSimilarity::make({vectors, 2}));
  RerankTerm term;
  term.kind = TermKind::kMmr;
  term.weight = 0.5;
  term.similarity = similarity.get();
  RerankRequest request;
  request.scores = scores;
  request.terms = {&term, 1};
  const RerankedList list = checked_list(request);
  // After 0: candidate 1 gains the mean of -1 and 0, 2 loses 1, 3 loses nothing.
  CHECK(list.order == Candidates{0, 1, 3, 2});
  CHECK(list.parts[3] == -0.25);
}

TEST_CASE("requests that do not fit together are refused") {
  RerankRequest request;
  CHECK(checked_list(request).order.empty());  // of no candidates
  std::vector<float> scores{1, 2};
  request.scores = scores;
  request.k = 0;
  CHECK(fails(rerank(request), ErrorCode::kInvalidArgument, {"list of 0"}));
  request.k = 1;
  for (const Candidates& previous : {Candidates{2}, Candidates{-1}, Candidates{1, 1}}) {
    request.previous = previous;
    CHECK(fails(rerank(request), ErrorCode::kInvalidArgument, {"continues"}));
  }
  request.previous = {};
  scores[1] = NAN;
  CHECK(fails(rerank(request), ErrorCode::kNotFinite));
}

TEST_CASE("weights below 0, above 1 in all, or none are refused") {
  TwoCandidates two;
  for (const double weight : {-0.1, 1.1, static_cast<double>(NAN), std::numeric_limits<double>::infinity()}) {
    RerankTerm term = two.term(TermKind::kGiven);
    term.weight = weight;
    CHECK(fails(two.with(term), ErrorCode::kInvalidArgument, {"term 0", "weight"}));
  }
  std::vector<RerankTerm> terms(3, two.term(TermKind::kGiven));
  RerankRequest request;
  request.scores = two.scores;
  request.terms = terms;
  CHECK(fails(rerank(request), ErrorCode::kInvalidArgument, {"term 2", "weight"}));
  for (RerankTerm& term : terms) term.weight = static_cast<double>(0.333333343f);
  CHECK(succeeds(rerank(request)));
}

TEST_CASE("terms whose parts do not fit the candidates are refused") {
  for (const TermKind kind : kKinds) {
    CAPTURE(static_cast<int>(kind));
    TwoCandidates two;
    CHECK(succeeds(two.with(two.term(kind))));
    RerankTerm term;
    term.kind = kind;
    CHECK(fails(two.with(term), ErrorCode::kInvalidArgument, {"term 0"}));
    two.scores.push_back(0);
    CHECK(fails(two.with(two.term(kind)), ErrorCode::kInvalidArgument, {"3"}));
  }
  TwoCandidates two;
  CHECK(fails(two.with(two.term(static_cast<TermKind>(9))), ErrorCode::kInvalidArgument, {"kind"}));
  two.values[1] = NAN;
  CHECK(fails(two.with(two.term(TermKind::kGiven)), ErrorCode::kNotFinite));
  for (const std::int32_t cluster : {-1, 2}) {
    two.clusters[1] = cluster;
    CHECK(fails(two.with(two.term(TermKind::kClusters)), ErrorCode::kInvalidArgument, {"below 2"}));
  }
}

TEST_CASE("topics that are none are refused") {
  for (const TermKind kind : {TermKind::kXquad, TermKind::kCalibrate}) {
    TwoCandidates two;
    two.person[1] = -1;
    CHECK(fails(two.with(two.term(kind)), ErrorCode::kInvalidArgument, {"below 0"}));
    two.person = {1};
    CHECK(fails(two.with(two.term(kind)), ErrorCode::kInvalidArgument, {"beyond"}));
    two.person = {1, INFINITY};
    CHECK(fails(two.with(two.term(kind)), ErrorCode::kNotFinite));
    two.person = {0, 0};  // nothing is known of the person
    CHECK(succeeds(two.with(two.term(kind))));
    two.topics.values[0] = -1;
    CHECK(fails(two.with(two.term(kind)), ErrorCode::kInvalidArgument, {"below 0"}));
    two.topics.values[0] = NAN;
    CHECK(fails(two.with(two.term(kind)), ErrorCode::kNotFinite));
    two.topics.values[0] = 1;
    two.topics.columns[0] = -1;
    CHECK(fails(two.with(two.term(kind)), ErrorCode::kInvalidArgument, {"beyond"}));
  }
}

}  // namespace inkling
