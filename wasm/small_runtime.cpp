// Two functions of the run-time library in a few bytes. Its own bring printf along, which nothing here needs.

#include <cstdarg>
#include <cstdint>
#include <cstdlib>

// Embind alone prints, to name a type of which it has nothing but the address ("%p"); the compiler takes the name of
// the printf without floating-point numbers.
extern "C" int siprintf(char* out, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  auto address = reinterpret_cast<std::uintptr_t>(va_arg(arguments, void*));
  va_end(arguments);
  char* end = out;
  for (; address > 0; address >>= 4) *end++ = static_cast<char>('a' + (address & 15));
  *end = '\0';
  return static_cast<int>(end - out);
}

// What the C++ library does where it would throw.
namespace std {
inline namespace __2 {
[[noreturn]] void __libcpp_verbose_abort(const char* /*format*/, ...) { abort(); }
}  // namespace __2
}  // namespace std
