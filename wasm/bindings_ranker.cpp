#include "seam_types.h"

namespace inkling::seam {

namespace {

// A ranker over items of which the first are the model's. Model and texts must outlive it.
struct RankerHandle {
  std::optional<Ranker> ranker;
  const TfIdf* content = nullptr;
  OnlineProfile online;
  bool keeps_online = false;
};

}  // namespace

template <>
inline constexpr char kLetter<RankerHandle> = 'R';

}  // namespace inkling::seam

namespace {

using namespace inkling;
using namespace inkling::seam;

// model and texts may be null; popularity: float32, of the first items or all; candidate: uint8, one an item, taken;
// online: whether the model's profile of a person is kept from list to list, where the model does not ask for it.
void open(RankerHandle& handle, TrainedModel* model, const ItemTexts* texts, const Buffer& popularity,
          Buffer& candidate, bool online) {
  Model* trained = model != nullptr ? model->file.model.get() : nullptr;
  if (trained != nullptr) trained->prepare_lists();
  const TfIdf* content = texts != nullptr ? texts->content.get() : nullptr;
  if (trained != nullptr) trained->attach(content, static_cast<std::int32_t>(candidate.byte_length()));
  const auto popularities = popularity.as<float>();
  handle.ranker.emplace(trained, content, std::vector<float>(popularities.begin(), popularities.end()),
                        candidate.take());
  handle.content = content;
  handle.keeps_online = online || (trained != nullptr && trained->keeps_profiles());
  if (content == nullptr && trained != nullptr && trained->name() == "tf_idf") {
    handle.content = static_cast<const TfIdf*>(trained);
  }
}

// The words of the items, where `open` was not given them.
void describe(RankerHandle& handle, const ItemTexts& texts) {
  handle.content = texts.content.get();
  handle.ranker->set_content(handle.content);
}

// int32 n, int32 r; int32 items[n]; int32 sources[n]; float32 scores[n]; int32 reason ends[n];
// int32 numbers of other reasons[n]; float32 sums of other reasons[n];
// int32 reason items[r]; int32 reason terms[r]; float32 reason values[r].
void pack(const std::vector<RankedItem>& list, Buffer& out) {
  std::vector<std::int32_t> items;
  std::vector<std::int32_t> sources;
  std::vector<float> scores;
  std::vector<std::int32_t> ends;
  std::vector<std::int32_t> num_others;
  std::vector<float> others;
  std::vector<std::int32_t> reason_items;
  std::vector<std::int32_t> reason_terms;
  std::vector<float> reason_values;
  for (const RankedItem& ranked : list) {
    items.push_back(ranked.item);
    sources.push_back(static_cast<std::int32_t>(ranked.source));
    scores.push_back(ranked.score);
    num_others.push_back(static_cast<std::int32_t>(ranked.num_other_reasons));
    others.push_back(ranked.other_reasons);
    for (const Contribution& part : ranked.reasons) {
      reason_items.push_back(part.item);
      reason_terms.push_back(part.term);
      reason_values.push_back(part.value);
    }
    ends.push_back(static_cast<std::int32_t>(reason_items.size()));
  }
  const std::int32_t counts[] = {static_cast<std::int32_t>(items.size()),
                                 static_cast<std::int32_t>(reason_items.size())};
  out.clear();
  out.append(std::span<const std::int32_t>(counts));
  out.append(std::span<const std::int32_t>(items));
  out.append(std::span<const std::int32_t>(sources));
  out.append(std::span<const float>(scores));
  out.append(std::span<const std::int32_t>(ends));
  out.append(std::span<const std::int32_t>(num_others));
  out.append(std::span<const float>(others));
  out.append(std::span<const std::int32_t>(reason_items));
  out.append(std::span<const std::int32_t>(reason_terms));
  out.append(std::span<const float>(reason_values));
}

// adjustments, popularity: float32, one an item, or empty; preferred: int32 items; given: float32, (rows, items);
// ladder: int32 rungs; tilt: float32, one a part of a hybrid, or empty.
int recommend(RankerHandle& handle, Engine& engine, const Buffer& history_items, const Buffer& history_weights,
              const Buffer& excluded, const Text& query, int k, int most_reasons, const Buffer& adjustments,
              const Buffer& preferred, const Buffer& popularity, const Buffer& given, const Buffer& ladder,
              float profile_weight, const Buffer& tilt, Buffer& out) {
  const std::vector<HistoryEntry> history = history_of(history_items, history_weights);
  const Result<std::vector<RankedItem>> list = handle.ranker->recommend(
      {history, excluded.as<std::int32_t>(), query, static_cast<std::size_t>(k), static_cast<std::size_t>(most_reasons),
       &engine.pool(), adjustments.as<float>(), preferred.as<std::int32_t>(), popularity.as<float>(), given.as<float>(),
       ladder.as<Source>(), tilt.as<float>(), profile_weight, handle.keeps_online ? &handle.online : nullptr});
  if (!list.ok()) return engine.report(list.status());
  pack(list.value(), out);
  return 0;
}

int similar(const RankerHandle& handle, Engine& engine, int item, int k, Buffer& out) {
  const Result<std::vector<RankedItem>> list = handle.ranker->similar(item, static_cast<std::size_t>(k));
  if (!list.ok()) return engine.report(list.status());
  pack(list.value(), out);
  return 0;
}

// float32: how many others met an item, of the first items.
void popularity(const RankerHandle& handle, Buffer& out) {
  out.clear();
  out.append(handle.ranker->popularity());
}

// Packed as the reasons of one nameless item.
void interests(const RankerHandle& handle, const Buffer& history_items, const Buffer& history_weights, int count,
               Buffer& out) {
  const std::vector<HistoryEntry> history = history_of(history_items, history_weights);
  RankedItem nameless;
  nameless.reasons = handle.ranker->interests(history, static_cast<std::size_t>(count));
  pack({nameless}, out);
}

// int32 items: those that have a word, or a tag with the mark '#' before it.
void items_with(const RankerHandle& handle, const Text& marked, Buffer& out) {
  out.clear();
  if (handle.content != nullptr) out.append(handle.content->items_with(marked));
}

// The word or tag of a reason; a tag begins with '#'.
const Text& term(const RankerHandle& handle, int index) {
  if (handle.content == nullptr || index < 0 || index >= handle.content->terms().num_terms()) return said("");
  const TermMatrix& terms = handle.content->terms();
  return said((terms.is_tag(index) ? "#" : "") + std::string(terms.term_text(index)));
}

const Binding kTable[] = {
    constructor<RankerHandle>("Ranker"),
    method("open", &open),
    method("describe", &describe),
    method("recommend", &recommend),
    method("similar", &similar),
    method("interests", &interests),
    method("popularity", &popularity),
    method("itemsWith", &items_with),
    method("term", &term),
    destructor<RankerHandle>(),
};
const Bindings kBindings(kTable);

}  // namespace
