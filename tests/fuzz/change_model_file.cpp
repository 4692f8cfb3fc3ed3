// How the fuzzer changes model files so that most of them get past the length of the header and the checksum, as those
// would that somebody made on purpose.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "inkling/tensor_file.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace inkling::fuzz {

namespace {

void write_checksum(std::span<std::uint8_t> file, std::size_t data_begin) {
  static constexpr char kMark[] = "crc32:";
  constexpr std::size_t kMarkBytes = sizeof kMark - 1;
  const auto header = file.first(data_begin);
  const auto found = std::search(header.begin(), header.end(), kMark, kMark + kMarkBytes);
  if (header.end() - found < static_cast<std::ptrdiff_t>(kMarkBytes + 8)) return;
  char digits[9];
  std::snprintf(digits, sizeof digits, "%08x", crc32(file.subspan(data_begin)));
  std::copy_n(digits, 8, found + static_cast<std::ptrdiff_t>(kMarkBytes));
}

}  // namespace

}  // namespace inkling::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned int seed) {
  using namespace inkling::fuzz;
  constexpr std::size_t kLengthBytes = 8;
  std::uint64_t length = 0;
  if (size >= kLengthBytes) std::memcpy(&length, data, kLengthBytes);
  const bool is_whole = size >= kLengthBytes && length <= size - kLengthBytes;
  if (!is_whole || seed % 8 == 0) return LLVMFuzzerMutate(data, size, max_size);
  const auto header_bytes = static_cast<std::size_t>(length);
  const std::size_t data_begin = kLengthBytes + header_bytes;
  if (seed % 8 < 4 && size > data_begin) {  // the numbers only
    LLVMFuzzerMutate(data + data_begin, size - data_begin, size - data_begin);
    write_checksum({data, size}, data_begin);
    return size;
  }
  // The header only; what follows moves.
  const std::size_t rest = size - data_begin;
  std::vector<std::uint8_t> header(data + kLengthBytes, data + data_begin);
  const std::vector<std::uint8_t> numbers(data + data_begin, data + size);
  const std::size_t most = max_size - std::min(max_size, kLengthBytes + rest);
  if (most < header_bytes) return LLVMFuzzerMutate(data, size, max_size);
  header.resize(most);
  const std::size_t changed = LLVMFuzzerMutate(header.data(), header_bytes, most);
  const std::uint64_t new_length = changed;
  std::memcpy(data, &new_length, kLengthBytes);
  std::copy_n(header.begin(), changed, data + kLengthBytes);
  std::copy(numbers.begin(), numbers.end(), data + kLengthBytes + changed);
  if (seed % 16 < 14) write_checksum({data, kLengthBytes + changed + rest}, kLengthBytes + changed);
  return kLengthBytes + changed + rest;
}
