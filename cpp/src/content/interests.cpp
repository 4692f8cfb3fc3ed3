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

// An item of the history that has terms.
struct Member {
  HistoryEntry entry;
  float length;         // of its row
  std::size_t cluster;  // whose centre is nearest
  std::size_t core;     // the cluster whose centre it makes, if any
  float nearness;       // to the nearest centre
  float to_this;        // to the one that is looked at
};

class Clusters {
 public:
  explicit Clusters(const TermMatrix& terms)
      : rows_(terms.by_item()), centre_(static_cast<std::size_t>(terms.num_terms())) {}

  void find(std::span<Member> members) {
    const std::span<Member> newest = members.last(std::min(kMostClustered, members.size()));
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
    for (std::size_t cluster = 0; cluster < kMostInterests; ++cluster) gather(members, cluster);
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

  // Of the member's row, scaled to length 1.
  template <class Visit>
  void each_term(const Member& member, const Visit& visit) {
    const auto columns = rows_.row_columns(member.entry.item);
    const auto values = rows_.row_values(member.entry.item);
    const float scale = 1 / member.length;
    for (std::size_t e = 0; e < columns.size(); ++e) {
      visit(centre_[static_cast<std::size_t>(columns[e])], values[e] * scale);
    }
  }

  const SparseRows& rows_;
  std::vector<float> centre_;  // (num_terms), all 0 between two calls
};

}  // namespace

bool tells_taste(const TermMatrix& terms, std::int32_t term) {
  const auto count = static_cast<std::int64_t>(terms.by_term().row_length(term));
  return count <= std::max<std::int64_t>(kFewItems, terms.num_items() / kCommon) || terms.is_tag(term);
}

std::vector<Interest> interests_of(const TermMatrix& terms, History history) {
  const SparseRows& rows = terms.by_item();
  std::vector<Interest> interests;
  float largest = 0;
  for (const HistoryEntry& entry : history) largest = std::max(largest, std::abs(entry.weight));
  double square_sum = 0;
  for (const float sign : {1.0f, -1.0f}) {
    std::vector<Member> members;
    for (const HistoryEntry& entry : history) {
      if (entry.item < 0 || entry.item >= terms.num_items() || !(entry.weight * sign > 0)) continue;
      const auto columns = rows.row_columns(entry.item);
      const auto values = rows.row_values(entry.item);
      double squares = 0;
      for (std::size_t e = 0; e < columns.size(); ++e) {
        if (tells_taste(terms, columns[e])) squares += static_cast<double>(values[e]) * values[e];
      }
      if (!(squares > 0)) continue;
      members.push_back({{entry.item, entry.weight / largest},
                         static_cast<float>(std::sqrt(squares)),
                         members.size(),
                         kMostInterests,
                         kUnknown,
                         0});
    }
    if (members.size() > kMostInterests) Clusters(terms).find(members);
    for (std::size_t cluster = 0; cluster < std::min(kMostInterests, members.size()); ++cluster) {
      Interest interest;
      SparseSum sum(terms.num_terms());
      float weight = 0;
      float length = 0;
      float count = 0;
      for (const Member& member : members) {
        if (member.cluster != cluster) continue;
        const float share = member.entry.weight * sign;
        interest.events.push_back({member.entry.item, share});
        weight += share;
        length += share * member.length;
        ++count;
        const auto columns = rows.row_columns(member.entry.item);
        const auto values = rows.row_values(member.entry.item);
        for (std::size_t e = 0; e < columns.size(); ++e) {
          if (tells_taste(terms, columns[e])) sum.add(columns[e], share, values[e]);
        }
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
