#pragma once

#include <memory>

#include "inkling/model.h"
#include "inkling/sparse_sum.h"
#include "inkling/term_matrix.h"

namespace inkling {

// Ranks by what items say of themselves: a person's profile is a few interests (content/interests.h), each a weighted
// sum of the vectors of its items (Rocchio's rule; Pazzani & Billsus, "Content-based recommendation systems", 2007).
// score(i) = sum over interests of factor * c sqrt|c|, c = direction · v_i, so that what is near to one of them comes
// before what is a little near to all. It splits by event and, within an event, by term.
class TfIdf final : public Model {
 public:
  static std::span<const SettingSpec> settings();
  static Result<std::unique_ptr<Trainer>> make_trainer(const Settings& settings, const TrainingData& data,
                                                       std::uint64_t seed, ThreadPool& pool);
  static Result<std::unique_ptr<Model>> read(const TensorFile& file, Held<float> item_counts, std::string config);

  TfIdf(TermMatrix terms, Held<float> item_counts, std::string config);
  static constexpr std::string_view kName = "tf_idf";
  std::string_view name() const override { return kName; }
  Result<std::unique_ptr<Profile>> profile_of(History history) const override;
  void similar(std::int32_t item, std::span<float> scores) const override;
  void write(TensorFile& file) const override;
  const TermMatrix& terms() const { return terms_; }

  // The profile's weight of each term, strongest first by absolute value, at most `count`.
  std::vector<Contribution> interests(History history, std::size_t count) const;

  // The items that have a folded word, or such a tag with the mark '#' before it.
  std::span<const std::int32_t> items_with(std::string_view marked) const;

  // Scores of a text query: its product with each item's row; 0 where no term is shared.
  void score_query(std::string_view query, std::span<float> scores) const;
  // The same scores, those that are not 0. O(postings of the query's terms + items / 64).
  SparseSum query_scores(std::string_view query) const;
  // Appends the exact parts of such a score, one a term.
  void explain_query(std::string_view query, std::int32_t item, std::vector<Contribution>& parts) const;

 private:
  TermMatrix terms_;
};

}  // namespace inkling
