#include "kernels/normal_product.h"

#include "kernels/simd.h"

namespace inkling::kernels {

namespace {

using simd::kLanes;
using simd::Vector;

// Rows that share the loads of `vector` and `out`. Where vectors are short, more would leave no registers; where they
// are long, more make up for the sums over lanes.
constexpr std::size_t kGroupRows = kLanes <= 4 ? 4 : 8;
// Two vectors in a turn of the loop where vectors are short: gram_padding().
constexpr std::size_t kTurn = kLanes <= 4 ? 2 * kLanes : kLanes;

template <std::size_t kRows>
void add_rows(const float* const* rows, std::size_t columns, const float* vector, float target, float* out) {
  Vector scales[kRows] = {};
  for (std::size_t turn = 0; turn < columns; turn += kTurn) {
    for (std::size_t c = turn; c < turn + kTurn; c += kLanes) {
      const Vector v = simd::load(vector + c);
      for (std::size_t r = 0; r < kRows; ++r) scales[r] = simd::multiply_add(simd::load(rows[r] + c), v, scales[r]);
    }
  }
  for (Vector& scale : scales) scale = simd::splat(simd::sum(scale) - target);
  for (std::size_t turn = 0; turn < columns; turn += kTurn) {
    for (std::size_t c = turn; c < turn + kTurn; c += kLanes) {
      Vector total = simd::load(out + c);
      for (std::size_t r = 0; r < kRows; ++r) total = simd::multiply_add(scales[r], simd::load(rows[r] + c), total);
      simd::store(out + c, total);
    }
  }
}

}  // namespace

void add_normal_product(const float* matrix, std::size_t columns, std::span<const std::int32_t> entries,
                        const float* vector, float target, float* out) {
  const auto row_of = [&](std::size_t e) { return matrix + static_cast<std::size_t>(entries[e]) * columns; };
  std::size_t e = 0;
  for (; e + kGroupRows <= entries.size(); e += kGroupRows) {
    const float* rows[kGroupRows];
    for (std::size_t r = 0; r < kGroupRows; ++r) rows[r] = row_of(e + r);
    add_rows<kGroupRows>(rows, columns, vector, target, out);
  }
  for (; e < entries.size(); ++e) {
    const float* row = row_of(e);
    add_rows<1>(&row, columns, vector, target, out);
  }
}

void add_normal_product_naive(const float* matrix, std::size_t columns, std::span<const std::int32_t> entries,
                              const float* vector, float target, float* out) {
  for (const std::int32_t entry : entries) {
    const float* row = matrix + static_cast<std::size_t>(entry) * columns;
    float scale = -target;
    for (std::size_t c = 0; c < columns; ++c) scale += row[c] * vector[c];
    for (std::size_t c = 0; c < columns; ++c) out[c] += scale * row[c];
  }
}

}  // namespace inkling::kernels
