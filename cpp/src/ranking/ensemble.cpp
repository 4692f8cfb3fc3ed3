#include "inkling/ensemble.h"

#include <algorithm>
#include <cmath>

#include "data/sparse_tensors.h"
#include "model_file/model_tensors.h"
#include "ranking/merged_contributions.h"
#include "ranking/standard_scores.h"

namespace inkling {

namespace {

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

// Those that are trained have 24. A small file must not ask for a copy of its item counts a thousand times.
constexpr std::size_t kMostParts = 64;

std::string member_prefix(std::size_t member) { return "member" + std::to_string(member) + "."; }

class EnsembleProfile final : public Profile {
 public:
  // One part at work for a person.
  struct Voice {
    std::unique_ptr<Profile> profile;
    float factor;  // of its score in the sum
  };

  EnsembleProfile(std::vector<Voice> voices, std::vector<float> scores, float constant)
      : voices_(std::move(voices)), scores_(std::move(scores)), constant_(constant) {}

  void score_all(std::span<float> scores) const override { std::copy(scores_.begin(), scores_.end(), scores.begin()); }

  void explain(std::int32_t item, std::vector<Contribution>& parts) const override {
    std::vector<Contribution> all;
    for (const Voice& voice : voices_) {
      const std::size_t begin = all.size();
      voice.profile->explain(item, all);
      for (std::size_t n = begin; n < all.size(); ++n) all[n].value *= voice.factor;
    }
    all.push_back({kNone, kModelItself, constant_});
    add_merged(std::move(all), parts);
  }

 private:
  std::vector<Voice> voices_;
  std::vector<float> scores_;
  float constant_;  // what the means come to
};

}  // namespace

Ensemble::Ensemble(std::vector<std::unique_ptr<Model>> members, std::vector<Part> parts, Held<float> item_counts,
                   std::string config)
    : Model(std::move(item_counts), std::move(config)), members_(std::move(members)), parts_(std::move(parts)) {}

Result<std::unique_ptr<Profile>> Ensemble::profile_of(History history) const {
  std::vector<EnsembleProfile::Voice> voices;
  std::vector<float> scores(at(num_items()), 0.0f);
  std::vector<float> of_part(scores.size());
  float constant = 0;
  for (const Part& part : parts_) {
    const std::vector<HistoryEntry> seen = faded(history, part.half_life);
    Result<std::unique_ptr<Profile>> profile = members_[at(part.member)]->fold_in(seen);
    if (!profile.ok()) return profile.status();
    profile.value()->score_all(of_part);
    const Standard standard = standard_of(of_part);
    const float factor = part.weight * standard.scale;
    if (factor == 0) continue;
    for (std::size_t item = 0; item < scores.size(); ++item) scores[item] += factor * (of_part[item] - standard.mean);
    constant -= factor * standard.mean;
    voices.push_back({std::move(profile.value()), factor});
  }
  return std::unique_ptr<Profile>(std::make_unique<EnsembleProfile>(std::move(voices), std::move(scores), constant));
}

void Ensemble::similar(std::int32_t item, std::span<float> scores) const {
  std::vector<float> weights(members_.size(), 0.0f);
  for (const Part& part : parts_) weights[at(part.member)] += part.weight;
  const auto largest = std::max_element(weights.begin(), weights.end()) - weights.begin();
  members_[at(largest)]->similar(item, scores);
}

void Ensemble::write(TensorFile& file) const {
  std::vector<std::int32_t> members;
  std::vector<float> numbers;
  for (const Part& part : parts_) {
    members.push_back(part.member);
    numbers.push_back(part.half_life);
    numbers.push_back(part.weight);
  }
  const auto count = static_cast<std::int64_t>(parts_.size());
  file.add("parts.members", std::span<const std::int32_t>(members), {count});
  file.add("parts.numbers", std::span<const float>(numbers), {count, 2});
  for (std::size_t n = 0; n < members_.size(); ++n) {
    TensorFile member;
    member.set_factor_storage(file.factor_storage());
    write_model(*members_[n], member);
    file.add_part(member_prefix(n), std::move(member));
  }
}

Result<std::unique_ptr<Model>> Ensemble::read(const TensorFile& file, Held<float> item_counts, std::string config) {
  std::vector<std::int32_t> part_members;
  std::vector<float> numbers;
  if (Status s = file.get("parts.members", 1, part_members); !s.ok()) return s;
  if (Status s = file.get("parts.numbers", 2, numbers); !s.ok()) return s;
  if (Status s = check_finite(numbers, "parts.numbers"); !s.ok()) return s;
  const auto corrupt = [](const std::string& what) { return Status(ErrorCode::kCorruptModelFile, what); };
  if (part_members.empty() || numbers.size() != part_members.size() * 2) {
    return corrupt("\"parts.members\" and \"parts.numbers\" do not fit together");
  }
  if (part_members.size() > kMostParts) {
    return corrupt("the ensemble has " + std::to_string(part_members.size()) + " parts; expected at most " +
                   std::to_string(kMostParts));
  }
  std::vector<Part> parts;
  std::int32_t num_members = 0;
  for (std::size_t p = 0; p < part_members.size(); ++p) {
    const Part part = {part_members[p], numbers[2 * p], numbers[2 * p + 1]};
    // Every part brings at most one member that no part before it had.
    if (part.member < 0 || part.member > num_members || part.half_life < 0) {
      return corrupt("part " + std::to_string(p) +
                     " of the ensemble names a member out of order or a negative half-life");
    }
    num_members = std::max(num_members, part.member + 1);
    parts.push_back(part);
  }
  std::vector<std::unique_ptr<Model>> members;
  for (std::int32_t n = 0; n < num_members; ++n) {
    Result<std::unique_ptr<Model>> member = read_member(file, member_prefix(at(n)), item_counts.values);
    if (!member.ok()) return member.status();
    members.push_back(std::move(member.value()));
  }
  return std::unique_ptr<Model>(
      std::make_unique<Ensemble>(std::move(members), std::move(parts), std::move(item_counts), std::move(config)));
}

}  // namespace inkling
