#pragma once

#include <memory>
#include <vector>

#include "inkling/model.h"
#include "inkling/tensor_file.h"

namespace inkling {

// A model in a tensor file without its ids and item counts: the metadata `model`, `config` and, where there is one,
// `history_half_life`, and the model's own tensors. A whole model file has them at its top, an ensemble once a member.
void write_model(const Model& model, TensorFile& file);

// Errors: kCorruptModelFile; kUnsupportedVersion for a model this build does not know.
Result<std::unique_ptr<Model>> read_model(const TensorFile& file, Held<float> item_counts);

}  // namespace inkling
