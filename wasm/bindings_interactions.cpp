#include "inkling/hold_out.h"
#include "inkling/splits.h"
#include "seam_types.h"

namespace {

using namespace inkling;
using namespace inkling::seam;

// timestamps may be an empty buffer.
int append(InteractionLog& log, Engine& engine, const Buffer& users, const Buffer& items, const Buffer& values,
           const Buffer& timestamps) {
  return engine.report(
      log.append(users.as<std::int32_t>(), items.as<std::int32_t>(), values.as<float>(), timestamps.as<double>()));
}

// Takes all rows of the log.
int build(InteractionSet& set, Engine& engine, const InteractionLog& log, int num_users, int num_items) {
  Result<Interactions> built = Interactions::build(log, std::nullopt, num_users, num_items);
  if (!built.ok()) return engine.report(built.status());
  set.interactions = std::move(built.value());
  return 0;
}

// Divides the log. history stays empty where the test users are known by what is trained on.
int split_interactions(Engine& engine, const InteractionLog& log, const Text& kind, double test_fraction, double seed,
                       bool rows_tell_time, int num_users, int num_items, InteractionSet& train,
                       InteractionSet& history, InteractionSet& test) {
  const Result<SplitKind> parsed = parse_split_kind(kind);
  if (!parsed.ok()) return engine.report(parsed.status());
  const Result<Split> parts =
      split(log, parsed.value(), test_fraction, static_cast<std::uint64_t>(seed), rows_tell_time);
  if (!parts.ok()) return engine.report(parts.status());
  const auto take = [&](const std::vector<std::int32_t>& rows, InteractionSet& set) -> Status {
    Result<Interactions> built = Interactions::build(log, rows, num_users, num_items);
    if (!built.ok()) return built.status();
    set.interactions = std::move(built.value());
    return {};
  };
  if (Status s = take(parts.value().train, train); !s.ok()) return engine.report(s);
  if (!parts.value().history.empty()) {
    if (Status s = take(parts.value().history, history); !s.ok()) return engine.report(s);
  }
  return engine.report(take(parts.value().test, test));
}

// Divides training data once more; kind may be empty (hold_out.h), and where it is not, rows tell time as in `split`.
// history stays empty where the people are known by the rest.
int divide(const InteractionSet& set, Engine& engine, const Text& kind, double seed, InteractionSet& rest,
           InteractionSet& history, InteractionSet& held_out) {
#ifdef INKLING_FEW_TRAINERS
  // Who chooses among models has them all, and so the full module.
  static_cast<void>(set), static_cast<void>(kind), static_cast<void>(seed);
  static_cast<void>(rest), static_cast<void>(history), static_cast<void>(held_out);
  return engine.report({ErrorCode::kInvalidArgument, "this build cannot choose a model; the full one can"});
#else
  std::optional<SplitKind> wanted;
  if (kind.byte_length() > 0) {
    const Result<SplitKind> parsed = parse_split_kind(kind);
    if (!parsed.ok()) return engine.report(parsed.status());
    wanted = parsed.value();
  }
  Result<HeldOut> parts = hold_out(set.interactions, wanted, static_cast<std::uint64_t>(seed), wanted.has_value());
  if (!parts.ok()) return engine.report(parts.status());
  rest.interactions = std::move(parts.value().rest);
  if (parts.value().history.has_value()) history.interactions = std::move(*parts.value().history);
  held_out.interactions = std::move(parts.value().held_out);
  return 0;
#endif
}

bool has_timestamps(const InteractionSet& set) { return set.interactions.has_timestamps(); }

double num_entries(const InteractionSet& set) { return set.num_entries(); }

const Binding kTable[] = {
    constructor<InteractionLog>("InteractionLog"),
    method("append", &append),
    destructor<InteractionLog>(),
    constructor<InteractionSet>("InteractionSet"),
    method("build", &build),
    method("divide", &divide),
    method("hasTimestamps", &has_timestamps),
    method("numEntries", &num_entries),
    destructor<InteractionSet>(),
    function("splitInteractions", &split_interactions),
};
const Bindings kBindings(kTable);

}  // namespace
