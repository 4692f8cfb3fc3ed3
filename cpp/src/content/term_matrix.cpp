#include "inkling/term_matrix.h"

#include <algorithm>
#include <cmath>

#include "content/tokenizer.h"
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
  const std::string_view text = terms_[at(term)];
  return is_tag(term) ? text.substr(1) : text;
}

bool TermMatrix::is_tag(std::int32_t term) const { return terms_[at(term)][0] == kTagMark; }

std::int32_t TermMatrix::Builder::term_id(std::string_view term) {
  if (const auto found = ids_.find(term); found != ids_.end()) return found->second;
  const auto id = static_cast<std::int32_t>(terms_.size());
  terms_.emplace_back(term);
  ids_.emplace(term, id);
  return id;
}

Status TermMatrix::Builder::add(const TextField& field, std::int32_t first_item, const TextColumn& texts) {
  const std::size_t count = texts.offsets.empty() ? 0 : texts.offsets.size() - 1;
  bool fits = first_item >= 0 && at(first_item) + count <= counts_.size();
  for (std::size_t d = 0; fits && d < count; ++d) {
    fits = texts.offsets[d] <= texts.offsets[d + 1] && texts.offsets[d + 1] <= texts.bytes.size();
  }
  if (!fits) return {ErrorCode::kInvalidCatalog, "the texts' offsets do not fit their bytes or the items"};
  for (std::size_t d = 0; d < count; ++d) {
    std::map<std::int32_t, float>& counts = counts_[at(first_item) + d];
    std::string_view text(reinterpret_cast<const char*>(texts.bytes.data()) + texts.offsets[d],  // NOLINT
                          texts.offsets[d + 1] - texts.offsets[d]);
    if (field.kind == TextField::Kind::kWords) {
      Tokenizer tokenizer(text);
      std::string_view word;
      while (tokenizer.next(word)) counts[term_id(word)] += field.weight;
      continue;
    }
    while (!text.empty()) {
      const std::size_t end = std::min(text.find(kTagSeparator), text.size());
      const std::string tag = kTagMark + normalized_tag(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
      if (tag.size() > 1) counts[term_id(tag)] += field.weight;
    }
  }
  return {};
}

TermMatrix TermMatrix::Builder::finish() {
  TermMatrix out;
  out.terms_ = std::move(terms_);
  out.ids_ = std::move(ids_);
  std::vector<float> document_counts(out.terms_.size(), 0.0f);
  for (const auto& counts : counts_) {
    for (const auto& [term, count] : counts) document_counts[at(term)] += 1;
  }
  const auto num_items = static_cast<float>(counts_.size());
  for (const float count : document_counts) out.idf_.push_back(std::log((1 + num_items) / (1 + count)) + 1);
  for (auto& counts : counts_) {
    double square_sum = 0;
    for (const auto& [term, count] : counts) {
      const double weight = count * out.idf_[at(term)];
      square_sum += weight * weight;
    }
    const auto scale = static_cast<float>(square_sum > 0 ? 1 / std::sqrt(square_sum) : 0);
    for (const auto& [term, count] : counts) {
      out.by_item_.columns.push_back(term);
      out.by_item_.values.push_back(count * out.idf_[at(term)] * scale);
    }
    out.by_item_.offsets.push_back(static_cast<std::int64_t>(out.by_item_.columns.size()));
    counts.clear();
  }
  out.by_term_ = out.by_item_.transposed(out.num_terms());
  out.index_tag_words();
  return out;
}

void TermMatrix::index_tag_words() {
  for (std::int32_t term = 0; term < num_terms(); ++term) {
    if (!is_tag(term)) continue;
    Tokenizer tokenizer(term_text(term));
    std::string_view word;
    while (tokenizer.next(word)) {
      auto found = tag_word_ids_.find(word);
      if (found == tag_word_ids_.end()) {
        found = tag_word_ids_.emplace(word, static_cast<std::int32_t>(tags_.size())).first;
        tags_.emplace_back();
      }
      std::vector<std::int32_t>& tags = tags_[at(found->second)];
      if (tags.empty() || tags.back() != term) tags.push_back(term);
    }
  }
}

std::vector<std::pair<std::int32_t, float>> TermMatrix::query(std::string_view text) const {
  std::map<std::int32_t, float> weights;
  Tokenizer tokenizer(text);
  std::string_view word;
  while (tokenizer.next(word)) {
    if (const auto found = ids_.find(word); found != ids_.end()) weights[found->second] += idf_[at(found->second)];
    if (const auto found = tag_word_ids_.find(word); found != tag_word_ids_.end()) {
      for (const std::int32_t tag : tags_[at(found->second)]) weights[tag] += kTagWordWeight * idf_[at(tag)];
    }
  }
  double square_sum = 0;
  for (const auto& [term, weight] : weights) square_sum += static_cast<double>(weight) * weight;
  if (!(square_sum > 0) || !std::isfinite(square_sum)) return {};  // a model file may hold any idf
  std::vector<std::pair<std::int32_t, float>> out(weights.begin(), weights.end());
  for (auto& [term, weight] : out) weight = static_cast<float>(weight / std::sqrt(square_sum));
  return out;
}

void TermMatrix::write(TensorFile& file) const {
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint32_t> offsets{0};
  for (const std::string& term : terms_) {
    bytes.insert(bytes.end(), term.begin(), term.end());
    offsets.push_back(static_cast<std::uint32_t>(bytes.size()));
  }
  file.add("terms.bytes", std::span<const std::uint8_t>(bytes), {static_cast<std::int64_t>(bytes.size())});
  file.add("terms.offsets", std::span<const std::uint32_t>(offsets), {static_cast<std::int64_t>(offsets.size())});
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
    out.terms_.emplace_back(bytes.begin() + offsets[t], bytes.begin() + offsets[t + 1]);
    if (!out.ids_.emplace(out.terms_.back(), static_cast<std::int32_t>(t)).second) {
      return Status(ErrorCode::kCorruptModelFile, "a term of the model file stands twice");
    }
  }
  Result<SparseRows> rows = read_sparse_rows(file, "item_terms", num_items, out.num_terms());
  if (!rows.ok()) return rows.status();
  out.by_item_ = std::move(rows.value());
  out.by_term_ = out.by_item_.transposed(out.num_terms());
  out.index_tag_words();
  return out;
}

}  // namespace inkling
