#pragma once

// What a module offers to JavaScript: a table of classes and functions, which web/engine/seam.ts reads once. Each entry
// has a name, the types of its parameters and the function itself, which JavaScript calls as it is: references are
// addresses, numbers are numbers. wasm/README.md says why it is not Embind.

#include <array>
#include <cstddef>
#include <type_traits>

#include "marshal.h"

namespace inkling::seam {

// How a type is written in a signature. Classes of the seam add theirs: capital letters.
template <class T>
inline constexpr char kLetter = '\0';
template <>
inline constexpr char kLetter<void> = 'v';
template <>
inline constexpr char kLetter<bool> = 'b';
template <>
inline constexpr char kLetter<int> = 'i';
template <>
inline constexpr char kLetter<float> = 'f';
template <>
inline constexpr char kLetter<double> = 'd';
template <>
inline constexpr char kLetter<Text> = 's';
template <>
inline constexpr char kLetter<Buffer> = 'B';
template <>
inline constexpr char kLetter<Engine> = 'E';

// The kind of entry, the type of the result and those of the parameters; '?' stands before what may be null.
template <char kKind, class... Types>
constexpr auto make_signature() {
  std::array<char, 2 + 2 * sizeof...(Types)> text{kKind};  // ends with at least one zero
  std::size_t n = 1;
  const auto add = [&](bool nullable, char letter) {
    if (nullable) text[n++] = '?';
    text[n++] = letter;
  };
  (add(std::is_pointer_v<Types>, kLetter<std::remove_cvref_t<std::remove_pointer_t<Types>>>), ...);
  return text;
}
template <char kKind, class... Types>
inline constexpr auto kSignature = make_signature<kKind, Types...>();

struct Binding {
  const char* name;
  const char* signature;
  void (*function)();
};

template <class R, class... P>
Binding function(const char* name, R (*call)(P...)) {
  static_assert(((kLetter<std::remove_cvref_t<std::remove_pointer_t<P>>> != '\0') && ...), "a type without a letter");
  return {name, kSignature<'f', R, P...>.data(), reinterpret_cast<void (*)()>(call)};
}

// Of the class of the first parameter.
template <class R, class Self, class... P>
Binding method(const char* name, R (*call)(Self&, P...)) {
  Binding binding = function(name, call);
  binding.signature = kSignature<'m', R, Self&, P...>.data();
  return binding;
}

template <class T, class... P>
Binding constructor(const char* name) {
  T& (*make)(P...) = [](P... arguments) -> T& { return *new T(arguments...); };
  return {name, kSignature<'c', T&, P...>.data(), reinterpret_cast<void (*)()>(make)};
}

template <class T>
Binding destructor() {
  void (*destroy)(T&) = [](T& object) { delete &object; };
  return {"delete", kSignature<'m', void, T&>.data(), reinterpret_cast<void (*)()>(destroy)};
}

// The entries of one file; a static object of it is all that registers them.
struct Bindings {
  template <std::size_t kCount>
  explicit Bindings(const Binding (&table)[kCount]) : entries(table), count(static_cast<int>(kCount)), next(first) {
    first = this;
  }

  const Binding* entries;
  int count;
  const Bindings* next;

  static inline const Bindings* first = nullptr;
};

}  // namespace inkling::seam
