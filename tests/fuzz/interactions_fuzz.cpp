// Columns of interactions as the seam hands them over, with any indices, numbers and counts; and models trained on
// them.

#include <cmath>

#include "inkling/hold_out.h"
#include "inkling/interactions.h"
#include "inkling/model.h"
#include "inkling/splits.h"
#include "input_bytes.h"
#include "memory_limit.h"

using namespace inkling;
using namespace inkling::fuzz;

namespace {

constexpr std::int32_t kMostAnnounced = 1 << 16;  // more takes the fuzzer's time; what is refused is larger still

void check_rows(const SparseRows& rows, std::int32_t num_columns) {
  for (std::int32_t row = 0; row < rows.num_rows(); ++row) {
    std::int32_t previous = -1;
    for (const std::int32_t column : rows.row_columns(row)) {
      require(column > previous && column < num_columns, "columns rise within a row");
      previous = column;
    }
  }
}

bool refused(const Status& status) {
  const ErrorCode code = status.code();
  return code == ErrorCode::kInvalidInteractions || code == ErrorCode::kTooLarge || code == ErrorCode::kInvalidArgument;
}

void train_on(const Interactions& interactions, std::uint8_t choice) {
  static constexpr const char* kQuick[] = {"popularity", "item_neighbors", "item_graph", "user_neighbors", "ials"};
  Settings::Given settings;
  const std::string_view model = kQuick[choice % std::size(kQuick)];
  if (model == "ials") settings = {{"num_factors", "4"}, {"iterations", "1"}};
  ThreadPool pool(1);
  const Result<std::unique_ptr<Model>> trained = train(model, settings, {&interactions, nullptr}, 1, pool);
  if (!trained.ok()) {
    require(refused(trained.status()) || trained.status().code() == ErrorCode::kNotFinite,
            "training fails by its data");
    return;
  }
  require(trained.value()->num_items() == interactions.num_items(), "the model has the items");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  InputBytes input(data, size);
  const auto choice = input.number<std::uint8_t>();
  const auto flags = input.number<std::uint8_t>();
  const auto announced_users = input.number<std::int32_t>();
  const auto announced_items = input.number<std::int32_t>();
  InteractionLog log;
  bool wide = false;
  {
    // A log takes what its rows take, whatever their indices say.
    const MemoryLimit limit(65536 + 64 * size);
    while (!input.empty()) {
      const std::size_t count = input.number<std::uint8_t>();
      const auto users = input.numbers<std::int32_t>(count);
      const auto items = input.numbers<std::int32_t>((flags & 1) != 0 ? users.size() : count);
      std::vector<float> values(users.size(), 1.0f);
      if ((flags & 2) != 0) values = input.numbers<float>(users.size());
      std::vector<double> times;
      if ((flags & 4) != 0) times = input.numbers<double>(users.size());
      const std::size_t before = log.size();
      const Status status = log.append(users, items, values, times);
      require(status.ok() || refused(status), "rows are refused as such");
      require(status.ok() || log.size() == before, "nothing of what is refused is kept");
      if (count == 0) break;
    }
    require(log.distinct_rows().size() <= log.size(), "distinct rows are some of all rows");
    require(log.distinct_rows_in_time().size() == log.distinct_rows().size(), "their order leaves none out");
    wide = log.num_users() > kMostAnnounced || log.num_items() > kMostAnnounced;
    for (const SplitKind kind : {SplitKind::kLeaveOneOut, SplitKind::kRandom, SplitKind::kTemporal}) {
      const Result<Split> parts = split(log, kind, 0.2, choice, (flags & 8) != 0);
      require(parts.ok() || refused(parts.status()), "a split is refused as such");
    }
  }
  const auto announce = [&](std::int32_t wanted, std::int32_t needed) {
    if ((flags & 16) != 0) return wanted;  // as the input says
    return needed + (wanted & 63);
  };
  const std::int32_t num_users = announce(announced_users, log.num_users());
  const std::int32_t num_items = announce(announced_items, log.num_items());
  const bool allowed = num_users <= kMaxUsersOrItems && num_items <= kMaxUsersOrItems;
  if (allowed && (wide || num_users > kMostAnnounced || num_items > kMostAnnounced)) return 0;
  // Who announces users and items has ids of them, and is believed: some numbers for each are kept.
  const std::size_t announced =
      allowed ? static_cast<std::size_t>(std::max(num_users, 0)) + static_cast<std::size_t>(std::max(num_items, 0)) : 0;
  const MemoryLimit limit((1 << 20) + 2048 * size + 256 * announced);
  if (!wide) {  // it draws from all users up to the last
    const Result<Split> parts = split(log, SplitKind::kUsers, 0.2, choice, (flags & 8) != 0);
    require(parts.ok() || refused(parts.status()), "a split is refused as such");
  }
  const Result<Interactions> built = Interactions::build(log, std::nullopt, num_users, num_items);
  if (!built.ok()) {
    require(refused(built.status()), "a table is refused as such");
    return 0;
  }
  const Interactions& interactions = built.value();
  check_rows(interactions.by_user(), num_items);
  check_rows(interactions.by_item(), num_users);
  require(std::isfinite(interactions.newest_timestamp()), "times are finite");
  train_on(interactions, choice);
  const Result<HeldOut> parts = hold_out(interactions, std::nullopt, choice);
  require(parts.ok() || refused(parts.status()), "a part to hold out is refused as such");
  return 0;
}
