#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "inkling/model.h"
#include "sequence/sequence_learner.h"
#include "sequence/sequence_validation.h"

namespace inkling {

// Settings that all sequence models have, for their lists.
namespace sequence_settings {

using Kind = SettingSpec::Kind;
inline constexpr SettingSpec kMaxLength = {"max_length", Kind::kInteger, "200",
                                           "2",          "4096",         "the most items of a history that are read"};
inline constexpr SettingSpec kEpochs = {
    "epochs", Kind::kInteger, "200", "1", "100000", "the most passes over the sequences; validation ends it earlier"};
inline constexpr SettingSpec kBatchSize = {
    "batch_size", Kind::kInteger,
    "0",          "0",
    "65536",      "sequences of each step, or pieces of long ones; 0 = a thirtieth of all sequences, from 16 to 128"};
inline constexpr SettingSpec kLearningRate = {"learning_rate", Kind::kNumber, "0.001",
                                              "0.0000001",     "1",           "length of the first steps"};
inline constexpr SettingSpec kLoss = {"loss",
                                      Kind::kChoice,
                                      "softmax",
                                      "softmax,sampled_softmax,gbce,bce",
                                      nullptr,
                                      "cross-entropy over all items or over some that are drawn, or a binary one: "
                                      "calibrated (gSASRec) or plain (SASRec)"};
inline constexpr SettingSpec kNumNegatives = {
    "num_negatives", Kind::kInteger,
    "256",           "1",
    "100000",        "items drawn for each one that came next; not with loss=softmax"};
inline constexpr SettingSpec kCalibration = {
    "calibration", Kind::kNumber, "0.75", "0", "1", "t of gBCE: how much of the overconfidence is taken back"};
inline constexpr SettingSpec kAveraging = {
    "averaging",
    Kind::kNumber,
    "0.999",
    "0",
    "0.999999",
    "how much of the old a step leaves in the moving average of the parameters, which is the model; 0 = none"};
inline constexpr SettingSpec kPatience = {"patience",
                                          Kind::kInteger,
                                          "10",
                                          "0",
                                          "100000",
                                          "after how many epochs without a better validation the steps get shorter, "
                                          "and after the third time training ends; 500 steps at least, which are many "
                                          "epochs of few people; 0 = never, and nothing is held out"};

}  // namespace sequence_settings

// How to learn from so many sequences, by the settings above and dropout.
LearningPlan learning_plan(const Settings& settings, std::size_t num_sequences);

// Each user's items, the oldest first.
Sequences sequences_of(const Interactions& interactions);

// Errors: kInvalidInteractions where nobody met two items; kTooLarge where `parameters` numbers with all that training
// keeps of each are more than 1 GiB.
Status check_sequences(std::string_view model, const Interactions& interactions, std::int64_t parameters);

// Learns, and validates after each epoch on the last item of each sequence of three or more, which is not learned from.
// The best parameters of all epochs are the model. Work is counted in items that are foretold.
class SequenceTrainer : public Trainer {
 public:
  std::int64_t total_work() const override;
  std::int64_t done_work() const override;
  Status step(std::int64_t work) override;
  std::span<const LearningPoint> curve() const override { return curve_; }
  void took(double seconds) override;
  Status save(TensorFile& checkpoint) const override;
  Status resume(const TensorFile& checkpoint) override;

 protected:
  SequenceTrainer(std::unique_ptr<const SequenceNetwork> network, const Settings& settings,
                  const Interactions& interactions, std::uint64_t seed, ThreadPool& pool);
  std::unique_ptr<Model> trained_model() override { return model_of(best_); }
  virtual std::unique_ptr<Model> model_of(const std::vector<float>& parameters) const = 0;

  const SequenceNetwork& network() const { return *network_; }
  const Settings& settings() const { return settings_; }
  const Interactions& interactions() const { return interactions_; }

 private:
  bool ended() const { return given_up_ || learner_->epoch() >= epochs_; }
  bool validates() const { return validation_ != nullptr; }
  void end_epoch();
  void keep_checkpoint();

  std::unique_ptr<const SequenceNetwork> network_;
  Settings settings_;
  const Interactions& interactions_;
  std::int64_t epochs_;
  std::int64_t patience_;
  Sequences sequences_;   // learned from
  std::string training_;  // what it is, for checkpoints
  Sequences held_out_;    // foretold for validation
  std::unique_ptr<SequenceLearner> learner_;
  std::unique_ptr<SequenceValidation> validation_;  // null where nothing is held out
  bool validating_ = false;
  bool given_up_ = false;    // the validation gets no better
  std::int64_t waited_ = 0;  // epochs since the best, or since steps got shorter
  std::int64_t drops_ = 0;   // how often steps got shorter
  double seconds_ = 0;       // that steps took
  std::vector<LearningPoint> curve_;
  float best_ndcg_ = -1;  // as exact as the curve in a checkpoint, so that the same epochs are better after one
  std::vector<float> best_;
  TensorFile checkpoint_;  // of the end of the last epoch
};

}  // namespace inkling
