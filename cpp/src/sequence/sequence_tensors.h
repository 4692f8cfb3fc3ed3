#pragma once

#include <vector>

#include "inkling/tensor_file.h"
#include "sequence/parameters.h"

namespace inkling {

// The weights of a network, a tensor each under the name it has in the table, but for the factors of items. As the
// file's factor storage says, matrices are 8-bit integers with a scale a row (`NAME.scales`).
void write_parameters(const ParameterTable& table, const std::vector<float>& weights, TensorFile& file);

// Errors: kCorruptModelFile where one is missing, of another shape, or holds a number that is not finite.
Status read_parameters(const TensorFile& file, const ParameterTable& table, std::vector<float>& weights);

}  // namespace inkling
