#include "data/sparse_tensors.h"

#include <cmath>
#include <cstring>

namespace inkling {

void write_sparse_rows(const SparseRows& rows, const std::string& name, TensorFile& file) {
  std::vector<std::uint32_t> offsets(rows.offsets.begin(), rows.offsets.end());
  const auto entries = rows.num_entries();
  file.add(name + ".offsets", std::span<const std::uint32_t>(offsets), {static_cast<std::int64_t>(offsets.size())});
  file.add(name + ".columns", std::span<const std::int32_t>(rows.columns), {entries});
  if (rows.values.empty() && entries > 0) return;
  file.add(name + ".values", std::span<const float>(rows.values), {entries});
}

Status check_finite(std::span<const float> values, const std::string& name) {
  for (const float value : values) {
    if (!std::isfinite(value)) {
      return {ErrorCode::kCorruptModelFile, "tensor \"" + name + "\" holds a number that is not finite"};
    }
  }
  return {};
}

Status check_offsets(std::span<const std::uint8_t> offsets, std::size_t count, std::size_t end,
                     const std::string& name) {
  bool rising = offsets.size() == (count + 1) * sizeof(std::uint32_t);
  std::uint32_t last = 0;
  for (std::size_t i = 0; rising && i <= count; ++i) {
    std::uint32_t offset = 0;
    std::memcpy(&offset, offsets.data() + i * sizeof offset, sizeof offset);
    rising = i == 0 ? offset == 0 : offset >= last;
    last = offset;
  }
  rising = rising && last == end;
  if (rising) return {};
  return {ErrorCode::kCorruptModelFile, "tensor \"" + name + "\" does not divide " + std::to_string(end) +
                                            " entries into " + std::to_string(count) + " rows"};
}

Result<SparseRows> read_sparse_pattern(const TensorFile& file, const std::string& name, std::int32_t num_rows,
                                       std::int32_t num_columns) {
  SparseRows rows;
  std::vector<std::uint32_t> offsets;
  if (Status s = file.get(name + ".offsets", 1, offsets); !s.ok()) return s;
  if (Status s = file.get(name + ".columns", 1, rows.columns); !s.ok()) return s;
  if (num_rows < 0) num_rows = static_cast<std::int32_t>(offsets.size()) - (offsets.empty() ? 0 : 1);
  if (Status s = check_offsets(offsets, static_cast<std::size_t>(num_rows), rows.columns.size(), name + ".offsets");
      !s.ok()) {
    return s;
  }
  rows.offsets.assign(offsets.begin(), offsets.end());
  for (std::int32_t row = 0; row < num_rows; ++row) {
    std::int32_t previous = -1;
    for (const std::int32_t column : rows.row_columns(row)) {
      if (column <= previous || column >= num_columns) {
        return Status(ErrorCode::kCorruptModelFile,
                      "\"" + name + ".columns\" is out of range or out of order in row " + std::to_string(row));
      }
      previous = column;
    }
  }
  return rows;
}

Result<SparseRows> read_sparse_rows(const TensorFile& file, const std::string& name, std::int32_t num_rows,
                                    std::int32_t num_columns) {
  Result<SparseRows> pattern = read_sparse_pattern(file, name, num_rows, num_columns);
  if (!pattern.ok()) return pattern;
  SparseRows& rows = pattern.value();
  if (Status s = file.get(name + ".values", 1, rows.values); !s.ok()) return s;
  if (rows.columns.size() != rows.values.size()) {
    return Status(ErrorCode::kCorruptModelFile, "\"" + name + "\" has columns and values of different length");
  }
  if (Status s = check_finite(rows.values, name + ".values"); !s.ok()) return s;
  return pattern;
}

}  // namespace inkling
