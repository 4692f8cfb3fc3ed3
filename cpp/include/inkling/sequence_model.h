#pragma once

#include <memory>
#include <string>
#include <vector>

#include "inkling/item_factors.h"
#include "inkling/model.h"

namespace inkling {

class SequenceMemory;

// A model of what comes next: a network reads a person's items in their order, and the score of an item is the product
// of the network's state with the item's factors, which are also what the network reads. The mean of all items' factors
// is taken off each, and added to what the network reads in another place: so a score of 0 is that of a middling item,
// and the logits of training are the scores and a constant.
//
// Of the history, entries of weight above 0 count, and all of them the same: the network knows no weights. At most the
// newest max_length of them are read; of a longer history of n items those from the first multiple of max_length / 4
// (hop()) on that leaves no more, so that not every further item moves the whole window.
//
// A profile keeps what was made of the items read (Profile::update): a further one costs one step, and gives what
// fold-in makes of the longer history. Only at every (max_length / 4)-th item beyond max_length all are read again.
//
// Tuned to people (tune_to_people), the bias of the last layer is the person's own: after each item it makes one step
// on the softmax loss of the next one, d ← (1 − λ) d + η |state|² (f(next) − Σ p(i) f(i)), is pulled back to the
// model's by λ, and stays shorter than a tenth of the state. Made anew from the history, so nothing is stored, and
// untuned it is gone. Each step costs two products with all item factors.
class SequenceModel : public Model {
 public:
  std::size_t max_length() const { return max_length_; }
  // By how many items the window of a longer history moves at a time.
  virtual std::size_t hop() const;
  const ItemFactors& factors() const { return factors_; }

  Result<std::unique_ptr<Profile>> profile_of(History history) const override;
  // Cosine of the item factors.
  void similar(std::int32_t item, std::span<float> scores) const override { factors_.cosines(item, scores); }
  bool keeps_profiles() const override { return true; }
  bool foretells_next() const override { return true; }
  void tune_to_people(bool on) override { tuned_ = on; }
  bool is_tuned() const { return tuned_; }
  void prepare_lists() override { factors_.prepare_scan(); }
  const ItemFactors* latent_factors() const override { return &factors_; }

  // Of an empty history. Private to the core.
  virtual std::unique_ptr<SequenceMemory> make_memory() const = 0;

 protected:
  SequenceModel(ItemFactors factors, std::size_t max_length, Held<float> item_counts, std::string config)
      : Model(std::move(item_counts), std::move(config)), factors_(std::move(factors)), max_length_(max_length) {}

 private:
  ItemFactors factors_;
  std::size_t max_length_;
  bool tuned_ = false;
};

}  // namespace inkling
