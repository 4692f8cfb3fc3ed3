#pragma once

#include <memory>
#include <string>

#include "inkling/model.h"

namespace inkling {

// A model that is one sparse matrix between items: score(i) = sum over the history's j of weight_j * W[j][i], so each
// term of the sum is one reason. What item_neighbors, item_graph and sparse_linear train; they differ in how W comes
// about. A person is folded in at no cost; scoring costs the history's rows of W; memory is 8 bytes an entry.
class SparseItemModel final : public Model {
 public:
  // name: of the model that trained it, a constant. weights: row j holds the targets i that item j speaks for:
  // (num_items, num_items), finite.
  SparseItemModel(std::string_view name, SparseRows weights, Held<float> item_counts, std::string config);

  // Reads the tensors `neighbors.offsets`, `.columns` and `.values`.
  static Result<std::unique_ptr<Model>> read(std::string_view name, const TensorFile& file, Held<float> item_counts,
                                             std::string config);

  std::string_view name() const override { return name_; }
  // Row `item` of W.
  void similar(std::int32_t item, std::span<float> scores) const override;
  void write(TensorFile& file) const override;
  const SparseRows& weights() const { return weights_; }

 protected:
  Result<std::unique_ptr<Profile>> profile_of(History history) const override;

 private:
  std::string_view name_;
  SparseRows weights_;
  float largest_weight_ = 0;  // without its sign
};

}  // namespace inkling
