#include "ranking/model_registry.h"

#include "inkling/biased_sgd.h"
#include "inkling/bpr.h"
#include "inkling/ease.h"
#include "inkling/ensemble.h"
#include "inkling/graph_filter.h"
#include "inkling/gru.h"
#include "inkling/hybrid.h"
#include "inkling/ials.h"
#include "inkling/item_graph.h"
#include "inkling/item_neighbors.h"
#include "inkling/item_vectors.h"
#include "inkling/popularity.h"
#include "inkling/pure_svd.h"
#include "inkling/sasrec.h"
#include "inkling/sparse_linear.h"
#include "inkling/tf_idf.h"
#include "inkling/user_neighbors.h"

namespace inkling {

namespace {

// Of a kind that a build only reads, nothing refers to the trainer, and the linker leaves it out.
template <class Kind, bool kTrained>
constexpr ModelKind entry(bool needs_interactions, bool usual, bool has_members = false) {
  if constexpr (kTrained) {
    return {Kind::kName, &Kind::settings, &Kind::make_trainer, &Kind::read, needs_interactions, usual, has_members};
  }
  return {Kind::kName, nullptr, nullptr, &Kind::read, needs_interactions, usual, has_members};
}

#if defined(INKLING_NO_TRAINERS)
constexpr bool kUsualTrainers = false;
constexpr bool kAllTrainers = false;
#elif defined(INKLING_FEW_TRAINERS)
constexpr bool kUsualTrainers = true;
constexpr bool kAllTrainers = false;
#else
constexpr bool kUsualTrainers = true;
constexpr bool kAllTrainers = true;
#endif

// A kind that pages train most.
template <class Kind>
constexpr ModelKind usual(bool needs_interactions = true) {
  return entry<Kind, kUsualTrainers>(needs_interactions, true);
}

template <class Kind>
constexpr ModelKind kind_of(bool needs_interactions = true) {
  return entry<Kind, kAllTrainers>(needs_interactions, false);
}

template <class Kind>
[[maybe_unused]] constexpr ModelKind of_members() {
  return entry<Kind, kAllTrainers>(true, false, true);
}

constexpr ModelKind kKinds[] = {
    usual<Popularity>(),
    // between items
    usual<ItemNeighbors>(),
    kind_of<ItemGraph>(),
    kind_of<Ease>(),
    kind_of<SparseLinear>(),
    // factors
    usual<Ials>(),
    kind_of<PureSvd>(),
    // texts, or vectors of them
    usual<TfIdf>(false),
    kind_of<ItemVectors>(false),
#if !defined(INKLING_NO_TRAINERS) && !defined(INKLING_FEW_TRAINERS)
    // A module for pages that is downloaded first knows nothing of these: a fifth of its bytes.
    kind_of<UserNeighbors>(),
    kind_of<Bpr>(),
    kind_of<BiasedSgd>(),
    kind_of<GraphFilter>(),
    // what comes next
    kind_of<Sasrec>(),
    kind_of<Gru>(),
    // several at once
    of_members<Ensemble>(),
    of_members<Hybrid>(),
#endif
};

}  // namespace

std::span<const ModelKind> model_kinds() { return kKinds; }

const ModelKind* find_model_kind(std::string_view name) {
  for (const ModelKind& kind : kKinds) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

}  // namespace inkling
