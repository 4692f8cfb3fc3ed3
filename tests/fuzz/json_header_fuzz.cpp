// The header of a model file.

#include "input_bytes.h"
#include "memory_limit.h"
#include "model_file/json_header.h"

using namespace inkling;
using namespace inkling::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A tensor takes about 50 bytes of text and a node of a tree, four strings and a list; what is written stands there
  // three times while it grows.
  const MemoryLimit limit(16384 + 64 * size);
  const Result<model_file::Header> header = model_file::parse_header(as_text({data, size}));
  if (!header.ok()) {
    require(header.status().code() == ErrorCode::kCorruptModelFile, "a header is refused as a damaged one");
    return 0;
  }
  const std::string written = model_file::write_header(header.value());
  const Result<model_file::Header> again = model_file::parse_header(written);
  require(again.ok(), "what is written can be read");
  require(again.value().metadata == header.value().metadata, "the metadata is the same");
  require(again.value().tensors.size() == header.value().tensors.size(), "there are as many tensors");
  require(model_file::write_header(again.value()) == written, "it is written alike");
  return 0;
}
