#include "memory_limit.h"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

// The sanitizers' own declarations: GCC has the functions, and not their header.
extern "C" {
int __sanitizer_install_malloc_and_free_hooks(void (*on_allocation)(const volatile void*, std::size_t),
                                              void (*on_release)(const volatile void*));
std::size_t __sanitizer_get_allocated_size(const volatile void* memory);
void __sanitizer_print_stack_trace();
}

namespace inkling::fuzz {

namespace {

// Inputs are read by one thread.
bool counting = false;
std::int64_t allocated = 0;
std::int64_t most = 0;

void on_allocation(const volatile void* /*memory*/, std::size_t bytes) {
  if (!counting) return;
  allocated += static_cast<std::int64_t>(bytes);
  if (allocated <= most) return;
  counting = false;
  std::fprintf(stderr, "too much memory: %lld bytes at once, %zu of them now; at most %lld are allowed\n",
               static_cast<long long>(allocated), bytes, static_cast<long long>(most));
  __sanitizer_print_stack_trace();
  std::abort();
}

void on_release(const volatile void* memory) {
  if (!counting || memory == nullptr) return;
  allocated -= static_cast<std::int64_t>(__sanitizer_get_allocated_size(memory));
}

const int installed = __sanitizer_install_malloc_and_free_hooks(on_allocation, on_release);

}  // namespace

MemoryLimit::MemoryLimit(std::size_t bytes) {
  if (installed == 0) {
    std::fputs("the sanitizer takes no hooks, so memory cannot be counted\n", stderr);
    std::abort();
  }
  allocated = 0;
  most = static_cast<std::int64_t>(bytes);
  counting = true;
}

MemoryLimit::~MemoryLimit() { counting = false; }

}  // namespace inkling::fuzz
