#pragma once

#include <memory>
#include <vector>

#include "inkling/model.h"

namespace inkling {

// User-based nearest neighbours. Resnick, Iacovou, Suchak, Bergstrom & Riedl, "GroupLens", CSCW 1994; Breese, Heckerman
// & Kadie, UAI 1998 (amplification); Aiolli, RecSys 2013 (asymmetric cosine).
//
// THE ONE MODEL WHOSE FILE HOLDS PEOPLE'S HISTORIES: the items of every training user, without ids, but a person may
// be known by a few rare items. Publish its file only where the training data itself may be published; every other
// model's file holds nothing of any user.
//
//   S(p, v)    = sum over the history's items j that user v met of w_j a_j², with a_j as `weighting` has it
//   sim(p, v)  = cosine, asymmetric_cosine or jaccard of S (src/collaborative/pair_similarity.h), p being the target
//   score(i)   = n_i^-beta * sum over the person's num_neighbors nearest v that met i of sim |sim|^(amplification - 1)
//
// with n_i the users of item i. Nearest is what has the largest |sim|: with disliked items in the history a user
// may be the opposite of the person, and what they met then counts against. Users who met nothing but items of the
// history are no neighbours: they have nothing new, and so training users do not meet themselves, and rank the items
// they have not seen by the num_neighbors nearest *others*.
//
// S is a sum over items of the history, so each neighbour's share in a score splits among them, and with it the score.
// There is nothing to train. A fold-in costs the sum over the history's items of their users, then the sum of the
// neighbours' items; an explanation the items of those neighbours who met the item. Memory is 8 bytes an interaction
// and 16 a user or item. Values of interactions are not read.
class UserNeighbors final : public Model {
 public:
  static std::span<const SettingSpec> settings();
  static Result<std::unique_ptr<Trainer>> make_trainer(const Settings& settings, const TrainingData& data,
                                                       std::uint64_t seed, ThreadPool& pool);
  // Reads the tensors `user_rows.offsets`, `user_rows.columns` and `user_neighbors`.
  static Result<std::unique_ptr<Model>> read(const TensorFile& file, Held<float> item_counts, std::string config);

  // The settings a fold-in needs, in the order of the specs: the tensor `user_neighbors`.
  enum Parameter { kNumNeighbors, kSimilarity, kWeighting, kAlpha, kShrinkage, kAmplification, kBeta, kCount };
  using Parameters = std::vector<float>;

  // rows: the items of each user, none of them empty; values are not read: (users, num_items).
  UserNeighbors(SparseRows rows, Parameters parameters, Held<float> item_counts, std::string config);

  static constexpr std::string_view kName = "user_neighbors";
  std::string_view name() const override { return kName; }

  // Cosine of the items' columns.
  void similar(std::int32_t item, std::span<float> scores) const override;
  void write(TensorFile& file) const override;

  const SparseRows& rows() const { return rows_; }
  // n_i^-beta, 0 where nobody met the item: (num_items).
  const std::vector<float>& item_scales() const { return item_scales_; }

 protected:
  Result<std::unique_ptr<Profile>> profile_of(History history) const override;

 private:
  SparseRows rows_;     // (users, num_items), no values
  SparseRows by_item_;  // (num_items, users), no values
  Parameters parameters_;
  std::vector<float> item_weights_;  // a_j²
  std::vector<float> item_scales_;
  std::vector<float> user_weights_;
  std::vector<float> user_norms_;
  float shrinkage_ = 0;  // times the mean square of an entry
  double mean_length_ = 1;
};

}  // namespace inkling
