#include "rerank_oracle.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "expect.h"
#include "inkling/random.h"
#include "sample_data.h"

namespace inkling {

namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

// Rows scaled to sum to 1, or zeros.
std::vector<double> shares_of(DenseVectors rows) {
  std::vector<double> shares(rows.values.begin(), rows.values.end());
  for (std::size_t i = 0; i < rows.num_rows(); ++i) {
    double sum = 0;
    for (const float value : rows.row(i)) sum += static_cast<double>(value);
    for (std::size_t c = 0; c < rows.width && sum > 0; ++c) shares[i * rows.width + c] /= sum;
  }
  return shares;
}

bool is_known(DenseVectors rows, std::int32_t candidate) { return rows.has(at(candidate)); }

// The last pivot of the Cholesky factor, squared: the determinant over that without the last.
double last_pivot(const OracleSimilarity& similarity, const Candidates& candidates) {
  const std::size_t size = candidates.size();
  std::vector<double> lower(size * size);
  double pivot = 0;
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double value = i == j ? 1 + kDppJitter : similarity.of(candidates[i], candidates[j]);
      for (std::size_t r = 0; r < j; ++r) value -= lower[i * size + r] * lower[j * size + r];
      if (i == j) pivot = value;
      lower[i * size + j] = i == j ? std::sqrt(value) : value / lower[j * size + j];
    }
  }
  return pivot;
}

}  // namespace

OracleSimilarity::OracleSimilarity(DenseVectors vectors)
    : cosines(vectors.num_rows() * vectors.num_rows()), known(vectors.num_rows()) {
  const auto dot = [&](std::size_t a, std::size_t b) {
    double sum = 0;
    for (std::size_t c = 0; c < vectors.width; ++c) sum += static_cast<double>(vectors.row(a)[c]) * vectors.row(b)[c];
    return sum;
  };
  for (std::size_t a = 0; a < known.size(); ++a) known[a] = vectors.has(a);
  for (std::size_t a = 0; a < known.size(); ++a) {
    for (std::size_t b = 0; b < known.size(); ++b) {
      if (known[a] && known[b]) cosines[a * known.size() + b] = dot(a, b) / std::sqrt(dot(a, a) * dot(b, b));
    }
  }
}

Candidates OracleSimilarity::known_of(const Candidates& candidates) const {
  Candidates of_these;
  for (const std::int32_t candidate : candidates) {
    if (known[at(candidate)]) of_these.push_back(candidate);
  }
  return of_these;
}

OracleGain mmr_oracle(const OracleSimilarity& similarity) {
  return [similarity](std::int32_t candidate, const Candidates& chosen) {
    if (!similarity.known[at(candidate)]) return kUnknown;
    const Candidates known = similarity.known_of(chosen);
    if (known.empty()) return 0.0;
    double largest = -2;
    for (const std::int32_t other : known) largest = std::max(largest, similarity.of(candidate, other));
    return -largest;
  };
}

OracleGain dpp_oracle(const OracleSimilarity& similarity) {
  return [similarity](std::int32_t candidate, const Candidates& chosen) {
    if (!similarity.known[at(candidate)]) return kUnknown;
    Candidates all = similarity.known_of(chosen);
    all.push_back(candidate);
    return std::log(std::max(last_pivot(similarity, all), kDppFloor));
  };
}

OracleGain xquad_oracle(DenseVectors topics, std::vector<float> person) {
  const std::vector<double> shares = shares_of(topics);
  const std::vector<double> wanted = shares_of({person, person.size()});
  return [=](std::int32_t candidate, const Candidates& chosen) {
    if (!is_known(topics, candidate)) return kUnknown;
    double gain = 0;
    for (std::size_t c = 0; c < wanted.size(); ++c) {
      double uncovered = wanted[c];
      for (const std::int32_t other : chosen) uncovered *= 1 - shares[at(other) * topics.width + c];
      gain += uncovered * shares[at(candidate) * topics.width + c];
    }
    return gain;
  };
}

