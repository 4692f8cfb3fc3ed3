#include "kernels/gram.h"

#include "kernels/simd.h"
#include "kernels/tile.h"

namespace inkling::kernels {

namespace {

using simd::kLanes;
using simd::Vector;

constexpr std::size_t kGramTileRows = kLanes <= 4 ? 4 : 8;
// Eight sums in either shape, enough to hide the latency of an addition. Two vectors wide where vectors are short; one
// where they are long, so that less of a tile lies below the diagonal.
constexpr std::size_t kGramTileVectors = kLanes <= 4 ? 2 : 1;
constexpr std::size_t kGramTileColumns = kGramTileVectors * kLanes;

}  // namespace

std::size_t gram_padding() { return kGramTileColumns; }

void gram(const float* panel, std::size_t rows, std::size_t padded, float* gram) {
  for (std::size_t i = 0; i < padded; i += kGramTileRows) {
    const float* left = panel + i;
    float* out = gram + i * padded;
    std::size_t j = i / kLanes * kLanes;
    // One vector alone where the diagonal has cut the first pair.
    for (; j % kGramTileColumns != 0; j += kLanes) {
      accumulate_tile<simd::multiply_add, kGramTileRows, 1>(left, panel + j, rows, padded, out + j, padded);
    }
    for (; j < padded; j += kGramTileColumns) {
      accumulate_tile<simd::multiply_add, kGramTileRows, kGramTileVectors>(left, panel + j, rows, padded, out + j,
                                                                           padded);
    }
  }
}

void add_scaled_rows(const float* scales, const float* panel, std::size_t rows, std::size_t padded, float* out) {
  // Vectors side by side: enough to hide the latency of the additions, and where vectors are short to share a scale.
  constexpr std::size_t kWidth = kLanes <= 4 ? 8 : 4;
  std::size_t c = 0;
  for (; c + kWidth * kLanes <= padded; c += kWidth * kLanes) {
    Vector sums[kWidth];
    for (std::size_t b = 0; b < kWidth; ++b) sums[b] = simd::load(out + c + b * kLanes);
    const float* row = panel + c;
    for (std::size_t r = 0; r < rows; ++r, row += padded) {
      const Vector scale = simd::splat(scales[r]);
      for (std::size_t b = 0; b < kWidth; ++b) {
        sums[b] = simd::multiply_add(scale, simd::load(row + b * kLanes), sums[b]);
      }
    }
    for (std::size_t b = 0; b < kWidth; ++b) simd::store(out + c + b * kLanes, sums[b]);
  }
  for (; c < padded; c += kLanes) {
    Vector sum = simd::load(out + c);
    const float* row = panel + c;
    for (std::size_t r = 0; r < rows; ++r, row += padded) {
      sum = simd::multiply_add(simd::splat(scales[r]), simd::load(row), sum);
    }
    simd::store(out + c, sum);
  }
}

void add_scaled_rows_naive(const float* scales, const float* panel, std::size_t rows, std::size_t padded, float* out) {
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < padded; ++c) out[c] += scales[r] * panel[r * padded + c];
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
