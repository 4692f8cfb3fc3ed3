#include "inkling/tf_idf.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "content/interests.h"
#include "data/indices.h"
#include "data/sorting.h"
#include "inkling/popularity.h"

namespace inkling {

namespace {

void add_postings(const TermMatrix& terms, std::int32_t term, float weight, std::span<float> scores) {
  const auto items = terms.by_term().row_columns(term);
  const auto values = terms.by_term().row_values(term);
  for (std::size_t e = 0; e < items.size(); ++e) scores[at(items[e])] += weight * values[e];
}

class TfIdfProfile final : public Profile {
 public:
  TfIdfProfile(const TfIdf& model, std::vector<Interest> interests) : model_(model), interests_(std::move(interests)) {}

  void score_all(std::span<float> scores) const override {
    std::fill(scores.begin(), scores.end(), 0.0f);
    std::vector<float> likeness(scores.size());
    for (const Interest& interest : interests_) {
      std::fill(likeness.begin(), likeness.end(), 0.0f);
      for (const auto& [term, weight] : interest.terms) add_postings(model_.terms(), term, weight, likeness);
      for (std::size_t item = 0; item < scores.size(); ++item) {
        scores[item] += interest.factor * likeness[item] * std::sqrt(std::abs(likeness[item]));
      }
    }
  }

  void explain(std::int32_t item, std::vector<Contribution>& parts) const override {
    const SparseRows& rows = model_.terms().by_item();
    const auto columns = rows.row_columns(item);
    const auto values = rows.row_values(item);
    for (const Interest& interest : interests_) {
      const std::size_t first = parts.size();
      float likeness = 0;
      for (const HistoryEntry& event : interest.events) {
        const auto other_columns = rows.row_columns(event.item);
        const auto other_values = rows.row_values(event.item);
        const std::size_t whole = parts.size();
        parts.push_back({event.item, kNone, 0});
        for (std::size_t a = 0, b = 0; a < columns.size() && b < other_columns.size();) {
          if (columns[a] < other_columns[b]) {
            ++a;
          } else if (columns[a] > other_columns[b]) {
            ++b;
          } else {
            if (tells_taste(model_.terms(), columns[a])) {
              const float value = event.weight * values[a] * other_values[b];
              parts.push_back({event.item, columns[a], value});
              parts[whole].value += value;
            }
            ++a;
            ++b;
          }
        }
        likeness += parts[whole].value;
        if (parts.size() == whole + 1) parts.pop_back();
      }
      const float factor = interest.factor * std::sqrt(std::abs(likeness));
      for (std::size_t n = first; n < parts.size(); ++n) parts[n].value *= factor;
    }
  }

 private:
  const TfIdf& model_;
  std::vector<Interest> interests_;
};

// The first three say how the items' terms were weighed (TermWeighting); whoever makes the term matrix reads them.
// Their defaults were chosen on the training part of citeulike-a and on development headlines
// (tests/quality/content.mjs).
constexpr SettingSpec kSettings[] = {
    {"weighting", SettingSpec::Kind::kChoice, "bm25", "tf_idf,bm25", "", "what counts come to"},
    {"k1", SettingSpec::Kind::kNumber, "3", "0", "1000", "of bm25: what further occurrences count"},
    {"b", SettingSpec::Kind::kNumber, "0.3", "0", "1", "of bm25: how much less long texts count"},
    kHistoryHalfLife};

class TfIdfTrainer final : public Trainer {
 public:
  TfIdfTrainer(const Settings& settings, const TermMatrix& terms, const Interactions* interactions)
      : config_(settings.to_json()), terms_(terms), interactions_(interactions) {}
  std::int64_t total_work() const override { return 1; }
  std::int64_t done_work() const override { return done_; }
  Status step(std::int64_t /*work*/) override {
    done_ = 1;
    return {};
  }
  std::unique_ptr<Model> trained_model() override {
    std::vector<float> counts(at(terms_.num_items()), 0.0f);
    if (interactions_ != nullptr) {
      const std::vector<float> known = count_users(*interactions_);
      std::copy_n(known.begin(), std::min(known.size(), counts.size()), counts.begin());
    }
    return std::make_unique<TfIdf>(terms_, std::move(counts), config_);
  }

