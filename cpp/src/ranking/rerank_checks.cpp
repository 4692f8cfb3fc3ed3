#include "ranking/rerank_checks.h"

#include <algorithm>
#include <cmath>

#include "kernels/top_k.h"

namespace inkling {

namespace {

std::size_t at(std::int32_t index) { return static_cast<std::size_t>(index); }

Status invalid(const std::string& what, std::size_t index, const std::string& why) {
  return {ErrorCode::kInvalidArgument, what + " " + std::to_string(index) + " of the re-ranking " + why};
}

// Whether all exist, and none twice; marks them.
bool are_candidates(std::span<const std::int32_t> candidates, std::vector<std::uint8_t>& seen) {
  for (const std::int32_t candidate : candidates) {
    if (candidate < 0 || at(candidate) >= seen.size() || seen[at(candidate)] != 0) return false;
    seen[at(candidate)] = 1;
  }
  return true;
}

Status check_topics(const RerankTerm& term, std::size_t index, std::size_t num_candidates) {
  if (term.topics == nullptr || at(term.topics->num_rows()) != num_candidates) {
    return invalid("term", index, "needs the topics of each of " + std::to_string(num_candidates) + " candidates");
  }
  if (!kernels::all_finite(term.topics->values) || !kernels::all_finite(term.person)) {
    return {ErrorCode::kNotFinite, "a topic's weight is not finite"};
  }
  bool fits = std::all_of(term.person.begin(), term.person.end(), [](float weight) { return weight >= 0; });
  for (std::size_t e = 0; e < term.topics->columns.size(); ++e) {
    const std::int32_t topic = term.topics->columns[e];
    fits = fits && topic >= 0 && at(topic) < term.person.size() && term.topics->values[e] >= 0;
  }
  return fits ? Status() : invalid("term", index, "has topics beyond the person's, or weights below 0");
}

Status check(const RerankTerm& term, std::size_t index, std::size_t num_candidates) {
  const std::string count = std::to_string(num_candidates);
  switch (term.kind) {
    case RerankTerm::Kind::kMmr:
    case RerankTerm::Kind::kMsd:
    case RerankTerm::Kind::kDpp:
      if (term.similarity != nullptr && at(term.similarity->num_candidates()) == num_candidates) return {};
      return invalid("term", index, "needs the similarity of " + count + " candidates");
    case RerankTerm::Kind::kXquad:
    case RerankTerm::Kind::kCalibrate:
      return check_topics(term, index, num_candidates);
    case RerankTerm::Kind::kClusters:
      if (term.clusters.size() == num_candidates &&
          std::all_of(term.clusters.begin(), term.clusters.end(),
                      [&](std::int32_t cluster) { return cluster >= 0 && at(cluster) < num_candidates; })) {
        return {};
      }
      return invalid("term", index,
                     "needs a cluster of each of " + count + " candidates, from 0 on and below " + count);
    case RerankTerm::Kind::kGiven:
      if (term.values.size() != num_candidates) return invalid("term", index, "needs " + count + " values");
      if (kernels::all_finite(term.values)) return {};
      return {ErrorCode::kNotFinite, "a value given for a candidate is not finite"};
  }
  return invalid("term", index, "is of no known kind");
}

Status check(const RerankConstraint& constraint, std::size_t index, std::size_t num_candidates) {
  std::vector<std::uint8_t> seen(num_candidates, 0);
  if (!are_candidates(constraint.group, seen)) {
    return invalid("constraint", index, "has a group of which a member is no candidate, or stands twice");
  }
  if (!(constraint.floor <= constraint.ceiling) || !std::isfinite(constraint.floor) ||
      !std::isfinite(constraint.credit)) {
    return invalid("constraint", index, "needs a floor that is not above its ceiling, and a credit");
  }
  const auto whole = [](double value) { return !std::isfinite(value) || value == std::floor(value); };
  if (constraint.unit == RerankConstraint::Unit::kItems &&
      !(whole(constraint.floor) && whole(constraint.ceiling) && whole(constraint.credit))) {
    return invalid("constraint", index, "counts items and needs whole numbers");
  }
  return {};
}

}  // namespace

Status check_rerank(const RerankRequest& request) {
  const std::size_t num_candidates = request.scores.size();
  if (request.k == 0) return {ErrorCode::kInvalidArgument, "a list of 0 was asked for; ask for at least 1"};
  if (!kernels::all_finite(request.scores)) return {ErrorCode::kNotFinite, "a candidate's score is not finite"};
  std::vector<std::uint8_t> seen(num_candidates, 0);
  if (!are_candidates(request.previous, seen)) {
    return {ErrorCode::kInvalidArgument, "a list continues what is no candidate, or stands twice"};
  }
  const std::size_t num_places = std::min(request.k, num_candidates - request.previous.size());
  if (!request.positions.empty()) {
    std::int32_t before = 0;
    for (const std::int32_t position : request.positions) {
      if (position <= before) return {ErrorCode::kInvalidArgument, "the positions of a list do not rise from 1"};
      before = position;
    }
    if (request.positions.size() < num_places) {
      return {ErrorCode::kInvalidArgument, "there are fewer positions than places of the list"};
    }
  }
  double sum = 0;
  for (std::size_t t = 0; t < request.terms.size(); ++t) {
    const double weight = request.terms[t].weight;
    sum += weight;
    // Thirds and the like add up to a little more than 1.
    if (!(weight >= 0 && sum <= 1 + 1e-6)) {
      return invalid("term", t, "has a weight that is below 0, or with those before it above 1");
    }
    if (Status s = check(request.terms[t], t, num_candidates); !s.ok()) return s;
  }
  for (std::size_t c = 0; c < request.constraints.size(); ++c) {
    if (Status s = check(request.constraints[c], c, num_candidates); !s.ok()) return s;
  }
  return {};
}

}  // namespace inkling
