#pragma once

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "inkling/model.h"
#include "inkling/model_file.h"
#include "inkling/random.h"
#include "inkling/term_matrix.h"
#include "input_bytes.h"

namespace inkling::fuzz {

inline constexpr std::int32_t kSmallItems = 12;

// What fails here is the test's own mistake.
template <class T>
T value_of(Result<T> result) {
  require(result.ok(), result.status().message().c_str());
  return std::move(result.value());
}

inline Interactions small_interactions() {
  Random random(1);
  std::vector<std::int32_t> users;
  std::vector<std::int32_t> items;
  std::vector<float> values;
  for (std::int32_t user = 0; user < 16; ++user) {
    for (std::int32_t item = 0; item < kSmallItems; ++item) {
      if (random.uniform() > 0.35f) continue;
      users.push_back(user);
      items.push_back(item);
      values.push_back(1 + static_cast<float>(random.below(5)));
    }
  }
  InteractionLog log;
  require(log.append(users, items, values, {}).ok(), "the interactions are taken");
  return value_of(Interactions::build(log, std::nullopt, 16, kSmallItems));
}

inline TermMatrix small_terms() {
  TermMatrix::Builder builder(kSmallItems);
  const auto add = [&](TextField::Kind kind, const std::vector<std::string>& texts) {
    std::string bytes;
    std::vector<std::uint32_t> offsets{0};
    for (const std::string& text : texts) {
      bytes += text;
      offsets.push_back(static_cast<std::uint32_t>(bytes.size()));
    }
    const std::vector<std::uint8_t> column(bytes.begin(), bytes.end());
    require(builder.add({kind, 1}, 0, {column, offsets}).ok(), "the texts are taken");
  };
  std::vector<std::string> words;
  std::vector<std::string> tags;
  for (std::int32_t item = 0; item < kSmallItems; ++item) {
    words.push_back("word" + std::to_string(item % 3) + " über" + std::to_string(item % 5));
    tags.push_back("tag " + std::to_string(item % 4) + "\x1f" + "deep sea");
  }
  add(TextField::Kind::kWords, words);
  add(TextField::Kind::kTags, tags);
  return builder.finish();
}

inline std::vector<float> small_vectors() {
  Random random(2);
  std::vector<float> numbers;
  for (std::int32_t n = 0; n < 3 * kSmallItems; ++n) numbers.push_back(random.normal());
  return numbers;
}

// One of each kind, as the library itself trains them.
inline std::vector<std::unique_ptr<Model>> small_models() {
  const Interactions interactions = small_interactions();
  const TermMatrix terms = small_terms();
  const std::vector<float> vectors = small_vectors();
  ThreadPool pool(1);
  std::vector<std::unique_ptr<Model>> models;
  for (const std::string_view name : model_names()) {
    Settings::Given settings;
    for (const SettingSpec& spec : settings_of(name)) {
      const std::string_view setting = spec.name;
      if (setting == "num_factors") settings.emplace_back(setting, "3");
      if (setting == "iterations") settings.emplace_back(setting, "2");
      if (setting == "history_half_life" && name == "item_graph") settings.emplace_back(setting, "8");
    }
    TrainingData data = {&interactions, &terms};
    if (name == "item_vectors" || name == "hybrid") data.vectors = {vectors, 3};
    models.push_back(value_of(train(name, settings, data, 1, pool)));
  }
  return models;
}

inline ItemIds small_ids() {
  ItemIds ids;
  for (std::int32_t item = 0; item < kSmallItems; ++item) {
    const std::string id = "film " + std::to_string(item);
    ids.bytes.insert(ids.bytes.end(), id.begin(), id.end());
    ids.offsets.push_back(static_cast<std::uint32_t>(ids.bytes.size()));
  }
  return ids;
}

}  // namespace inkling::fuzz
