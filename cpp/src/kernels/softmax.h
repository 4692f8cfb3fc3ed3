#pragma once

#include <cstddef>

namespace inkling::kernels {

// values[i] = e^values[i] / Σ e^values, with the largest taken off before. length: at least 1; finite. Returns
// ln Σ e^values of what was given.
float softmax(float* values, std::size_t length);
float softmax_naive(float* values, std::size_t length);

}  // namespace inkling::kernels
