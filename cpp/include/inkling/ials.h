#pragma once

#include <cmath>
#include <memory>
#include <vector>

#include "inkling/item_factors.h"
#include "inkling/model.h"

namespace inkling {

// How a person's factors x are computed from item factors Y. An entry of weight w of the history has the confidence
// c = alpha |w| + confidence_offset and the target p = 1, or negative_target where w < 0:
//
//   (α₀ YᵀY + sum over entries of (c - replaced_weight) y yᵀ + ridge I) x  =  sum over entries of c p y
//
//   ridge = λ (sum of c + α₀ |I|)         with kFrequency
//           λ max(entries with w > 0, 1)  with kCount
//           λ                             with kConstant
//
// The defaults are the problem that Ials trains; others are the problems that factors from elsewhere were trained on.
struct IalsFoldIn {
  enum class Scaling { kFrequency, kCount, kConstant };

  float regularization;     // λ > 0
  float unobserved_weight;  // α₀ > 0
  Scaling scaling = Scaling::kFrequency;
  float alpha = 1;              // > 0
  float confidence_offset = 0;  // >= 0
  float replaced_weight = 0;    // 0 to α₀: how much of the unobserved weight an entry takes the place of
  float negative_target = -1;

  // Spark MLlib's ALS with implicitPrefs: (YᵀY + sum of α|w| y yᵀ + λ n I) x = sum over w > 0 of (1 + α|w|) y, with n
  // the number of w > 0.
  static IalsFoldIn spark(float regularization, float alpha) {
    return {regularization, 1, Scaling::kCount, alpha, 1, 1, 0};
  }
  // implicit's AlternatingLeastSquares, from version 0.5 with its alpha, before with alpha 1:
  // (YᵀY + sum of (α|w| - 1) y yᵀ + λ I) x = sum over w > 0 of α w y.
  static IalsFoldIn implicit(float regularization, float alpha) {
    return {regularization, 1, Scaling::kConstant, alpha, 0, 1, 0};
  }

  float confidence(float weight) const { return alpha * std::abs(weight) + confidence_offset; }
  float added(float weight) const { return confidence(weight) - replaced_weight; }
  float pull(float weight) const { return confidence(weight) * (weight < 0 ? negative_target : 1.0f); }
  // Whether each number is finite and in its range, so that every history has one solution.
  bool is_valid() const;
};

// iALS: matrix factorization of implicit feedback by alternating least squares. Hu, Koren & Volinsky, "Collaborative
// filtering for implicit feedback datasets", ICDM 2008; with the frequency-scaled regularization of Rendle, Krichene,
// Zhang & Koren, "Revisiting the performance of iALS on item recommendation benchmarks", RecSys 2022:
//
//   minimize  sum over observed (u,i) of (1 - x_u·y_i)²  +  α₀ sum over all (u,i) of (x_u·y_i)²
//           + λ sum over u of (|I_u| + α₀ |I|) |x_u|²  +  λ sum over i of (|U_i| + α₀ |U|) |y_i|²
//
// Values of interactions are not read: all observed ones count alike. Without a weight given, α₀ is 4 times the share
// of pairs that are observed (at most 1): what suits a small dense catalogue would drown the interactions of a large
// one.
//
// Each half of an iteration fixes one side and solves for every row of the other, by one of three solvers, with
// n = 2 * entries and m = users + items:
//   cg        some steps of conjugate gradients from the last solution: 4 (cg_steps + 1) (n k + m k² / 2) flops.
//             Takács, Pilászy & Tikk, "Applications of the conjugate gradient method for implicit feedback
//             collaborative filtering", RecSys 2011. As accurate as cholesky from 3 steps on, and the fastest.
//   block     one block of b = block_size factors after the other: n k (b + 6) + m k (b² / 3 + 2 k) flops. Rendle,
//             Krichene, Zhang & Koren, "iALS++: Speeding up matrix factorization with subspace optimization", 2021.
//   cholesky  exactly: n k² + m k³ / 3 flops.
// Memory is (users + items) * num_factors floats, at most 1 GiB (kTooLarge). Two thread counts, and two runs, give the
// same bits. Errors of training: kNotFinite.
class Ials final : public Model {
 public:
  static std::span<const SettingSpec> settings();
  static Result<std::unique_ptr<Trainer>> make_trainer(const Settings& settings, const TrainingData& data,
                                                       std::uint64_t seed, ThreadPool& pool);
  static Result<std::unique_ptr<Model>> read(const TensorFile& file, Held<float> item_counts, std::string config);

  // From factors trained here or elsewhere. item_factors: (num_items, num_factors), row-major, finite; fold_in: valid.
  Ials(std::vector<float> item_factors, std::size_t num_factors, const IalsFoldIn& fold_in, Held<float> item_counts,
       std::string config)
      : Ials(ItemFactors(std::move(item_factors), num_factors), fold_in, std::move(item_counts), std::move(config)) {}
  Ials(ItemFactors item_factors, const IalsFoldIn& fold_in, Held<float> item_counts, std::string config);

  static constexpr std::string_view kName = "ials";
  std::string_view name() const override { return kName; }

  // Solves the person's factors with the item factors fixed, as IalsFoldIn says: history * num_factors² +
  // num_factors³ / 3 flops. With its defaults an entry of weight w counts |w| times an observed interaction, with
  // target 1, or -1 where w is negative. Profile::update solves the same system with one more entry, exactly but for
  // rounding, in about 12 num_factors² flops. It refuses an entry that makes the ridge an eighth larger than it was at
  // fold-in, and one whose `added` is below 0.
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
  const IalsFoldIn& fold_in_parameters() const { return fold_in_; }
  // α₀ YᵀY, upper triangle, (padded, padded).
  const std::vector<float>& gram() const { return gram_; }

 private:
  ItemFactors factors_;
  IalsFoldIn fold_in_;
  std::vector<float> gram_;
};

}  // namespace inkling
