#include <emscripten/bind.h>

#include "inkling/model_file.h"
#include "marshal.h"

namespace {

using inkling::seam::Buffer;
using inkling::seam::Engine;

std::string version() { return INKLING_VERSION; }

}  // namespace

EMSCRIPTEN_BINDINGS(engine) {
  emscripten::function("version", &version);
  emscripten::class_<Buffer>("Buffer")
      .constructor<double>()
      .function("address", &Buffer::address)
      .function("byteLength", &Buffer::byte_length);
  emscripten::class_<Engine>("Engine")
      .constructor<int>()
      .function("numThreads", &Engine::num_threads)
      .function("message", &Engine::message);
}
