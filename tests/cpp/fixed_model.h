#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "inkling/model.h"

namespace inkling {

// Scores that have nothing to do with the history.
class FixedModel final : public Model {
 public:
  explicit FixedModel(std::vector<float> scores)
      : Model(std::vector<float>(scores.size(), 1.0f), "{}"), scores_(std::move(scores)) {}
  std::string_view name() const override { return "fixed"; }
  Result<std::unique_ptr<Profile>> profile_of(History /*history*/) const override {
    return std::unique_ptr<Profile>(std::make_unique<FixedProfile>(scores_));
  }
  void similar(std::int32_t /*item*/, std::span<float> scores) const override {
    std::copy(scores_.begin(), scores_.end(), scores.begin());
  }
  void write(TensorFile& /*file*/) const override {}

 private:
  class FixedProfile final : public Profile {
   public:
    explicit FixedProfile(const std::vector<float>& scores) : scores_(scores) {}
    void score_all(std::span<float> scores) const override {
      std::copy(scores_.begin(), scores_.end(), scores.begin());
    }
    void explain(std::int32_t item, std::vector<Contribution>& parts) const override {
      parts.push_back({kNone, kNone, scores_[static_cast<std::size_t>(item)]});
    }

   private:
    const std::vector<float>& scores_;
  };
  std::vector<float> scores_;
};

}  // namespace inkling
