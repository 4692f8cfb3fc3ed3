#pragma once

#include "inkling/reranker.h"

namespace inkling {

// Whether a request fits together: the errors of rerank().
Status check_rerank(const RerankRequest& request);

}  // namespace inkling
