#include "inkling/term_matrix.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "content/tokenizer.h"
#include "data/indices.h"
#include "data/sorting.h"
#include "data/sparse_tensors.h"

namespace inkling {

namespace {

// A query word that occurs in a tag means the tag a little less than the word itself.
constexpr float kTagWordWeight = 0.7f;

constexpr char kFieldMark = 0x1E;
constexpr char kNumberMark = 0x1D;

}  // namespace

std::string_view TermMatrix::term_text(std::int32_t term) const {
  return terms_.text(term).substr(is_tag(term) ? 1 : 0);
}

bool TermMatrix::is_tag(std::int32_t term) const { return terms_.text(term)[0] == kTagMark; }

void TermMatrix::index_tag_words(const TermTable* stop_words) {
  for (std::int32_t term = 0; term < num_terms(); ++term) {
    std::string_view tag = term_text(term);
    if (!is_tag(term) || tag.find(kNumberMark) != std::string_view::npos) continue;
    tag.remove_prefix(tag.find(kFieldMark) + 1);  // all of it where there is no mark, for npos + 1 is 0
    Tokenizer tokenizer(tag, stop_words);
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
  const TermTable none;  // what was left out of the items is not found
  const std::size_t mark = text.find(kFieldMark);
  Tokenizer words(text.substr(0, mark), &none);
  std::string_view word;
  while (words.next(word)) {
    if (const std::int32_t term = terms_.find(word); term >= 0) parts.push_back({kNone, term, idf_[at(term)]});
  }
  Tokenizer tag_words(text.substr(mark + 1), &none);
  while (tag_words.next(word)) {
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
  out.index_tag_words(nullptr);
  return out;
}

}  // namespace inkling
