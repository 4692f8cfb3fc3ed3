#include "factorization/randomized_svd.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "data/indices.h"
#include "factorization/factor_rows.h"
#include "inkling/random.h"
#include "kernels/cholesky.h"
#include "kernels/dot.h"
#include "kernels/gram.h"
#include "kernels/row_product.h"
#include "kernels/top_k.h"

namespace inkling {

namespace {

constexpr std::int64_t kSpareVectors = 10;
constexpr std::int64_t kWidthMultiple = 16;  // whatever the target, so that all compute the same block
// Relative to a column's square, about a hundred roundings.
constexpr float kLargeShift = 1e-5f;
constexpr float kSmallShift = 1e-6f;
// Squares of columns that kLargeShift left of vectors that depend on the others lie below, of others above.
constexpr float kSmallestSquare = 1e-3f;
constexpr std::size_t kMaxSweeps = 12;
constexpr float kOrthogonal = 1e-6f;  // cosine of rows that need no turn
constexpr std::int64_t kRowsPerChunk = 16;

std::int64_t width_of(std::int64_t num_factors) {
  return (num_factors + kSpareVectors + kWidthMultiple - 1) / kWidthMultiple * kWidthMultiple;
}

}  // namespace

std::vector<float> scales_of_rows(const SparseRows& rows, double exponent) {
  std::vector<float> scales;
  for (std::int32_t row = 0; row < rows.num_rows(); ++row) {
    const auto length = static_cast<double>(rows.row_length(row));
    scales.push_back(length > 0 ? static_cast<float>(std::pow(length, -exponent)) : 0);
  }
  return scales;
}

RandomizedSvd::RandomizedSvd(const Interactions& interactions, std::vector<float> user_scales,
                             std::vector<float> item_scales, std::size_t num_factors, std::int64_t iterations,
                             std::uint64_t seed, ThreadPool& pool)
    : interactions_(interactions),
      user_scales_(std::move(user_scales)),
      item_scales_(std::move(item_scales)),
      num_factors_(num_factors),
      width_(at(width_of(static_cast<std::int64_t>(num_factors)))),
      pool_(pool),
      item_block_(at(interactions.num_items()) * width_),
      user_block_(at(interactions.num_users()) * width_),
      gram_(width_, pool),
      matrix_(width_ * width_),
      norms_(width_),
      scratches_(at(pool.num_threads()), std::vector<float>(width_ * width_)) {
  using enum Task;
  for (std::int64_t n = 0; n < iterations; ++n) {
    plan_.insert(plan_.end(), {kToUsers, kToItems, kGramItems, kLoosen, kMultiplyUpper});
  }
  for (int n = 0; n < 2; ++n) plan_.insert(plan_.end(), {kGramItems, kOrthonormalize, kMultiplyUpper});
  plan_.insert(plan_.end(), {kToUsers, kGramUsers, kFactor, kSweep, kOrder, kMultiply});
  for (const Task task : plan_) total_ += work_before(task, num_rows(task));
  // Random signs are as good a start as normal numbers, and 64 of them cost one.
  Random random(seed);
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < item_block_.size(); ++i, bits >>= 1) {
    if (i % 64 == 0) bits = random.next();
    item_block_[i] = (bits & 1) != 0 ? 1.0f : -1.0f;
  }
}

Status RandomizedSvd::check_size(std::string_view model, const Interactions& interactions, std::int64_t num_factors) {
  return check_factors_fit(model, interactions, width_of(num_factors));
}

std::int64_t RandomizedSvd::num_rows(Task task) const {
  switch (task) {
    case Task::kToUsers:
    case Task::kGramUsers:
      return interactions_.num_users();
    case Task::kToItems:
    case Task::kGramItems:
    case Task::kMultiplyUpper:
    case Task::kMultiply:
      return interactions_.num_items();
    case Task::kSweep:
      return static_cast<std::int64_t>(kMaxSweeps * width_);
    default:
      return 1;
  }
}

std::int64_t RandomizedSvd::work_before(Task task, std::int64_t row) const {
  const auto width = static_cast<std::int64_t>(width_);
  switch (task) {
    case Task::kToUsers:
      return row + interactions_.by_user().offsets[at(row)];
    case Task::kToItems:
      return row + interactions_.by_item().offsets[at(row)];
    case Task::kGramItems:
    case Task::kGramUsers:
    case Task::kMultiplyUpper:
      return row * (width / 16);
    case Task::kMultiply:
      return row * (width / 8);
    case Task::kSweep:
      return row * (width / 4);
    default:
      return row * (width * width / 4);
  }
}

