#pragma once

#include <span>

#include "inkling/status.h"

namespace inkling::bench {

// What inkling_bench does by its first argument; each file says what the rest are. Prints one JSON object.
Status train_program(std::span<char*> given);
Status serve_program(std::span<char*> given);
Status text_program(std::span<char*> given);
Status peaks_program();

}  // namespace inkling::bench
