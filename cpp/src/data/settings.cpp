#include "inkling/settings.h"

#include <algorithm>
#include <cmath>

#include "inkling/decimal.h"

namespace inkling {

namespace {

// Levenshtein distance: how many letters to change, add or drop.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

Status unknown_setting(std::string_view model, std::span<const SettingSpec> specs, const std::string& name) {
  std::string message = "unknown setting \"" + name + "\" of " + std::string(model);
  const SettingSpec* nearest = nullptr;
  std::size_t least = 4;
  std::string known;
  for (const SettingSpec& spec : specs) {
    const std::size_t distance = edit_distance(name, spec.name);
    if (distance < least) {
      least = distance;
      nearest = &spec;
    }
    known += (known.empty() ? "" : ", ") + std::string(spec.name);
  }
  if (nearest != nullptr) message += "; did you mean \"" + std::string(nearest->name) + "\"?";
  message += known.empty() ? "; this model has no settings" : "; known are " + known;
  return {ErrorCode::kInvalidArgument, message};
}

// Lets people write .5 and +3.
std::string normalized_number(std::string text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.erase(0, 1);
  const std::size_t start = !text.empty() && text[0] == '-' ? 1 : 0;
  if (text.size() > start && text[start] == '.') text.insert(start, "0");
  return text;
}

// The place of `word` among words with commas between, or -1.
int place_among(std::string_view words, std::string_view word) {
  int place = 0;
  while (true) {
    const std::size_t end = std::min(words.find(','), words.size());
    if (words.substr(0, end) == word) return place;
    if (end == words.size()) return -1;
    words.remove_prefix(end + 1);
    ++place;
  }
}

}  // namespace

Result<Settings> Settings::resolve(std::string_view model, std::span<const SettingSpec> specs, const Given& given) {
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::string& name = given[i].first;
    const auto is_named = [&](const SettingSpec& spec) { return name == spec.name; };
    if (std::none_of(specs.begin(), specs.end(), is_named)) return unknown_setting(model, specs, name);
    for (std::size_t j = 0; j < i; ++j) {
      if (given[j].first == name) {
        return Status(ErrorCode::kInvalidArgument, "setting \"" + name + "\" is given twice; give it once");
      }
    }
  }
  Settings settings;
  for (const SettingSpec& spec : specs) {
    std::string text = spec.default_text;
    for (const auto& [name, value] : given) {
      if (name == spec.name) text = value;
    }
    const auto invalid = [&](const std::string& expected) {
      return Status(ErrorCode::kInvalidArgument, "setting " + std::string(spec.name) + "=" + text +
                                                     " is not valid; expected " + expected + " (" + spec.description +
                                                     ")");
    };
    if (spec.kind == SettingSpec::Kind::kBoolean) {
      if (text != "true" && text != "false") return invalid("true or false");
      settings.values_.push_back({spec.name, text, text == "true" ? 1.0 : 0.0});
      continue;
    }
    if (spec.kind == SettingSpec::Kind::kChoice) {
      const int place = place_among(spec.minimum, text);
      if (place < 0) return invalid(std::string("one of ") + spec.minimum);
      settings.values_.push_back({spec.name, "\"" + text + "\"", static_cast<double>(place)});
      continue;
    }
    text = normalized_number(text);
    const std::string range = " from " + std::string(spec.minimum) + " to " + spec.maximum;
    const bool whole = spec.kind == SettingSpec::Kind::kInteger;
    const std::string expected = (whole ? "a whole number" : "a number") + range;
    // JSON's grammar, so that the text can go into a model file as it is.
    if (!is_decimal(text)) return invalid(expected);
    const double number = decimal_value(text);
    if (!(number >= decimal_value(spec.minimum) && number <= decimal_value(spec.maximum))) return invalid(expected);
    if (whole && number != std::floor(number)) return invalid(expected);
    settings.values_.push_back({spec.name, text, number});
  }
  return settings;
}

double Settings::number(std::string_view name) const {
  for (const Value& value : values_) {
    if (value.name == name) return value.number;
  }
  return std::nan("");  // a name that is not in the specs is a bug, and NaN does not stay hidden
}

bool Settings::has(std::string_view name) const {
  return std::any_of(values_.begin(), values_.end(), [&](const Value& value) { return value.name == name; });
}

std::string Settings::to_json(std::string_view without) const {
  std::string json = "{";
  for (const Value& value : values_) {
    if (value.name == without) continue;
    json += (json.size() > 1 ? ",\"" : "\"") + value.name + "\":" + value.text;
  }
  return json + "}";
}

Result<Settings::Given> parse_settings(std::string_view lines) {
  Settings::Given given;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (line.empty()) continue;
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return Status(ErrorCode::kInvalidArgument, "\"" + std::string(line) + "\" is not a setting; expected name=value");
    }
    given.emplace_back(line.substr(0, equals), line.substr(equals + 1));
  }
  return given;
}

}  // namespace inkling
