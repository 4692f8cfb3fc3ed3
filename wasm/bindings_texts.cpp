#include "seam_types.h"

namespace {

using namespace inkling;
using namespace inkling::seam;

// offsets: uint32, one more than there are texts; weights: float32, one a text or none. tags: whether the texts are
// lists of tags.
int add(ItemTexts& texts, Engine& engine, int number, bool tags, float weight, int first_item, const Buffer& bytes,
        const Buffer& offsets, const Buffer& weights) {
  const TextField field{tags ? TextField::Kind::kTags : TextField::Kind::kWords, weight, number};
  return engine.report(texts.builder->add(
      field, first_item, {bytes.as<std::uint8_t>(), offsets.as<std::uint32_t>(), weights.as<float>()}));
}

void set_stop_words(ItemTexts& texts, const Text& words) { texts.builder->set_stop_words(words); }

// weighting: place among the words of the setting.
void finish(ItemTexts& texts, int weighting, float k1, float b) {
  TermMatrix terms = texts.builder->finish({static_cast<TermWeighting::Kind>(weighting), k1, b});
  texts.builder.reset();
  std::vector<float> counts(static_cast<std::size_t>(terms.num_items()), 0.0f);
  texts.content = std::make_unique<TfIdf>(std::move(terms), std::move(counts), "{}");
}

const Binding kTable[] = {
    constructor<ItemTexts, int>("ItemTexts"),
    method("add", &add),
    method("setStopWords", &set_stop_words),
    method("finish", &finish),
    destructor<ItemTexts>(),
};
const Bindings kBindings(kTable);

}  // namespace
