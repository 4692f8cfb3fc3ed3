#include "inkling/term_matrix.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "expect.h"
#include "inkling/random.h"
#include "sample_data.h"

namespace inkling {

namespace {

constexpr double kWeightTolerance = 2e-6;

// An item's terms by text; tags begin with #.
std::map<std::string, float> terms_of_item(const TermMatrix& terms, std::int32_t item) {
  std::map<std::string, float> out;
  const auto columns = terms.by_item().row_columns(item);
  for (std::size_t e = 0; e < columns.size(); ++e) {
    const std::string mark = terms.is_tag(columns[e]) ? "#" : "";
    out[mark + std::string(terms.term_text(columns[e]))] = terms.by_item().row_values(item)[e];
  }
  return out;
}

std::map<std::string, float> query_of(const TermMatrix& terms, std::string_view text) {
  std::map<std::string, float> out;
  for (const auto& [term, weight] : terms.query(text)) {
    out[(terms.is_tag(term) ? "#" : "") + std::string(terms.term_text(term))] = weight;
  }
  return out;
}

using Weights = std::map<std::string, double>;

void check_equal(const std::map<std::string, float>& actual, const Weights& expected) {
  CHECK(actual.size() == expected.size());
  for (const auto& [term, weight] : expected) {
    CAPTURE(term);
    REQUIRE(actual.count(term) == 1);
    CHECK(std::abs(actual.at(term) - weight) < kWeightTolerance);
  }
}

}  // namespace

TEST_CASE("weights are those of scikit-learn's formula, computed by hand") {
  const TermMatrix terms = terms_of({"cat sat mat cat", "Dog sat", "dog dog bird"});
  check_equal(terms_of_item(terms, 0), {{"cat", 0.846789}, {"mat", 0.423394}, {"sat", 0.322002}});
  check_equal(terms_of_item(terms, 1), {{"dog", 0.707107}, {"sat", 0.707107}});
  check_equal(terms_of_item(terms, 2), {{"bird", 0.549351}, {"dog", 0.835592}});
  CHECK(terms.num_items() == 3);
  CHECK(terms.num_terms() == 5);
  for (std::int32_t term = 0; term < 5; ++term) {
    const bool rare = terms.by_term().row_length(term) == 1;
    CHECK(std::abs(terms.idf()[term] - (rare ? 1.6931472 : 1.2876821)) < kWeightTolerance);
  }
}

// scikit-learn 1.2.1 on the same texts: TfidfVectorizer(token_pattern=r"[^\W_]+", stop_words=…), as
// tests/bench/programs/sklearn_tfidf.py has it with `--settings inkling`; that program compares whole model files.
TEST_CASE("weights are those that scikit-learn computes when it has our words") {
  const TermMatrix terms = terms_of({
      "The Matrix: a hacker learns that reality isn't what it seems, and joins 2 rebels in 1999.",
      "In a galaxy far, far away - rebels fight the Empire; a farm-boy learns of the Force.",
      "Amélie's café on the Rue_Lepic: she decides to change the lives of those who drink there.",
      "The hacker's manifesto (1986) by Loyd Blankenship, a.k.a. The Mentor, 3rd edition; reality check!",
      "",
  });
  const Weights expected[] = {
      {{"1999", 0.3226870},
       {"2", 0.3226870},
       {"hacker", 0.2603419},
       {"isn", 0.3226870},
       {"joins", 0.3226870},
       {"learns", 0.2603419},
       {"matrix", 0.3226870},
       {"reality", 0.2603419},
       {"rebels", 0.2603419},
       {"seems", 0.3226870},
       {"what", 0.3226870}},
      {{"away", 0.2851117},
       {"boy", 0.2851117},
       {"empire", 0.2851117},
       {"far", 0.5702235},
       {"farm", 0.2851117},
       {"fight", 0.2851117},
       {"force", 0.2851117},
       {"galaxy", 0.2851117},
       {"learns", 0.2300264},
       {"rebels", 0.2300264}},
      {{"amélie", 0.3162278},
       {"café", 0.3162278},
       {"change", 0.3162278},
       {"decides", 0.3162278},
       {"drink", 0.3162278},
       {"lepic", 0.3162278},
       {"lives", 0.3162278},
       {"rue", 0.3162278},
       {"there", 0.3162278},
       {"those", 0.3162278}},
      {{"1986", 0.3278806},
       {"3rd", 0.3278806},
       {"blankenship", 0.3278806},
       {"check", 0.3278806},
       {"edition", 0.3278806},
       {"hacker", 0.2645320},
       {"loyd", 0.3278806},
       {"manifesto", 0.3278806},
       {"mentor", 0.3278806},
       {"reality", 0.2645320}},
      {},
  };
  for (std::int32_t item = 0; item < 5; ++item) check_equal(terms_of_item(terms, item), expected[item]);
  check_equal(query_of(terms, "Rebels of reality: far hacker, far"),
              {{"rebels", 0.3306768}, {"reality", 0.3306768}, {"hacker", 0.3306768}, {"far", 0.8197308}});
}

// Counts in maps, one text after the other.
TEST_CASE("the matrix is that of the plain algorithm, bit for bit, whatever the fields and batches") {
  constexpr std::int32_t kItems = 60;
  Random random(7);
  std::vector<std::map<std::string, float>> counts(kItems);
  std::vector<std::string> names;  // in the order in which they come
  TermMatrix::Builder builder(kItems);
  const TextField fields[] = {{}, {TextField::Kind::kWords, 3}, {TextField::Kind::kTags, 2}};
  for (std::int32_t first : {20, 0, 40}) {
    for (const TextField& field : fields) {
      std::vector<std::string> texts;
      for (std::int32_t d = 0; d < 20; ++d) {
        std::string text;
        for (std::uint64_t n = random.below(8); n > 0; --n) {
          std::string word = "w" + std::to_string(random.below(5) * random.below(40));
          text += word + (field.kind == TextField::Kind::kTags ? '\x1F' : ' ');
          if (field.kind == TextField::Kind::kTags) word.insert(0, "#");
          counts[static_cast<std::size_t>(first + d)][word] += field.weight;
          if (std::find(names.begin(), names.end(), word) == names.end()) names.push_back(word);
        }
        texts.push_back(text);
      }
      REQUIRE(succeeds(builder.add(field, first, Texts(texts).column())));
    }
  }
  const TermMatrix terms = builder.finish();
  REQUIRE(terms.num_terms() == static_cast<std::int32_t>(names.size()));
  std::vector<float> idf;
  for (std::int32_t term = 0; term < terms.num_terms(); ++term) {
    const std::string& name = names[static_cast<std::size_t>(term)];
    CHECK((terms.is_tag(term) ? "#" : "") + std::string(terms.term_text(term)) == name);
    float items_with = 0;
    for (const auto& of_item : counts) items_with += of_item.count(name) > 0 ? 1.0f : 0.0f;
    idf.push_back(std::log((1 + static_cast<float>(kItems)) / (1 + items_with)) + 1);
  }
  CHECK(std::vector<float>(terms.idf().begin(), terms.idf().end()) == idf);
  for (std::int32_t item = 0; item < kItems; ++item) {
    const auto& of_item = counts[static_cast<std::size_t>(item)];
    std::vector<std::int32_t> columns;
    std::vector<float> weights;
    double square_sum = 0;
    for (std::int32_t term = 0; term < terms.num_terms(); ++term) {
      const auto found = of_item.find(names[static_cast<std::size_t>(term)]);
      if (found == of_item.end()) continue;
      columns.push_back(term);
      weights.push_back(found->second * idf[static_cast<std::size_t>(term)]);
      square_sum += static_cast<double>(weights.back()) * weights.back();
    }
    for (float& weight : weights) weight *= static_cast<float>(1 / std::sqrt(square_sum));
    const auto row = terms.by_item().row_columns(item);
    const auto values = terms.by_item().row_values(item);
    CHECK(std::vector<std::int32_t>(row.begin(), row.end()) == columns);
    CHECK(std::vector<float>(values.begin(), values.end()) == weights);
  }
}

TEST_CASE("tags are terms of their own, whole and as they are, each counted in its document") {
  const TermMatrix terms = terms_of({"fiction", "", ""}, {"science fiction\x1Fink", "science fiction", ""});
  CHECK(terms_of_item(terms, 0).count("#science fiction") == 1);
  CHECK(terms_of_item(terms, 0).count("#ink") == 1);
  CHECK(terms_of_item(terms, 0).count("fiction") == 1);
  check_equal(terms_of_item(terms, 1), {{"#science fiction", 1}});
  CHECK(terms_of_item(terms, 2).empty());
  CHECK(terms.num_terms() == 3);
}

TEST_CASE("empty tags are no terms") {
  CHECK(terms_of({""}, {"\x1F\x1F\x1F"}).num_terms() == 0);
  check_equal(terms_of_item(terms_of({""}, {"\x1Fx\x1F\v"}), 0), {{"#x", 1}});
}

TEST_CASE("a field's weight multiplies its counts, and the fields of an item add up") {
  TermMatrix::Builder builder(2);
  REQUIRE(succeeds(builder.add({TextField::Kind::kWords, 3}, 0, Texts({"ink", "pen"}).column())));
  REQUIRE(succeeds(builder.add({TextField::Kind::kWords, 1}, 0, Texts({"pen ink", "paper"}).column())));
  const TermMatrix terms = builder.finish();
  // Item 0: ink 4, pen 1, of idf ln(3/2) + 1 = 1.4054651 and 1.
  const double ink = 4 * 1.4054651;
  const double norm = std::sqrt(ink * ink + 1);
  check_equal(terms_of_item(terms, 0), {{"ink", ink / norm}, {"pen", 1 / norm}});
}

TEST_CASE("a field of tags has a weight, too") {
  TermMatrix::Builder builder(1);
  REQUIRE(succeeds(builder.add({TextField::Kind::kWords, 1}, 0, Texts({"ink"}).column())));
  REQUIRE(succeeds(builder.add({TextField::Kind::kTags, 2}, 0, Texts({"old pen"}).column())));
  check_equal(terms_of_item(builder.finish(), 0), {{"ink", 1 / std::sqrt(5)}, {"#old pen", 2 / std::sqrt(5)}});
}

TEST_CASE("texts may come in batches") {
  TermMatrix::Builder builder(3);
  REQUIRE(succeeds(builder.add({}, 1, Texts({"ink pen", "pen"}).column())));
  REQUIRE(succeeds(builder.add({}, 0, Texts({"ink"}).column())));
  REQUIRE(succeeds(builder.add({}, 3, Texts({}).column())));
  REQUIRE(succeeds(builder.add({}, 0, {})));
  const TermMatrix terms = builder.finish();
  const TermMatrix at_once = terms_of({"ink", "ink pen", "pen"});
  for (const std::int32_t item : {0, 1, 2}) CHECK(terms_of_item(terms, item) == terms_of_item(at_once, item));
}

TEST_CASE("rows have length 1 or are empty, and both ways round hold the same") {
  const TermMatrix terms = random_terms(50, 1);
  for (std::int32_t item = 0; item < 50; ++item) {
    double square_sum = 0;
    for (const float value : terms.by_item().row_values(item)) square_sum += static_cast<double>(value) * value;
    CHECK(std::abs(square_sum - (item % 7 == 0 ? 0 : 1)) < kWeightTolerance);
  }
  const SparseRows back = terms.by_term().transposed(50);
  CHECK(back.columns == terms.by_item().columns);
  CHECK(back.values == terms.by_item().values);
}

TEST_CASE("texts that do not fit are refused") {
  TermMatrix::Builder builder(2);
  const std::vector<std::uint8_t> bytes{'i', 'n', 'k'};
  const auto add = [&](std::int32_t first_item, const std::vector<std::uint32_t>& offsets) {
    return builder.add({}, first_item, {bytes, offsets});
  };
  constexpr ErrorCode kInvalid = ErrorCode::kInvalidCatalog;
  CHECK(fails(add(0, {0, 2, 1}), kInvalid, {"offsets"}));
  CHECK(fails(add(0, {0, 4}), kInvalid, {"offsets"}));
  CHECK(fails(add(0, {4, 4}), kInvalid, {"offsets"}));
  CHECK(fails(add(0, {0, 1, 2, 3}), kInvalid, {"items"}));
  CHECK(fails(add(2, {0, 1}), kInvalid, {"items"}));
  CHECK(fails(add(-1, {0, 1}), kInvalid, {"items"}));
  CHECK(fails(add(2147483647, {0, 1}), kInvalid, {"items"}));
  CHECK(succeeds(add(1, {0, 3})));
  const TermMatrix terms = builder.finish();
  CHECK(terms.num_terms() == 1);  // nothing of what was refused
  CHECK(terms_of_item(terms, 0).empty());
}

TEST_CASE("a query's words find words, and the tags in which they occur a little less") {
  const TermMatrix terms = terms_of({"fiction writer", "", "poet"}, {"", "science fiction", "poet"});
  // idf of a term of one document of three: ln(4/2) + 1.
  check_equal(query_of(terms, "Fiction"),
              {{"fiction", 1 / std::sqrt(1.49)}, {"#science fiction", 0.7 / std::sqrt(1.49)}});
  check_equal(query_of(terms, "science"), {{"#science fiction", 1}});
  check_equal(query_of(terms, "the writer, unheard"), {{"writer", 1}});
  // Both words of the tag count, and repeated words count twice.
  const double tag = 1.4;
  const double norm = std::sqrt(tag * tag + 1);
  check_equal(query_of(terms, "science fiction"), {{"#science fiction", tag / norm}, {"fiction", 1 / norm}});
  check_equal(query_of(terms, "writer writer poet"),
              {{"writer", 2 / std::sqrt(5.49)}, {"poet", 1 / std::sqrt(5.49)}, {"#poet", 0.7 / std::sqrt(5.49)}});
}

TEST_CASE("a word that stands twice in a tag finds it once") {
  const TermMatrix terms = terms_of({"new"}, {"new york new jersey"});
  check_equal(query_of(terms, "new"), {{"new", 1 / std::sqrt(1.49)}, {"#new york new jersey", 0.7 / std::sqrt(1.49)}});
}

TEST_CASE("a query of nothing known is empty, and a known one is sorted by term") {
  const TermMatrix terms = random_terms(40, 2);
  CHECK(terms.query("").empty());
  CHECK(terms.query("unheard of \xFF\xFE").empty());
  const auto query = terms.query("word3 tag word7 5 word1 unheard");
  CHECK(query.size() > 3);
  CHECK(std::is_sorted(query.begin(), query.end()));
  double square_sum = 0;
  for (const auto& [term, weight] : query) square_sum += static_cast<double>(weight) * weight;
  CHECK(std::abs(square_sum - 1) < kWeightTolerance);
}

TEST_CASE("an attribute's tags are found by the words of their values, ranges of numbers by none") {
  const TermMatrix terms = terms_of({"", "", ""}, {"director\x1Eida lupino", "ida lupino", "year\x1Dyear 1950-1960"});
  check_equal(terms_of_item(terms, 0), {{"#director\x1Eida lupino", 1}});
  check_equal(query_of(terms, "lupino"),
              {{"#director\x1Eida lupino", 1 / std::sqrt(2)}, {"#ida lupino", 1 / std::sqrt(2)}});
  CHECK(terms.query("director").empty());
  CHECK(terms.query("1950 year").empty());
}

TEST_CASE("a query may have words, and other words that tags are looked for by") {
  const TermMatrix terms = terms_of({"\x1Fold pen", "pen"}, {"", "old"});
  check_equal(query_of(terms, "\x1Fold pen\x1Eink"), {{"old pen", 1}});
  check_equal(query_of(terms, "ink\x1Eold"), {{"#old", 1}});
}

TEST_CASE("a document's weight multiplies its field's, and one of 0 is not read") {
  TermMatrix::Builder builder(2);
  const float weights[] = {0.5f, 0};
  Texts texts({"ink", "ink"});
  TextColumn column = texts.column();
  column.weights = weights;
  REQUIRE(succeeds(builder.add({TextField::Kind::kWords, 3}, 0, column)));
  REQUIRE(succeeds(builder.add({TextField::Kind::kWords, 1}, 0, Texts({"pen pen", "pen"}).column())));
  const TermMatrix terms = builder.finish();
  const float idf[] = {std::log(1.5f) + 1, 1};  // of ink and pen
  const double ink = 1.5 * idf[0];
  const double length = std::sqrt(ink * ink + 4);
  check_equal(terms_of_item(terms, 0), {{"ink", ink / length}, {"pen", 2 / length}});
  check_equal(terms_of_item(terms, 1), {{"pen", 1}});
}

TEST_CASE("stop words are no terms, nor what tags are found by") {
  TermMatrix::Builder builder(1);
  builder.set_stop_words("pen, old");
  REQUIRE(succeeds(builder.add({TextField::Kind::kWords, 1}, 0, Texts({"the old pen"}).column())));
  REQUIRE(succeeds(builder.add({TextField::Kind::kTags, 1}, 0, Texts({"old lamp"}).column())));
  const TermMatrix terms = builder.finish();
  CHECK(terms_of_item(terms, 0).size() == 2);
  CHECK(terms_of_item(terms, 0).count("the") == 1);
  CHECK(terms.query("old").empty());
  check_equal(query_of(terms, "lamp"), {{"#old lamp", 1}});
}

}  // namespace inkling
