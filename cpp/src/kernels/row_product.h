#pragma once

#include <cstddef>

namespace inkling::kernels {

// rows = rows × matrix, in place: rows[r][c] = sum over k < size of rows[r][k] * matrix[k][c].
// rows: (count, size), row-major, count <= size; matrix: (size, size), row-major; size: a multiple of gram_padding().
// upper: the matrix holds zeros below its diagonal, which are then not multiplied with. scratch: (size, size), of any
// content. 2 * count * size² flops (half of it where upper), from tiles of sums that stay in registers.
void multiply_rows(float* rows, std::size_t count, const float* matrix, std::size_t size, bool upper, float* scratch);
void multiply_rows_naive(float* rows, std::size_t count, const float* matrix, std::size_t size, bool upper,
                         float* scratch);

}  // namespace inkling::kernels
