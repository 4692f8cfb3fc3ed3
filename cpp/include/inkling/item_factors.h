#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "inkling/scored_item.h"
#include "inkling/status.h"
#include "inkling/tensor_file.h"
#include "inkling/thread_pool.h"

namespace inkling {

namespace kernels {
class BestScores;
}  // namespace kernels

// The rows of a model with a latent vector an item, y_i: (num_items, num_factors), row-major, finite. They are floats,
// or 8-bit integers with a scale a row (value = scale * integer, as the option int8 of model files has them), which
// stay what they are: whoever needs a row's floats gets those of that row.
class ItemFactors {
 public:
  static constexpr std::size_t kMostFactors = 4096;

  ItemFactors() = default;
  ItemFactors(std::vector<float> rows, std::size_t num_factors);
  ItemFactors(ItemFactors&&) = default;
  ItemFactors& operator=(ItemFactors&&) = default;
  ItemFactors(const ItemFactors&) = delete;
  ItemFactors& operator=(const ItemFactors&) = delete;
  ~ItemFactors() = default;

  // The tensors `item_factors` (F32, F16 or I8) and, with I8, `item_factors.scales`. F32 and I8 stay in the bytes of
  // the file where they can. Errors: kCorruptModelFile unless they are (num_items, 1 to kMostFactors), with finite
  // rows.
  static Result<ItemFactors> read(const TensorFile& file, std::size_t num_items);
  // Writes them as file.factor_storage() says. Factors beyond what F16 holds make the file fail (kInvalidArgument).
  void write(TensorFile& file) const;

  std::size_t num_items() const { return num_items_; }
  std::size_t num_factors() const { return num_factors_; }
  bool quantized() const { return !integers_.values.empty(); }

  // num_factors floats of a row: where they are, or in `scratch` (num_factors) when they are no floats.
  const float* row(std::int32_t item, float* scratch) const;
  void copy_row(std::int32_t item, float* out) const;
  // All rows, as floats.
  std::vector<float> to_floats() const;

  // out[n] = user · y of item first + n. user: num_factors; first and, but for the last rows, the length of out:
  // multiples of 4, for then a score's bits hang on the item and the user alone.
  void score(const float* user, std::size_t first, std::span<float> out) const;
  // The cosine of each row and the row `item`, 0 where one of them has length 0. out: num_items.
  void cosines(std::int32_t item, std::span<float> out) const;
  // The greatest length of a row.
  float longest_row() const;
  // scale * YᵀY, upper triangle: (padded, padded), with `padded` as padded_factors() has it.
  std::vector<float> gram(float scale) const;

  // Makes lists of large catalogues faster: a copy of float rows as integers, a quarter of their bytes, for top_k to
  // scan. Does nothing where that would not pay. Not while others use the factors.
  void prepare_scan();

  // What turns user · y into a score: scores[n] is of item first + n, in place.
  using Finish = void (*)(const void* context, std::size_t first, std::span<float> scores);

  struct TopKRequest {
    const float* user;                   // num_factors
    std::span<const std::uint8_t> skip;  // num_items, non-zero = no candidate
    std::size_t k;
    ThreadPool* pool = nullptr;  // whose threads share large catalogues
    Finish finish = nullptr;     // null: the product is the score
    const void* context = nullptr;
    std::size_t* num_scored = nullptr;  // where to say how many rows were scored as floats
  };
  // The k best, best first, equal scores by index: what score(), finish and a full sort would give, to the bit. Nothing
  // is kept of the other scores. Returns false when a score is not finite.
  //
  // Where there are integers (and no finish), they are scanned first, with the user rounded to integers, too: for
  // y = s q + e and x = u p + d, |y · x - s u q · p| <= s E, E = ε |x| + ρ |d|, with the largest ε = |e| / s and
  // ρ = |q| of all rows (Cauchy and Schwarz). Whatever may reach the k-th best of the lower bounds s (u q · p - E) is
  // then scored in floats: of random rows, 64 factors and k = 100 about 150 to 200 of 100,000.
  bool top_k(const TopKRequest& request, std::vector<ScoredItem>& best) const;

 private:
  struct Scan;
  struct Division;

  void dequantize(std::size_t first, std::size_t count, float* out) const;
  bool scan(const TopKRequest& request, kernels::BestScores& best) const;
  bool scan_part(const Scan& scan, std::size_t begin, std::size_t end, const std::uint8_t* skip,
                 kernels::BestScores& lower, std::vector<ScoredItem>& candidates) const;

  std::size_t num_items_ = 0;
  std::size_t num_factors_ = 1;
  Held<float> floats_;             // (num_items, num_factors), or none when quantized
  Held<std::int8_t> integers_;     // the same: the rows themselves, when quantized
  Held<float> scales_;             // num_items
  std::vector<std::int8_t> copy_;  // of float rows, once prepared
  std::vector<float> copy_scales_;
  float row_error_ = 0;   // ε; 0 where the integers are the rows
  float row_length_ = 0;  // ρ
};

}  // namespace inkling
