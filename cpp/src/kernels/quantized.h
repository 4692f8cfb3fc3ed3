#pragma once

#include <cstddef>
#include <cstdint>

namespace inkling::kernels {

// Rows of 8-bit integers, each with a scale of its own: value = scale * integer.

// Rounds a row to integers from -127 to 127 and returns its scale, the largest value / 127; so no value is off by more
// than half a scale. A row whose values are all below 1e-30 becomes zeros of scale 0. values: finite; out: length.
float quantize_row(const float* values, std::size_t length, std::int8_t* out);

// out[i] = scale * row[i] for i < length.
void dequantize_row(float scale, const std::int8_t* row, std::size_t length, float* out);

// out[r] = sum over c < columns of rows[r][c] * vector[c], for r < count. Exact as long as |vector| is not above
// largest_of_vector(columns). rows: (count, columns), row-major, no padding; vector: columns. Reads a quarter of the
// bytes that floats have, and multiplies twice as many numbers at a time.
void dot_rows(const std::int8_t* rows, std::size_t count, std::size_t columns, const std::int16_t* vector,
              std::int32_t* out);
void dot_rows_naive(const std::int8_t* rows, std::size_t count, std::size_t columns, const std::int16_t* vector,
                    std::int32_t* out);

// How large |vector| may be for dot_rows.
std::int16_t largest_of_vector(std::size_t columns);

// out[n] = scales[n] * (unit * products[n] + error) + floor for n < count.
void upper_bounds(const std::int32_t* products, const float* scales, std::size_t count, float unit, float error,
                  float floor, float* out);

// Half-precision floats (IEEE 754 binary16). to_half rounds to the nearest, ties to even; above 65,519 becomes
// infinity.
std::uint16_t to_half(float value);
float from_half(std::uint16_t half);

}  // namespace inkling::kernels
