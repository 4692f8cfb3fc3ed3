#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace inkling {

// A vector of which few numbers differ from 0, summed up in any order. Only blocks that something was added to are set
// to 0 and read, so it costs by what is added and next to nothing by its length.
class SparseSum {
 public:
  static constexpr std::size_t kBlock = 64;

  explicit SparseSum(std::int32_t length)
      : length_(static_cast<std::size_t>(length)),
        touched_((length_ + kBlock - 1) / kBlock),
        values_(new float[touched_.size() * kBlock]) {}

  // Adds factor * value.
  void add(std::int32_t index, float factor, float value) {
    const auto at = static_cast<std::size_t>(index);
    if (touched_[at / kBlock] == 0) {
      touched_[at / kBlock] = 1;
      std::fill_n(values_.get() + at / kBlock * kBlock, kBlock, 0.0f);
    }
    values_[at] += factor * value;
  }

  // Calls visit(first index, values) for the blocks that something was added to, indices rising.
  template <class Visit>
  void each_block(const Visit& visit) const {
    for (std::size_t block = 0; block < touched_.size(); ++block) {
      if (touched_[block] == 0) continue;
      const std::size_t first = block * kBlock;
      visit(static_cast<std::int32_t>(first),
            std::span<const float>(values_.get() + first, std::min(kBlock, length_ - first)));
    }
  }
  // Calls visit(index, value) for all that are not 0, indices rising.
  template <class Visit>
  void each(const Visit& visit) const {
    each_block([&](std::int32_t first, std::span<const float> values) {
      for (std::size_t n = 0; n < values.size(); ++n) {
        if (values[n] != 0) visit(first + static_cast<std::int32_t>(n), values[n]);
      }
    });
  }

 private:
  std::size_t length_;
  std::vector<std::uint8_t> touched_;  // one a block
  std::unique_ptr<float[]> values_;    // not set where nothing was added
};

}  // namespace inkling
