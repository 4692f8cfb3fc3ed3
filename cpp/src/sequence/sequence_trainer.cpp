#include "sequence/sequence_trainer.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace inkling {

namespace {

constexpr std::int64_t kMostDrops = 2;
constexpr float kDrop = 0.3f;
constexpr std::size_t kLeastToValidate = 3;
constexpr std::size_t kPointNumbers = 4;  // of a point of the curve in a checkpoint
// Of few sequences, an epoch is few steps: nothing is given up before so many.
constexpr std::int64_t kLeastSteps = 500;

template <class Number>
std::uint32_t checksum(const std::vector<Number>& numbers) {
  return crc32({reinterpret_cast<const std::uint8_t*>(numbers.data()), numbers.size() * sizeof(Number)});
}

// The parts of a list with commas that another one has not.
std::string not_in(std::string_view other, std::string_view list) {
  const std::string others = ',' + std::string(other) + ',';
  std::string parts;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    const std::string_view part = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    if (others.find(',' + std::string(part) + ',') != std::string::npos) continue;
    if (!parts.empty()) parts += ", ";
    parts += part;
  }
  return parts.empty() ? "the same" : parts;
}

}  // namespace

LearningPlan learning_plan(const Settings& settings, std::size_t num_sequences) {
  constexpr LossShape::Kind kKinds[] = {LossShape::Kind::kSoftmax, LossShape::Kind::kSampledSoftmax,
                                        LossShape::Kind::kCalibratedBinary, LossShape::Kind::kBinary};
  LearningPlan plan;
  plan.loss.kind = kKinds[settings.choice("loss")];
  plan.loss.num_negatives = static_cast<std::size_t>(settings.integer("num_negatives"));
  plan.loss.calibration = static_cast<float>(settings.number("calibration"));
  plan.rates.learning_rate = static_cast<float>(settings.number("learning_rate"));
  plan.dropout = static_cast<float>(settings.number("dropout"));
  plan.batch_size = static_cast<std::size_t>(settings.integer("batch_size"));
  if (plan.batch_size == 0) plan.batch_size = std::clamp<std::size_t>(num_sequences / 30, 16, 128);
  plan.max_length = static_cast<std::size_t>(settings.integer("max_length"));
  plan.averaging = static_cast<float>(settings.number("averaging"));
  return plan;
}

Sequences sequences_of(const Interactions& interactions) {
  Sequences sequences;
  std::vector<std::int32_t> sequence;
  for (std::int32_t user = 0; user < interactions.num_users(); ++user) {
    const auto items = interactions.by_user().row_columns(user);
    sequence.clear();
    for (const std::int32_t place : interactions.oldest_first(user)) {
      sequence.push_back(items[static_cast<std::size_t>(place)]);
    }
    sequences.add(sequence);
  }
  return sequences;
}

Status check_sequences(std::string_view model, const Interactions& interactions, std::int64_t parameters) {
  std::int64_t longest = 0;
  for (std::int32_t user = 0; user < interactions.num_users(); ++user) {
    longest = std::max(longest, interactions.by_user().row_length(user));
  }
  if (longest < 2) {
    return {ErrorCode::kInvalidInteractions,
            std::string(model) + " learns what comes next, and nobody met two items; give longer histories"};
  }
  // Themselves, their average and the best; two moments; the sums of the gradients; the checkpoint.
  constexpr std::int64_t kCopies = 3 + 2 + SequenceLearner::kLanes + 5;
  if (parameters * kCopies * std::int64_t{sizeof(float)} > (std::int64_t{1} << 30)) {
    return {ErrorCode::kTooLarge,
            std::string(model) + " would need " + std::to_string(parameters) +
                " parameters in memory 14 times, more than 1 GiB; use fewer num_factors, or leave "
                "out items that hardly anybody met"};
  }
  return {};
}

SequenceTrainer::SequenceTrainer(std::unique_ptr<const SequenceNetwork> network, const Settings& settings,
                                 const Interactions& interactions, std::uint64_t seed, ThreadPool& pool)
    : network_(std::move(network)),
      settings_(settings),
      interactions_(interactions),
      epochs_(settings.integer("epochs")),
      patience_(settings.integer("patience")) {
  const Sequences all = sequences_of(interactions);
  const LearningPlan plan = learning_plan(settings, all.size());
  std::vector<std::uint32_t> order(all.size());
  for (std::size_t n = 0; n < all.size(); ++n) order[n] = static_cast<std::uint32_t>(n);
  if (all.size() > SequenceValidation::kMostPeople) order = Random(seed).permutation(all.size());
  for (const std::uint32_t n : order) {
    const auto sequence = all[n];
    const bool held_out =
        patience_ > 0 && sequence.size() >= kLeastToValidate && held_out_.size() < SequenceValidation::kMostPeople;
    sequences_.add(held_out ? sequence.first(sequence.size() - 1) : sequence);
    if (held_out) held_out_.add(sequence);
  }
  learner_ = std::make_unique<SequenceLearner>(*network_, sequences_, plan, seed, pool);
  const auto steps = static_cast<std::int64_t>(all.size() / plan.batch_size + 1);
  patience_ = std::max(patience_, kLeastSteps / steps);
  if (held_out_.size() > 0) {
    validation_ = std::make_unique<SequenceValidation>(*network_, held_out_, plan.max_length, pool);
  }
  best_ = learner_->parameters();
  // A training may go on for more epochs.
  training_ = settings.to_json("epochs") + ",seed " + std::to_string(seed) + ",histories of the checksums " +
              std::to_string(checksum(all.items)) + " and " + std::to_string(checksum(all.offsets));
}

