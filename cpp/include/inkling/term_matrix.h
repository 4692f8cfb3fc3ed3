#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "inkling/interactions.h"
#include "inkling/status.h"
#include "inkling/tensor_file.h"
#include "inkling/term_table.h"

namespace inkling {

// One text a document, back to back in UTF-8. Texts, tags and queries come folded: in a normal form and without case,
// so that what a reader takes for one word is one. Whoever calls has tables for that (web/engine/fold-text.ts); here
// only ASCII is made lower case.
struct TextColumn {
  std::span<const std::uint8_t> bytes;
  std::span<const std::uint32_t> offsets;  // num_documents + 1
  // Of each document, times the field's; empty: all 1.
  std::span<const float> weights = {};  // NOLINT(readability-redundant-member-init): it may be left out
};

// How a field counts.
struct TextField {
  enum class Kind {
    kWords,  // split into words
    kTags,   // tags separated by the bytes 0x1F and 0x0B, each one term, as it is
  };
  Kind kind = Kind::kWords;
  float weight = 1;
  int number = 0;  // what is added with the same number is one field, and has a mean length
};

// What a term's count comes to.
struct TermWeighting {
  enum class Kind {
    // Salton & Buckley, "Term-weighting approaches in automatic text retrieval", 1988, as scikit-learn has it:
    // count * idf, idf = ln((1 + n) / (1 + df)) + 1.
    kTfIdf,
    // BM25F of Robertson & Zaragoza, "The probabilistic relevance framework: BM25 and beyond", 2009: the counts of a
    // field of words are divided by 1 - b + b * length / the field's mean length, then all of an item's added up, and
    // a sum x becomes x (k1 + 1) / (x + k1) * idf^(3/4), idf = ln(1 + (n - df + 0.5) / (df + 0.5)). Rows are divided by
    // 0.3 of the mean length and 0.7 of their own: by their own alone an item with a text of hundreds of words would
    // hardly ever be among the best (Singhal et al., "Pivoted document length normalization", SIGIR 1996). A length is
    // over the terms that another item has too, if there are any: the others tie an item to nothing.
    kBm25,
  };
  Kind kind = Kind::kTfIdf;
  float k1 = 1.2f;
  float b = 0.75f;
};

// Items described by their terms: words, or whole tags. weight(d, t) is what the term's count comes to (TermWeighting),
// rows scaled to length 1 (kTfIdf) or about it (kBm25). A count is that of a field's occurrences times the field's
// weight.
//
// Tags begin with '#'. Those of a field of its own have the field's name before them and the byte 0x1E between, or 0x1D
// where they are ranges of numbers, which no query's words find: "#director\x1Eida lupino".
class TermMatrix {
 public:
  class Builder;

  std::int32_t num_items() const { return by_item_.num_rows(); }
  std::int32_t num_terms() const { return terms_.size(); }
  const SparseRows& by_item() const { return by_item_; }  // (num_items, num_terms), rows scaled or empty
  const SparseRows& by_term() const { return by_term_; }  // (num_terms, num_items)
  std::span<const float> idf() const { return idf_; }

  // The word, or the tag without its mark, with its field's name.
  std::string_view term_text(std::int32_t term) const;
  bool is_tag(std::int32_t term) const;
  // The number of a word, or of a tag with its mark '#' before it; below 0 when there is none.
  std::int32_t find(std::string_view marked) const { return terms_.find(marked); }

  // The query's terms with weights, scaled to length 1: its words, and the tags in which they occur. Empty when
  // nothing is known. Sorted by term. Where the byte 0x1E stands in it, words are looked for before it and tags behind.
  std::vector<std::pair<std::int32_t, float>> query(std::string_view text) const;

  void write(TensorFile& file) const;
  static Result<TermMatrix> read(const TensorFile& file, std::int32_t num_items);

 private:
  static constexpr char kTagMark = '#';

  void index_tag_words(const TermTable* stop_words);

  TermTable terms_;                              // tags begin with kTagMark
  TermTable tag_words_;                          // words that occur in tags …
  std::vector<std::vector<std::int32_t>> tags_;  // … and the tags they occur in
  std::vector<float> idf_;
  SparseRows by_item_;
  SparseRows by_term_;
};

// Reads the documents field by field, then weighs them. One pass over the texts, then counting sorts: O(bytes + entries
// + terms + items), 8 bytes an entry until finish(), which needs about 32.
class TermMatrix::Builder {
 public:
  explicit Builder(std::int32_t num_items) : num_items_(num_items) {}

  // The texts of documents first_item, first_item + 1, … in one field. Bytes that are not UTF-8 separate words.
  // Errors: offsets that fall or leave the bytes; more documents than items.
  Status add(const TextField& field, std::int32_t first_item, const TextColumn& texts);

  // Words that are no terms from now on, instead of the built-in ones: a folded text.
  void set_stop_words(std::string_view text);

  TermMatrix finish(const TermWeighting& weighting = {});

 private:
  struct Entry {
    std::int32_t term;
    float count;  // weighted
  };
  struct Lengths {  // of one field
    double words;
    double texts;  // that have words
  };
  struct Run {  // one field of one item
    std::int32_t item;
    std::size_t begin;  // its entries end where the next run's begin
    std::size_t field;
    float length;  // in words; 0 for tags
  };

  void count_term(std::string_view text, float weight);
  void merge(std::vector<Entry>& entries, std::size_t begin, Entry added);

  std::int32_t num_items_;
  std::optional<TermTable> stop_words_;
  std::vector<Lengths> fields_;
  TermTable terms_;
  std::vector<Entry> entries_;
  std::vector<Run> runs_;
  std::vector<std::size_t> places_;  // where each term was last put
};

}  // namespace inkling
