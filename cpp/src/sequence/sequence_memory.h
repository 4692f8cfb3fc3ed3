#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace inkling {

// What a network has read of one person's items, so that a further one costs one step. Must not outlive its model.
class SequenceMemory {
 public:
  virtual ~SequenceMemory() = default;
  // Reads items, which come after all that were read before: no more than the network's longest sequence altogether.
  virtual void read(std::span<const std::int32_t> items) = 0;
  virtual std::size_t size() const = 0;  // items read
  // The state after the newest item: (num_factors). Of size() > 0.
  virtual const float* state() const = 0;
  // A memory of the first `count` items alone; count <= size().
  virtual std::unique_ptr<SequenceMemory> first(std::size_t count) const = 0;
  // How much the newest item's attention was on each item, summing to 1; empty for networks without attention.
  virtual std::vector<float> attention() const { return {}; }
};

}  // namespace inkling
