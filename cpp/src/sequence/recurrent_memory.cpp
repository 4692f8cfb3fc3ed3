#include "sequence/recurrent_memory.h"

namespace inkling {

void RecurrentMemory::read(std::span<const std::int32_t> items) {
  const std::size_t width = network_.num_factors();
  const std::size_t rows = items.size();
  std::vector<float> inputs(rows * width);
  for (std::size_t row = 0; row < rows; ++row) factors_.copy_row(items[row], inputs.data() + row * width);
  std::vector<float> from_input(rows * 3 * width);
  network_.input().forward(weights_.data(), inputs.data(), rows, from_input.data());
  std::vector<float> from_state(3 * width);
  std::vector<float> gates(3 * width);
  for (std::size_t row = 0; row < rows; ++row) {
    states_.resize(states_.size() + width);
    float* next = states_.data() + states_.size() - width;
    network_.recurrence().forward(weights_.data(), next - width, 1, from_state.data());
    Recurrent::step(width, from_input.data() + row * 3 * width, from_state.data(), next - width, gates.data(), next);
  }
}

std::unique_ptr<SequenceMemory> RecurrentMemory::first(std::size_t count) const {
  auto memory = std::make_unique<RecurrentMemory>(network_, weights_, factors_);
  memory->states_.assign(states_.begin(),
                         states_.begin() + static_cast<std::ptrdiff_t>((count + 1) * network_.num_factors()));
  return memory;
}

}  // namespace inkling
