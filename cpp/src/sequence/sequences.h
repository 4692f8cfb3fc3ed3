#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace inkling {

// Sequences of items, one after the other.
struct Sequences {
  std::vector<std::int32_t> items;
  std::vector<std::size_t> offsets{0};  // where each begins, and where the last one ends

  std::size_t size() const { return offsets.size() - 1; }
  std::span<const std::int32_t> operator[](std::size_t n) const {
    return std::span(items).subspan(offsets[n], offsets[n + 1] - offsets[n]);
  }
  void add(std::span<const std::int32_t> sequence) {
    items.insert(items.end(), sequence.begin(), sequence.end());
    offsets.push_back(items.size());
  }
};

// By how many items the window of a network that reads at most `longest` moves at a time: by some, so that not every
// further item makes it read all anew.
inline std::size_t usual_hop(std::size_t longest) { return longest < 4 ? 1 : longest / 4; }

// Which of `count` items it is given: from here on, a multiple of `hop`.
inline std::size_t begin_of_window(std::size_t count, std::size_t longest, std::size_t hop) {
  return count <= longest ? 0 : (count - longest + hop - 1) / hop * hop;
}

// Takes the mean of all rows off each: (n, width), row-major. Returns the mean.
inline std::vector<float> center_rows(std::vector<float>& rows, std::size_t width) {
  std::vector<double> sums(width);
  for (std::size_t i = 0; i < rows.size(); ++i) sums[i % width] += static_cast<double>(rows[i]);
  std::vector<float> mean(width);
  for (std::size_t c = 0; c < width; ++c)
    mean[c] = static_cast<float>(sums[c] * static_cast<double>(width) / static_cast<double>(rows.size()));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] -= mean[i % width];
  return mean;
}

}  // namespace inkling
