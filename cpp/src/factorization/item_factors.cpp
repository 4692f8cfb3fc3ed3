#include "inkling/item_factors.h"

#include <algorithm>
#include <cmath>

#include "data/indices.h"
#include "factorization/least_squares.h"
#include "kernels/dot.h"
#include "kernels/gram.h"
#include "kernels/quantized.h"
#include "kernels/top_k.h"
#include "parallel/cache_lines.h"

namespace inkling {

namespace {

constexpr char kName[] = "item_factors";
constexpr char kScales[] = "item_factors.scales";

constexpr std::size_t kBlockRows = 256;        // whose scores stay in the first-level cache
constexpr std::size_t kPanelRows = 64;         // a multiple of 4: of gathered or dequantized rows
constexpr std::size_t kScanNumbers = 1 << 20;  // from how many a copy for the scan pays
constexpr std::size_t kSharedRows = 1 << 14;   // from how many rows threads pay
constexpr float kLeastScale = 1e-33f;
constexpr float kHuge = 1e37f;

float length_of(const float* row, std::size_t num_factors) { return std::sqrt(kernels::dot(row, row, num_factors)); }

Status corrupt(const std::string& what) { return {ErrorCode::kCorruptModelFile, what}; }

float length_of(const std::int8_t* row, std::size_t num_factors) {
  std::int32_t sum = 0;
  for (std::size_t f = 0; f < num_factors; ++f) sum += row[f] * row[f];
  return std::sqrt(static_cast<float>(sum));
}

// Whether the square of each row's length is a finite number. Products of such rows are finite, too.
bool finite_lengths(const ItemFactors& factors) {
  std::vector<float> scratch(factors.num_factors());
  float sum = 0;  // not finite as soon as one is not
  for (std::size_t item = 0; item < factors.num_items(); ++item) {
    const float* row = factors.row(static_cast<std::int32_t>(item), scratch.data());
    sum += kernels::dot(row, row, factors.num_factors()) * 0.0f;
  }
  return std::isfinite(sum);
}

}  // namespace

ItemFactors::ItemFactors(std::vector<float> rows, std::size_t num_factors)
    : num_items_(rows.size() / num_factors), num_factors_(num_factors), floats_(std::move(rows)) {}

Result<ItemFactors> ItemFactors::read(const TensorFile& file, std::size_t num_items) {
  ItemFactors factors;
  std::vector<std::int64_t> shape;
  const Tensor* tensor = file.find(kName);
  const Tensor::Type type = tensor != nullptr ? tensor->type : Tensor::Type::kF32;
  std::vector<std::uint16_t> halves;
  Status status;
  if (type == Tensor::Type::kI8) {
    status = file.view(kName, 2, factors.integers_, &shape);
  } else if (type == Tensor::Type::kF16) {
    status = file.get(kName, 2, halves, &shape);
  } else {
    status = file.view(kName, 2, factors.floats_, &shape);
  }
  if (!status.ok()) return status;
  if (num_items == 0 || shape[0] != static_cast<std::int64_t>(num_items) || shape[1] < 1 ||
      shape[1] > static_cast<std::int64_t>(ItemFactors::kMostFactors)) {
    return corrupt("tensor \"item_factors\" is " + std::to_string(shape[0]) + " × " + std::to_string(shape[1]) +
                   "; expected one row for each of " + std::to_string(num_items) + " items and 1 to " +
                   std::to_string(ItemFactors::kMostFactors) + " factors");
  }
  factors.num_items_ = num_items;
  factors.num_factors_ = at(shape[1]);
  if (!halves.empty()) {
    std::vector<float> floats;
    floats.reserve(halves.size());
    for (const std::uint16_t half : halves) floats.push_back(kernels::from_half(half));
    factors.floats_ = Held<float>(std::move(floats));
  }
  if (factors.quantized()) {
    if (status = file.view(kScales, 1, factors.scales_); !status.ok()) return status;
    if (factors.scales_.values.size() != num_items) {
      return corrupt("tensor \"item_factors.scales\" has " + std::to_string(factors.scales_.values.size()) +
                     " numbers; expected one for each of " + std::to_string(num_items) + " items");
    }
    for (std::size_t item = 0; item < num_items; ++item) {
      const std::int8_t* integers = factors.integers_.values.data() + item * factors.num_factors_;
      factors.row_length_ = std::max(factors.row_length_, length_of(integers, factors.num_factors_));
      // A row of zeros has the scale 0; below what scale integers become, floats lose digits.
      const float scale = factors.scales_.values[item];
      if (!(scale == 0 || scale >= kLeastScale)) {
        return corrupt("tensor \"item_factors.scales\" should hold 0 or numbers above 1e-33, and none beyond floats");
      }
    }
  }
  if (!finite_lengths(factors)) {
    return corrupt("tensor \"item_factors\" has a row whose length is not a finite number");
  }
  return factors;
}

void ItemFactors::write(TensorFile& file) const {
  const std::vector<std::int64_t> shape = {static_cast<std::int64_t>(num_items_),
                                           static_cast<std::int64_t>(num_factors_)};
  std::vector<float> scratch(num_factors_);
  if (file.factor_storage() == FactorStorage::kF16) {
    std::vector<std::uint16_t> halves;
    halves.reserve(num_items_ * num_factors_);
    bool too_large = false;
    bool too_small = false;
    for (std::size_t item = 0; item < num_items_; ++item) {
      const float* values = row(static_cast<std::int32_t>(item), scratch.data());
      bool is_zero = true;
      std::uint16_t bits = 0;
      for (std::size_t f = 0; f < num_factors_; ++f) {
        halves.push_back(kernels::to_half(values[f]));
        too_large = too_large || (halves.back() & 0x7C00) == 0x7C00;
        is_zero = is_zero && values[f] == 0;
        bits = static_cast<std::uint16_t>(bits | (halves.back() & 0x7FFF));
      }
      too_small = too_small || (bits == 0 && !is_zero);
    }
    if (too_large || too_small) {
      file.fail({ErrorCode::kInvalidArgument,
                 std::string(too_large ? "an item has a factor beyond 65504, the largest that f16 holds"
                                       : "an item has factors below 3e-8 only, all of which f16 would make 0") +
                     "; store the model as f32 or int8"});
    }
    file.add(kName, std::span<const std::uint16_t>(halves), shape);
  } else if (file.factor_storage() == FactorStorage::kInt8) {
    if (quantized()) {
      file.add(kName, integers_.values, shape);
      file.add(kScales, scales_.values, {shape[0]});
      return;
    }
    std::vector<std::int8_t> integers(num_items_ * num_factors_);
    std::vector<float> scales;
    scales.reserve(num_items_);
    for (std::size_t item = 0; item < num_items_; ++item) {
      const float* values = row(static_cast<std::int32_t>(item), scratch.data());
      scales.push_back(kernels::quantize_row(values, num_factors_, integers.data() + item * num_factors_));
    }
    file.add(kName, std::span<const std::int8_t>(integers), shape);
    file.add(kScales, std::span<const float>(scales), {shape[0]});
  } else if (quantized()) {
    file.add(kName, std::span<const float>(to_floats()), shape);
  } else {
    file.add(kName, floats_.values, shape);
  }
}

void ItemFactors::dequantize(std::size_t first, std::size_t count, float* out) const {
  for (std::size_t item = first; item < first + count; ++item, out += num_factors_) {
    kernels::dequantize_row(scales_.values[item], integers_.values.data() + item * num_factors_, num_factors_, out);
  }
}

const float* ItemFactors::row(std::int32_t item, float* scratch) const {
  if (!quantized()) return floats_.values.data() + at(item) * num_factors_;
  dequantize(at(item), 1, scratch);
  return scratch;
}

void ItemFactors::copy_row(std::int32_t item, float* out) const {
  const float* values = row(item, out);
  if (values != out) std::copy(values, values + num_factors_, out);
}

std::vector<float> ItemFactors::to_floats() const {
  std::vector<float> rows(num_items_ * num_factors_);
  for (std::size_t item = 0; item < num_items_; ++item) {
    copy_row(static_cast<std::int32_t>(item), rows.data() + item * num_factors_);
  }
  return rows;
}

void ItemFactors::score(const float* user, std::size_t first, std::span<float> out) const {
  if (!quantized()) {
    kernels::gemv(floats_.values.data() + first * num_factors_, out.size(), num_factors_, user, out.data());
    return;
  }
  std::vector<float> panel(kPanelRows * num_factors_);
  for (std::size_t begin = 0; begin < out.size(); begin += kPanelRows) {
    const std::size_t count = std::min(kPanelRows, out.size() - begin);
    dequantize(first + begin, count, panel.data());
    kernels::gemv(panel.data(), count, num_factors_, user, out.data() + begin);
  }
}

void ItemFactors::cosines(std::int32_t item, std::span<float> out) const {
  std::vector<float> source(num_factors_);
  copy_row(item, source.data());
  const float length = length_of(source.data(), num_factors_);
  score(source.data(), 0, out);
  std::vector<float> scratch(num_factors_);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const float product = length * length_of(row(static_cast<std::int32_t>(i), scratch.data()), num_factors_);
    out[i] = product > 0 ? out[i] / product : 0;
  }
}

