#pragma once

#include <vector>

#include "inkling/interactions.h"
#include "inkling/settings.h"

namespace inkling {

// How alike two rows of the interaction matrix are (items among items, users among users), as item_neighbors and
// user_neighbors measure it. Weights and formulas as in Ferrari Dacrema, Boglio, Cremonesi & Jannach, "A troubling
// analysis of reproducibility and progress in recommender systems research", TOIS 2021.

// In the order of the words of the settings.
enum class Similarity { kCosine, kAsymmetricCosine, kJaccard };
enum class Weighting { kUnweighted, kBm25, kTfIdf };

inline constexpr char kSimilarities[] = "cosine,asymmetric_cosine,jaccard";
inline constexpr char kWeightings[] = "none,bm25,tf_idf";

// The entry (row, column) of the matrix counts rows[row] * columns[column].
struct EntryWeights {
  std::vector<float> rows;
  std::vector<float> columns;
  // Of rows² times of columns², over those that are not empty: what a shrinkage of 1 is multiplied by, so that
  // it counts common columns whatever the weights are.
  float mean_square = 1;
  double mean_length = 1;  // of the rows that are not empty
};

// What a row of this length counts: 2.2 / (1.3 + 0.9 length / mean length) with bm25, else 1.
float row_weight(Weighting weighting, double relative_length);

// rows, columns: the same matrix both ways round. With tf_idf and bm25 a column of n entries counts
// ln((N + 1) / (n + 1/2)), N rows not being empty; the row's part of bm25 is Robertson & Walker's, SIGIR 1994, of a
// term that occurs once, with k1 = 1.2 and b = 0.75. normalize_columns: times 1 / sqrt(n).
EntryWeights entry_weights(const SparseRows& rows, const SparseRows& columns, Weighting weighting,
                           bool normalize_columns);

// Two rows with the sum S of their products and squared lengths A of the target, the one that neighbours are sought
// of, and B of the source:
//   cosine             S / (A^½ B^½ + shrinkage)
//   asymmetric_cosine  S / (A^alpha B^(1 - alpha) + shrinkage)     Aiolli, RecSys 2013
//   jaccard            S / (A + B - |S| + shrinkage)               Tanimoto's, as entries have weights
struct PairSimilarity {
  Similarity kind = Similarity::kCosine;
  float alpha = 0.5f;
  float shrinkage = 0;

  float target_norm(double squared_length) const;
  float source_norm(double squared_length) const;
  float operator()(float sum, float target_norm, float source_norm) const {
    if (kind == Similarity::kJaccard) return sum / (target_norm + source_norm - (sum < 0 ? -sum : sum) + shrinkage);
    return sum / (target_norm * source_norm + shrinkage);
  }
};

struct Neighbor {
  std::int32_t index;
  float similarity;
};

// Keeps the `count` neighbors of the largest |similarity|, of equal ones the first, and orders them by index.
void keep_nearest(std::vector<Neighbor>& neighbors, std::size_t count);

}  // namespace inkling
