// The native build's part of the benchmark: inkling_bench PROGRAM ARGUMENT…

#include <cstdio>
#include <span>
#include <string_view>

#include "programs.h"

int main(int argc, char** argv) {
  using inkling::Status;
  const std::span<char*> given(argv, static_cast<std::size_t>(argc));
  const std::string_view program = argc > 1 ? given[1] : "";
  const std::span<char*> rest = given.subspan(argc > 1 ? 2 : 1);
  Status status(inkling::ErrorCode::kInvalidArgument, "usage: inkling_bench train|serve|text|peaks ARGUMENT…");
  if (program == "train") status = inkling::bench::train_program(rest);
  if (program == "serve") status = inkling::bench::serve_program(rest);
  if (program == "text") status = inkling::bench::text_program(rest);
  if (program == "peaks") status = inkling::bench::peaks_program();
  if (status.ok()) return 0;
  std::fprintf(stderr, "error: %s\n", status.message().c_str());
  return 1;
}
