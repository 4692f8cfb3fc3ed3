// Sequence models as a whole: what they learn, how they go on, what they say of a person.

#include "inkling/sequence_model.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "expect.h"
#include "inkling/evaluator.h"
#include "inkling/interest_prediction.h"
#include "inkling/list_reranker.h"
#include "inkling/model_file.h"
#include "inkling/sasrec.h"
#include "inkling/splits.h"
#include "rerank_sample.h"
#include "sample_data.h"
#include "sequence/sequence_memory.h"

namespace inkling {

namespace {

constexpr std::string_view kModels[] = {"sasrec", "gru"};
constexpr std::int32_t kStations = 40;

// Everybody goes through the items in the same circle, from some item on, and leaves a few out: after item i comes
// i + 1 mostly. `reversed`: half of the people go the other way round, so that one item alone does not tell.
InteractionLog circle(std::int32_t num_users, bool reversed, std::uint64_t seed) {
  Random random(seed);
  InteractionLog log;
  for (std::int32_t user = 0; user < num_users; ++user) {
    const std::int32_t step = reversed && user % 2 == 1 ? kStations - 1 : 1;
    auto item = static_cast<std::int32_t>(random.below(kStations));
    for (int n = 0; n < 12; ++n) {
      const float values[] = {1};
      CHECK(succeeds(log.append({&user, 1}, {&item, 1}, values, {})));
      item = (item + (random.uniform() < 0.1f ? 2 * step : step)) % kStations;
    }
  }
  return log;
}

Interactions built(const InteractionLog& log) {
  return value_of(Interactions::build(log, {}, log.num_users(), log.num_items()));
}

// Small and quick, but for what is given.
Settings::Given settings_with(Settings::Given given) {
  const Settings::Given usual = {{"num_factors", "16"}, {"epochs", "40"},     {"batch_size", "16"},
                                 {"max_length", "10"},  {"averaging", "0.9"}, {"learning_rate", "0.01"}};
  for (const auto& [name, value] : usual) {
    const auto same = [&](const auto& other) { return other.first == name; };
    if (std::none_of(given.begin(), given.end(), same)) given.emplace_back(name, value);
  }
  return given;
}

std::int32_t best_item(const Model& model, const std::vector<std::int32_t>& items) {
  std::vector<HistoryEntry> history;
  for (const std::int32_t item : items) history.push_back({item, 1});
  std::vector<float> scores = scores_of(model, history);
  for (const std::int32_t item : items) scores[static_cast<std::size_t>(item)] = -1e30f;
  return static_cast<std::int32_t>(std::max_element(scores.begin(), scores.end()) - scores.begin());
}

std::vector<HistoryEntry> entries_of(std::int32_t count) {
  std::vector<HistoryEntry> history;
  for (std::int32_t item = 0; item < count; ++item) history.push_back({(item * 7) % kStations, 1});
  return history;
}

}  // namespace

TEST_CASE("sequence models learn what comes next, by every loss") {
  const Interactions interactions = built(circle(80, false, 1));
  for (const std::string_view name : kModels) {
    for (const char* loss : {"softmax", "sampled_softmax", "gbce", "bce"}) {
      CAPTURE(name);
      CAPTURE(loss);
      const auto model =
          trained(name, settings_with({{"loss", loss}, {"num_negatives", "10"}, {"epochs", "320"}, {"patience", "0"}}),
                  {&interactions});
      int right = 0;
      for (std::int32_t item = 0; item < kStations; ++item) {
        const std::int32_t before = (item + kStations - 1) % kStations;
        if (best_item(*model, {before, item}) == (item + 1) % kStations) ++right;
      }
      CHECK(right >= kStations * 9 / 10);
    }
  }
}

TEST_CASE("sequence models tell what comes next by the order of what came before") {
  const Interactions interactions = built(circle(160, true, 2));
  for (const std::string_view name : kModels) {
    CAPTURE(name);
    const auto model = trained(name, settings_with({{"epochs", "60"}}), {&interactions});
    int right = 0;
    for (std::int32_t item = 0; item < kStations; ++item) {
      const std::int32_t before = (item + kStations - 1) % kStations;
      const std::int32_t after = (item + 1) % kStations;
      // The same two items, of which the next one lies beyond the newer.
      if (best_item(*model, {before, item}) == after) ++right;
      if (best_item(*model, {item, before}) == (before + kStations - 1) % kStations) ++right;
    }
    CHECK(right >= 2 * kStations * 8 / 10);
  }
}

TEST_CASE("what comes next is foretold by topics, of which each item counts as much as it is likely") {
  const Interactions interactions = built(circle(80, false, 1));
  std::vector<float> weights(kStations * 4);  // a topic for each quarter of the circle
  for (std::int32_t item = 0; item < kStations; ++item) weights[static_cast<std::size_t>(item * 4 + item / 10)] = 1;
  const ItemTopics topics = value_of(ItemTopics::make(sparse_rows_of({weights, 4})));
  for (const std::string_view name : kModels) {
    CAPTURE(name);
    const auto model = trained(name, settings_with({}), {&interactions, nullptr});
    const std::vector<HistoryEntry> history = {{16, 1}, {17, 1}, {18, 1}, {19, 1}};
    const std::vector<float> shares = value_of(predicted_interests(*model, history, topics));
    // All that was met is of the second quarter; what comes is of the third.
    CHECK(shares[2] > 0.8f);
    const std::vector<float> scores = scores_of(*model, history);
    double sums[4] = {};
    double total = 0;
    for (std::size_t item = 0; item < kStations; ++item) {
      if (item >= 16 && item < 20) continue;
      sums[item / 10] += std::exp(static_cast<double>(scores[item]));
      total += std::exp(static_cast<double>(scores[item]));
    }
    for (std::size_t topic = 0; topic < 4; ++topic) CHECK(shares[topic] == doctest::Approx(sums[topic] / total));

    CHECK(value_of(predicted_interests(*model, {}, topics)).empty());
    const std::vector<HistoryEntry> strange = {{kStations, 1}, {3, -1}};
    CHECK(value_of(predicted_interests(*model, strange, topics)).empty());
  }
  const auto other = trained("popularity", {}, {&interactions, nullptr});
  const std::vector<HistoryEntry> history = {{1, 1}};
  CHECK(value_of(predicted_interests(*other, history, topics)).empty());
}

TEST_CASE("lists that are measured are calibrated to what a model of sequences foretells") {
  const Interactions interactions = built(circle(80, false, 1));
  std::vector<float> weights(kStations * 8);
  for (std::int32_t item = 0; item < kStations; ++item) weights[static_cast<std::size_t>(item * 8 + item / 5)] = 1;
  const ItemTopics topics = value_of(ItemTopics::make(sparse_rows_of({weights, 8})));
  const auto model = trained("sasrec", settings_with({}), {&interactions, nullptr});
  const std::vector<HistoryEntry> history = {{16, 1}, {17, 1}, {18, 1}, {19, 1}};
  const std::vector<float> interests = value_of(predicted_interests(*model, history, topics));
  const std::vector<float> scores = scores_of(*model, history);
  const Interactions met = interactions_of({{0, 16}, {0, 17}, {0, 18}, {0, 19}}, 1, kStations);
  std::vector<std::vector<std::int32_t>> orders;
  for (const auto of : {RerankStep::Interests::kNext, RerankStep::Interests::kPast}) {
    RerankStep step = {RerankStep::By::kCalibrate, 0.9};
    step.interests = of;
    const auto reranker = value_of(ListReranker::make({{step}, 36}, {&topics, nullptr, {}}));
    std::vector<ScoredItem> candidates;
    for (std::int32_t item = 0; item < kStations; ++item) {
      if (item < 16 || item > 19) candidates.push_back({item, scores[static_cast<std::size_t>(item)]});
    }
    std::sort(candidates.begin(), candidates.end(),
              [](const ScoredItem& a, const ScoredItem& b) { return a.score > b.score; });
    ListToRerank list = {candidates, history, 6};
    list.interests = interests;
    orders.push_back(value_of(reranker->rerank(list)).order);
    for (std::size_t place = 0; place < orders.back().size(); ++place) {
      const std::int32_t item = candidates[static_cast<std::size_t>(orders.back()[place])].item;
      const Interactions test = interactions_of({{0, item}}, 1, kStations);
      EvaluationData data{&met, &test};
      data.reranker = reranker.get();
      ThreadPool pool(1);
      Evaluator evaluator(*model, data, value_of(parse_metrics("mrr@6")), 1, pool);
      while (!evaluator.done()) CHECK(succeeds(evaluator.step(1)));
      CHECK(evaluator.results()[0] == doctest::Approx(1.0 / static_cast<double>(place + 1)));
    }
  }
  CHECK(orders[0] != orders[1]);
}

TEST_CASE("a model that is tuned to people leans to what they took after each item, within bounds, and back again") {
  const Interactions interactions = built(circle(80, false, 1));
  for (const std::string_view name : kModels) {
    CAPTURE(name);
    const auto model = trained(name, settings_with({}), {&interactions, nullptr});
    const std::size_t width = model->latent_factors()->num_factors();
    const std::vector<HistoryEntry> history = {{3, 1}, {30, 1}, {12, 1}, {31, 1}, {20, 1}};
    const std::vector<float> before = scores_of(*model, history);
    model->tune_to_people(true);
    const std::vector<float> tuned = scores_of(*model, history);
    model->tune_to_people(false);
    CHECK(scores_of(*model, history) == before);

    // The same from its definition, in double precision. Of an untuned model a state's scores are those of the history.
    std::vector<double> tuning(width);
    std::vector<float> row(width);
    const auto memory = static_cast<const SequenceModel&>(*model).make_memory();
    const auto with_tuning = [&](std::size_t count) {
      const auto first = History(history).first(count);
      std::vector<float> plain = scores_of(*model, first);
      std::vector<double> scores(plain.begin(), plain.end());
      for (std::int32_t item = 0; item < kStations; ++item) {
        const float* factors = model->latent_factors()->row(item, row.data());
        for (std::size_t c = 0; c < width; ++c) {
          scores[static_cast<std::size_t>(item)] += tuning[c] * static_cast<double>(factors[c]);
        }
      }
      return scores;
    };
    for (std::size_t n = 1; n < history.size(); ++n) {
      const std::vector<double> scores = with_tuning(n);
      double total = 0;
      for (const double score : scores) total += std::exp(score);
      memory->read(std::span(&history[n - 1].item, 1));
      double rate = 0;
      for (std::size_t c = 0; c < width; ++c) rate += 4e-4 * std::pow(static_cast<double>(memory->state()[c]), 2);
      std::vector<double> step(width);
      for (std::int32_t item = 0; item < kStations; ++item) {
        const float* factors = model->latent_factors()->row(item, row.data());
        const double likely = std::exp(scores[static_cast<std::size_t>(item)]) / total;
        for (std::size_t c = 0; c < width; ++c) {
          step[c] += rate * ((item == history[n].item ? 1.0 : 0.0) - likely) * static_cast<double>(factors[c]);
        }
      }
      for (std::size_t c = 0; c < width; ++c) tuning[c] = 0.98 * tuning[c] + step[c];
    }
    const std::vector<double> expected = with_tuning(history.size());
    for (std::size_t item = 0; item < kStations; ++item) {
      CHECK(static_cast<double>(tuned[item]) == doctest::Approx(expected[item]).epsilon(1e-3));
    }

    // One step an event, and reasons that sum to the score.
    model->tune_to_people(true);
    const auto profile = value_of(model->fold_in(History(history).first(2)));
    for (std::size_t n = 2; n < history.size(); ++n) CHECK(profile->update(history[n]));
    std::vector<float> step_by_step(kStations);
    profile->score_all(step_by_step);
    std::vector<Contribution> reasons;
    profile->explain(13, reasons);
    double sum = 0;
    for (const Contribution& reason : reasons) sum += static_cast<double>(reason.value);
    CHECK(sum == doctest::Approx(static_cast<double>(step_by_step[13])).epsilon(1e-3));
    for (std::size_t item = 0; item < kStations; ++item) {
      CHECK(step_by_step[item] == doctest::Approx(tuned[item]).epsilon(1e-3));
    }
    // Whatever somebody takes, they are not carried away.
    std::vector<HistoryEntry> odd;
    for (int n = 0; n < 10; ++n) odd.push_back({(n * 17) % kStations, 1});
    const std::vector<float> far = scores_of(*model, odd);
    model->tune_to_people(false);
    const std::vector<float> plain = scores_of(*model, odd);
    double moved = 0;
    double length = 0;
    for (std::size_t item = 0; item < kStations; ++item) {
      moved += std::pow(static_cast<double>(far[item] - plain[item]), 2);
      length += std::pow(static_cast<double>(plain[item]), 2);
    }
    CHECK(moved > 0);
    CHECK(moved < 0.1 * length);
  }
}

TEST_CASE("a hybrid with a part that reads the order knows which way somebody goes, and says why") {
  const InteractionLog log = circle(40, true, 2);
  const Split parts = value_of(split(log, SplitKind::kLeaveOneOut, 0.2, 1));
  const auto built_of = [&](const std::vector<std::int32_t>& rows) {
    return value_of(Interactions::build(log, rows, log.num_users(), log.num_items()));
  };
  const Interactions train = built_of(parts.train);
  const Interactions test = built_of(parts.test);
  const auto hit_rate = [&](const char* sequence) {
    const auto model = trained("hybrid", {{"sequence", sequence}, {"ranker", "linear"}}, {&train, nullptr});
    const ModelFile file = value_of(read_model_file(value_of(write_model_file(*model, item_ids(kStations)))));
    ThreadPool pool(2);
    Evaluator evaluator(*file.model, {&train, &test}, value_of(parse_metrics("hit_rate@1")), 1, pool);
    while (!evaluator.done()) CHECK(succeeds(evaluator.step(100)));
    const std::vector<HistoryEntry> history = {{5, 1}, {6, 1}, {7, 1}};
    const auto profile = value_of(file.model->fold_in(history));
    const std::vector<float> scores = scores_of(*file.model, history);
    for (const std::int32_t item : {8, 4, 30}) {
      std::vector<Contribution> reasons;
      profile->explain(item, reasons);
      double sum = 0;
      for (const Contribution& reason : reasons) sum += static_cast<double>(reason.value);
      CHECK(sum == doctest::Approx(static_cast<double>(scores[static_cast<std::size_t>(item)])).epsilon(1e-3));
    }
    return evaluator.results()[0];
  };
  const double without = hit_rate("none");
  for (const char* sequence : {"sasrec", "gru"}) {
    CAPTURE(sequence);
    CHECK(hit_rate(sequence) > without + 0.4);
  }
}

TEST_CASE("a training that was interrupted goes on as if it had not been") {
  const Interactions interactions = built(circle(50, true, 3));
  for (const std::string_view name : kModels) {
    CAPTURE(name);
    ThreadPool pool(2);
    const Settings::Given settings = settings_with({{"epochs", "9"}, {"patience", "2"}});
    auto whole = value_of(make_trainer(name, settings, {&interactions}, 4, pool));
    std::vector<std::uint8_t> bytes;
    while (!whole->done()) {
      REQUIRE(succeeds(whole->step(100)));
      whole->took(0.5);
      if (whole->curve().size() != 4 || !bytes.empty()) continue;
      TensorFile checkpoint;
      REQUIRE(succeeds(whole->save(checkpoint)));
      bytes = checkpoint.write();
    }
    const TensorFile checkpoint = value_of(TensorFile::read(bytes));
    auto resumed = value_of(make_trainer(name, settings, {&interactions}, 4, pool));
    REQUIRE(succeeds(resumed->resume(checkpoint)));
    CHECK(resumed->curve().size() == 4);
    CHECK(whole->curve()[3].seconds > whole->curve()[2].seconds);
    CHECK(resumed->curve()[3].seconds == whole->curve()[3].seconds);
    CHECK(resumed->done_work() > 0);
    while (!resumed->done()) {
      REQUIRE(succeeds(resumed->step(77)));
      resumed->took(0.25);
    }
    REQUIRE(resumed->curve().size() == whole->curve().size());
    for (std::size_t n = 4; n < whole->curve().size(); ++n) {
      CHECK(resumed->curve()[n].loss == whole->curve()[n].loss);
      CHECK(resumed->curve()[n].ndcg == whole->curve()[n].ndcg);
      CHECK(resumed->curve()[n].seconds > resumed->curve()[n - 1].seconds);
    }
    const auto history = entries_of(9);
    CHECK(scores_of(*resumed->finish(), history) == scores_of(*whole->finish(), history));

    // … also for more epochs than it was begun for.
    const Settings::Given longer = settings_with({{"epochs", "11"}, {"patience", "2"}});
    auto at_once = value_of(make_trainer(name, longer, {&interactions}, 4, pool));
    while (!at_once->done()) REQUIRE(succeeds(at_once->step(100)));
    TensorFile ended;
    REQUIRE(succeeds(resumed->save(ended)));
    auto prolonged = value_of(make_trainer(name, longer, {&interactions}, 4, pool));
    REQUIRE(succeeds(prolonged->resume(ended)));
    CHECK_FALSE(prolonged->done());
    while (!prolonged->done()) REQUIRE(succeeds(prolonged->step(100)));
    REQUIRE(prolonged->curve().size() == 11);
    CHECK(prolonged->curve()[10].loss == at_once->curve()[10].loss);
    auto shortened = value_of(make_trainer(name, settings, {&interactions}, 4, pool));
    REQUIRE(succeeds(shortened->resume(ended)));
    CHECK(shortened->done());

    auto other = value_of(make_trainer(name, settings, {&interactions}, 5, pool));
    CHECK(fails(other->resume(checkpoint), ErrorCode::kInvalidArgument,
                {"another training", "of seed 4 where this one is of seed 5"}));
    const Interactions elsewhere = built(circle(50, true, 33));  // as many sequences, of other items
    auto of_others = value_of(make_trainer(name, settings, {&elsewhere}, 4, pool));
    CHECK(fails(of_others->resume(checkpoint), ErrorCode::kInvalidArgument, {"another training"}));
  }
  ThreadPool pool(1);
  auto ials = value_of(make_trainer("ials", {}, {&interactions}, 1, pool));
  TensorFile checkpoint;
  CHECK(fails(ials->save(checkpoint), ErrorCode::kInvalidArgument, {"cannot be interrupted"}));
  CHECK(fails(ials->resume(checkpoint), ErrorCode::kInvalidArgument, {"cannot be resumed"}));
}

TEST_CASE("validation ends a training that gets no better, and the best epoch is the model") {
  // Random items: nothing is to be learned, and soon it is learned by heart.
  Random random(5);
  InteractionLog log;
  for (std::int32_t user = 0; user < 60; ++user) {
    for (int n = 0; n < 8; ++n) {
      const auto item = static_cast<std::int32_t>(random.below(kStations));
      const float values[] = {1};
      CHECK(succeeds(log.append({&user, 1}, {&item, 1}, values, {})));
    }
  }
  const Interactions interactions = built(log);
  ThreadPool pool(1);
  for (const std::string_view name : kModels) {
    CAPTURE(name);
    auto trainer =
        value_of(make_trainer(name, settings_with({{"epochs", "2000"}, {"patience", "3"}}), {&interactions}, 6, pool));
    while (!trainer->done()) REQUIRE(succeeds(trainer->step(500)));
    CHECK(trainer->curve().size() < 1000);
    CHECK(trainer->done_work() == trainer->total_work());
    // One that ends with the best epoch has the same model.
    std::size_t best = 0;
    for (std::size_t n = 0; n < trainer->curve().size(); ++n) {
      if (trainer->curve()[n].ndcg > trainer->curve()[best].ndcg) best = n;
    }
    auto until_then = value_of(make_trainer(
        name, settings_with({{"epochs", std::to_string(best + 1)}, {"patience", "3"}}), {&interactions}, 6, pool));
    while (!until_then->done()) REQUIRE(succeeds(until_then->step(500)));
    const auto history = entries_of(9);
    CHECK(scores_of(*until_then->finish(), history) == scores_of(*trainer->finish(), history));
    // Without validation, it goes on to the end.
    auto to_the_end =
        value_of(make_trainer(name, settings_with({{"epochs", "40"}, {"patience", "0"}}), {&interactions}, 6, pool));
    while (!to_the_end->done()) REQUIRE(succeeds(to_the_end->step(500)));
    CHECK(to_the_end->curve().size() == 40);
    CHECK(std::isnan(to_the_end->curve().back().ndcg));
  }
}

TEST_CASE("the last epoch is learned to its end, however few people there are in its last batch") {
  for (const std::int32_t num_users : {1, 2, 3, 17, 21}) {
    CAPTURE(num_users);
    const Interactions interactions = built(circle(num_users, false, 7));
    for (const int threads : {1, 2}) {
      CAPTURE(threads);
      ThreadPool pool(threads);
      const auto run = [&](const char* epochs, std::int64_t work) {
        auto trainer = value_of(
            make_trainer("sasrec", settings_with({{"epochs", epochs}, {"patience", "0"}}), {&interactions}, 8, pool));
        while (!trainer->done()) REQUIRE(succeeds(trainer->step(work)));
        return trainer;
      };
      const auto whole = run("3", 1'000'000);
      CHECK(whole->curve().size() == 3);
      CHECK(run("3", 1)->curve().size() == 3);
      const auto history = entries_of(9);
      CHECK(scores_of(*run("3", 1)->finish(), history) == scores_of(*whole->finish(), history));
      CHECK(scores_of(*run("2", 1'000'000)->finish(), history) != scores_of(*whole->finish(), history));
    }
  }
}

TEST_CASE("a further event costs one step and gives what fold-in makes of the longer history, over the window's end") {
  const Interactions interactions = built(circle(40, true, 7));
  for (const std::string_view name : kModels) {
    CAPTURE(name);
    const auto model = trained(name, settings_with({{"epochs", "3"}}), {&interactions});
    const auto history = entries_of(27);  // the window is of 10
    const auto profile = value_of(model->fold_in(History(history).first(0)));
    for (std::size_t count = 1; count <= history.size(); ++count) {
      REQUIRE(profile->update(history[count - 1]));
      std::vector<float> scores(kStations);
      profile->score_all(scores);
      const auto expected = scores_of(*model, History(history).first(count));
      Furthest furthest;
      for (std::size_t n = 0; n < scores.size(); ++n) furthest.add(scores[n], expected[n]);
      CHECK(furthest.value() < 1e-5);
    }
    // What is met again comes to another place, which takes a new fold-in; what is not wanted is not read.
    CHECK(!profile->update(history[3]));
    auto with_dislike = history;
    with_dislike.insert(with_dislike.begin() + 3, {39, -1});
    CHECK(scores_of(*model, with_dislike) == scores_of(*model, history));
  }
}

TEST_CASE("a file that tells of more weights than it has is refused before there is room for them") {
  const Interactions interactions = built(circle(20, false, 12));
  const auto model = trained("sasrec", settings_with({{"epochs", "1"}}), {&interactions});
  TensorFile file;
  model->write(file);
  const std::int32_t shapes[][7] = {
      {2, 1, 1 << 20, 16, 0, 0, 0}, {1000, 1, 10, 16, 0, 0, 0}, {2, 1, 10, 1 << 20, 0, 0, 0}};
  for (const auto& shape : shapes) {
    file.add("shape", std::span<const std::int32_t>(shape), {7});
    std::vector<float> counts(kStations, 1.0f);
    CHECK(fails(Sasrec::read(file, Held<float>(std::move(counts)), "{}"), ErrorCode::kCorruptModelFile,
                {"is not there, or has another shape"}));
  }
}

TEST_CASE("an explanation says what each event did to a score") {
  const Interactions interactions = built(circle(60, false, 8));
  for (const std::string_view name : kModels) {
    CAPTURE(name);
    const auto model = trained(name, settings_with({}), {&interactions});
    const std::vector<HistoryEntry> history = {{3, 1}, {20, 1}, {10, 1}, {11, 1}};
    const auto profile = value_of(model->fold_in(history));
    std::vector<Contribution> parts;
    profile->explain(12, parts);
    REQUIRE(parts.size() == 5);
    for (std::size_t n = 0; n < history.size(); ++n) {
      CHECK(parts[n].item == history[n].item);
      auto others = history;
      others.erase(others.begin() + static_cast<std::ptrdiff_t>(n));
      const float change = scores_of(*model, history)[12] - scores_of(*model, others)[12];
      CHECK(parts[n].value == doctest::Approx(change).epsilon(1e-3));
    }
    // That 10 and 11 came last is why 12 is next.
    CHECK(parts[2].value + parts[3].value > 2 * std::max(parts[0].value, parts[1].value));
    CHECK(parts[4].term == kModelItself);
  }
}

TEST_CASE("sequence models of 8-bit weights are small and rank nearly the same") {
  const Interactions interactions = built(circle(60, false, 9));
  for (const std::string_view name : kModels) {
    CAPTURE(name);
    const auto model = trained(name, settings_with({{"num_factors", "32"}}), {&interactions});
    const auto ids = item_ids(kStations);
    const auto whole = value_of(write_model_file(*model, ids));
    const auto small = value_of(write_model_file(*model, ids, FactorStorage::kInt8));
    CHECK(small.size() < whole.size() / 2);
    const ModelFile file = value_of(read_model_file(small));
    int same = 0;
    for (std::int32_t item = 0; item < kStations; ++item) {
      const std::vector<std::int32_t> history = {(item + kStations - 2) % kStations, (item + kStations - 1) % kStations,
                                                 item};
      if (best_item(*file.model, history) == best_item(*model, history)) ++same;
    }
    CHECK(same >= kStations * 9 / 10);
  }
}

TEST_CASE("sequence models say what they cannot be trained on") {
  const InteractionLog log = log_of({{0, 0}, {1, 1}, {2, 0}});
  const Interactions single = built(log);
  ThreadPool pool(1);
  for (const std::string_view name : kModels) {
    CHECK(fails(make_trainer(name, {}, {&single}, 1, pool), ErrorCode::kInvalidInteractions, {"nobody met two items"}));
  }
  const Interactions interactions = built(circle(10, false, 10));
  CHECK(fails(make_trainer("sasrec", {{"num_heads", "3"}}, {&interactions}, 1, pool), ErrorCode::kInvalidArgument,
              {"num_heads is 3", "num_factors, 64"}));
  CHECK(fails(make_trainer("sasrec", {{"loss", "hinge"}}, {&interactions}, 1, pool), ErrorCode::kInvalidArgument,
              {"softmax"}));
}

}  // namespace inkling
