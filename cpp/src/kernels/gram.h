#pragma once

#include <cstddef>

namespace inkling::kernels {

// Rows that gram() works on are padded with zeros to a multiple of this many floats.
std::size_t gram_padding();

// Adds panelᵀ panel to gram, upper triangle only: gram[i][j] += sum over r of panel[r][i] * panel[r][j], j >= i.
// Entries below the diagonal are left in an unspecified state.
// panel: (rows, padded), row-major; gram: (padded, padded), row-major; padded: a multiple of gram_padding().
// 2 * rows * padded * (padded + 1) / 2 flops, from tiles of sums that stay in registers.
void gram(const float* panel, std::size_t rows, std::size_t padded, float* gram);
void gram_naive(const float* panel, std::size_t rows, std::size_t padded, float* gram);

// out[c] += sum over r of scales[r] * panel[r][c], in the order of the rows. panel: (rows, padded); out: padded.
void add_scaled_rows(const float* scales, const float* panel, std::size_t rows, std::size_t padded, float* out);
void add_scaled_rows_naive(const float* scales, const float* panel, std::size_t rows, std::size_t padded, float* out);

}  // namespace inkling::kernels
