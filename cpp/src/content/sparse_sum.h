#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

namespace inkling {

// A vector of which few numbers differ from 0, summed up in any order. Only the blocks that something was added to are
// set to 0 and read: that costs by what is added, with next to nothing for the vector's length.
class SparseSum {
 public:
  explicit SparseSum(std::int32_t length)
      : values_(new float[(num_blocks(length))*kBlock]), touched_(num_blocks(length)) {}

  void add(std::int32_t index, float value) {
    const auto at = static_cast<std::size_t>(index);
    if (touched_[at / kBlock] == 0) {
      touched_[at / kBlock] = 1;
      std::fill_n(values_.get() + at / kBlock * kBlock, kBlock, 0.0f);
    }
    values_[at] += value;
  }

  // Calls visit(index, value) for all that are not 0, indices rising.
  template <class Visit>
  void each(const Visit& visit) const {
    for (std::size_t block = 0; block < touched_.size(); ++block) {
      if (touched_[block] == 0) continue;
      for (std::size_t at = block * kBlock; at < (block + 1) * kBlock; ++at) {
        if (values_[at] != 0) visit(static_cast<std::int32_t>(at), values_[at]);
      }
    }
  }

 private:
  static constexpr std::size_t kBlock = 64;
  static std::size_t num_blocks(std::int32_t length) {
    return (static_cast<std::size_t>(length) + kBlock - 1) / kBlock;
  }

  std::unique_ptr<float[]> values_;    // not set where nothing was added
  std::vector<std::uint8_t> touched_;  // one a block
};

}  // namespace inkling