 private:
  std::string config_;
  const TermMatrix& terms_;
  const Interactions* interactions_;
  std::int64_t done_ = 0;
};

}  // namespace

std::span<const SettingSpec> TfIdf::settings() { return kSettings; }

Result<std::unique_ptr<Trainer>> TfIdf::make_trainer(const Settings& settings, const TrainingData& data,
                                                     std::uint64_t /*seed*/, ThreadPool& /*pool*/) {
  if (data.terms == nullptr || data.terms->num_terms() == 0) {
    return Status(ErrorCode::kInvalidCatalog,
                  "tf_idf learns from the items' titles, texts and tags, and there are none; give a catalogue");
  }
  return std::unique_ptr<Trainer>(std::make_unique<TfIdfTrainer>(settings, *data.terms, data.interactions));
}

TfIdf::TfIdf(TermMatrix terms, Held<float> item_counts, std::string config)
    : Model(std::move(item_counts), std::move(config)), terms_(std::move(terms)) {}

Result<std::unique_ptr<Profile>> TfIdf::profile_of(History history) const {
  return std::unique_ptr<Profile>(std::make_unique<TfIdfProfile>(*this, interests_of(terms_, history)));
}

void TfIdf::similar(std::int32_t item, std::span<float> scores) const {
  std::fill(scores.begin(), scores.end(), 0.0f);
  const auto columns = terms_.by_item().row_columns(item);
  const auto values = terms_.by_item().row_values(item);
  double square_sum = 0;
  for (const float value : values) square_sum += static_cast<double>(value) * value;
  const auto scale = static_cast<float>(square_sum > 0 ? 1 / std::sqrt(square_sum) : 0);
  for (std::size_t e = 0; e < columns.size(); ++e) add_postings(terms_, columns[e], scale * values[e], scores);
}

void TfIdf::write(TensorFile& file) const { terms_.write(file); }

Result<std::unique_ptr<Model>> TfIdf::read(const TensorFile& file, Held<float> item_counts, std::string config) {
  Result<TermMatrix> terms = TermMatrix::read(file, static_cast<std::int32_t>(item_counts.size()));
  if (!terms.ok()) return terms.status();
  return std::unique_ptr<Model>(
      std::make_unique<TfIdf>(std::move(terms.value()), std::move(item_counts), std::move(config)));
}

std::vector<Contribution> TfIdf::interests(History history, std::size_t count) const {
  // A term's weight is that of all interests, and its number that of the one in which it counts most.
  std::vector<Contribution> all(at(terms_.num_terms()));
  std::vector<float> most(all.size());
  std::int32_t number = 0;
  for (const Interest& interest : interests_of(terms_, faded(history, history_half_life()))) {
    for (const auto& [term, weight] : interest.terms) {
      Contribution& sum = all[at(term)];
      const float value = interest.factor * weight;
      if (const float size = std::abs(value); size > most[at(term)]) {
        most[at(term)] = size;
        sum.item = number;
      }
      sum.term = term;
      sum.value += value;
    }
    ++number;
  }
  std::erase_if(all, [](const Contribution& each) { return each.value == 0; });
  sort_contributions(all, [](const Contribution& a, const Contribution& b) {
    const float size_a = std::abs(a.value);
    const float size_b = std::abs(b.value);
    return size_a != size_b ? size_a > size_b : a.term < b.term;
  });
  if (all.size() > count) all.resize(count);
  return all;
}

std::span<const std::int32_t> TfIdf::items_with(std::string_view marked) const {
  const std::int32_t term = terms_.find(marked);
  return term < 0 ? std::span<const std::int32_t>() : terms_.by_term().row_columns(term);
}

void TfIdf::score_query(std::string_view query, std::span<float> scores) const {
  std::fill(scores.begin(), scores.end(), 0.0f);
  for (const auto& [term, weight] : terms_.query(query)) add_postings(terms_, term, weight, scores);
}

SparseSum TfIdf::query_scores(std::string_view query) const {
  SparseSum scores(num_items());
  for (const auto& [term, weight] : terms_.query(query)) {
    const auto items = terms_.by_term().row_columns(term);
    const auto values = terms_.by_term().row_values(term);
    for (std::size_t e = 0; e < items.size(); ++e) scores.add(items[e], weight, values[e]);
  }
  return scores;
}

void TfIdf::explain_query(std::string_view query, std::int32_t item, std::vector<Contribution>& parts) const {
  const auto columns = terms_.by_item().row_columns(item);
  const auto values = terms_.by_item().row_values(item);
  for (const auto& [term, weight] : terms_.query(query)) {
    const auto found = std::lower_bound(columns.begin(), columns.end(), term);
    if (found == columns.end() || *found != term) continue;
    parts.push_back({kNone, term, weight * values[static_cast<std::size_t>(found - columns.begin())]});
  }
}

}  // namespace inkling
