#include "content/interests.h"

#include <algorithm>
#include <cmath>

#include "inkling/sparse_sum.h"

namespace inkling {

namespace {

constexpr std::size_t kMostClustered = 200;
constexpr float kUnknown = -2;
constexpr std::int64_t kFewItems = 256;
constexpr std::int64_t kCommon = 16;  // one of so many items has it

struct TermValue {
  std::int32_t term;
  float value;
};

// An item of the history of which some terms tell a taste.
struct Member {
  HistoryEntry entry;
  std::size_t begin;  // of its terms that tell one, among those of all members
  std::size_t end;
  float length;         // of these
  std::size_t cluster;  // whose centre is nearest
  std::size_t core;     // the cluster whose centre it makes, if any
  float nearness;       // to the nearest centre
  float to_this;        // to the one that is looked at
};

struct Members {
  std::vector<Member> all;
  std::vector<TermValue> terms;
  std::span<const TermValue> terms_of(const Member& member) const {
    return std::span(terms).subspan(member.begin, member.end - member.begin);
  }
};

// Those of a history that are wanted (sign 1), or not wanted (-1), the oldest first.
Members members_of(const TermMatrix& terms, History history, float sign, float largest) {
  Members members;
  for (const HistoryEntry& entry : history) {
    if (entry.item < 0 || entry.item >= terms.num_items() || !(entry.weight * sign > 0)) continue;
    const auto columns = terms.by_item().row_columns(entry.item);
    const auto values = terms.by_item().row_values(entry.item);
    const std::size_t begin = members.terms.size();
    double squares = 0;
    for (std::size_t e = 0; e < columns.size(); ++e) {
      if (!tells_taste(terms, columns[e])) continue;
      members.terms.push_back({columns[e], values[e]});
      squares += static_cast<double>(values[e]) * values[e];
    }
    if (!(squares > 0)) {
      members.terms.resize(begin);
      continue;
    }
    members.all.push_back({{entry.item, entry.weight / largest},
                           begin,
                           members.terms.size(),
                           static_cast<float>(std::sqrt(squares)),
                           members.all.size(),
                           kMostInterests,
                           kUnknown,
                           0});
  }
  return members;
}

class Clusters {
 public:
  Clusters(Members& members, std::int32_t num_terms)
      : members_(members), centre_(static_cast<std::size_t>(num_terms)) {}

  void find() {
    const std::span<Member> all(members_.all);
    const std::span<Member> newest = all.last(std::min(kMostClustered, all.size()));
    Member* seed = &newest.back();
    for (std::size_t cluster = 0; cluster < kMostInterests; ++cluster) {
      seed->core = cluster;
      gather(newest, cluster);
      seed->core = kMostInterests;
      for (Member& member : newest) {
        if (member.nearness < seed->nearness) seed = &member;
      }
    }
    // One pass more: a second would move one item in thirty.
    for (Member& member : newest) {
      member.core = member.cluster;
      member.nearness = kUnknown;
    }
    for (std::size_t cluster = 0; cluster < kMostInterests; ++cluster) gather(all, cluster);
  }

 private:
  // All that are nearer to the centre of this cluster's core than to any before it come to this one.
  void gather(std::span<Member> members, std::size_t cluster) {
    for (const Member& member : members) {
      if (member.core == cluster) each_term(member, [](float& centre, float value) { centre += value; });
    }
    float square_sum = 0;
    for (Member& member : members) {
      float sum = 0;
      each_term(member, [&](float centre, float value) { sum += centre * value; });
      member.to_this = sum;
      if (member.core == cluster) square_sum += sum;
    }
    for (Member& member : members) {
      if (member.core == cluster) each_term(member, [](float& centre, float /*value*/) { centre = 0; });
      const float nearness = member.to_this / std::sqrt(square_sum);
      if (!(nearness > member.nearness)) continue;  // nor where there is no core
      member.nearness = nearness;
      member.cluster = cluster;
    }
  }

  // Scaled to length 1.
  template <class Visit>
  void each_term(const Member& member, const Visit& visit) {
    const float scale = 1 / member.length;
    for (const auto& [term, value] : members_.terms_of(member)) {
      visit(centre_[static_cast<std::size_t>(term)], value * scale);
    }
  }

  Members& members_;
  std::vector<float> centre_;  // (num_terms), all 0 between two calls
};

}  // namespace

bool tells_taste(const TermMatrix& terms, std::int32_t term) {
  const auto count = static_cast<std::int64_t>(terms.by_term().row_length(term));
  return count <= std::max<std::int64_t>(kFewItems, terms.num_items() / kCommon) || terms.is_tag(term);
}

std::vector<Interest> interests_of(const TermMatrix& terms, History history) {
  std::vector<Interest> interests;
  float largest = 0;
  for (const HistoryEntry& entry : history) largest = std::max(largest, std::abs(entry.weight));
  double square_sum = 0;
  for (const float sign : {1.0f, -1.0f}) {
    Members members = members_of(terms, history, sign, largest);
    if (members.all.size() > kMostInterests) Clusters(members, terms.num_terms()).find();
    for (std::size_t cluster = 0; cluster < std::min(kMostInterests, members.all.size()); ++cluster) {
      Interest interest;
      SparseSum sum(terms.num_terms());
      float weight = 0;
      float length = 0;
      float count = 0;
      for (const Member& member : members.all) {
        if (member.cluster != cluster) continue;
        const float share = member.entry.weight * sign;
        interest.events.push_back({member.entry.item, share});
        weight += share;
        length += share * member.length;
        ++count;
        for (const auto& [term, value] : members.terms_of(member)) sum.add(term, share, value);
      }
      double squares = 0;
      sum.each([&](std::int32_t /*term*/, float value) { squares += static_cast<double>(value) * value; });
      const auto scale = static_cast<float>(length / weight / std::sqrt(squares));
      if (!(scale < 1e30f)) continue;  // of no event, or of weights next to nothing
      sum.each([&](std::int32_t term, float value) { interest.terms.emplace_back(term, value * scale); });
      for (HistoryEntry& event : interest.events) event.weight *= scale;
      const float eighth_power = std::sqrt(std::sqrt(std::sqrt(count)));
      interest.factor = sign * weight / count * eighth_power * eighth_power * eighth_power;
      square_sum += static_cast<double>(interest.factor) * interest.factor;
      interests.push_back(std::move(interest));
    }
  }
  for (Interest& interest : interests) interest.factor = static_cast<float>(interest.factor / std::sqrt(square_sum));
  return interests;
}

}  // namespace inkling
