#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "inkling/interactions.h"
#include "inkling/random.h"
#include "inkling/tensor_file.h"

namespace inkling {

// What models with a latent vector an item have in common. factors: (rows, num_factors), row-major.

// Errors: kTooLarge when the factors of all users and items and `bytes_an_entry` for each interaction come to more than
// 1 GiB.
Status check_factors_fit(std::string_view model, const Interactions& interactions, std::int64_t num_factors,
                         std::int64_t bytes_an_entry = 0);

// Uniform numbers around 0, such that a row has about the length `stddev`; rows of `entries` that are empty stay zero.
std::vector<float> random_factors(const SparseRows& entries, std::size_t num_factors, double stddev, Random& random);

// Whether the square of each row's length is a finite number. Products of such rows are finite, too.
bool finite_rows(std::span<const float> factors, std::size_t num_factors);

}  // namespace inkling
