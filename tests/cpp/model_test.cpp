#include "inkling/model.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "expect.h"
#include "inkling/term_matrix.h"
#include "sample_data.h"

namespace inkling {

namespace {

struct Stopper {
  double stop_at = 2;
  double last = 0;
  bool rising = true;

  static bool on_progress(void* context, double fraction) {
    auto& self = *static_cast<Stopper*>(context);
    self.rising = self.rising && fraction >= self.last && fraction <= 1;
    self.last = fraction;
    return fraction < self.stop_at;
  }
};

}  // namespace

TEST_CASE("every named model trains and says its own name, and its config says every setting") {
  const Interactions interactions = random_interactions(20, 15, 0.3f, 1);
  const TermMatrix terms = random_terms(15, 1);
  const SampleVectors vectors = random_vectors(15, 6, 1);
  for (const std::string_view name : model_names()) {
    CAPTURE(name);
    const auto model = trained(name, {}, {&interactions, &terms, vectors.view()});
    CHECK(model->name() == name);
    CHECK(model->num_items() == 15);
    for (const SettingSpec& spec : settings_of(name)) {
      const std::string quote = spec.kind == SettingSpec::Kind::kChoice ? "\"" : "";
      const std::string expected = std::string("\"") + spec.name + "\":" + quote + spec.default_text + quote;
      CHECK(model->config().find(expected) != std::string::npos);
    }
  }
}

TEST_CASE("defaults lie within their own ranges") {
  for (const std::string_view name : model_names()) CHECK(succeeds(Settings::resolve(name, settings_of(name), {})));
}

TEST_CASE("unknown models and settings and missing data are errors with a cure") {
  const Interactions interactions = random_interactions(20, 15, 0.3f, 1);
  const Interactions none = interactions_of({}, 3, 3);
  const TermMatrix no_terms = terms_of({"", ""});
  ThreadPool pool(1);
  CHECK(fails(make_trainer("banana", {}, {&interactions, nullptr}, 1, pool), ErrorCode::kInvalidArgument,
              {"unknown model \"banana\"", "popularity, item_neighbors, ", "ials, "}));
  CHECK(settings_of("banana").empty());
  CHECK(fails(make_trainer("ials", {{"num_neighbors", "3"}}, {&interactions, nullptr}, 1, pool),
              ErrorCode::kInvalidArgument, {"num_neighbors"}));
  for (const std::string name : {"popularity", "item_neighbors", "ials", "pure_svd", "graph_filter"}) {
    CHECK(
        fails(make_trainer(name, {}, {nullptr, nullptr}, 1, pool), ErrorCode::kInvalidInteractions, {"at least one"}));
    CHECK(fails(make_trainer(name, {}, {&none, nullptr}, 1, pool), ErrorCode::kInvalidInteractions, {"at least one"}));
  }
  CHECK(
      fails(make_trainer("tf_idf", {}, {&interactions, nullptr}, 1, pool), ErrorCode::kInvalidCatalog, {"catalogue"}));
  CHECK(fails(make_trainer("tf_idf", {}, {nullptr, &no_terms}, 1, pool), ErrorCode::kInvalidCatalog, {"catalogue"}));
}

TEST_CASE("each trainer moves on however little work a step is given") {
  const Interactions interactions = random_interactions(20, 15, 0.3f, 1);
  const TermMatrix terms = random_terms(15, 1);
  const SampleVectors vectors = random_vectors(15, 6, 1);
  ThreadPool pool(1);
  for (const std::string_view name : model_names()) {
    CAPTURE(name);
    auto trainer = value_of(make_trainer(name, {}, {&interactions, &terms, vectors.view()}, 1, pool));
    CHECK(trainer->total_work() > 0);
    CHECK(trainer->done_work() == 0);
    int steps = 0;
    while (!trainer->done() && steps < 10000) {
      REQUIRE(succeeds(trainer->step(0)));
      ++steps;
    }
    CHECK(trainer->done());
    CHECK(trainer->done_work() == trainer->total_work());
    CHECK(trainer->finish() != nullptr);
  }
}

TEST_CASE("training reports progress that rises to 1, and stops when told to") {
  const Interactions interactions = random_interactions(60, 40, 0.3f, 1);
  ThreadPool pool(2);
  for (const std::string name : {"popularity", "item_neighbors", "ials", "pure_svd", "graph_filter"}) {
    CAPTURE(name);
    Stopper patient;
    auto model = value_of(train(name, {}, {&interactions, nullptr}, 1, pool, Stopper::on_progress, &patient));
    CHECK(model != nullptr);
    CHECK(patient.rising);
    CHECK(patient.last == 1);
  }
  Stopper hasty{0.5};
  auto model = value_of(train("ials", {}, {&interactions, nullptr}, 1, pool, Stopper::on_progress, &hasty));
  CHECK(model == nullptr);
  CHECK(hasty.last >= 0.5);
  CHECK(hasty.last < 0.6);
}

}  // namespace inkling
