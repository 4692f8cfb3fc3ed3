#include "linear/elastic_net.h"

#include <algorithm>
#include <cmath>

#include "kernels/dot.h"

namespace inkling {

std::span<const float> ElasticNet::solve(std::span<const float> products, std::span<const float> diagonal,
                                         GramRows& gram) {
  const std::size_t count = products.size();
  weights_.assign(count, 0.0f);
  gradient_.assign(products.begin(), products.end());
  row_at_.assign(count, 0);
  std::size_t num_rows = 0;
  bool moved = true;
  for (int sweep = 0; sweep < settings_.max_sweeps && moved; ++sweep) {
    moved = false;
    for (std::size_t c = 0; c < count; ++c) {
      const float before = weights_[c];
      const float pull = gradient_[c] + diagonal[c] * before;
      float after = 0;
      if (pull > settings_.l1) {
        after = (pull - settings_.l1) / (diagonal[c] + settings_.l2);
      } else if (pull < -settings_.l1 && !settings_.nonnegative) {
        after = (pull + settings_.l1) / (diagonal[c] + settings_.l2);
      }
      // A weight that goes to nothing always does, for a 0 takes no room.
      if (after == before || (after != 0 && std::abs(after - before) <= settings_.tolerance)) continue;
      if (row_at_[c] == 0) {
        row_at_[c] = ++num_rows;
        if (rows_.size() < num_rows * count) rows_.resize(num_rows * count);
        gram.write_row(c, {rows_.data() + (num_rows - 1) * count, count});
      }
      kernels::axpy(before - after, rows_.data() + (row_at_[c] - 1) * count, gradient_.data(), count);
      weights_[c] = after;
      moved = true;
    }
  }
  return weights_;
}

}  // namespace inkling