float ItemFactors::longest_row() const {
  std::vector<float> scratch(num_factors_);
  float longest = 0;
  for (std::size_t item = 0; item < num_items_; ++item) {
    longest = std::max(longest, length_of(row(static_cast<std::int32_t>(item), scratch.data()), num_factors_));
  }
  return longest;
}

std::vector<float> ItemFactors::gram(float scale) const {
  const std::size_t padded = padded_factors(num_factors_);
  std::vector<float> total(padded * padded);
  std::vector<float> partial(padded * padded);  // of a block, so that sums of many rows keep their digits
  std::vector<float> panel(kPanelRows * padded);
  for (std::size_t begin = 0; begin < num_items_; begin += kPanelRows) {
    const std::size_t rows = std::min(kPanelRows, num_items_ - begin);
    for (std::size_t r = 0; r < rows; ++r) {
      copy_row(static_cast<std::int32_t>(begin + r), panel.data() + r * padded);
    }
    kernels::gram(panel.data(), rows, padded, partial.data());
    if ((begin / kPanelRows) % 16 == 15 || begin + rows == num_items_) {
      kernels::axpy(scale, partial.data(), total.data(), total.size());
      std::fill(partial.begin(), partial.end(), 0.0f);
    }
  }
  return total;
}

void ItemFactors::prepare_scan() {
  if (quantized() || !copy_.empty() || num_items_ * num_factors_ < kScanNumbers) return;
  copy_.resize(num_items_ * num_factors_);
  copy_scales_.reserve(num_items_);
  std::vector<float> rest(num_factors_);
  for (std::size_t item = 0; item < num_items_; ++item) {
    const float* values = floats_.values.data() + item * num_factors_;
    std::int8_t* integers = copy_.data() + item * num_factors_;
    const float scale = kernels::quantize_row(values, num_factors_, integers);
    copy_scales_.push_back(scale);
    row_length_ = std::max(row_length_, length_of(integers, num_factors_));
    if (scale == 0) continue;
    kernels::dequantize_row(scale, integers, num_factors_, rest.data());
    kernels::axpy(-1, values, rest.data(), num_factors_);
    row_error_ = std::max(row_error_, length_of(rest.data(), num_factors_) / scale);
  }
}