std::int64_t SequenceTrainer::total_work() const {
  return epochs_ * (learner_->rows_of_epoch() + (validates() ? validation_->num_people() : 0));
}

std::int64_t SequenceTrainer::done_work() const {
  if (ended() && !validating_) return total_work();
  std::int64_t done = learner_->epoch() * learner_->rows_of_epoch() + learner_->done_rows();
  if (!validates()) return done;
  // While an epoch is validated, the learner is in the next already.
  done += (learner_->epoch() - (validating_ ? 1 : 0)) * validation_->num_people();
  return done + (validating_ ? validation_->done_people() : 0);
}

void SequenceTrainer::took(double seconds) {
  seconds_ += seconds;
  for (std::size_t n = curve_.size(); n > 0 && curve_[n - 1].seconds == 0; --n) curve_[n - 1].seconds = seconds_;
}

Status SequenceTrainer::step(std::int64_t work) {
  const std::int64_t goal = std::min(done_work() + std::max<std::int64_t>(work, 1), total_work());
  while (done_work() < goal) {
    if (validating_) {
      validation_->step(learner_->parameters());
      if (!validation_->done()) continue;
      validating_ = false;
      end_epoch();
      continue;
    }
    const std::int64_t epoch = learner_->epoch();
    if (!learner_->step()) {
      return {ErrorCode::kNotFinite, "the training left the finite numbers; use a smaller learning_rate"};
    }
    if (learner_->epoch() == epoch) continue;
    validating_ = validates();
    if (validating_) {
      validation_->begin();
    } else {
      end_epoch();
    }
  }
  return {};
}

void SequenceTrainer::end_epoch() {
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  const LearningPoint point = {static_cast<std::int32_t>(learner_->epoch()), learner_->loss(),
                               validates() ? validation_->ndcg() : kUnknown,
                               validates() ? validation_->hit_rate() : kUnknown, 0};
  curve_.push_back(point);
  if (!validates() || static_cast<float>(point.ndcg) > best_ndcg_) {
    best_ndcg_ = static_cast<float>(point.ndcg);
    best_ = learner_->parameters();
    waited_ = 0;
  } else if (++waited_ >= patience_) {
    waited_ = 0;
    given_up_ = drops_ == kMostDrops;
    ++drops_;
    learner_->set_learning_rate(kDrop * learner_->learning_rate());
  }
  keep_checkpoint();
}

void SequenceTrainer::keep_checkpoint() {
  checkpoint_ = TensorFile();
  learner_->save(checkpoint_);
  checkpoint_.add("trainer.best", std::span<const float>(best_), {static_cast<std::int64_t>(best_.size())});
  const std::int32_t counts[] = {static_cast<std::int32_t>(waited_), static_cast<std::int32_t>(drops_),
                                 given_up_ ? 1 : 0};
  checkpoint_.add("trainer.counts", std::span<const std::int32_t>(counts), {3});
}

Status SequenceTrainer::save(TensorFile& checkpoint) const {
  if (curve_.empty()) {
    return {ErrorCode::kInvalidArgument, "there is nothing to save before the end of the first epoch; wait for it"};
  }
  for (const auto& [name, tensor] : checkpoint_.tensors()) checkpoint.add_view(name, tensor);
  std::vector<float> points;
  for (const LearningPoint& point : curve_) {
    points.push_back(static_cast<float>(point.loss));
    points.push_back(static_cast<float>(point.ndcg));
    points.push_back(static_cast<float>(point.hit_rate));
    points.push_back(static_cast<float>(point.seconds));
  }
  checkpoint.add("trainer.curve", std::span<const float>(points),
                 {static_cast<std::int64_t>(curve_.size()), kPointNumbers});
  checkpoint.set_metadata("training", training_);
  return {};
}

Status SequenceTrainer::resume(const TensorFile& checkpoint) {
  const std::string* training = checkpoint.find_metadata("training");
  if (training == nullptr || *training != training_) {
    const std::string theirs = training != nullptr ? *training : "no settings";
    return {ErrorCode::kInvalidArgument, "the checkpoint is of another training: of " + not_in(training_, theirs) +
                                             " where this one is of " + not_in(theirs, training_) +
                                             "; begin anew without it, or under another name"};
  }
  std::vector<float> best;
  std::vector<std::int32_t> counts;
  std::vector<float> points;
  if (Status s = checkpoint.get("trainer.best", 1, best); !s.ok()) return s;
  if (Status s = checkpoint.get("trainer.counts", 1, counts); !s.ok()) return s;
  if (Status s = checkpoint.get("trainer.curve", 2, points); !s.ok()) return s;
  if (best.size() != best_.size() || counts.size() != 3 || points.size() % kPointNumbers != 0) {
    return {ErrorCode::kCorruptModelFile, "the checkpoint's tensors of the trainer have the wrong sizes"};
  }
  if (Status s = learner_->resume(checkpoint); !s.ok()) return s;
  best_ = std::move(best);
  waited_ = counts[0];
  drops_ = counts[1];
  given_up_ = counts[2] != 0;
  curve_.clear();
  best_ndcg_ = -1;
  for (std::size_t n = 0; n < points.size(); n += kPointNumbers) {
    const auto number = [&](std::size_t place) { return static_cast<double>(points[n + place]); };
    curve_.push_back({static_cast<std::int32_t>(n / kPointNumbers + 1), number(0), number(1), number(2), number(3)});
    best_ndcg_ = std::max(best_ndcg_, points[n + 1]);
  }
  seconds_ = curve_.empty() ? 0 : curve_.back().seconds;
  keep_checkpoint();
  return {};
}

}  // namespace inkling
