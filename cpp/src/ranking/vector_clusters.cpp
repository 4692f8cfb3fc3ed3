#include <algorithm>
#include <cmath>

#include "inkling/candidate_similarity.h"
#include "inkling/random.h"
#include "kernels/dot.h"

namespace inkling {

namespace {

constexpr int kMostRounds = 20;
constexpr float kUnlike = -2;  // less than any cosine

// Which of some centres each vector is nearest to; the first of equals.
struct Nearest {
  explicit Nearest(std::size_t count) : cluster(count, 0), cosine(count, kUnlike) {}

  // cosines: of each vector to one more centre.
  void add(std::int32_t centre, std::span<const float> cosines) {
    for (std::size_t i = 0; i < cluster.size(); ++i) {
      if (!(cosines[i] > cosine[i])) continue;
      cosine[i] = cosines[i];
      cluster[i] = centre;
    }
  }

  std::vector<std::int32_t> cluster;
  std::vector<float> cosine;
};

// A vector drawn with a probability in proportion to its squared distance from the nearest centre, which is 1 for all
// while there is none; or none where all stand on centres.
std::int32_t draw(const Nearest& nearest, const std::vector<std::uint8_t>& known, Random& random) {
  std::vector<double> sums(known.size());
  double total = 0;
  for (std::size_t i = 0; i < known.size(); ++i) {
    // Rounding leaves a little between a vector and itself.
    const double distance = nearest.cosine[i] == kUnlike ? 1 : 1 - static_cast<double>(nearest.cosine[i]);
    if (known[i] != 0 && distance > 1e-6) total += distance;
    sums[i] = total;
  }
  const double drawn = static_cast<double>(random.uniform()) * total;
  const auto found = std::upper_bound(sums.begin(), sums.end(), drawn);
  return found == sums.end() ? -1 : static_cast<std::int32_t>(found - sums.begin());
}

}  // namespace

Result<std::vector<std::int32_t>> VectorSimilarity::clusters(std::size_t num_clusters, std::uint64_t seed) const {
  if (num_clusters == 0) return Status(ErrorCode::kInvalidArgument, "0 clusters hold nothing; ask for at least 1");
  Random random(seed);
  std::vector<float> cosines(row_length_);
  std::vector<float> centres;  // (clusters, width)
  Nearest nearest(known_.size());
  std::int32_t count = 0;
  for (; static_cast<std::size_t>(count) < num_clusters; ++count) {
    const std::int32_t seed_vector = draw(nearest, known_, random);
    if (seed_vector < 0) break;
    const std::span<const float> centre = vector(static_cast<std::size_t>(seed_vector));
    centres.insert(centres.end(), centre.begin(), centre.end());
    row(seed_vector, cosines);
    nearest.add(count, cosines);
  }
  for (int round = 0; round < kMostRounds; ++round) {
    std::vector<float> sums(centres.size());
    for (std::size_t i = 0; i < known_.size(); ++i) {
      if (known_[i] == 0) continue;
      kernels::axpy(1, vector(i).data(), sums.data() + static_cast<std::size_t>(nearest.cluster[i]) * width_, width_);
    }
    Nearest next(known_.size());
    for (std::int32_t c = 0; c < count; ++c) {
      float* centre = centres.data() + static_cast<std::size_t>(c) * width_;
      const float* sum = sums.data() + static_cast<std::size_t>(c) * width_;
      const float squares = kernels::dot(sum, sum, width_);
      // One that has lost all, or whose vectors cancel out, stays where it is.
      if (squares > 0) kernels::scaled_copy(1 / std::sqrt(squares), sum, centre, width_);
      kernels::gemv(vectors_.data(), row_length_, width_, centre, cosines.data());
      next.add(c, cosines);
    }
    const bool same = next.cluster == nearest.cluster;
    nearest = std::move(next);
    if (same) break;
  }
  for (std::size_t i = 0; i < known_.size(); ++i) {
    if (known_[i] == 0) nearest.cluster[i] = count;
  }
  return nearest.cluster;
}

}  // namespace inkling
