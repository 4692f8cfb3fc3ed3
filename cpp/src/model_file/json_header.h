#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "inkling/status.h"

namespace inkling::model_file {

// What the header of a safetensors file may hold, and nothing more: this is no general JSON reader.
struct HeaderEntry {
  std::string dtype;
  std::vector<std::int64_t> shape;
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

struct Header {
  std::map<std::string, std::string> metadata;
  std::map<std::string, HeaderEntry> tensors;
};

// Reads {"__metadata__":{"name":"text",…},"tensor":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},…}.
// Errors: kCorruptModelFile with the byte at which reading stopped and what was expected there.
Result<Header> parse_header(std::string_view json);

std::string write_header(const Header& header);

}  // namespace inkling::model_file