// What a scan of integers needs to know of a person.
struct ItemFactors::Scan {
  const std::int8_t* rows = nullptr;
  const float* scales = nullptr;
  std::vector<std::int16_t> user;  // num_factors
  float unit = 0;                  // of those integers
  float error = 0;                 // E: of a product, in units of the row's scale
  float floor = 0;                 // and whatever the scale is
};

// How a catalogue is divided among threads.
struct ItemFactors::Division {
  std::size_t num_parts = 1;
  std::size_t part_rows = 0;
  ThreadPool* pool;

  Division(std::size_t num_items, ThreadPool* threads) : pool(num_items < kSharedRows ? nullptr : threads) {
    if (pool != nullptr) num_parts = at(pool->num_threads());
    part_rows = (num_items / num_parts / kBlockRows + 1) * kBlockRows;
  }

  template <class Body>
  void for_each_part(Body&& body) const {
    if (num_parts == 1) return body(0);
    pool->for_each_chunk(static_cast<std::int64_t>(num_parts), 1,
                         [&](std::int64_t part, std::int64_t /*end*/, int /*thread*/) { body(at(part)); });
  }
};

bool ItemFactors::top_k(const TopKRequest& request, std::vector<ScoredItem>& best) const {
  const std::size_t k = std::min(request.k, num_items_);
  if (request.finish == nullptr && (quantized() || !copy_.empty())) {
    kernels::BestScores found(k);
    if (scan(request, found)) {
      best = found.take();
      return true;
    }
  }
  if (request.num_scored != nullptr) *request.num_scored = num_items_;
  const Division division(num_items_, request.pool);
  struct alignas(kCacheLineBytes) Part {  // of a thread
    kernels::BestScores best;
    bool finite = true;
  };
  std::vector<Part> parts(division.num_parts, Part{kernels::BestScores(k)});
  division.for_each_part([&](std::size_t p) {
    float scores[kBlockRows];
    const std::size_t end = std::min((p + 1) * division.part_rows, num_items_);
    for (std::size_t begin = p * division.part_rows; begin < end; begin += kBlockRows) {
      const std::span<float> block(scores, std::min(kBlockRows, end - begin));
      score(request.user, begin, block);
      if (request.finish != nullptr) request.finish(request.context, begin, block);
      parts[p].finite = parts[p].finite && kernels::all_finite(block);
      parts[p].best.add_block(static_cast<std::int32_t>(begin), block, request.skip.data() + begin);
    }
  });
  for (const Part& part : parts) {
    if (!part.finite) return false;
    if (&part != parts.data()) parts[0].best.add_all(part.best);
  }
  best = parts[0].best.take();
  return true;
}

