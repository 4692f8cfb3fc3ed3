#include <emscripten/em_macros.h>

#include "bindings.h"
#include "inkling/model.h"

namespace inkling::seam {

namespace {

const Text& version() { return said(INKLING_VERSION); }

template <class Bytes>
double address(const Bytes& buffer) {
  return buffer.address();
}

template <class Bytes>
double byte_length(const Bytes& buffer) {
  return buffer.byte_length();
}

int num_threads(const Engine& engine) { return engine.num_threads(); }

const Text& message(const Engine& engine) { return said(engine.message()); }

bool can_train_model(const Text& model) { return can_train(model); }

bool is_usual_model(const Text& model) { return is_usual(model); }

const Binding kTable[] = {
    constructor<Text, double>("Text"),
    method("address", &address<const Text>),
    method("byteLength", &byte_length<const Text>),
    destructor<Text>(),
    constructor<Buffer, double>("Buffer"),
    method("address", &address<const Buffer>),
    method("byteLength", &byte_length<const Buffer>),
    destructor<Buffer>(),
    constructor<Engine, int>("Engine"),
    method("numThreads", &num_threads),
    method("message", &message),
    destructor<Engine>(),
    function("version", &version),
    function("canTrain", &can_train_model),
    function("isUsual", &is_usual_model),
};
const Bindings kBindings(kTable);

}  // namespace

// All that a loader has to find: the first of the tables.
extern "C" EMSCRIPTEN_KEEPALIVE const Bindings* inkling_bindings() { return Bindings::first; }

}  // namespace inkling::seam
