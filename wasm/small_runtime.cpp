// A function of the run-time library in a few bytes. Its own brings printf along, which nothing here needs.

#include <cstdlib>

// What the C++ library does where it would throw.
namespace std {
inline namespace __2 {
[[noreturn]] void __libcpp_verbose_abort(const char* /*format*/, ...) { abort(); }
}  // namespace __2
}  // namespace std