OracleGain calibrate_oracle(DenseVectors topics, std::vector<float> person) {
  const std::vector<double> shares = shares_of(topics);
  const std::vector<double> wanted = shares_of({person, person.size()});
  return [=](std::int32_t candidate, const Candidates& chosen) {
    if (!is_known(topics, candidate)) return kUnknown;
    Candidates all;
    for (const std::int32_t other : chosen) {
      if (is_known(topics, other)) all.push_back(other);
    }
    all.push_back(candidate);
    double divergence = 0;
    for (std::size_t c = 0; c < wanted.size(); ++c) {
      if (wanted[c] == 0) continue;
      double mean = 0;
      for (const std::int32_t one : all) mean += shares[at(one) * topics.width + c];
      mean /= static_cast<double>(all.size());
      divergence += wanted[c] * std::log(wanted[c] / ((1 - kCalibrationMix) * mean + kCalibrationMix * wanted[c]));
    }
    return -divergence;
  };
}

OracleGain clusters_oracle(Candidates clusters) {
  return [clusters](std::int32_t candidate, const Candidates& chosen) {
    double count = 0;
    for (const std::int32_t other : chosen) count += clusters[at(other)] == clusters[at(candidate)] ? 1 : 0;
    return -count;
  };
}

OracleGain given_oracle(std::vector<float> values) {
  return [values](std::int32_t candidate, const Candidates& /*chosen*/) {
    return static_cast<double>(values[at(candidate)]);
  };
}

Candidates oracle_order(const RerankRequest& request, const std::vector<OracleGain>& gains, const Allowed& allowed) {
  Candidates chosen(request.previous.begin(), request.previous.end());
  Candidates list;
  double rest = 1;
  for (const RerankTerm& term : request.terms) rest -= term.weight;
  const auto [least, most] = std::minmax_element(request.scores.begin(), request.scores.end());
  while (list.size() < request.k && chosen.size() < request.scores.size()) {
    Candidates free;
    for (std::int32_t i = 0; at(i) < request.scores.size(); ++i) {
      if (std::find(chosen.begin(), chosen.end(), i) == chosen.end()) free.push_back(i);
    }
    std::vector<double> sums;
    for (const std::int32_t i : free) {
      const double range = static_cast<double>(*most) - *least;
      const double relevance = range > 0 ? (static_cast<double>(request.scores[at(i)]) - *least) / range : 1;
      sums.push_back(std::max(0.0, rest) * relevance);
    }
    for (std::size_t t = 0; t < gains.size(); ++t) {
      const std::size_t window = request.terms[t].window;
      const std::size_t count = window > 0 ? std::min(window, chosen.size()) : chosen.size();
      const Candidates recent(chosen.end() - static_cast<std::ptrdiff_t>(count), chosen.end());
      std::vector<double> values;
      std::vector<double> known;
      for (const std::int32_t i : free) {
        values.push_back(gains[t](i, recent));
        if (!std::isnan(values.back())) known.push_back(values.back());
      }
      double mean = 0;
      for (const double value : known) mean += (value - known[0]) / static_cast<double>(known.size());
      if (!known.empty()) mean += known[0];
      for (std::size_t n = 0; n < free.size(); ++n) {
        sums[n] += request.terms[t].weight * (std::isnan(values[n]) ? mean : values[n]);
      }
    }
    std::size_t best = free.size();
    for (std::size_t n = 0; n < free.size(); ++n) {
      if (best < free.size()) {
        const bool tied = sums[n] == sums[best];
        if (tied ? request.scores[at(free[n])] <= request.scores[at(free[best])] : sums[n] < sums[best]) continue;
      }
      if (!allowed || allowed(list, free[n])) best = n;
    }
    list.push_back(free[best]);
    chosen.push_back(free[best]);
  }
  return list;
}

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
