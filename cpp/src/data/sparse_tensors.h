#pragma once

#include <string>

#include "inkling/interactions.h"
#include "inkling/tensor_file.h"

namespace inkling {

// Sparse rows in a model file: `<name>.offsets` U32 (rows + 1), `<name>.columns` I32 and `<name>.values` F32 (entries).
// Rows without values (only which columns there are) have no `.values`.
void write_sparse_rows(const SparseRows& rows, const std::string& name, TensorFile& file);

// Errors: kCorruptModelFile when offsets fall, a column is out of range or out of order, or a value is not finite.
Result<SparseRows> read_sparse_rows(const TensorFile& file, const std::string& name, std::int32_t num_rows,
                                    std::int32_t num_columns);

// The same without values. num_rows: -1 = as many as there are.
Result<SparseRows> read_sparse_pattern(const TensorFile& file, const std::string& name, std::int32_t num_rows,
                                       std::int32_t num_columns);

// Errors: kCorruptModelFile, naming the tensor, when a value is not finite.
Status check_finite(std::span<const float> values, const std::string& name);

// Errors: kCorruptModelFile unless offsets rise from 0 to `end` and there are `count` + 1 of them.
// offsets: uint32, as they stand in a file.
Status check_offsets(std::span<const std::uint8_t> offsets, std::size_t count, std::size_t end,
                     const std::string& name);
inline Status check_offsets(const std::vector<std::uint32_t>& offsets, std::size_t count, std::size_t end,
                            const std::string& name) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(offsets.data());  // NOLINT(*-reinterpret-cast)
  return check_offsets(std::span(bytes, offsets.size() * sizeof(std::uint32_t)), count, end, name);
}

}  // namespace inkling
