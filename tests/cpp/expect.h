#pragma once

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <initializer_list>
#include <limits>
#include <string>
#include <utility>

#include "inkling/status.h"

namespace inkling {

inline constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

// Whether a call succeeded; its message is printed when it did not. For CHECK.
inline bool succeeds(const Status& status) {
  if (!status.ok()) MESSAGE(status.message());
  return status.ok();
}
template <class T>
bool succeeds(const Result<T>& result) {
  return succeeds(result.status());
}

// Whether a call failed with this code and a message that holds all these parts. For CHECK.
inline bool fails(const Status& status, ErrorCode code, std::initializer_list<const char*> parts = {}) {
  bool as_expected = status.code() == code && !status.message().empty();
  for (const char* part : parts) as_expected = as_expected && status.message().find(part) != std::string::npos;
  if (!as_expected) MESSAGE("code ", static_cast<int>(status.code()), ": ", status.message());
  return as_expected;
}
template <class T>
bool fails(const Result<T>& result, ErrorCode code, std::initializer_list<const char*> parts = {}) {
  return fails(result.status(), code, parts);
}

// The value of a call that must succeed for the test to make sense. Without exceptions a test cannot be left, so the
// whole program ends when it did not.
template <class T>
T value_of(Result<T> result) {
  if (!result.ok()) {
    FAIL_CHECK(result.status().message());
    std::abort();
  }
  return std::move(result.value());
}

// The largest difference of all that were added; infinite as soon as one is not a number.
class Furthest {
 public:
  void add(double actual, double expected) {
    const double difference = std::abs(actual - expected);
    if (!(difference <= largest_)) {
      largest_ = std::isnan(difference) ? std::numeric_limits<double>::infinity() : difference;
    }
  }
  double value() const { return largest_; }

 private:
  double largest_ = 0;
};

}  // namespace inkling
