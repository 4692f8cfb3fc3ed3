#include "kernels/row_product.h"

#include <algorithm>

#include "kernels/simd.h"
#include "kernels/tile.h"

namespace inkling::kernels {

namespace {

using simd::kLanes;

// The shape of gram()'s tiles: eight sums.
constexpr std::size_t kRowTileRows = kLanes <= 4 ? 4 : 8;
constexpr std::size_t kRowTileVectors = kLanes <= 4 ? 2 : 1;
constexpr std::size_t kRowTileColumns = kRowTileVectors * kLanes;

}  // namespace

void multiply_rows(float* rows, std::size_t count, const float* matrix, std::size_t size, bool upper, float* scratch) {
  for (std::size_t r = 0; r < count; ++r) {
    for (std::size_t k = 0; k < size; ++k) scratch[k * size + r] = rows[r * size + k];
  }
  std::fill(rows, rows + count * size, 0.0f);
  for (std::size_t c = 0; c < size; c += kRowTileColumns) {
    const std::size_t length = upper ? c + kRowTileColumns : size;
    std::size_t r = 0;
    for (; r + kRowTileRows <= count; r += kRowTileRows) {
      accumulate_tile<simd::multiply_add, kRowTileRows, kRowTileVectors>(scratch + r, matrix + c, length, size,
                                                                         rows + r * size + c, size);
    }
    for (; r < count; ++r) {
      accumulate_tile<simd::multiply_add, 1, kRowTileVectors>(scratch + r, matrix + c, length, size,
                                                              rows + r * size + c, size);
    }
  }
}

void multiply_rows_naive(float* rows, std::size_t count, const float* matrix, std::size_t size, bool /*upper*/,
                         float* scratch) {
  for (std::size_t r = 0; r < count; ++r) {
    for (std::size_t c = 0; c < size; ++c) {
      scratch[c] = 0;
      for (std::size_t k = 0; k < size; ++k) scratch[c] += rows[r * size + k] * matrix[k * size + c];
    }
    std::copy(scratch, scratch + size, rows + r * size);
  }
}

}  // namespace inkling::kernels
