#include "inkling/hold_out.h"

#include <vector>

#include "data/indices.h"

namespace inkling {

namespace {

constexpr double kFraction = 0.1;

Result<Interactions> rows_of(const InteractionLog& log, const std::vector<std::int32_t>& rows,
                             const Interactions& all) {
  return Interactions::build(log, rows, all.num_users(), all.num_items());
}

}  // namespace

Result<InteractionLog> log_of(const Interactions& interactions) {
  InteractionLog log;
  std::vector<std::int32_t> users;
  std::vector<std::int32_t> items;
  std::vector<float> values;
  std::vector<double> timestamps;
  for (std::int32_t user = 0; user < interactions.num_users(); ++user) {
    for (const std::int32_t place : interactions.oldest_first(user)) {
      users.push_back(user);
      items.push_back(interactions.by_user().row_columns(user)[at(place)]);
      values.push_back(interactions.by_user().row_values(user)[at(place)]);
      if (interactions.has_timestamps()) timestamps.push_back(interactions.user_timestamps(user)[at(place)]);
    }
  }
  if (Status s = log.append(users, items, values, timestamps); !s.ok()) return s;
  return log;
}

Result<HeldOut> hold_out(const Interactions& interactions, std::optional<SplitKind> kind, std::uint64_t seed,
                         bool rows_tell_time) {
  const Result<InteractionLog> log = log_of(interactions);
  if (!log.ok()) return log.status();
  const bool ordered = rows_tell_time || interactions.has_timestamps();
  const SplitKind standard = ordered ? SplitKind::kLeaveOneOut : SplitKind::kRandom;
  const Result<Split> parts = split(log.value(), kind.value_or(standard), kFraction, seed, rows_tell_time);
  if (!parts.ok()) return parts.status();
  HeldOut out;
  Result<Interactions> rest = rows_of(log.value(), parts.value().train, interactions);
  if (!rest.ok()) return rest.status();
  Result<Interactions> held_out = rows_of(log.value(), parts.value().test, interactions);
  if (!held_out.ok()) return held_out.status();
  if (!parts.value().history.empty()) {
    Result<Interactions> history = rows_of(log.value(), parts.value().history, interactions);
    if (!history.ok()) return history.status();
    out.history = std::move(history.value());
  }
  out.rest = std::move(rest.value());
  out.held_out = std::move(held_out.value());
  return out;
}

}  // namespace inkling
