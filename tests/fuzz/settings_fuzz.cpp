// Texts that name things: a first line with the name of a model, then its settings; the last line is also read as a
// list of metrics and as the name of a split.

#include <cmath>

#include "inkling/metrics.h"
#include "inkling/model.h"
#include "inkling/settings.h"
#include "inkling/splits.h"
#include "input_bytes.h"
#include "memory_limit.h"

using namespace inkling;
using namespace inkling::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A line takes two strings; an error quotes what is wrong.
  const MemoryLimit limit(32768 + 128 * size);
  InputBytes input(data, size);
  const std::string_view model = as_text(input.take_until('\n'));
  const std::string_view lines = as_text(input.take_all());
  const std::string_view last = lines.substr(std::min(lines.rfind('\n') + 1, lines.size()));
  static_cast<void>(parse_split_kind(last).ok());
  const Result<std::vector<Metric>> metrics = parse_metrics(last);
  if (metrics.ok()) {
    for (const Metric& metric : metrics.value()) require(metric.k >= 0, "no list is shorter than empty");
  }

  const Result<Settings::Given> given = parse_settings(lines);
  if (!given.ok()) {
    require(given.status().code() == ErrorCode::kInvalidArgument, "lines are refused as a wrong argument");
    return 0;
  }
  const auto specs = settings_of(model);
  const Result<Settings> settings = Settings::resolve(model, specs, given.value());
  if (!settings.ok()) {
    require(settings.status().code() == ErrorCode::kInvalidArgument, "settings are refused as a wrong argument");
    return 0;
  }
  for (const SettingSpec& spec : specs) {
    require(settings.value().has(spec.name), "every setting has a value");
    require(std::isfinite(settings.value().number(spec.name)), "every setting is a finite number");
    static_cast<void>(settings.value().integer(spec.name));
  }
  require(settings.value().to_json().find('\n') == std::string::npos, "what is kept of settings is one line");
  return 0;
}
