// train FILE MODEL THREADS SEED METRICS [SETTING=VALUE]…: trains a model and ranks with it, timed as
// web/engine/engine.ts times Recommender.evaluate. FILE is laid out as interaction-arrays.mjs says.

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "inkling/evaluator.h"
#include "inkling/interactions.h"
#include "inkling/metrics.h"
#include "inkling/model.h"
#include "inkling/settings.h"
#include "inkling/thread_pool.h"
#include "measuring.h"
#include "programs.h"

namespace inkling::bench {

namespace {

using Column = std::vector<std::int32_t>;

struct Arguments {
  std::string file;
  std::string model;
  int threads = 1;
  std::uint64_t seed = 1;
  std::string metrics;
  std::string settings;  // "name=value" lines
};

Result<Arguments> read_arguments(std::span<char*> given) {
  Arguments arguments;
  if (given.size() < 5 || !parse(given[2], arguments.threads) || !parse(given[3], arguments.seed)) {
    return Status(ErrorCode::kInvalidArgument, "train takes FILE MODEL THREADS SEED METRICS [SETTING=VALUE]…");
  }
  arguments.file = given[0];
  arguments.model = given[1];
  arguments.metrics = given[4];
  for (const char* setting : given.subspan(5)) arguments.settings += std::string(setting) + "\n";
  return arguments;
}

struct Data {
  Interactions train;
  Interactions test;
  SparseRows negatives;  // (num_users, num_items)
};

struct Part {
  Column users;
  Column items;
  std::vector<float> values;
};

Result<Interactions> to_interactions(const Part& part, std::int32_t num_users, std::int32_t num_items) {
  InteractionLog log;
  if (Status status = log.append(part.users, part.items, part.values, {}); !status.ok()) return status;
  return Interactions::build(log, std::nullopt, num_users, num_items);
}

// users rise.
SparseRows to_rows(const Column& users, Column items, std::int32_t num_users) {
  SparseRows rows;
  std::size_t next = 0;
  for (std::int32_t user = 0; user < num_users; ++user) {
    while (next < users.size() && users[next] == user) ++next;
    rows.offsets.push_back(static_cast<std::int64_t>(next));
  }
  rows.values.assign(items.size(), 1.0f);
  rows.columns = std::move(items);
  return rows;
}

Result<Data> read_data(const std::string& path) {
  File file(path);
  const Column header = file.read<std::int32_t>(5);
  if (!file.good()) return file.status();
  const std::int32_t num_users = header[0];
  const std::int32_t num_items = header[1];
  Part parts[3];  // train, test, negatives
  for (std::size_t p = 0; p < 3; ++p) {
    const auto length = static_cast<std::size_t>(header[2 + p]);
    parts[p] = {file.read<std::int32_t>(length), file.read<std::int32_t>(length), file.read<float>(length)};
  }
  if (!file.good()) return file.status();

  Result<Interactions> train = to_interactions(parts[0], num_users, num_items);
  if (!train.ok()) return train.status();
  Result<Interactions> test = to_interactions(parts[1], num_users, num_items);
  if (!test.ok()) return test.status();
  return Data{std::move(train.value()), std::move(test.value()),
              to_rows(parts[2].users, std::move(parts[2].items), num_users)};
}

// As web/types.ts has it. What was not measured is null.
std::string to_json(std::span<const LearningPoint> curve) {
  const auto number = [](double value) { return std::isfinite(value) ? std::to_string(value) : std::string("null"); };
  std::string json = "[";
  for (const LearningPoint& point : curve) {
    if (json.size() > 1) json += ',';
    json += R"({"epoch":)" + std::to_string(point.epoch) + R"(,"loss":)" + number(point.loss) + R"(,"ndcg":)" +
            number(point.ndcg) + R"(,"hitRate":)" + number(point.hit_rate) + R"(,"seconds":)" + number(point.seconds) +
            '}';
  }
  return json + ']';
}

}  // namespace

Status train_program(std::span<char*> given) {
  const Result<Arguments> read = read_arguments(given);
  if (!read.ok()) return read.status();
  const Arguments& arguments = read.value();
  const Result<Data> data = read_data(arguments.file);
  if (!data.ok()) return data.status();
  const Result<Settings::Given> settings = parse_settings(arguments.settings);
  if (!settings.ok()) return settings.status();
  Result<std::vector<Metric>> metrics = parse_metrics(arguments.metrics);
  if (!metrics.ok()) return metrics.status();
  ThreadPool pool(arguments.threads);

  const Clock train_clock;
  const TrainingData training{&data.value().train, nullptr};
  const auto trainer = make_trainer(arguments.model, settings.value(), training, arguments.seed, pool);
  if (!trainer.ok()) return trainer.status();
  Trainer& run = *trainer.value();
  const std::int64_t slice = run.total_work() / 200 + 1;
  while (!run.done()) {
    const Clock step_clock;
    if (Status status = run.step(slice); !status.ok()) return status;
    run.took(step_clock.seconds());
  }
  const std::string curve = to_json(run.curve());
  const auto model = run.finish();
  const double train_seconds = train_clock.seconds();

  const Clock evaluate_clock;
  const SparseRows* negatives = data.value().negatives.columns.empty() ? nullptr : &data.value().negatives;
  Evaluator evaluator(*model, {&data.value().train, &data.value().test, negatives}, metrics.value(), arguments.seed,
                      pool);
  while (!evaluator.done()) {
    if (Status status = evaluator.step(evaluator.total_work()); !status.ok()) return status;
  }
  const double evaluate_seconds = evaluate_clock.seconds();

  std::printf("{\"seconds\":{\"train\":%.6f,\"evaluate\":%.6f},\"metrics\":{", train_seconds, evaluate_seconds);
  const std::vector<double> results = evaluator.results();
  for (std::size_t m = 0; m < results.size(); ++m) {
    std::printf("%s\"%s\":%.9f", m == 0 ? "" : ",", evaluator.metrics()[m].name.c_str(), results[m]);
  }
  std::printf("},\"curve\":%s,\"threads\":%d,\"memory\":%lld}\n", curve.c_str(), pool.num_threads(),
              peak_memory_bytes());
  return {};
}

}  // namespace inkling::bench