Status RandomizedSvd::step(std::int64_t work) {
  const std::int64_t goal = std::min(done_ + std::max<std::int64_t>(work, 1), total_);
  while (done_ < goal) {
    const Task task = plan_[task_];
    if (Status status = do_some(task, goal - done_); !status.ok()) return status;
    if (next_row_ >= num_rows(task)) {
      next_row_ = 0;
      ++task_;
      done_before_ += work_before(task, num_rows(task));
      done_ = done_before_;
    } else {
      done_ = done_before_ + work_before(task, next_row_);
    }
  }
  return {};
}

Status RandomizedSvd::do_some(Task task, std::int64_t work) {
  bool finite = true;
  switch (task) {
    case Task::kToUsers:
      gather(interactions_.by_user(), user_scales_, item_scales_, item_block_, user_block_, work);
      break;
    case Task::kToItems:
      gather(interactions_.by_item(), item_scales_, user_scales_, user_block_, item_block_, work);
      break;
    case Task::kGramItems:
    case Task::kGramUsers:
      if (next_row_ == 0) gram_.start(task == Task::kGramItems ? item_block_ : user_block_);
      next_row_ += static_cast<std::int64_t>(gram_.step());
      break;
    case Task::kLoosen:
    case Task::kOrthonormalize:
      finite = task == Task::kLoosen ? invert_factor(kLargeShift, 0) : invert_factor(kSmallShift, kSmallestSquare);
      ++next_row_;
      break;
    case Task::kMultiplyUpper:
    case Task::kMultiply:
      multiply_item_block(work, task == Task::kMultiplyUpper);
      break;
    case Task::kFactor:
      finite = factor();
      ++next_row_;
      break;
    case Task::kSweep:
      sweep(at(next_row_) % width_);
      ++next_row_;
      // A sweep without a turn was the last.
      if (at(next_row_) % width_ == 0 && !turned_) next_row_ = num_rows(task);
      break;
    case Task::kOrder:
      order_vectors();
      ++next_row_;
      break;
  }
  if (finite) return {};
  return {ErrorCode::kNotFinite, "the singular value decomposition left the finite numbers; use other exponents"};
}

// to[r] = row_scales[r] * sum over the columns c of row r of column_scales[c] * from[c].
void RandomizedSvd::gather(const SparseRows& rows, const std::vector<float>& row_scales,
                           const std::vector<float>& column_scales, const std::vector<float>& from,
                           std::vector<float>& to, std::int64_t work) {
  const std::int64_t begin = next_row_;
  const std::int64_t goal = rows.offsets[at(begin)] + begin + work;
  while (next_row_ < rows.num_rows() && rows.offsets[at(next_row_)] + next_row_ < goal) ++next_row_;
  pool_.for_each_chunk(next_row_ - begin, kRowsPerChunk, [&](std::int64_t first, std::int64_t last, int /*thread*/) {
    for (std::int64_t row = begin + first; row < begin + last; ++row) {
      float* out = to.data() + at(row) * width_;
      std::fill(out, out + width_, 0.0f);
      for (const std::int32_t column : rows.row_columns(static_cast<std::int32_t>(row))) {
        kernels::axpy(row_scales[at(row)] * column_scales[at(column)], from.data() + at(column) * width_, out, width_);
      }
    }
  });
}

void RandomizedSvd::multiply_item_block(std::int64_t work, bool upper) {
  const std::int64_t begin = next_row_;
  const auto chunk = static_cast<std::int64_t>(std::min<std::size_t>(width_, 64));
  const std::int64_t rows = std::max(work / work_before(upper ? Task::kMultiplyUpper : Task::kMultiply, 1), chunk);
  next_row_ = std::min(begin + rows, num_rows(Task::kMultiply));
  pool_.for_each_chunk(next_row_ - begin, chunk, [&](std::int64_t first, std::int64_t last, int thread) {
    kernels::multiply_rows(item_block_.data() + at(begin + first) * width_, at(last - first), matrix_.data(), width_,
                           upper, scratches_[at(thread)].data());
  });
}

// matrix = D U⁻¹ with UᵀU = D gram D + shift I and D = diag(gram)^-1/2, or 0 where the square is not above `smallest`.
bool RandomizedSvd::invert_factor(float shift, float smallest) {
  const std::vector<float>& gram = gram_.result();
  std::vector<float>& factor = scratches_[0];
  std::vector<float> scales(width_);
  for (std::size_t i = 0; i < width_; ++i) {
    const float square = gram[i * width_ + i];
    if (!std::isfinite(square)) return false;
    scales[i] = square > std::max(smallest, 1e-30f) ? 1 / std::sqrt(square) : 0;
  }
  // Rounding can make the matrix a little less than positive definite: then it takes a larger shift.
  for (;; shift *= 10) {
    for (std::size_t i = 0; i < width_; ++i) {
      for (std::size_t j = i; j < width_; ++j) factor[i * width_ + j] = gram[i * width_ + j] * scales[i] * scales[j];
      factor[i * width_ + i] = 1 + shift;
    }
    if (kernels::cholesky_factor(factor.data(), width_, width_)) break;
    if (shift > 1) return false;
  }
  // Row by row from the last, of U X = I.
  std::fill(matrix_.begin(), matrix_.end(), 0.0f);
  for (std::size_t i = width_; i-- > 0;) {
    float* row = matrix_.data() + i * width_;
    const float reciprocal = 1 / factor[i * width_ + i];
    for (std::size_t k = i + 1; k < width_; ++k) {
      kernels::axpy(-reciprocal * factor[i * width_ + k], matrix_.data() + k * width_ + k, row + k, width_ - k);
    }
    row[i] = reciprocal;
  }
  for (std::size_t i = 0; i < width_; ++i) {
    kernels::scaled_copy(scales[i], matrix_.data() + i * width_, matrix_.data() + i * width_, width_);
  }
  return true;
}

