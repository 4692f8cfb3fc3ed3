#include "factorization/factor_rows.h"

#include <algorithm>
#include <cmath>

#include "data/indices.h"
#include "kernels/dot.h"
#include "kernels/simd.h"

namespace inkling {

namespace {

constexpr std::size_t kLineFloats = 32;
constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 30;

}  // namespace

Status check_factors_fit(std::string_view model, const Interactions& interactions, std::int64_t num_factors,
                         std::int64_t bytes_an_entry) {
  // In 64 bits, for WebAssembly's size_t would wrap around.
  const std::int64_t rows = std::int64_t{interactions.num_users()} + interactions.num_items();
  const std::int64_t bytes = rows * num_factors * std::int64_t{sizeof(float)};
  if (static_cast<std::uint64_t>(bytes + interactions.num_entries() * bytes_an_entry) <= kMaxBytes) return {};
  std::string needs = std::to_string(rows) + " rows of " + std::to_string(num_factors) + " factors";
  if (bytes_an_entry > 0) needs += " and " + std::to_string(interactions.num_entries()) + " interactions in memory";
  return {ErrorCode::kTooLarge,
          std::string(model) + " would need " + needs + ", more than 1 GiB; use fewer num_factors or sample the users"};
}

std::vector<float> random_factors(const SparseRows& entries, std::size_t num_factors, double stddev, Random& random) {
  const auto width = static_cast<float>(stddev * std::sqrt(12.0 / static_cast<double>(num_factors)));
  std::vector<float> factors(at(entries.num_rows()) * num_factors);
  for (std::int32_t row = 0; row < entries.num_rows(); ++row) {
    if (entries.row_length(row) == 0) continue;
    float* values = factors.data() + at(row) * num_factors;
    for (std::size_t f = 0; f < num_factors; ++f) values[f] = width * (random.uniform() - 0.5f);
  }
  return factors;
}

SeparateRows::SeparateRows(const std::vector<float>& rows, std::size_t length, std::size_t extra)
    : stride_(simd::round_up(length + extra, kLineFloats)), values_(rows.size() / length * stride_) {
  for (std::size_t n = 0; n * length < rows.size(); ++n) {
    std::copy_n(rows.data() + n * length, length, values_.data() + n * stride_);
  }
}

std::vector<float> SeparateRows::columns(std::size_t begin, std::size_t length) const {
  std::vector<float> out;
  out.reserve(values_.size() / stride_ * length);
  for (std::size_t row = 0; row < values_.size(); row += stride_) {
    const float* from = values_.data() + row + begin;
    out.insert(out.end(), from, from + length);
  }
  return out;
}

bool SeparateRows::finite() const { return finite_rows(values_, stride_); }

bool finite_rows(std::span<const float> factors, std::size_t num_factors) {
  float sum = 0;  // not finite as soon as one is not
  for (std::size_t begin = 0; begin < factors.size(); begin += num_factors) {
    sum += kernels::dot(factors.data() + begin, factors.data() + begin, num_factors) * 0.0f;
  }
  return std::isfinite(sum);
}

}  // namespace inkling
