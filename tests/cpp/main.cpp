#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

int main(int argc, char** argv) {
  doctest::Context context;
#if defined(__EMSCRIPTEN__)
  context.setOption("no-colors", true);  // there every output calls itself a terminal
#endif
  context.applyCommandLine(argc, argv);
  return context.run();
}
