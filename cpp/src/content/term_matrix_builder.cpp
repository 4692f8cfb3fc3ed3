#include <algorithm>
#include <cmath>
#include <string>

#include "content/tokenizer.h"
#include "data/indices.h"
#include "inkling/term_matrix.h"

namespace inkling {

namespace {

constexpr std::string_view kTagSeparators = "\x1F\x0B";

// Chosen on the training part of citeulike-a and on development headlines.
constexpr double kOwnLengthShare = 0.7;

float three_quarter_power(float x) { return std::sqrt(x * std::sqrt(x)); }

}  // namespace

Status TermMatrix::Builder::add(const TextField& field, std::int32_t first_item, const TextColumn& texts) {
  const std::size_t count = texts.offsets.empty() ? 0 : texts.offsets.size() - 1;
  bool fits = first_item >= 0 && at(first_item) + count <= at(num_items_);
  for (std::size_t d = 0; fits && d < count; ++d) {
    fits = texts.offsets[d] <= texts.offsets[d + 1] && texts.offsets[d + 1] <= texts.bytes.size();
  }
  if (!fits) return {ErrorCode::kInvalidCatalog, "the texts' offsets do not fit their bytes or the items"};
  fields_.resize(std::max(fields_.size(), at(field.number) + 1));
  Lengths& lengths = fields_[at(field.number)];
  for (std::size_t d = 0; d < count; ++d) {
    const float weight = d < texts.weights.size() ? field.weight * texts.weights[d] : field.weight;
    if (weight == 0) continue;
    runs_.push_back({first_item + static_cast<std::int32_t>(d), entries_.size(), at(field.number), 0});
    std::string_view text(reinterpret_cast<const char*>(texts.bytes.data()) + texts.offsets[d],  // NOLINT
                          texts.offsets[d + 1] - texts.offsets[d]);
    if (field.kind == TextField::Kind::kWords) {
      Tokenizer tokenizer(text, stop_words_ ? &*stop_words_ : nullptr);
      std::string_view word;
      while (tokenizer.next(word)) {
        count_term(word, weight);
        ++runs_.back().length;
      }
      lengths.words += runs_.back().length;
      lengths.texts += runs_.back().length > 0 ? 1 : 0;
      continue;
    }
    while (!text.empty()) {
      const std::size_t end = std::min(text.find_first_of(kTagSeparators), text.size());
      const std::string tag = kTagMark + std::string(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
      if (tag.size() > 1) count_term(tag, weight);
    }
  }
  return {};
}

void TermMatrix::Builder::set_stop_words(std::string_view text) {
  const TermTable none;
  Tokenizer tokenizer(text, &none);
  std::string_view word;
  stop_words_.emplace();
  while (tokenizer.next(word)) stop_words_->find_or_add(word);
}

void TermMatrix::Builder::count_term(std::string_view text, float weight) {
  const std::int32_t term = terms_.find_or_add(text);
  if (at(term) == places_.size()) places_.push_back(0);
  merge(entries_, runs_.back().begin, {term, weight});
}

// Adds to the term's entry among those from `begin` on, or appends one.
void TermMatrix::Builder::merge(std::vector<Entry>& entries, std::size_t begin, Entry added) {
  std::size_t& place = places_[at(added.term)];
  if (place >= begin && place < entries.size() && entries[place].term == added.term) {
    entries[place].count += added.count;
  } else {
    place = entries.size();
    entries.push_back(added);
  }
}

TermMatrix TermMatrix::Builder::finish(const TermWeighting& weighting) {
  const bool bm25 = weighting.kind == TermWeighting::Kind::kBm25;
  const std::size_t num_terms = at(terms_.size());
  // The runs by item, those of one item in the order in which they came.
  std::vector<std::size_t> next_run(at(num_items_) + 1);
  for (const Run& run : runs_) ++next_run[at(run.item) + 1];
  for (std::size_t item = 0; item < at(num_items_); ++item) next_run[item + 1] += next_run[item];
  std::vector<std::size_t> order(runs_.size());
  for (std::size_t r = 0; r < runs_.size(); ++r) order[next_run[at(runs_[r].item)]++] = r;
  runs_.push_back({num_items_, entries_.size(), 0, 0});

  std::vector<Entry> entries;  // by item, each term once
  entries.reserve(entries_.size());
  std::vector<std::size_t> ends(at(num_items_));
  for (std::size_t n = 0, item = 0; item < at(num_items_); ++item) {
    const std::size_t begin = entries.size();
    for (; n < next_run[item]; ++n) {
      const std::size_t r = order[n];
      const Run& run = runs_[r];
      double divisor = 1;
      if (bm25 && run.length > 0) {
        const Lengths& of_field = fields_[run.field];
        divisor += weighting.b * (run.length * of_field.texts / of_field.words - 1);
      }
      for (std::size_t e = run.begin; e < runs_[r + 1].begin; ++e) {
        merge(entries, begin, {entries_[e].term, static_cast<float>(entries_[e].count / divisor)});
      }
    }
    ends[item] = entries.size();
  }
  entries_ = {};

  TermMatrix out;
  SparseRows& by_term = out.by_term_;
  by_term.offsets.assign(num_terms + 1, 0);
  by_term.columns.resize(entries.size());
  by_term.values.resize(entries.size());
  for (const Entry& entry : entries) ++by_term.offsets[at(entry.term) + 1];
  out.idf_.resize(num_terms);
  const auto num_items = static_cast<float>(num_items_);
  for (std::size_t term = 0; term < num_terms; ++term) {
    const auto count = static_cast<float>(by_term.offsets[term + 1]);
    out.idf_[term] = bm25 ? three_quarter_power(std::log(1 + (num_items - count + 0.5f) / (count + 0.5f)))
                          : std::log((1 + num_items) / (1 + count)) + 1;
    by_term.offsets[term + 1] += by_term.offsets[term];
    places_[term] = static_cast<std::size_t>(by_term.offsets[term]);
  }
  for (std::size_t e = 0, item = 0; item < at(num_items_); ++item) {
    for (; e < ends[item]; ++e) {
      const std::size_t to = places_[at(entries[e].term)]++;
      by_term.columns[to] = static_cast<std::int32_t>(item);
      const float sum = entries[e].count;
      by_term.values[to] = bm25 ? sum * (weighting.k1 + 1) / (sum + weighting.k1) : sum;
    }
  }
  entries = {};

  std::vector<double> square_sums(at(num_items_));
  std::vector<double> lone_square_sums(at(num_items_));  // of terms that no other item has
  for (std::size_t term = 0, e = 0; term < num_terms; ++term) {
    const auto end = at(by_term.offsets[term + 1]);
    const bool lone = bm25 && end - e == 1;
    for (; e < end; ++e) {
      by_term.values[e] *= out.idf_[term];
      const double weight = by_term.values[e];
      (lone ? lone_square_sums : square_sums)[at(by_term.columns[e])] += weight * weight;
    }
  }
  std::vector<double>& lengths = square_sums;
  double sum_of_lengths = 0;
  double num_lengths = 0;
  for (std::size_t item = 0; item < lengths.size(); ++item) {
    lengths[item] = std::sqrt(square_sums[item] > 0 ? square_sums[item] : lone_square_sums[item]);
    sum_of_lengths += lengths[item];
    num_lengths += lengths[item] > 0 ? 1 : 0;
  }
  const double own_share = bm25 ? kOwnLengthShare : 1;
  const double shared = num_lengths > 0 ? (1 - own_share) * sum_of_lengths / num_lengths : 0;
  std::vector<float> scales(lengths.size());
  for (std::size_t item = 0; item < scales.size(); ++item) {
    scales[item] = static_cast<float>(lengths[item] > 0 ? 1 / (shared + own_share * lengths[item]) : 0);
  }
  for (std::size_t e = 0; e < by_term.values.size(); ++e) by_term.values[e] *= scales[at(by_term.columns[e])];
  out.by_item_ = by_term.transposed(num_items_);
  out.terms_ = std::move(terms_);
  out.index_tag_words(stop_words_ ? &*stop_words_ : nullptr);
  return out;
}

}  // namespace inkling
