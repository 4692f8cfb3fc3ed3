#include "inkling/reranker.h"

#include <algorithm>
#include <cmath>

#include "ranking/list_steps.h"
#include "ranking/rerank_checks.h"
#include "ranking/rerank_gain.h"

namespace inkling {

namespace {

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

class ClusterGain final : public Gain {
 public:
  explicit ClusterGain(std::span<const std::int32_t> clusters) : Gain(clusters.size()), clusters_(clusters) {}
  void choose(std::int32_t chosen) override {
    for (std::size_t i = 0; i < clusters_.size(); ++i) {
      if (clusters_[i] == clusters_[at(chosen)]) --values_[i];
    }
  }

 private:
  std::span<const std::int32_t> clusters_;
};

class GivenGain final : public Gain {
 public:
  explicit GivenGain(std::span<const float> values) : Gain(values.size()) {
    std::copy(values.begin(), values.end(), values_.begin());
  }
  void choose(std::int32_t /*chosen*/) override {}
};

// most_chosen: the length of the list with what it continues.
std::unique_ptr<Gain> make_gain(const RerankTerm& term, std::size_t most_chosen) {
  const std::size_t window = term.window < most_chosen ? term.window : 0;
  switch (term.kind) {
    case RerankTerm::Kind::kMmr:
      return make_mmr_gain(*term.similarity, window);
    case RerankTerm::Kind::kMsd:
      return make_msd_gain(*term.similarity, window);
    case RerankTerm::Kind::kDpp:
      return make_dpp_gain(*term.similarity, window);
    case RerankTerm::Kind::kXquad:
      return make_xquad_gain(*term.topics, term.person, window);
    case RerankTerm::Kind::kCalibrate:
      return make_calibrate_gain(*term.topics, term.person);
    case RerankTerm::Kind::kClusters:
      return std::make_unique<ClusterGain>(term.clusters);
    case RerankTerm::Kind::kGiven:
      break;
  }
  return std::make_unique<GivenGain>(term.values);
}

// Counted anew, place by place.
std::vector<BrokenConstraint> broken_by(const std::vector<std::int32_t>& order, const ListRules& rules) {
  std::vector<double> totals(rules.rules.size());
  for (std::size_t place = 0; place < order.size(); ++place) {
    for (const std::int32_t rule : rules.rules_of[at(rules.type_of[at(order[place])])]) {
      totals[at(rule)] += rules.weight(rules.rules[at(rule)], place);
    }
  }
  std::vector<BrokenConstraint> broken;
  for (std::size_t rule = 0; rule < totals.size(); ++rule) {
    const double below = rules.rules[rule].floor - totals[rule];
    const double above = totals[rule] - rules.rules[rule].ceiling;
    if (std::max(below, above) > kRuleTolerance) {
      broken.push_back({static_cast<std::int32_t>(rule), below > 0 ? below : -above});
    }
  }
  return broken;
}

class Greedy {
 public:
  explicit Greedy(const RerankRequest& request)
      : request_(request),
        taken_(request.scores.size(), 0),
        parts_(request.terms.size() + 1, std::vector<double>(request.scores.size())),
        sums_(request.scores.size()) {
    for (const std::int32_t candidate : request.previous) taken_[at(candidate)] = 1;
    num_places_ = std::min(request.k, request.scores.size() - request.previous.size());
    double rest = 1;
    for (const RerankTerm& term : request.terms) {
      gains_.push_back(make_gain(term, request.previous.size() + num_places_));
      rest -= term.weight;
    }
    set_relevance(std::max(0.0, rest));
    for (const std::int32_t candidate : request.previous) choose(candidate);
  }

  RerankedList list() {
    RerankedList list;
    const ListRules rules(request_.constraints, taken_, num_places_, request_.positions);
    ListSteps steps(rules);
    while (list.order.size() < num_places_) {
      add_up();
      std::int32_t best = best_of(steps);
      while (!steps.take(best)) best = best_of(steps);
      list.order.push_back(best);
      for (const std::vector<double>& part : parts_) list.parts.push_back(part[at(best)]);
      taken_[at(best)] = 1;
      choose(best);
    }
    list.broken = broken_by(list.order, rules);
    return list;
  }

 private:
  void set_relevance(double weight) {
    const auto [least, most] = std::minmax_element(request_.scores.begin(), request_.scores.end());
    for (std::size_t i = 0; i < request_.scores.size(); ++i) {
      const double range = static_cast<double>(*most) - *least;
      parts_[0][i] = weight * (range > 0 ? (static_cast<double>(request_.scores[i]) - *least) / range : 1);
    }
  }

  void choose(std::int32_t candidate) {
    for (const std::unique_ptr<Gain>& gain : gains_) gain->choose(candidate);
  }

  // Of those known and not taken. Taken from the first, so that gains all alike have themselves as the mean.
  double mean_of(const Gain& gain) const {
    double first = 0;
    double sum = 0;
    double count = 0;
    for (std::size_t i = 0; i < taken_.size(); ++i) {
      if (taken_[i] != 0 || !gain.knows(i)) continue;
      if (count == 0) first = gain.values()[i];
      sum += gain.values()[i] - first;
      ++count;
    }
    return count > 0 ? first + sum / count : 0;
  }

  void add_up() {
    sums_ = parts_[0];
    for (std::size_t t = 0; t < gains_.size(); ++t) {
      const Gain& gain = *gains_[t];
      const double weight = request_.terms[t].weight;
      const double mean = mean_of(gain);
      for (std::size_t i = 0; i < taken_.size(); ++i) {
        parts_[t + 1][i] = weight * (gain.knows(i) ? gain.values()[i] : mean);
        sums_[i] += parts_[t + 1][i];
      }
    }
  }

  bool better(std::size_t a, std::size_t b) const {
    return sums_[a] != sums_[b] ? sums_[a] > sums_[b] : request_.scores[a] > request_.scores[b];
  }

  std::int32_t best_of(ListSteps& steps) const {
    std::int32_t best = kNone;
    for (std::int32_t i = 0; at(i) < taken_.size(); ++i) {
      if (taken_[at(i)] != 0 || (best != kNone && !better(at(i), at(best))) || steps.refuses(i)) continue;
      best = i;
    }
    return best;
  }

  const RerankRequest& request_;
  std::vector<std::uint8_t> taken_;  // one a candidate
  std::size_t num_places_ = 0;
  std::vector<std::unique_ptr<Gain>> gains_;  // one a term
  std::vector<std::vector<double>> parts_;    // relevance and one a term; each: one a candidate
  std::vector<double> sums_;
};

}  // namespace

double attention(std::size_t place) { return 1 / std::log2(static_cast<double>(place) + 1); }

Result<RerankedList> rerank(const RerankRequest& request) {
  if (Status s = check_rerank(request); !s.ok()) return s;
  if (request.scores.empty()) return RerankedList();
  return Greedy(request).list();
}

}  // namespace inkling
