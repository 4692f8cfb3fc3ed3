#pragma once

#include <memory>
#include <vector>

#include "inkling/item_factors.h"
#include "inkling/model.h"

namespace inkling {

// BPR: matrix factorization that learns each person's order of items. Rendle, Freudenthaler, Gantner &
// Schmidt-Thieme, "BPR: Bayesian personalized ranking from implicit feedback", UAI 2009:
//
//   minimize  sum over observed (u,i), each against a drawn j that u has not met, of
//             -ln σ(x_u·y_i - x_u·y_j) + λ/2 (|x_u|² + |y_i|² + |y_j|²)
//
// by stochastic gradient descent. j is the highest-scored of num_negatives random items: dynamic negative sampling,
// Zhang, Chen, Wang & Yu, SIGIR 2013; easy negatives teach nothing once popularity is learned. The learning rate falls
// in a straight line to nearly 0. Values of interactions are not read. In the end the mean of all items' factors is
// taken off each, which no difference of scores notices: a score of 0 is that of a middling item.
//
// An epoch costs entries * (num_negatives + 5) * num_factors * 2 flops; memory is (users + items) * num_factors floats
// and 12 bytes an interaction. Two thread counts, and two runs, give the same bits.
class Bpr final : public Model {
 public:
  static std::span<const SettingSpec> settings();
  // Errors: kTooLarge.
  static Result<std::unique_ptr<Trainer>> make_trainer(const Settings& settings, const TrainingData& data,
                                                       std::uint64_t seed, ThreadPool& pool);
  static Result<std::unique_ptr<Model>> read(const TensorFile& file, Held<float> item_counts, std::string config);

  // How a person is folded in, stored with the model.
  struct FoldIn {
    float regularization;
    std::int32_t num_negatives;
  };

  // item_factors: (num_items, num_factors), row-major.
  Bpr(std::vector<float> item_factors, std::size_t num_factors, const FoldIn& fold_in, Held<float> item_counts,
      std::string config)
      : Bpr(ItemFactors(std::move(item_factors), num_factors), fold_in, std::move(item_counts), std::move(config)) {}
  Bpr(ItemFactors item_factors, const FoldIn& fold_in, Held<float> item_counts, std::string config);

  static constexpr std::string_view kName = "bpr";
  std::string_view name() const override { return kName; }

  // Descends the same loss for the person's factors alone, with the items' fixed, in a set number of rounds whose
  // random numbers hang on the items only: history * (num_negatives + 5) * num_factors * 16 flops. An entry's weight w
  // scales its loss; where w is negative, the entry is to score below a random item. The person's factors are a sum of
  // what the entries' steps added, which is what explain() tells apart. The order of the history does not count.
  // Profile::update takes the same steps for one more entry, the earlier ones left as they are, but implicit ones, so
  // that no weight overshoots. What it comes to is near fold-in, and hangs on the order.
  Result<std::unique_ptr<Profile>> profile_of(History history) const override;

  // Cosine of the item factors.
  void similar(std::int32_t item, std::span<float> scores) const override;
  void write(TensorFile& file) const override;
  void prepare_lists() override { factors_.prepare_scan(); }

  const ItemFactors* latent_factors() const override { return &factors_; }
  std::size_t num_factors() const { return factors_.num_factors(); }
  const ItemFactors& factors() const { return factors_; }
  // A copy: (num_items, num_factors), row-major.
  std::vector<float> item_factors() const { return factors_.to_floats(); }
  const FoldIn& fold_in_settings() const { return fold_in_; }

 private:
  ItemFactors factors_;
  FoldIn fold_in_;
};

}  // namespace inkling
