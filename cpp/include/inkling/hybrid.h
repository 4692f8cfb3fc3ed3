#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inkling/model.h"
#include "inkling/tf_idf.h"

namespace inkling {

class LearnedRanker;

// How much the parts of a hybrid count for a person of n events and an item that c people met:
//   weight(p; n, c) = base(p) + sum over a of h_a(n) by_events(a, p) + sum over b of g_b(c) by_users(b, p)
// h and g are hat functions over the logarithm, with the knots below: of each at most two are not 0, and they sum to 1.
// So a newcomer's list can lean on other parts than that of somebody well known, and so can a new item's place.
struct BlendWeights {
  static constexpr std::size_t kKnots = 3;
  using Hats = std::array<float, kKnots>;
  static constexpr Hats kEvents = {1, 6, 36};
  static constexpr Hats kUsers = {0, 7, 63};
  static constexpr std::size_t kRows = 1 + 2 * kKnots;

  // (kRows, num_parts + 1), row-major: base, by_events, by_users. The last column is what is added to a score whatever
  // the parts say; only that of by_users changes an order.
  std::vector<float> numbers;

  std::size_t num_parts() const { return numbers.size() / kRows - 1; }
  std::span<const float> row(std::size_t n) const {
    return std::span(numbers).subspan(n * (num_parts() + 1), num_parts() + 1);
  }
  // What a person makes of an item: z, one a part.
  float score(std::span<const float> z, const Hats& events, const Hats& users) const;
  static Hats of_events(double count);
  static Hats of_users(double count);
};

// Items of which little is known, and the items whose contents are nearest to theirs: what those score stands in.
// score'(i) = (c_i score(i) + prior * sum over j of w_j score(j)) / (c_i + prior), where c_i people met i and the
// weights w sum to 1. (As Gantner et al., "Learning attribute-to-feature mappings for cold-start recommendations", ICDM
// 2010, map factors; taken over scores it is the same for factors, and serves models that have none.)
struct NearItems {
  float prior = 0;  // how many people the nearest items count for
  SparseRows rows;  // (num_items, num_items): of each item its nearest, weights summing to 1; empty where c_i is large

  // scores: (num_items), changed in place. before: room for as many. unscored_only: scores that are not 0 stay.
  void lend(std::span<const float> item_counts, bool unscored_only, std::span<float> scores,
            std::vector<float>& before) const;
};

// Several models at once, among them what items say of themselves, so that new people and new items have their place in
// the same list: score(i) = sum over parts of weight(p; n, c_i) z_p(i) + g(z), where z_p is the part's score for a
// history that fades, lent to new items by their nearest, less its mean over all items and divided by its deviation.
// The weights are learned from what was held out (hybrid_trainer.cpp), on the scale of a logistic regression. g is 0,
// or what trees or a perceptron add (`ranker`). (Burke, "Hybrid recommender systems", UMUAI 2002; stacking: Sill et
// al., "Feature-weighted linear stacking", 2009.)
//
// A file holds the members, the weights and the nearest items, but no texts: whoever serves it gives the catalogue's
// (attach). Without, the content part says nothing.
class Hybrid final : public Model {
 public:
  static constexpr std::string_view kName = "hybrid";
  static constexpr std::int32_t kContent = -1;  // in place of a member: the catalogue's texts

  struct Part {
    std::int32_t member = 0;
    float half_life = 0;  // of the history, in entries; 0 = the order does not count
  };

  static std::span<const SettingSpec> settings();
  static Result<std::unique_ptr<Trainer>> make_trainer(const Settings& settings, const TrainingData& data,
                                                       std::uint64_t seed, ThreadPool& pool);
  static Result<std::unique_ptr<Model>> read(const TensorFile& file, Held<float> item_counts, std::string config);

  // members: over the same items. parts: their members exist. near: of the members' items.
  // ranker: what is added to the sum, or null.
  Hybrid(std::vector<std::unique_ptr<Model>> members, std::vector<Part> parts, BlendWeights weights, NearItems near,
         std::shared_ptr<const LearnedRanker> ranker, Held<float> item_counts, std::string config);

  std::string_view name() const override { return kName; }
  void similar(std::int32_t item, std::span<float> scores) const override;
  void write(TensorFile& file) const override;
  const ItemFactors* latent_factors() const override { return latent_factors_of(members_); }

  // The texts of the items, and how many there are: those after the members' items are new. content may be null and
  // must outlive the model or the next call. O(new items * their postings).
  void attach(const TfIdf* content, std::int32_t num_items) override;
  // Texts of its own, and away with them again: null where it has none.
  void attach(std::unique_ptr<TfIdf> content);
  std::unique_ptr<TfIdf> take_content();

  const std::vector<std::unique_ptr<Model>>& members() const { return members_; }
  const std::vector<Part>& parts() const { return parts_; }
  const BlendWeights& weights() const { return weights_; }
  const LearnedRanker* ranker() const { return ranker_.get(); }

  Result<std::unique_ptr<Profile>> fold_in_tilted(History history, std::span<const float> tilt) const override;

  // What the parts say of some items to a person of this history. z: (items, num_parts); sums: their weighted sums,
  // without a ranker's addition. Errors: as of fold_in().
  struct Opinion {
    std::vector<float> z;
    std::vector<float> sums;
  };
  Result<Opinion> opinion_of(History history, std::span<const std::int32_t> items) const;

  // What one part says of a person: standardized scores of all items.
  struct Voice {
    std::unique_ptr<Profile> profile;  // null where it says nothing
    std::vector<float> z;              // (num_items)
    float mean = 0;
    float scale = 0;
  };
  Result<Voice> voice_of(const Part& part, History history) const;

 protected:
  Result<std::unique_ptr<Profile>> profile_of(History history) const override { return profile_of(history, {}); }

 private:
  Result<std::unique_ptr<Profile>> profile_of(History history, std::span<const float> tilt) const;
  friend class HybridProfile;
  Result<std::vector<Voice>> voices_of(History history) const;
  // Whether what the model says of an item does not come from those who met it.
  static bool knows_new_items(const Model& model);
  // Null where there is none.
  const Model* scorer(std::int32_t member) const;
  std::int32_t scorer_items(std::int32_t member) const;
  void look_at_items();
  bool has_vector(std::int32_t item) const;

  std::vector<std::unique_ptr<Model>> members_;
  std::vector<Part> parts_;
  BlendWeights weights_;
  std::shared_ptr<const LearnedRanker> ranker_;
  NearItems near_;      // as it was trained
  NearItems near_now_;  // with the new items of the catalogue
  std::int32_t num_trained_items_;
  std::vector<BlendWeights::Hats> user_hats_;  // one an item
  // Items that nobody met and that are near to nothing: what the weights make of no scores at all is no opinion, so
  // they come after all others. Ascending; empty where nothing is known of any.
  std::vector<std::int32_t> unknown_;
  std::unique_ptr<TfIdf> own_content_;
  const TfIdf* content_ = nullptr;
};

// Of each item that fewer than 4 * prior people met, up to `count` items nearest by content that somebody met, those
// that many met counting more. From item `first` on. O(items wanted * their postings), by the pool's threads.
NearItems nearest_by_content(const TfIdf& content, std::span<const float> item_counts, std::int32_t first, float prior,
                             std::size_t count, ThreadPool* pool);

}  // namespace inkling
