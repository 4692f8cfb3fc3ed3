#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "inkling/interactions.h"
#include "inkling/model.h"
#include "inkling/model_file.h"
#include "inkling/random.h"
#include "inkling/term_matrix.h"

namespace inkling {

using UserItem = std::pair<std::int32_t, std::int32_t>;

// Rows of value 1 without times.
InteractionLog log_of(const std::vector<UserItem>& rows);

// At least as many users and items as the rows name.
Interactions interactions_of(const std::vector<UserItem>& rows, std::int32_t num_users = 0, std::int32_t num_items = 0);

// Each user met each item with probability `density`, but user 0 and item 0 met nothing.
Interactions random_interactions(std::int32_t num_users, std::int32_t num_items, float density, std::uint64_t seed);

// Users and items belong to clusters by index; a user meets mostly items of their own. Items of cluster 0 are met by
// everybody a little more, so that popularity is a wrong guess for most. The order of a user's items is random.
struct ClusteredData {
  Interactions train;
  Interactions test;  // two items of each user
};
ClusteredData clustered_data(std::int32_t num_users, std::int32_t num_items, std::int32_t num_clusters,
                             std::uint64_t seed);

// A column of texts. Owns what its view shows.
class Texts {
 public:
  explicit Texts(const std::vector<std::string>& texts);
  TextColumn column() const { return {bytes_, offsets_}; }

 private:
  std::vector<std::uint8_t> bytes_;
  std::vector<std::uint32_t> offsets_{0};
};

// One document an item: words, and tags separated by 0x1F. Either may be empty.
TermMatrix terms_of(const std::vector<std::string>& words, const std::vector<std::string>& tags = {});

// Documents of random words and tags; every seventh is empty.
TermMatrix random_terms(std::int32_t num_items, std::uint64_t seed);

// Vectors of random numbers, one an item; every fifth is zeros.
struct SampleVectors {
  std::vector<float> values;
  std::size_t width;
  DenseVectors view() const { return {values, width}; }
};
SampleVectors random_vectors(std::int32_t num_items, std::size_t width, std::uint64_t seed);

// Trains a model; ends the program when that fails.
std::unique_ptr<Model> trained(std::string_view model, const Settings::Given& settings, const TrainingData& data,
                               std::uint64_t seed = 1, int num_threads = 1);

// A number below `bound`, for sizes and positions, which are narrower than 64 bits in WebAssembly.
inline std::size_t random_below(std::size_t bound, Random& random) {
  return static_cast<std::size_t>(random.below(bound));
}

// Distinct items with weights from -1 to 2, about a third of them 1.
std::vector<HistoryEntry> random_history(std::int32_t num_items, std::size_t length, Random& random);

// Every item that a user met, with weight 1.
std::vector<HistoryEntry> history_of(const Interactions& interactions, std::int32_t user);

// Normally distributed.
std::vector<float> random_numbers(std::size_t count, Random& random);

// The scores of one history: (num_items).
std::vector<float> scores_of(const Model& model, History history);

bool all_finite(const std::vector<float>& values);

// What a model makes of the clusters, by the users' test items.
double metric_of(const Model& model, const ClusteredData& data, std::string_view metric);

// The sum of the parts that make up a score: those with an item or a term, but not both.
double sum_of_parts(const std::vector<Contribution>& parts);

ItemIds item_ids(std::int32_t num_items);

}  // namespace inkling
