#include "kernels/square_block.h"

#include "kernels/simd.h"
#include "kernels/tile.h"

namespace inkling::kernels {

namespace {

// As many sums as the registers hold, of which there are 32 where vectors are long.
constexpr std::size_t kBlockTileRows = simd::kLanes <= 8 ? 4 : 8;
constexpr std::size_t kBlockTileVectors = 2;
constexpr std::size_t kBlockTileColumns = kBlockTileVectors * simd::kLanes;
static_assert(kBlockSize % kBlockTileRows == 0 && kBlockSize % kBlockTileColumns == 0);

}  // namespace

void subtract_block_product(const float* left, const float* right, float* out, std::size_t out_stride) {
  for (std::size_t row = 0; row < kBlockSize; row += kBlockTileRows) {
    for (std::size_t column = 0; column < kBlockSize; column += kBlockTileColumns) {
      accumulate_tile<simd::multiply_subtract, kBlockTileRows, kBlockTileVectors>(
          left + row, right + column, kBlockSize, kBlockSize, out + row * out_stride + column, out_stride);
    }
  }
}

void subtract_block_product_naive(const float* left, const float* right, float* out, std::size_t out_stride) {
  for (std::size_t row = 0; row < kBlockSize; ++row) {
    for (std::size_t column = 0; column < kBlockSize; ++column) {
      for (std::size_t k = 0; k < kBlockSize; ++k) {
        out[row * out_stride + column] -= left[k * kBlockSize + row] * right[k * kBlockSize + column];
      }
    }
  }
}

void transpose_block(const float* from, std::size_t from_stride, float* out, std::size_t out_stride) {
  // Eight rows at a time, so that what is written fills whole cache lines' worth of neighbours.
  for (std::size_t row = 0; row < kBlockSize; row += 8) {
    for (std::size_t column = 0; column < kBlockSize; ++column) {
      for (std::size_t a = 0; a < 8; ++a) out[column * out_stride + row + a] = from[(row + a) * from_stride + column];
    }
  }
}

}  // namespace inkling::kernels
