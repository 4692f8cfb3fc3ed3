#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

namespace inkling {

// What went wrong, for programs. The numbers cross the WebAssembly seam: never renumber.
enum class ErrorCode : std::int32_t {
  kOk = 0,
  kInvalidArgument = 1,      // an argument or setting has the wrong type, range or name
  kInvalidInteractions = 2,  // rows that no model can be trained on
  kInvalidCatalog = 3,       // item features that do not fit together
  kCorruptModelFile = 4,     // bytes that are not a model file, or a damaged one
  kUnsupportedVersion = 5,   // a model file of another format version
  kTooLarge = 6,             // more memory or rows than the engine takes on
  kNotFinite = 7,            // a calculation left the finite numbers
  kUnknownItem = 8,          // an item index outside the model
};

// Success, or an error code with a message that says what was given, what was expected and what to do.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

  bool ok() const { return code_ == ErrorCode::kOk; }
  ErrorCode code() const { return code_; }
  const std::string& message() const { return message_; }

 private:
  ErrorCode code_ = ErrorCode::kOk;
  std::string message_;
};

// A value, or the Status that says why there is none.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}         // NOLINT(*-explicit-*)
  Result(Status status) : content_(std::in_place_index<1>, std::move(status)) {}  // NOLINT(*-explicit-*)

  bool ok() const { return content_.index() == 0; }
  T& value() { return *std::get_if<0>(&content_); }
  const T& value() const { return *std::get_if<0>(&content_); }
  Status status() const { return ok() ? Status() : *std::get_if<1>(&content_); }

 private:
  std::variant<T, Status> content_;
};

}  // namespace inkling
