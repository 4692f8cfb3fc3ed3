// A safetensors file of any tensors.

#include "inkling/tensor_file.h"
#include "input_bytes.h"
#include "memory_limit.h"

using namespace inkling;
using namespace inkling::fuzz;

namespace {

// Reads a tensor as what it may be; all but one are refused.
void read_tensor(const TensorFile& file, const std::string& name) {
  std::vector<float> floats;
  std::vector<std::int32_t> integers;
  std::vector<std::uint32_t> naturals;
  std::vector<std::uint16_t> halves;
  std::vector<std::uint8_t> bytes;
  Held<float> floats_there;
  Held<std::int8_t> bytes_there;
  for (std::size_t dimensions = 0; dimensions < 3; ++dimensions) {
    const int read = static_cast<int>(file.get(name, dimensions, floats).ok()) +
                     static_cast<int>(file.get(name, dimensions, integers).ok()) +
                     static_cast<int>(file.get(name, dimensions, naturals).ok()) +
                     static_cast<int>(file.get(name, dimensions, halves).ok()) +
                     static_cast<int>(file.get(name, dimensions, bytes).ok());
    require(read <= 1, "a tensor has one type");
    if (file.view(name, dimensions, floats_there).ok()) {
      require(floats_there.size() == floats.size(), "a view shows all of a tensor");
    }
    if (file.view(name, dimensions, bytes_there).ok()) {
      std::int64_t sum = 0;
      for (const std::int8_t value : bytes_there.values) sum += value;
      require(sum <= 127 * static_cast<std::int64_t>(bytes_there.size()), "all of a view can be read");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const MemoryLimit limit(32768 + 64 * size);
  const Result<TensorFile> read = TensorFile::over({data, size});
  if (!read.ok()) {
    require(read.status().code() == ErrorCode::kCorruptModelFile, "bytes are refused as a damaged file");
    return 0;
  }
  const TensorFile& file = read.value();
  for (const auto& [name, tensor] : file.tensors()) {
    require(tensor.num_elements() >= 0, "a tensor has a number of elements");
    read_tensor(file, name);
    read_tensor(file.part(name.substr(0, name.size() / 2)), name.substr(name.size() / 2));
  }
  const std::vector<std::uint8_t> written = file.write();
  const Result<TensorFile> again = TensorFile::over(written);
  require(again.ok(), "what is written can be read");
  require(again.value().tensors().size() == file.tensors().size(), "there are as many tensors");
  require(again.value().write() == written, "it is written alike");
  return 0;
}
