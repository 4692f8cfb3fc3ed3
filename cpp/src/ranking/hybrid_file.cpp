#include <algorithm>

#include "data/sparse_tensors.h"
#include "inkling/hybrid.h"
#include "model_file/model_tensors.h"
#include "ranking/learned_ranker.h"

namespace inkling {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

// Those that are trained have 24 at most. A small file must not ask for the scores of all items a thousand times.
constexpr std::size_t kMostParts = 64;
std::string member_prefix(std::size_t member) { return "member" + std::to_string(member) + "."; }

}  // namespace

void Hybrid::write(TensorFile& file) const {
  std::vector<std::int32_t> members;
  std::vector<float> half_lives;
  for (const Part& part : parts_) {
    members.push_back(part.member);
    half_lives.push_back(part.half_life);
  }
  const auto count = static_cast<std::int64_t>(parts_.size());
  file.add("parts.members", std::span<const std::int32_t>(members), {count});
  file.add("parts.half_lives", std::span<const float>(half_lives), {count});
  file.add("blend.weights", std::span<const float>(weights_.numbers),
           {static_cast<std::int64_t>(BlendWeights::kRows), count + 1});
  const float prior[] = {near_.prior};
  file.add("near.prior", std::span<const float>(prior), {1});
  write_sparse_rows(near_.rows, "near", file);
  if (ranker_ != nullptr) ranker_->write(file);
  for (std::size_t n = 0; n < members_.size(); ++n) {
    TensorFile member;
    member.set_factor_storage(file.factor_storage());
    write_model(*members_[n], member);
    file.add_part(member_prefix(n), std::move(member));
  }
}

Result<std::unique_ptr<Model>> Hybrid::read(const TensorFile& file, Held<float> item_counts, std::string config) {
  std::vector<std::int32_t> part_members;
  std::vector<float> half_lives;
  std::vector<float> prior;
  BlendWeights weights;
  if (Status s = file.get("parts.members", 1, part_members); !s.ok()) return s;
  if (Status s = file.get("parts.half_lives", 1, half_lives); !s.ok()) return s;
  if (Status s = file.get("blend.weights", 2, weights.numbers); !s.ok()) return s;
  if (Status s = file.get("near.prior", 1, prior); !s.ok()) return s;
  const auto num_items = static_cast<std::int32_t>(item_counts.size());
  Result<SparseRows> near = read_sparse_rows(file, "near", num_items, num_items);
  if (!near.ok()) return near.status();
  std::vector<float> numbers = weights.numbers;
  numbers.insert(numbers.end(), half_lives.begin(), half_lives.end());
  numbers.insert(numbers.end(), prior.begin(), prior.end());
  if (Status s = check_finite(numbers, "blend.weights"); !s.ok()) return s;
  const std::size_t count = part_members.size();
  bool fits = count <= kMostParts && half_lives.size() == count && prior.size() == 1 && prior[0] > 0 &&
              weights.numbers.size() == BlendWeights::kRows * (count + 1);
  std::int32_t num_members = 0;
  for (std::size_t p = 0; fits && p < count; ++p) {
    // Every part brings at most one member that no part before it had.
    fits = part_members[p] >= kContent && part_members[p] <= num_members && half_lives[p] >= 0;
    num_members = std::max(num_members, part_members[p] + 1);
  }
  if (!fits) {
    return Status(ErrorCode::kCorruptModelFile,
                  "the parts of the hybrid do not fit together, or are more than " + std::to_string(kMostParts));
  }
  std::vector<Part> parts;
  parts.reserve(count);
  for (std::size_t p = 0; p < count; ++p) parts.push_back({part_members[p], half_lives[p]});
  std::vector<std::unique_ptr<Model>> members;
  for (std::int32_t n = 0; n < num_members; ++n) {
    Result<std::unique_ptr<Model>> member = read_member(file, member_prefix(at(n)), item_counts.values);
    if (!member.ok()) return member.status();
    members.push_back(std::move(member.value()));
  }
  std::shared_ptr<const LearnedRanker> ranker;
  const std::size_t num_features = LearnedRanker::num_features(count);
  if (file.find("trees.leaves") != nullptr) {
    Result<BoostedTrees> trees = BoostedTrees::read(file, num_features);
    if (!trees.ok()) return trees.status();
    ranker = std::make_unique<LearnedRanker>(std::move(trees.value()));
  } else if (file.find("perceptron.output") != nullptr) {
    Result<Perceptron> perceptron = Perceptron::read(file, num_features);
    if (!perceptron.ok()) return perceptron.status();
    ranker = std::make_unique<LearnedRanker>(std::move(perceptron.value()));
  }
  return std::unique_ptr<Model>(std::make_unique<Hybrid>(std::move(members), std::move(parts), std::move(weights),
                                                         NearItems{prior[0], std::move(near.value())},
                                                         std::move(ranker), std::move(item_counts), std::move(config)));
}

}  // namespace inkling
