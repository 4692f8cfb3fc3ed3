#pragma once

#include <memory>
#include <vector>

#include "inkling/model.h"

namespace inkling {

// iALS: matrix factorization of implicit feedback by alternating least squares. Hu, Koren & Volinsky, "Collaborative
// filtering for implicit feedback datasets", ICDM 2008; with the frequency-scaled regularization of Rendle, Krichene,
// Zhang & Koren, "Revisiting the performance of iALS on item recommendation benchmarks", RecSys 2022:
//
//   minimize  sum over observed (u,i) of (1 - x_u·y_i)²  +  α₀ sum over all (u,i) of (x_u·y_i)²
//           + λ sum over u of (|I_u| + α₀ |I|) |x_u|²  +  λ sum over i of (|U_i| + α₀ |U|) |y_i|²
//
// Values of interactions are not read: all observed ones count alike. An iteration costs
// entries * num_factors² * 2 + (users + items) * num_factors³ / 3 flops; memory is (users + items) * num_factors
// floats. Two thread counts, and two runs, give the same bits.
class Ials final : public Model {
 public:
  static std::span<const SettingSpec> settings();
  static Result<std::unique_ptr<Trainer>> make_trainer(const Settings& settings, const TrainingData& data,
                                                       std::uint64_t seed, ThreadPool& pool);
  static Result<std::unique_ptr<Model>> read(const TensorFile& file, std::vector<float> item_counts,
                                             std::string config);

  // item_factors: (num_items, num_factors), row-major.
  Ials(std::vector<float> item_factors, std::size_t num_factors, float regularization, float unobserved_weight,
       std::vector<float> item_counts, std::string config);

  static constexpr std::string_view kName = "ials";
  std::string_view name() const override { return kName; }

  // Solves the person's factors with the item factors fixed: history * num_factors² + num_factors³ / 3 flops. An
  // entry of weight w counts |w| times an observed interaction, with target 1, or -1 where w is negative.
  Result<std::unique_ptr<Profile>> profile_of(History history) const override;

  // Cosine of the item factors.
  void similar(std::int32_t item, std::span<float> scores) const override;
  void write(TensorFile& file) const override;

  std::size_t num_factors() const { return num_factors_; }
  const std::vector<float>& item_factors() const { return item_factors_; }
  float regularization() const { return regularization_; }
  float unobserved_weight() const { return unobserved_weight_; }
  // α₀ YᵀY, upper triangle, (padded, padded).
  const std::vector<float>& gram() const { return gram_; }

 private:
  std::vector<float> item_factors_;
  std::size_t num_factors_;
  float regularization_;
  float unobserved_weight_;
  std::vector<float> gram_;
  std::vector<float> norms_;  // of each item's factors
};

}  // namespace inkling
