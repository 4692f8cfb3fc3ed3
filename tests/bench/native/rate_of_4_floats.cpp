#include "multiply_add.h"

namespace inkling::bench {

double rate_of_4_floats() { return multiply_add_rate<VectorOf4>(); }

}  // namespace inkling::bench