// The shift moves all eigenvalues alike and leaves the eigenvectors as they are.
bool RandomizedSvd::factor() {
  const std::vector<float>& gram = gram_.result();
  float largest = 1e-30f;
  for (std::size_t i = 0; i < width_; ++i) largest = std::max(largest, gram[i * width_ + i]);
  for (shift_ = kSmallShift * largest; shift_ <= largest; shift_ *= 10) {
    matrix_ = gram;
    for (std::size_t i = 0; i < width_; ++i) matrix_[i * width_ + i] += shift_;
    if (!kernels::cholesky_factor(matrix_.data(), width_, width_)) continue;
    for (std::size_t i = 0; i < width_; ++i) std::fill_n(matrix_.data() + i * width_, i, 0.0f);
    return true;
  }
  return false;
}

// One-sided Jacobi: turns the row against each later one, so that they become orthogonal. When no pair needs a turn any
// more the matrix R of kFactor has become S Vᵀ with RᵀR = V S² Vᵀ.
void RandomizedSvd::sweep(std::size_t row) {
  float* p = matrix_.data() + row * width_;
  if (row == 0) {
    turned_ = false;
    for (std::size_t i = 0; i < width_; ++i) {
      const float* values = matrix_.data() + i * width_;
      norms_[i] = kernels::dot(values, values, width_);
    }
  }
  for (std::size_t other = row + 1; other < width_; ++other) {
    float* q = matrix_.data() + other * width_;
    const float product = kernels::dot(p, q, width_);
    if (!(std::abs(product) > kOrthogonal * std::sqrt(norms_[row]) * std::sqrt(norms_[other]))) continue;
    turned_ = true;
    const float zeta = (norms_[other] - norms_[row]) / (2 * product);
    const float tangent = std::copysign(1.0f, zeta) / (std::abs(zeta) + std::sqrt(1 + zeta * zeta));
    const float cosine = 1 / std::sqrt(1 + tangent * tangent);
    const float sine = cosine * tangent;
    for (std::size_t c = 0; c < width_; ++c) {
      const float before = p[c];
      p[c] = cosine * before - sine * q[c];
      q[c] = sine * before + cosine * q[c];
    }
    norms_[row] = std::max(norms_[row] - tangent * product, 0.0f);
    norms_[other] += tangent * product;
  }
}

void RandomizedSvd::order_vectors() {
  for (std::size_t i = 0; i < width_; ++i) {
    const float* values = matrix_.data() + i * width_;
    norms_[i] = kernels::dot(values, values, width_);
  }
  std::vector<float>& vectors = scratches_[0];
  std::fill(vectors.begin(), vectors.end(), 0.0f);
  singular_values_.assign(num_factors_, 0.0f);
  const std::vector<std::int32_t> order = kernels::top_k({norms_, {}, {}}, num_factors_);
  const float largest = norms_[at(order[0])];
  for (std::size_t f = 0; f < num_factors_; ++f) {
    const float norm = norms_[at(order[f])];
    // What is left of the shift and of rounding is no singular value.
    if (norm - shift_ <= kSmallShift * largest) break;
    singular_values_[f] = std::sqrt(norm - shift_);
    const float* values = matrix_.data() + at(order[f]) * width_;
    const float scale = 1 / std::sqrt(norm);
    for (std::size_t c = 0; c < width_; ++c) vectors[c * width_ + f] = scale * values[c];
  }
  matrix_.swap(vectors);
}

std::vector<float> RandomizedSvd::take_item_vectors() {
  std::vector<float> out(at(interactions_.num_items()) * num_factors_);
  for (std::size_t item = 0; item < at(interactions_.num_items()); ++item) {
    std::copy_n(item_block_.data() + item * width_, num_factors_, out.data() + item * num_factors_);
  }
  item_block_ = {};
  user_block_ = {};
  return out;
}

}  // namespace inkling
