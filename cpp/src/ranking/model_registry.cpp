#include "ranking/model_registry.h"

#include "inkling/biased_sgd.h"
#include "inkling/bpr.h"
#include "inkling/ease.h"
#include "inkling/ensemble.h"
#include "inkling/graph_filter.h"
#include "inkling/ials.h"
#include "inkling/item_graph.h"
#include "inkling/item_neighbors.h"
#include "inkling/popularity.h"
#include "inkling/pure_svd.h"
#include "inkling/sparse_linear.h"
#include "inkling/tf_idf.h"
#include "inkling/user_neighbors.h"

namespace inkling {

namespace {

#ifdef INKLING_FEW_TRAINERS
constexpr bool kAllTrainers = false;
#else
constexpr bool kAllTrainers = true;
#endif

// A kind that every build trains.
template <class Kind>
constexpr ModelKind always(bool needs_interactions = true) {
  return {Kind::kName, &Kind::settings, &Kind::make_trainer, &Kind::read, needs_interactions};
}

// A kind that the build for pages only reads: nothing then refers to its trainer, and the linker leaves it out.
template <class Kind>
constexpr ModelKind kind_of() {
  if constexpr (kAllTrainers) return always<Kind>();
  return {Kind::kName, nullptr, nullptr, &Kind::read};
}

constexpr ModelKind kKinds[] = {
    always<Popularity>(),
    // between items, or users
    always<ItemNeighbors>(),
    kind_of<UserNeighbors>(),
    kind_of<ItemGraph>(),
    kind_of<Ease>(),
    kind_of<SparseLinear>(),
    // factors
    always<Ials>(),
    kind_of<Bpr>(),
    kind_of<BiasedSgd>(),
    kind_of<PureSvd>(),
    kind_of<GraphFilter>(),
    // texts
    always<TfIdf>(false),
    // all of them
    kind_of<Ensemble>(),
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
