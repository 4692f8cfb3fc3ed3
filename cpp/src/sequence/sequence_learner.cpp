#include "sequence/sequence_learner.h"

#include <algorithm>
#include <cmath>

namespace inkling {

namespace {

// Parameters that a thread updates at a time.
constexpr std::int64_t kUpdateChunk = 1 << 14;

std::int64_t length_of(const auto& numbers) { return static_cast<std::int64_t>(numbers.size()); }

// A new stream of random numbers for each purpose.
std::uint64_t mixed(std::uint64_t seed, std::uint64_t a, std::uint64_t b) {
  Random random(seed ^ (a << 40) ^ b);
  return random.next();
}

}  // namespace

SequenceLearner::SequenceLearner(const SequenceNetwork& network, const Sequences& sequences, const LearningPlan& plan,
                                 std::uint64_t seed, ThreadPool& pool)
    : network_(network),
      sequences_(sequences),
      plan_(plan),
      seed_(seed),
      pool_(pool),
      loss_(plan.loss, network.table().parameters()[0].size / network.num_factors(), network.num_factors()),
      adam_(network.table().size()),
      lanes_(kLanes),
      desks_(static_cast<std::size_t>(pool.num_threads())) {
  Random random(seed);
  parameters_ = network.table().start_values(network.start_stddev(), random);
  if (plan.averaging > 0) averaged_ = parameters_;
  for (Lane& lane : lanes_) lane.gradients.resize(parameters_.size());
  for (Desk& desk : desks_) desk.pass = network.make_pass();
  for (std::size_t n = 0; n < sequences.size(); ++n) {
    rows_of_epoch_ += std::max<std::int64_t>(length_of(sequences[n]) - 1, 0);
  }
  begin_epoch();
}

void SequenceLearner::begin_epoch() {
  Random random(mixed(seed_, 1, static_cast<std::uint64_t>(epoch_)));
  std::vector<std::span<const std::int32_t>> pieces;
  for (std::size_t n = 0; n < sequences_.size(); ++n) {
    std::span<const std::int32_t> rest = sequences_[n];
    // A piece's last item begins the next, so that each but the sequence's first is foretold.
    std::size_t rows = plan_.max_length;
    if (rest.size() > plan_.max_length + 1) rows = 1 + static_cast<std::size_t>(random.below(plan_.max_length));
    for (; rest.size() > 1; rows = plan_.max_length) {
      const std::size_t length = std::min(rows + 1, rest.size());
      pieces.push_back(rest.first(length));
      rest = rest.subspan(length - 1);
    }
  }
  pieces_.clear();
  for (const std::uint32_t n : random.permutation(pieces.size())) pieces_.push_back(pieces[n]);
  next_piece_ = 0;
  turn_ = 0;
  turns_ = 0;
  done_rows_ = 0;
  loss_sum_ = 0;
}

void SequenceLearner::begin_batch() {
  const std::size_t count = std::min(plan_.batch_size, pieces_.size() - next_piece_);
  std::vector<std::span<const std::int32_t>> batch(pieces_.begin() + static_cast<std::ptrdiff_t>(next_piece_),
                                                   pieces_.begin() + static_cast<std::ptrdiff_t>(next_piece_ + count));
  std::stable_sort(batch.begin(), batch.end(), [](auto a, auto b) { return a.size() > b.size(); });
  Random random(mixed(seed_, 2 + static_cast<std::uint64_t>(epoch_), next_piece_));
  for (Lane& lane : lanes_) {
    lane.works.clear();
    lane.rows = 0;
  }
  std::size_t rows = 0;
  for (const std::span<const std::int32_t> piece : batch) {
    Lane& lane =
        *std::min_element(lanes_.begin(), lanes_.end(), [](const Lane& a, const Lane& b) { return a.rows < b.rows; });
    const std::size_t length = piece.size() - 1;
    if (lane.works.empty() || lane.works.back().group.num_rows() + length > network_.rows_of_group()) {
      lane.works.push_back({{}, random.next()});
    }
    SequenceGroup& group = lane.works.back().group;
    group.items.insert(group.items.end(), piece.begin(), piece.end() - 1);
    group.targets.insert(group.targets.end(), piece.begin() + 1, piece.end());
    group.offsets.push_back(group.items.size());
    lane.rows += length;
    rows += length;
  }
  next_piece_ += count;
  turn_ = 0;
  turns_ = 0;
  for (const Lane& lane : lanes_) turns_ = std::max(turns_, lane.works.size());
  row_weight_ = 1 / static_cast<float>(rows);
  loss_.refresh(parameters_.data());
  for (Desk& desk : desks_) desk.pass->refresh(parameters_.data());
}

bool SequenceLearner::step() {
  if (turn_ == turns_) begin_batch();
  // As many lanes as there are threads.
  const std::size_t first = next_lane_;
  const std::size_t last = std::min(first + desks_.size(), kLanes);
  const auto has_work = [&](const Lane& lane) { return turn_ < lane.works.size(); };
  pool_.for_each_chunk(static_cast<std::int64_t>(last - first), 1,
                       [&](std::int64_t begin, std::int64_t /*end*/, int thread) {
                         Lane& lane = lanes_[first + static_cast<std::size_t>(begin)];
                         lane.loss = 0;
                         if (!has_work(lane)) return;
                         work_on(lane.works[turn_], lane, desks_[static_cast<std::size_t>(thread)]);
                       });
  for (std::size_t n = first; n < last; ++n) {
    if (!std::isfinite(lanes_[n].loss)) return false;
    loss_sum_ += lanes_[n].loss;
    if (has_work(lanes_[n])) done_rows_ += length_of(lanes_[n].works[turn_].group.items);
  }
  // Done rows tell the end of an epoch: no turn is open after its last row.
  next_lane_ = std::any_of(lanes_.begin() + static_cast<std::ptrdiff_t>(last), lanes_.end(), has_work) ? last : 0;
  if (next_lane_ > 0 || ++turn_ < turns_) return true;
  update();
  if (next_piece_ < pieces_.size()) return true;
  loss_of_epoch_ = loss_sum_ / static_cast<double>(rows_of_epoch_);
  ++epoch_;
  begin_epoch();
  return true;
}

void SequenceLearner::work_on(const Lane::Work& work, Lane& lane, Desk& desk) {
  Random random(work.seed);
  Dropout dropout(plan_.dropout, Random(random.next()));
  Dropout* dropped = dropout.active() ? &dropout : nullptr;
  const float* states = desk.pass->forward(parameters_.data(), work.group, dropped);
  desk.state_gradients.resize(work.group.num_rows() * network_.num_factors());
  lane.loss = loss_.add(parameters_.data(), states, work.group.targets, row_weight_, random,
                        desk.state_gradients.data(), lane.gradients.data(), desk.loss);
  desk.pass->backward(parameters_.data(), work.group, dropped, desk.state_gradients.data(), lane.gradients.data());
}

void SequenceLearner::update() {
  adam_.begin(plan_.rates);
  // While there were few steps, the average is of these alone.
  const auto steps = static_cast<float>(adam_.state().steps);
  const float share = 1 - std::min(plan_.averaging, steps / (steps + 10));
  pool_.for_each_chunk(length_of(parameters_), kUpdateChunk, [&](std::int64_t from, std::int64_t to, int /*thread*/) {
    const auto begin = static_cast<std::size_t>(from);
    const auto end = static_cast<std::size_t>(to);
    float* sum = lanes_[0].gradients.data();
    for (std::size_t n = 1; n < lanes_.size(); ++n) {
      float* other = lanes_[n].gradients.data();
      for (std::size_t i = begin; i < end; ++i) sum[i] += other[i];
      std::fill(other + begin, other + end, 0.0f);
    }
    adam_.update(begin, {sum + begin, end - begin}, parameters_.data() + begin);
    std::fill(sum + begin, sum + end, 0.0f);
    if (plan_.averaging == 0) return;
    for (std::size_t i = begin; i < end; ++i) averaged_[i] += share * (parameters_[i] - averaged_[i]);
  });
}

void SequenceLearner::save(TensorFile& file) const {
  const auto add = [&](const char* name, const std::vector<float>& values) {
    file.add(name, std::span<const float>(values), {length_of(values)});
  };
  add("learner.parameters", parameters_);
  if (plan_.averaging > 0) add("learner.averaged", averaged_);
  add("learner.first_moments", adam_.state().first);
  add("learner.second_moments", adam_.state().second);
  const std::int32_t counts[] = {static_cast<std::int32_t>(epoch_), static_cast<std::int32_t>(adam_.state().steps)};
  file.add("learner.counts", std::span<const std::int32_t>(counts), {2});
  const float rates[] = {plan_.rates.learning_rate, static_cast<float>(loss_of_epoch_)};
  file.add("learner.rates", std::span<const float>(rates), {2});
}

Status SequenceLearner::resume(const TensorFile& file) {
  const auto get = [&](const char* name, std::vector<float>& values) -> Status {
    std::vector<float> read;
    if (Status s = file.get(name, 1, read); !s.ok()) return s;
    if (read.size() != values.size()) {
      return {ErrorCode::kInvalidArgument, "the checkpoint has " + std::to_string(read.size()) + " numbers in \"" +
                                               name + "\" where this training has " + std::to_string(values.size()) +
                                               ": it was another training's"};
    }
    values = std::move(read);
    return {};
  };
  std::vector<std::int32_t> counts(2);
  std::vector<float> rates(2);
  if (Status s = file.get("learner.counts", 1, counts); !s.ok()) return s;
  if (Status s = get("learner.rates", rates); !s.ok()) return s;
  if (counts.size() != 2 || counts[0] < 0 || counts[1] < 0) {
    return {ErrorCode::kCorruptModelFile, "tensor \"learner.counts\" should hold two counts"};
  }
  if (Status s = get("learner.parameters", parameters_); !s.ok()) return s;
  if (plan_.averaging > 0) {
    if (Status s = get("learner.averaged", averaged_); !s.ok()) return s;
  }
  if (Status s = get("learner.first_moments", adam_.state().first); !s.ok()) return s;
  if (Status s = get("learner.second_moments", adam_.state().second); !s.ok()) return s;
  epoch_ = counts[0];
  adam_.state().steps = counts[1];
  plan_.rates.learning_rate = rates[0];
  loss_of_epoch_ = static_cast<double>(rates[1]);
  begin_epoch();
  return {};
}

}  // namespace inkling
