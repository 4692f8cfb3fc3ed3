#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace inkling {

// A matrix of doubles, and what the oracles of the linear algebra do with it. Products, solutions, inverses and
// singular values are Eigen's. It is compiled in one file alone: its templates take longer to compile than all of the
// core. A vector is a matrix of one column.
class Matrix {
 public:
  Matrix() = default;
  // All zeros.
  explicit Matrix(std::size_t rows, std::size_t columns = 1)
      : rows_(rows), columns_(columns), values_(rows * columns) {}
  static Matrix identity(std::size_t size);
  // Of floats, row by row.
  static Matrix of(std::span<const float> values, std::size_t columns);

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  double& operator()(std::size_t row, std::size_t column) { return values_[column * rows_ + row]; }
  double operator()(std::size_t row, std::size_t column) const { return values_[column * rows_ + row]; }
  double& operator()(std::size_t i) { return values_[i]; }
  double operator()(std::size_t i) const { return values_[i]; }
  // Column by column.
  std::span<double> values() { return values_; }
  std::span<const double> values() const { return values_; }

  Matrix transpose() const;
  Matrix block(std::size_t row, std::size_t column, std::size_t rows, std::size_t columns) const;
  // One row as a vector.
  Matrix row(std::size_t row) const { return block(row, 0, 1, columns_).transpose(); }
  void set_row(std::size_t row, const Matrix& vector);
  Matrix column(std::size_t column) const { return block(0, column, rows_, 1); }
  Matrix first_columns(std::size_t count) const { return block(0, 0, rows_, count); }

  Matrix& operator+=(const Matrix& other);
  Matrix& operator-=(const Matrix& other);
  Matrix& operator*=(double factor);
  friend Matrix operator+(Matrix a, const Matrix& b) { return a += b; }
  friend Matrix operator-(Matrix a, const Matrix& b) { return a -= b; }
  friend Matrix operator*(double factor, Matrix matrix) { return matrix *= factor; }
  friend Matrix operator*(const Matrix& a, const Matrix& b);

  double largest() const;  // of the absolute values; NaN when one is
  double squared_norm() const { return dot(*this); }
  double norm() const;
  double dot(const Matrix& other) const;

 private:
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  std::vector<double> values_;
};

// Of a positive definite matrix A: U with UᵀU = A, upper triangular.
Matrix cholesky_factor_of(const Matrix& matrix);

// x of A x = b, of a positive definite matrix A.
Matrix solution_of(const Matrix& matrix, const Matrix& right_hand_side);

Matrix inverse_of(const Matrix& matrix);

// The largest first; as many as the shorter side has.
struct SingularValues {
  std::vector<double> values;
  Matrix right;  // a vector of each, as columns
};
SingularValues singular_values_of(const Matrix& matrix);

}  // namespace inkling
