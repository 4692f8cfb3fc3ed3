#include "sample_data.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "expect.h"
#include "inkling/evaluator.h"
#include "inkling/thread_pool.h"

namespace inkling {

InteractionLog log_of(const std::vector<UserItem>& rows) {
  std::vector<std::int32_t> users;
  std::vector<std::int32_t> items;
  for (const auto& [user, item] : rows) {
    users.push_back(user);
    items.push_back(item);
  }
  InteractionLog log;
  CHECK(succeeds(log.append(users, items, std::vector<float>(rows.size(), 1.0f), {})));
  return log;
}

Interactions interactions_of(const std::vector<UserItem>& rows, std::int32_t num_users, std::int32_t num_items) {
  const InteractionLog log = log_of(rows);
  return value_of(Interactions::build(log, std::nullopt, std::max(num_users, log.num_users()),
                                      std::max(num_items, log.num_items())));
}

Interactions random_interactions(std::int32_t num_users, std::int32_t num_items, float density, std::uint64_t seed) {
  Random random(seed);
  std::vector<UserItem> rows;
  for (std::int32_t user = 1; user < num_users; ++user) {
    for (std::int32_t item = 1; item < num_items; ++item) {
      if (random.uniform() < density) rows.emplace_back(user, item);
    }
  }
  return interactions_of(rows, num_users, num_items);
}

ClusteredData clustered_data(std::int32_t num_users, std::int32_t num_items, std::int32_t num_clusters,
                             std::uint64_t seed) {
  Random random(seed);
  Random shuffle(seed + 1);
  std::vector<UserItem> train;
  std::vector<UserItem> test;
  for (std::int32_t user = 0; user < num_users; ++user) {
    std::vector<std::int32_t> met;
    for (std::int32_t item = 0; item < num_items; ++item) {
      const bool own = item % num_clusters == user % num_clusters;
      const bool popular = item % num_clusters == 0;
      if (random.uniform() < (own ? 0.5f : popular ? 0.1f : 0.03f)) met.push_back(item);
    }
    std::vector<std::int32_t> own;
    std::copy_if(met.begin(), met.end(), std::back_inserter(own),
                 [&](std::int32_t item) { return item % num_clusters == user % num_clusters; });
    std::vector<std::int32_t> held_out;
    for (const std::uint32_t position : random.permutation(own.size())) {
      if (own.size() > 3 && held_out.size() < 2) held_out.push_back(own[position]);
    }
    for (const std::uint32_t position : shuffle.permutation(met.size())) {
      const std::int32_t item = met[position];
      const bool is_test = std::find(held_out.begin(), held_out.end(), item) != held_out.end();
      (is_test ? test : train).emplace_back(user, item);
    }
  }
  return {interactions_of(train, num_users, num_items), interactions_of(test, num_users, num_items)};
}

Texts::Texts(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    offsets_.push_back(static_cast<std::uint32_t>(bytes_.size()));
  }
}

TermMatrix terms_of(const std::vector<std::string>& words, const std::vector<std::string>& tags) {
  TermMatrix::Builder builder(static_cast<std::int32_t>(std::max(words.size(), tags.size())));
  CHECK(succeeds(builder.add({TextField::Kind::kWords, 1}, 0, Texts(words).column())));
  CHECK(succeeds(builder.add({TextField::Kind::kTags, 1}, 0, Texts(tags).column())));
  return builder.finish();
}

TermMatrix random_terms(std::int32_t num_items, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::string> words;
  std::vector<std::string> tags;
  for (std::int32_t item = 0; item < num_items; ++item) {
    std::string text;
    std::string tag;
    if (item % 7 != 0) {
      for (std::uint64_t n = random.below(6) + 1; n > 0; --n) text += "word" + std::to_string(random.below(30)) + " ";
      for (std::uint64_t n = random.below(3); n > 0; --n) tag += "tag " + std::to_string(random.below(8)) + "\x1F";
    }
    words.push_back(text);
    tags.push_back(tag);
  }
  return terms_of(words, tags);
}

SampleVectors random_vectors(std::int32_t num_items, std::size_t width, std::uint64_t seed) {
  Random random(seed);
  SampleVectors vectors{{}, width};
  for (std::int32_t item = 0; item < num_items; ++item) {
    for (std::size_t n = 0; n < width; ++n) vectors.values.push_back(item % 5 == 4 ? 0 : random.normal() + 0.5f);
  }
  return vectors;
}

std::unique_ptr<Model> trained(std::string_view model, const Settings::Given& settings, const TrainingData& data,
                               std::uint64_t seed, int num_threads) {
  ThreadPool pool(num_threads);
  return value_of(train(model, settings, data, seed, pool));
}

std::vector<HistoryEntry> random_history(std::int32_t num_items, std::size_t length, Random& random) {
  std::vector<HistoryEntry> history;
  for (const std::uint32_t item : random.permutation(static_cast<std::size_t>(num_items))) {
    if (history.size() == length) break;
    history.push_back({static_cast<std::int32_t>(item), random.below(3) == 0 ? 1.0f : 3 * random.uniform() - 1});
  }
  return history;
}

std::vector<HistoryEntry> history_of(const Interactions& interactions, std::int32_t user) {
  std::vector<HistoryEntry> history;
  for (const std::int32_t item : interactions.by_user().row_columns(user)) history.push_back({item, 1});
  return history;
}

std::vector<float> random_numbers(std::size_t count, Random& random) {
  std::vector<float> numbers(count);
  for (float& number : numbers) number = random.normal();
  return numbers;
}

std::vector<float> scores_of(const Model& model, History history) {
  std::vector<float> scores(static_cast<std::size_t>(model.num_items()), -1.0f);
  value_of(model.fold_in(history))->score_all(scores);
  return scores;
}

bool all_finite(const std::vector<float>& values) {
  return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

double metric_of(const Model& model, const ClusteredData& data, std::string_view metric) {
  ThreadPool pool(2);
  Evaluator evaluator(model, {&data.train, &data.test, nullptr}, value_of(parse_metrics(metric)), 1, pool);
  while (!evaluator.done()) CHECK(succeeds(evaluator.step(50)));
  return evaluator.results()[0];
}

double sum_of_parts(const std::vector<Contribution>& parts) {
  double sum = 0;
  for (const Contribution& part : parts) sum += part.item == kNone || part.term == kNone ? part.value : 0;
  return sum;
}

ItemIds item_ids(std::int32_t num_items) {
  ItemIds ids;
  for (std::int32_t item = 0; item < num_items; ++item) {
    const std::string id = "id " + std::to_string(item * 7);
    ids.bytes.insert(ids.bytes.end(), id.begin(), id.end());
    ids.offsets.push_back(static_cast<std::uint32_t>(ids.bytes.size()));
  }
  return ids;
}

}  // namespace inkling
