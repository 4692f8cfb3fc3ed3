#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "inkling/status.h"

namespace inkling {

// One setting of a model: the only place its default and range are written.
struct SettingSpec {
  enum class Kind { kInteger, kNumber, kBoolean, kChoice };
  const char* name;
  Kind kind;
  const char* default_text;
  const char* minimum;  // numbers as text, so that messages show them as written here; of a choice: its words, with
  const char* maximum;  // commas between, and no maximum
  const char* description;
};

// The settings of one model, complete and checked. Values keep the text they were given as, so that what a model
// file says is what the caller wrote.
class Settings {
 public:
  using Given = std::vector<std::pair<std::string, std::string>>;

  // Errors: a name that is not among the specs (the message lists those there are, and the nearest one), a
  // value that does not parse or is out of range, a name given twice.
  static Result<Settings> resolve(std::string_view model, std::span<const SettingSpec> specs, const Given& given);

  double number(std::string_view name) const;
  int integer(std::string_view name) const { return static_cast<int>(number(name)); }
  bool boolean(std::string_view name) const { return number(name) != 0; }
  // Which of the words of a choice, counted from 0 as the spec has them.
  int choice(std::string_view name) const { return static_cast<int>(number(name)); }
  bool has(std::string_view name) const;

  // {"name":value,…} in the order of the specs, but for the one `without`.
  std::string to_json(std::string_view without = {}) const;

 private:
  struct Value {
    std::string name;
    std::string text;  // as JSON
    double number;
  };
  std::vector<Value> values_;
};

// Reads "name=value" lines.
Result<Settings::Given> parse_settings(std::string_view lines);

}  // namespace inkling
