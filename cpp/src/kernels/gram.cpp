#include "kernels/gram.h"

#include "kernels/simd.h"

namespace inkling::kernels {

namespace {

using simd::kLanes;
using simd::Vector;

constexpr std::size_t kTileRows = 4;
// Two vectors wide where vectors are short; one where they are long, so that less of a tile lies below the
// diagonal.
constexpr std::size_t kTileVectors = kLanes <= 4 ? 2 : 1;
constexpr std::size_t kTileColumns = kTileVectors * kLanes;

}  // namespace

std::size_t gram_padding() { return kTileColumns; }

void gram(const float* panel, std::size_t rows, std::size_t padded, float* gram) {
  for (std::size_t i = 0; i < padded; i += kTileRows) {
    for (std::size_t j = i / kTileColumns * kTileColumns; j < padded; j += kTileColumns) {
      Vector sums[kTileRows][kTileVectors];
      for (std::size_t a = 0; a < kTileRows; ++a) {
        for (std::size_t b = 0; b < kTileVectors; ++b) {
          sums[a][b] = simd::load(gram + (i + a) * padded + j + b * kLanes);
        }
      }
      const float* row = panel;
      for (std::size_t r = 0; r < rows; ++r, row += padded) {
        Vector columns[kTileVectors];
        for (std::size_t b = 0; b < kTileVectors; ++b) columns[b] = simd::load(row + j + b * kLanes);
        for (std::size_t a = 0; a < kTileRows; ++a) {
          const Vector scale = simd::splat(row[i + a]);
          for (std::size_t b = 0; b < kTileVectors; ++b) {
            sums[a][b] = simd::multiply_add(scale, columns[b], sums[a][b]);
          }
        }
      }
      for (std::size_t a = 0; a < kTileRows; ++a) {
        for (std::size_t b = 0; b < kTileVectors; ++b) {
          simd::store(gram + (i + a) * padded + j + b * kLanes, sums[a][b]);
        }
      }
    }
  }
}

void gram_naive(const float* panel, std::size_t rows, std::size_t padded, float* gram) {
  for (std::size_t r = 0; r < rows; ++r) {
    const float* row = panel + r * padded;
    for (std::size_t i = 0; i < padded; ++i) {
      for (std::size_t j = i; j < padded; ++j) gram[i * padded + j] += row[i] * row[j];
    }
  }
}

}  // namespace inkling::kernels
