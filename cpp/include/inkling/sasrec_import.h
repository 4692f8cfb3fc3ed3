#pragma once

#include <memory>
#include <string>
#include <vector>

#include "inkling/model.h"
#include "inkling/tensor_file.h"

namespace inkling {

// What the tensors of a transformer that other code trained do not tell.
struct SasrecImport {
  std::int32_t num_heads = 1;
  // Where blocks normalize: "before" (norm_first), "after", or "query" (src/sequence/transformer.h has the formulas).
  std::string norm = "before";
  // Whether sequences were filled up in front with rows that are attended to: "absent", "kept", or "zeroed" before each
  // block. With either of the two, and always in the layout of SASRec.pytorch, positions count from the end.
  std::string padding = "absent";
  bool positions_from_end = false;
  float epsilon = 1e-8f;  // of layer normalization
  std::string config = "{}";
};

// A model `sasrec` of weights in a safetensors file, in one of two layouts; d: num_factors, n: of a block.
//
// That of pmixer/SASRec.pytorch, as its state_dict() is saved. Linear weights are (outputs, inputs).
//   item_emb.weight (items + 1, d)            the first row, of padding, is left out
//   pos_emb.weight (length [+ 1], d)          a first row of zeros, of padding, is left out
//   attention_layernorms.n.{weight,bias}      attention_layers.n.in_proj_{weight,bias} (3 d, d), (3 d)
//   attention_layers.n.out_proj.{weight,bias} forward_layernorms.n.{weight,bias}
//   forward_layers.n.conv1.{weight,bias} (d, d, 1), (d), conv2 the same      last_layernorm.{weight,bias}
// Its models are of three kinds: since May 2025 norm_first (norm "before") and not (norm "after"), from June 2024 on
// norm "query", all with padding "kept"; before, norm "query" with padding "zeroed" and no row of padding among the
// positions.
//
// A plain list: item_factors, positions, blocks.n.* and last_norm.* as a model file of `sasrec` has them
// (cpp/README.md), all F32, and nothing else that is in such a file. Linear weights are (inputs, outputs).
//
// Items are counted from 0, as the rows of the factors are: SASRec.pytorch's item 1 is the first.
//
// item_counts: how many users met each item, or 0: (items). Errors: kInvalidArgument, naming the tensor that is
// missing, has the wrong shape or no place in the layout, or the option that does not fit; kCorruptModelFile for a
// number that is not finite.
Result<std::unique_ptr<Model>> import_sasrec(const TensorFile& file, const SasrecImport& how,
                                             std::vector<float> item_counts);

// How many items the tensors are for. Errors: kInvalidArgument.
Result<std::int64_t> items_of_import(const TensorFile& file);

}  // namespace inkling
