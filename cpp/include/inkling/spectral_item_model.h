#pragma once

#include <memory>
#include <string>

#include "inkling/item_factors.h"
#include "inkling/model.h"

namespace inkling {

// A model that is a matrix of few dimensions between items, and perhaps a sparse one besides:
//
//   score(i) = sum over the history's j of w_j (W[j][i] + weight * (n_i / n_j)^exponent * v_j · v_i)
//
// where n_i is how many training users met item i, v_i row i of the item factors and W the neighbours. What pure_svd
// and item_vectors (no neighbours) and graph_filter train. A person is folded in by adding the factors of their items;
// each item of the history has its own term, which is its reason. Scoring costs 2 * num_items * num_factors flops and
// the history's rows of W; memory is num_items * num_factors floats and 8 bytes an entry of W.
class SpectralItemModel final : public Model {
 public:
  struct Parts {
    ItemFactors item_factors;
    float weight = 1;
    float exponent = 0;
    SparseRows neighbors;  // row j: the targets i that item j speaks for; no rows at all = none
  };

  // name: of the model that trained it, a constant.
  SpectralItemModel(std::string_view name, Parts parts, Held<float> item_counts, std::string config);

  // Reads the tensors `item_factors`, `low_rank` and, where with_neighbors, `neighbors.offsets`, `.columns`, `.values`.
  static Result<std::unique_ptr<Model>> read(std::string_view name, bool with_neighbors, const TensorFile& file,
                                             Held<float> item_counts, std::string config);

  std::string_view name() const override { return name_; }
  // W[item][i] + weight * v_item · v_i, or, without neighbours, the cosine of v_item and v_i.
  void similar(std::int32_t item, std::span<float> scores) const override;
  void write(TensorFile& file) const override;

  const ItemFactors* latent_factors() const override { return &parts_.item_factors; }
  const Parts& parts() const { return parts_; }
  // weight * n^-exponent of each item that is met, 0 of the others, unless the exponent is 0: (num_items).
  const std::vector<float>& source_scales() const { return source_scales_; }
  // n^exponent, or 0: (num_items).
  const std::vector<float>& target_scales() const { return target_scales_; }

 protected:
  Result<std::unique_ptr<Profile>> profile_of(History history) const override;

 private:
  std::string_view name_;
  Parts parts_;
  std::vector<float> source_scales_;
  std::vector<float> target_scales_;
};

}  // namespace inkling
