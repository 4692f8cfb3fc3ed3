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

// What was written as a part of a file with `prefix` before its names, over the same items. Errors: those of
// read_model; kCorruptModelFile for a model that has members itself.
Result<std::unique_ptr<Model>> read_member(const TensorFile& file, const std::string& prefix,
                                           std::span<const float> item_counts);

}  // namespace inkling