// Returns false where floats have to tell.
bool ItemFactors::scan(const TopKRequest& request, kernels::BestScores& best) const {
  const std::size_t num_factors = num_factors_;
  const float* user = request.user;
  float largest = 0;
  for (std::size_t f = 0; f < num_factors; ++f) largest = std::max(largest, std::abs(user[f]));
  const float length = length_of(user, num_factors);
  Scan scan;
  scan.rows = quantized() ? integers_.values.data() : copy_.data();
  scan.scales = quantized() ? scales_.values.data() : copy_scales_.data();
  const float largest_scale = kernels::largest(scan.scales, num_items_);
  const float longest = row_length_ + row_error_;  // of a row, in units of its scale
  if (!(largest > 1e-30f) || !(largest_scale * (longest + 1) * length < kHuge) || request.k == 0 ||
      request.k > num_items_ / 32) {
    return false;
  }

  scan.unit = largest / static_cast<float>(kernels::largest_of_vector(num_factors));
  std::vector<float> rest(user, user + num_factors);
  for (std::size_t f = 0; f < num_factors; ++f) {
    const float rounded = std::nearbyint(user[f] / scan.unit);
    scan.user.push_back(static_cast<std::int16_t>(rounded));
    rest[f] -= rounded * scan.unit;
  }
  // The rows' rounding, the user's, and what floats round in either product.
  const float of_floats = (static_cast<float>(num_factors) + 8) * 0x1p-22f * (longest + 1) * length;
  scan.error = 1.001f * (row_error_ * length + row_length_ * length_of(rest.data(), num_factors) + of_floats);
  scan.floor = 1e-28f * length + 1e-37f;  // of rows that have no scale

  struct alignas(kCacheLineBytes) Part {  // of a thread
    kernels::BestScores lower;
    std::vector<ScoredItem> candidates;
    bool few = true;
  };
  const Division division(num_items_, request.pool);
  std::vector<Part> parts(division.num_parts, Part{kernels::BestScores(request.k), {}});
  division.for_each_part([&](std::size_t p) {
    parts[p].few = scan_part(scan, p * division.part_rows, std::min((p + 1) * division.part_rows, num_items_),
                             request.skip.data(), parts[p].lower, parts[p].candidates);
  });
  kernels::BestScores& lower = parts[0].lower;
  for (const Part& part : parts) {
    if (!part.few) return false;
    if (&part != parts.data()) lower.add_all(part.lower);
  }

  // The candidates in panels of four rows and more, for there score() adds in another order than in the last rows.
  std::vector<float> panel(kPanelRows * num_factors);
  std::int32_t items[kPanelRows];
  float scores[kPanelRows];
  std::size_t gathered = 0;
  std::size_t scored = 0;
  const auto flush = [&] {
    const std::size_t rows = (gathered + 3) / 4 * 4;
    kernels::gemv(panel.data(), rows, num_factors, user, scores);
    for (std::size_t n = 0; n < gathered; ++n) best.add({items[n], scores[n]});
    gathered = 0;
  };
  const std::size_t last_rows = num_items_ / 4 * 4;
  for (const Part& part : parts) {
    for (const ScoredItem& candidate : part.candidates) {
      if (lower.full() && candidate.score < lower.worst()) continue;
      ++scored;
      float* row = panel.data() + gathered * num_factors;
      copy_row(candidate.item, row);
      if (at(candidate.item) >= last_rows) {
        best.add({candidate.item, kernels::dot(row, user, num_factors)});
        continue;
      }
      items[gathered] = candidate.item;
      if (++gathered == kPanelRows) flush();
    }
  }
  if (gathered > 0) flush();
  if (request.num_scored != nullptr) *request.num_scored = scored;
  return true;
}

