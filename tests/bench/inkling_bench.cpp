// Trains a model and ranks with it, timed as web/engine/engine.ts times Recommender.evaluate, and prints one JSON
// object:
//   inkling_bench FILE MODEL THREADS SEED METRICS [SETTING=VALUE]…
// FILE is laid out as interaction-arrays.mjs says.

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inkling/evaluator.h"
#include "inkling/interactions.h"
#include "inkling/metrics.h"
#include "inkling/model.h"
#include "inkling/settings.h"
#include "inkling/thread_pool.h"

namespace {

using inkling::ErrorCode;
using inkling::InteractionLog;
using inkling::Interactions;
using inkling::Result;
using inkling::Status;
using Column = std::vector<std::int32_t>;

struct Arguments {
  std::string file;
  std::string model;
  int threads = 1;
  std::uint64_t seed = 1;
  std::string metrics;
  std::string settings;  // "name=value" lines
};

template <class Number>
bool parse(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

Result<Arguments> read_arguments(std::span<char*> given) {
  Arguments arguments;
  if (given.size() < 6 || !parse(given[3], arguments.threads) || !parse(given[4], arguments.seed)) {
    return Status(ErrorCode::kInvalidArgument, "usage: inkling_bench FILE MODEL THREADS SEED METRICS [SETTING=VALUE]…");
  }
  arguments.file = given[1];
  arguments.model = given[2];
  arguments.metrics = given[5];
  for (const char* setting : given.subspan(6)) arguments.settings += std::string(setting) + "\n";
  return arguments;
}

struct Data {
  Interactions train;
  Interactions test;
  inkling::SparseRows negatives;  // (num_users, num_items)
};

Result<Interactions> to_interactions(const Column& users, const Column& items, std::int32_t num_users,
                                     std::int32_t num_items) {
  InteractionLog log;
  const std::vector<float> values(users.size(), 1.0f);
  if (Status status = log.append(users, items, values, {}); !status.ok()) return status;
  return Interactions::build(log, std::nullopt, num_users, num_items);
}

// users rise.
inkling::SparseRows to_rows(const Column& users, Column items, std::int32_t num_users) {
  inkling::SparseRows rows;
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
  std::ifstream file(path, std::ios::binary);
  const auto read_column = [&file](std::int32_t length) {
    Column column(static_cast<std::size_t>(length));
    file.read(reinterpret_cast<char*>(column.data()),
              static_cast<std::streamsize>(column.size() * sizeof(std::int32_t)));
    return column;
  };
  const Column header = read_column(5);
  if (!file) return Status(ErrorCode::kInvalidInteractions, path + " cannot be read");
  const std::int32_t num_users = header[0];
  const std::int32_t num_items = header[1];
  Column columns[6];  // users and items of train, test and negatives
  for (std::size_t c = 0; c < 6; ++c) columns[c] = read_column(header[2 + c / 2]);
  if (!file) return Status(ErrorCode::kInvalidInteractions, path + " is too short");

  Result<Interactions> train = to_interactions(columns[0], columns[1], num_users, num_items);
  if (!train.ok()) return train.status();
  Result<Interactions> test = to_interactions(columns[2], columns[3], num_users, num_items);
  if (!test.ok()) return test.status();
  return Data{std::move(train.value()), std::move(test.value()), to_rows(columns[4], std::move(columns[5]), num_users)};
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Status run(std::span<char*> given) {
  const Result<Arguments> read = read_arguments(given);
  if (!read.ok()) return read.status();
  const Arguments& arguments = read.value();
  const Result<Data> data = read_data(arguments.file);
  if (!data.ok()) return data.status();
  const Result<inkling::Settings::Given> settings = inkling::parse_settings(arguments.settings);
  if (!settings.ok()) return settings.status();
  Result<std::vector<inkling::Metric>> metrics = inkling::parse_metrics(arguments.metrics);
  if (!metrics.ok()) return metrics.status();
  inkling::ThreadPool pool(arguments.threads);

  const auto train_start = std::chrono::steady_clock::now();
  const auto model =
      inkling::train(arguments.model, settings.value(), {&data.value().train, nullptr}, arguments.seed, pool);
  if (!model.ok()) return model.status();
  const double train_seconds = seconds_since(train_start);

  const auto evaluate_start = std::chrono::steady_clock::now();
  const inkling::SparseRows* negatives = data.value().negatives.columns.empty() ? nullptr : &data.value().negatives;
  inkling::Evaluator evaluator(*model.value(), {&data.value().train, &data.value().test, negatives}, metrics.value(),
                               arguments.seed, pool);
  while (!evaluator.done()) {
    if (Status status = evaluator.step(evaluator.total_work()); !status.ok()) return status;
  }
  const double evaluate_seconds = seconds_since(evaluate_start);

  std::printf("{\"seconds\":{\"train\":%.6f,\"evaluate\":%.6f},\"metrics\":{", train_seconds, evaluate_seconds);
  const std::vector<double> results = evaluator.results();
  for (std::size_t m = 0; m < results.size(); ++m) {
    std::printf("%s\"%s\":%.9f", m == 0 ? "" : ",", evaluator.metrics()[m].name.c_str(), results[m]);
  }
  std::printf("},\"threads\":%d}\n", pool.num_threads());
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  const Status status = run({argv, static_cast<std::size_t>(argc)});
  if (status.ok()) return 0;
  std::fprintf(stderr, "error: %s\n", status.message().c_str());
  return 1;
}
