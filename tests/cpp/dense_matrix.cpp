#include "dense_matrix.h"

#include <doctest/doctest.h>

#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>

namespace inkling {

namespace {

// The same numbers, which both lay out column by column.
Eigen::Map<const Eigen::MatrixXd> view(const Matrix& matrix) {
  return {matrix.values().data(), static_cast<Eigen::Index>(matrix.rows()),
          static_cast<Eigen::Index>(matrix.columns())};
}

Matrix copy(const Eigen::MatrixXd& matrix) {
  Matrix out(static_cast<std::size_t>(matrix.rows()), static_cast<std::size_t>(matrix.cols()));
  std::copy(matrix.data(), matrix.data() + matrix.size(), out.values().begin());
  return out;
}

}  // namespace

Matrix Matrix::identity(std::size_t size) {
  Matrix out(size, size);
  for (std::size_t i = 0; i < size; ++i) out(i, i) = 1;
  return out;
}

Matrix Matrix::of(std::span<const float> values, std::size_t columns) {
  Matrix out(values.size() / columns, columns);
  for (std::size_t i = 0; i < values.size(); ++i) out(i / columns, i % columns) = values[i];
  return out;
}

Matrix Matrix::transpose() const {
  Matrix out(columns_, rows_);
  for (std::size_t j = 0; j < columns_; ++j) {
    for (std::size_t i = 0; i < rows_; ++i) out(j, i) = (*this)(i, j);
  }
  return out;
}

Matrix Matrix::block(std::size_t row, std::size_t column, std::size_t rows, std::size_t columns) const {
  REQUIRE(row + rows <= rows_);
  REQUIRE(column + columns <= columns_);
  Matrix out(rows, columns);
  for (std::size_t j = 0; j < columns; ++j) {
    for (std::size_t i = 0; i < rows; ++i) out(i, j) = (*this)(row + i, column + j);
  }
  return out;
}

void Matrix::set_row(std::size_t row, const Matrix& vector) {
  REQUIRE(vector.values().size() == columns_);
  for (std::size_t j = 0; j < columns_; ++j) (*this)(row, j) = vector(j);
}

Matrix& Matrix::operator+=(const Matrix& other) {
  REQUIRE(rows_ == other.rows_);
  REQUIRE(columns_ == other.columns_);
  for (std::size_t i = 0; i < values_.size(); ++i) values_[i] += other.values_[i];
  return *this;
}

Matrix& Matrix::operator-=(const Matrix& other) { return *this += -1.0 * other; }

Matrix& Matrix::operator*=(double factor) {
  for (double& value : values_) value *= factor;
  return *this;
}

Matrix operator*(const Matrix& a, const Matrix& b) {
  REQUIRE(a.columns() == b.rows());
  return copy(view(a) * view(b));
}

double Matrix::largest() const {
  double out = 0;
  for (const double value : values_) {
    if (!(std::abs(value) <= out)) out = std::abs(value);
  }
  return out;
}

double Matrix::norm() const { return std::sqrt(squared_norm()); }

double Matrix::dot(const Matrix& other) const {
  REQUIRE(values_.size() == other.values_.size());
  double out = 0;
  for (std::size_t i = 0; i < values_.size(); ++i) out += values_[i] * other.values_[i];
  return out;
}

Matrix cholesky_factor_of(const Matrix& matrix) { return copy(view(matrix).llt().matrixU()); }

Matrix solution_of(const Matrix& matrix, const Matrix& right_hand_side) {
  return copy(view(matrix).llt().solve(view(right_hand_side)));
}

Matrix inverse_of(const Matrix& matrix) { return copy(view(matrix).inverse()); }

SingularValues singular_values_of(const Matrix& matrix) {
  const Eigen::JacobiSVD<Eigen::MatrixXd> found(view(matrix), Eigen::ComputeThinV);
  return {{found.singularValues().begin(), found.singularValues().end()}, copy(found.matrixV())};
}

}  // namespace inkling