// Adds to `candidates` the upper bounds of all rows that may be among the best, and to `lower` the lower ones. Returns
// false when the bounds tell too few rows apart.
bool ItemFactors::scan_part(const Scan& scan, std::size_t begin, std::size_t end, const std::uint8_t* skip,
                            kernels::BestScores& lower, std::vector<ScoredItem>& candidates) const {
  constexpr std::size_t kGroup = 32;
  std::int32_t products[kBlockRows];
  float upper[kBlockRows];
  const std::size_t most = (end - std::min(begin, end)) / 8 + 2 * kBlockRows;
  for (; begin < end; begin += kBlockRows) {
    const std::size_t count = std::min(kBlockRows, end - begin);
    kernels::dot_rows(scan.rows + begin * num_factors_, count, num_factors_, scan.user.data(), products);
    const float* scales = scan.scales + begin;
    kernels::upper_bounds(products, scales, count, scan.unit, scan.error, scan.floor, upper);
    for (std::size_t group = 0; group < count; group += kGroup) {
      const std::size_t group_end = std::min(group + kGroup, count);
      if (lower.full() && kernels::largest(upper + group, group_end - group) < lower.worst()) continue;
      for (std::size_t n = group; n < group_end; ++n) {
        if ((lower.full() && upper[n] < lower.worst()) || skip[begin + n] != 0) continue;
        const auto item = static_cast<std::int32_t>(begin + n);
        candidates.push_back({item, upper[n]});
        lower.add({item, upper[n] - 2 * (scales[n] * scan.error + scan.floor)});
      }
    }
    if (candidates.size() > most) return false;
  }
  return true;
}

}  // namespace inkling
