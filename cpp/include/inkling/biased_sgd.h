#pragma once

#include <memory>
#include <vector>

#include "inkling/item_factors.h"
#include "inkling/model.h"

namespace inkling {

// Matrix factorization of ratings with biases, by stochastic gradient descent. Koren, Bell & Volinsky, "Matrix
// factorization techniques for recommender systems", IEEE Computer 42(8), 2009:
//
//   minimize  sum over observed (u,i) of (v_ui - μ - b_u - b_i - x_u·y_i)²
//           + λ (b_u² + b_i²) + λ (|x_u|² + |y_i|²)
//
// so a row of n values is regularized by λ n. The values v are first mapped to -1 … 1, the least and the greatest of
// the training values, so that settings do not hang on the scale; scores are on the values' own scale. The learning
// rate falls in a straight line to nearly 0. Where all values are equal, that value counts as 1, and 1 less as 0.
//
// An epoch costs entries * num_factors * 10 flops; memory is (users + items) * num_factors floats and 12 bytes an
// interaction. Two thread counts, and two runs, give the same bits.
class BiasedSgd final : public Model {
 public:
  static std::span<const SettingSpec> settings();
  // Errors: kTooLarge.
  static Result<std::unique_ptr<Trainer>> make_trainer(const Settings& settings, const TrainingData& data,
                                                       std::uint64_t seed, ThreadPool& pool);
  static Result<std::unique_ptr<Model>> read(const TensorFile& file, Held<float> item_counts, std::string config);

  struct Parameters {
    float middle;          // of the training values' range
    float half_range;      // > 0
    float mean;            // μ, of the mapped values
    float regularization;  // λ, above 0
  };

  // item_biases: (num_items); both for mapped values.
  BiasedSgd(ItemFactors item_factors, std::vector<float> item_biases, const Parameters& parameters,
            Held<float> item_counts, std::string config);

  static constexpr std::string_view kName = "biased_sgd";
  std::string_view name() const override { return kName; }

  bool predicts_values() const override { return true; }
  // The mapped value: -1 for the least of the training values, 1 for the greatest, 0 for their middle.
  float weight_of_value(float value) const override { return (value - parameters_.middle) / parameters_.half_range; }

  // Solves the same least squares for the person's bias and factors, exactly: history * num_factors² + num_factors³ / 3
  // flops. An entry of weight w stands for the value that weight_of_value maps to w, also 0; where w is outside
  // -1 … 1 it stands for the nearest of the two and counts |w| times.
  // Scores are predicted values, not clamped to the range. Items nobody rated have what the person gives to all.
  Result<std::unique_ptr<Profile>> profile_of(History history) const override;

  // Cosine of the item factors.
  void similar(std::int32_t item, std::span<float> scores) const override;
  void write(TensorFile& file) const override;

  const ItemFactors* latent_factors() const override { return &factors_; }
  std::size_t num_factors() const { return factors_.num_factors(); }
  const ItemFactors& factors() const { return factors_; }
  // A copy: (num_items, num_factors), row-major.
  std::vector<float> item_factors() const { return factors_.to_floats(); }
  const std::vector<float>& item_biases() const { return item_biases_; }
  const Parameters& parameters() const { return parameters_; }

 private:
  ItemFactors factors_;
  std::vector<float> item_biases_;
  Parameters parameters_;
  float longest_row_ = 0;   // of the item factors
  float largest_bias_ = 0;  // either sign
};

}  // namespace inkling
