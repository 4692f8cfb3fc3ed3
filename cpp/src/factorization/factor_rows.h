#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "inkling/interactions.h"
#include "inkling/random.h"
#include "inkling/tensor_file.h"
#include "parallel/cache_lines.h"

namespace inkling {

// What models with a latent vector an item have in common. factors: (rows, num_factors), row-major.

// Errors: kTooLarge when the factors of all users and items and `bytes_an_entry` for each interaction come to more than
// 1 GiB.
Status check_factors_fit(std::string_view model, const Interactions& interactions, std::int64_t num_factors,
                         std::int64_t bytes_an_entry = 0);

// Uniform numbers around 0, such that a row has about the length `stddev`; rows of `entries` that are empty stay zero.
std::vector<float> random_factors(const SparseRows& entries, std::size_t num_factors, double stddev, Random& random);

// Rows that threads write side by side: each begins on a cache line, and shares none with another.
class SeparateRows {
 public:
  SeparateRows() = default;
  // Copies rows: (n, length), row-major. Behind each there is room for `extra` numbers, which are 0.
  SeparateRows(const std::vector<float>& rows, std::size_t length, std::size_t extra = 0);

  float* row(std::int32_t index) { return values_.data() + static_cast<std::size_t>(index) * stride_; }
  // `length` numbers of each row from the number `begin` on: (n, length).
  std::vector<float> columns(std::size_t begin, std::size_t length) const;
  // Whether the square of each row's length is a finite number.
  bool finite() const;

 private:
  std::size_t stride_ = 1;
  CacheLineVector<float> values_;
};

// Whether the square of each row's length is a finite number. Products of such rows are finite, too.
bool finite_rows(std::span<const float> factors, std::size_t num_factors);

}  // namespace inkling
