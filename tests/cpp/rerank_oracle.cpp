#include "rerank_oracle.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "indices.h"

namespace inkling {

namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

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

OracleGain msd_oracle(const OracleSimilarity& similarity) {
  return [similarity](std::int32_t candidate, const Candidates& chosen) {
    if (!similarity.known[at(candidate)]) return kUnknown;
    const Candidates known = similarity.known_of(chosen);
    if (known.empty()) return 0.0;
    double sum = 0;
    for (const std::int32_t other : known) sum += similarity.of(candidate, other);
    return -sum / static_cast<double>(known.size());
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

}  // namespace inkling
