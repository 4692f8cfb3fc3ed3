#include "inkling/term_matrix.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "content/tokenizer.h"
#include "data/sorting.h"
#include "data/sparse_tensors.h"

namespace inkling {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

constexpr char kTagMark = '#';
constexpr char kTagSeparator = 0x1F;
// A query word that occurs in a tag means the tag a little less than the word itself.
constexpr float kTagWordWeight = 0.7f;

}  // namespace

std::string_view TermMatrix::term_text(std::int32_t term) const {
  return terms_.text(term).substr(is_tag(term) ? 1 : 0);
}

bool TermMatrix::is_tag(std::int32_t term) const { return terms_.text(term)[0] == kTagMark; }

Status TermMatrix::Builder::add(const TextField& field, std::int32_t first_item, const TextColumn& texts) {
  const std::size_t count = texts.offsets.empty() ? 0 : texts.offsets.size() - 1;
  bool fits = first_item >= 0 && at(first_item) + count <= at(num_items_);
  for (std::size_t d = 0; fits && d < count; ++d) {
    fits = texts.offsets[d] <= texts.offsets[d + 1] && texts.offsets[d + 1] <= texts.bytes.size();
  }
  if (!fits) return {ErrorCode::kInvalidCatalog, "the texts' offsets do not fit their bytes or the items"};
  for (std::size_t d = 0; d < count; ++d) {
    runs_.push_back({first_item + static_cast<std::int32_t>(d), entries_.size()});
    std::string_view text(reinterpret_cast<const char*>(texts.bytes.data()) + texts.offsets[d],  // NOLINT
                          texts.offsets[d + 1] - texts.offsets[d]);
    if (field.kind == TextField::Kind::kWords) {
      Tokenizer tokenizer(text);
      std::string_view word;
      while (tokenizer.next(word)) count_term(word, field.weight);
      continue;
    }
    while (!text.empty()) {
      const std::size_t end = std::min(text.find(kTagSeparator), text.size());
      const std::string tag = kTagMark + normalized_tag(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
      if (tag.size() > 1) count_term(tag, field.weight);
    }
  }
  return {};
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

TermMatrix TermMatrix::Builder::finish() {
  const std::size_t num_terms = at(terms_.size());
  // The runs by item, those of one item in the order in which they came.
  std::vector<std::size_t> next_run(at(num_items_) + 1);
  for (const Run& run : runs_) ++next_run[at(run.item) + 1];
  for (std::size_t item = 0; item < at(num_items_); ++item) next_run[item + 1] += next_run[item];
  std::vector<std::size_t> order(runs_.size());
  for (std::size_t r = 0; r < runs_.size(); ++r) order[next_run[at(runs_[r].item)]++] = r;
  runs_.push_back({num_items_, entries_.size()});

  std::vector<Entry> entries;  // by item, each term once
  entries.reserve(entries_.size());
  std::vector<std::size_t> ends;  // of each item's
  for (std::size_t n = 0, item = 0; item < at(num_items_); ++item) {
    const std::size_t begin = entries.size();
    for (; n < next_run[item]; ++n) {
      const std::size_t r = order[n];
      for (std::size_t e = runs_[r].begin; e < runs_[r + 1].begin; ++e) merge(entries, begin, entries_[e]);
    }
    ends.push_back(entries.size());
  }
  entries_ = {};

  TermMatrix out;
  SparseRows& by_term = out.by_term_;
  by_term.offsets.assign(num_terms + 1, 0);
  by_term.columns.resize(entries.size());
  by_term.values.resize(entries.size());
  for (const Entry& entry : entries) ++by_term.offsets[at(entry.term) + 1];
  const auto num_items = static_cast<float>(num_items_);
  for (std::size_t term = 0; term < num_terms; ++term) {
    const auto count = static_cast<float>(by_term.offsets[term + 1]);
    out.idf_.push_back(std::log((1 + num_items) / (1 + count)) + 1);
    by_term.offsets[term + 1] += by_term.offsets[term];
    places_[term] = static_cast<std::size_t>(by_term.offsets[term]);
  }
  for (std::size_t e = 0, item = 0; item < at(num_items_); ++item) {
    for (; e < ends[item]; ++e) {
      const std::size_t to = places_[at(entries[e].term)]++;
      by_term.columns[to] = static_cast<std::int32_t>(item);
      by_term.values[to] = entries[e].count;
    }
  }
  entries = {};

  std::vector<double> square_sums(at(num_items_));
  for (std::size_t term = 0, e = 0; term < num_terms; ++term) {
    for (; e < at(by_term.offsets[term + 1]); ++e) {
      by_term.values[e] *= out.idf_[term];
      const double weight = by_term.values[e];
      square_sums[at(by_term.columns[e])] += weight * weight;
    }
  }
  std::vector<float> scales;
  for (const double sum : square_sums) scales.push_back(static_cast<float>(sum > 0 ? 1 / std::sqrt(sum) : 0));
  for (std::size_t e = 0; e < by_term.values.size(); ++e) by_term.values[e] *= scales[at(by_term.columns[e])];
  out.by_item_ = by_term.transposed(num_items_);
  out.terms_ = std::move(terms_);
  out.index_tag_words();
  return out;
}

void TermMatrix::index_tag_words() {
  for (std::int32_t term = 0; term < num_terms(); ++term) {
    if (!is_tag(term)) continue;
    Tokenizer tokenizer(term_text(term));
    std::string_view word;
    while (tokenizer.next(word)) {
      const std::int32_t id = tag_words_.find_or_add(word);
      if (at(id) == tags_.size()) tags_.emplace_back();
      std::vector<std::int32_t>& tags = tags_[at(id)];
      if (tags.empty() || tags.back() != term) tags.push_back(term);
    }
  }
}

std::vector<std::pair<std::int32_t, float>> TermMatrix::query(std::string_view text) const {
  std::vector<Contribution> parts;
  Tokenizer tokenizer(text);
  std::string_view word;
  while (tokenizer.next(word)) {
    if (const std::int32_t term = terms_.find(word); term >= 0) parts.push_back({kNone, term, idf_[at(term)]});
    if (const std::int32_t id = tag_words_.find(word); id >= 0) {
      for (const std::int32_t tag : tags_[at(id)]) parts.push_back({kNone, tag, kTagWordWeight * idf_[at(tag)]});
    }
  }
  sort_contributions(parts, [](const Contribution& a, const Contribution& b) { return a.term < b.term; });
  std::vector<std::pair<std::int32_t, float>> out;
  for (const Contribution& part : parts) {
    if (out.empty() || out.back().first != part.term) out.emplace_back(part.term, 0.0f);
    out.back().second += part.value;
  }
  double square_sum = 0;
  for (const auto& [term, weight] : out) square_sum += static_cast<double>(weight) * weight;
  if (!(square_sum > 0) || !std::isfinite(square_sum)) return {};  // a model file may hold any idf
  for (auto& [term, weight] : out) weight = static_cast<float>(weight / std::sqrt(square_sum));
  return out;
}

void TermMatrix::write(TensorFile& file) const {
  const std::span<const std::uint8_t> bytes = terms_.bytes();
  const std::span<const std::uint32_t> offsets = terms_.offsets();
  file.add("terms.bytes", bytes, {static_cast<std::int64_t>(bytes.size())});
  file.add("terms.offsets", offsets, {static_cast<std::int64_t>(offsets.size())});
  file.add("terms.idf", std::span<const float>(idf_), {num_terms()});
  write_sparse_rows(by_item_, "item_terms", file);
}

Result<TermMatrix> TermMatrix::read(const TensorFile& file, std::int32_t num_items) {
  TermMatrix out;
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint32_t> offsets;
  if (Status s = file.get("terms.bytes", 1, bytes); !s.ok()) return s;
  if (Status s = file.get("terms.offsets", 1, offsets); !s.ok()) return s;
  if (Status s = file.get("terms.idf", 1, out.idf_); !s.ok()) return s;
  if (Status s = check_finite(out.idf_, "terms.idf"); !s.ok()) return s;
  if (Status s = check_offsets(offsets, out.idf_.size(), bytes.size(), "terms.offsets"); !s.ok()) return s;
  for (std::size_t t = 0; t < out.idf_.size(); ++t) {
    if (offsets[t] == offsets[t + 1]) return Status(ErrorCode::kCorruptModelFile, "a term of the model file is empty");
  }
  if (!out.terms_.assign(std::move(bytes), std::move(offsets))) {
    return Status(ErrorCode::kCorruptModelFile, "a term of the model file stands twice");
  }
  Result<SparseRows> rows = read_sparse_rows(file, "item_terms", num_items, out.num_terms());
  if (!rows.ok()) return rows.status();
  out.by_item_ = std::move(rows.value());
  out.by_term_ = out.by_item_.transposed(out.num_terms());
  out.index_tag_words();
  return out;
}

}  // namespace inkling
