#include "seam_types.h"

namespace {

using namespace inkling;
using namespace inkling::seam;

// offsets: uint32, one more than there are texts. tags: whether the texts are lists of tags.
int add(ItemTexts& texts, Engine& engine, bool tags, float weight, int first_item, const Buffer& bytes,
        const Buffer& offsets) {
  const TextField field{tags ? TextField::Kind::kTags : TextField::Kind::kWords, weight};
  return engine.report(texts.builder->add(field, first_item, {bytes.as<std::uint8_t>(), offsets.as<std::uint32_t>()}));
}

void finish(ItemTexts& texts) {
  TermMatrix terms = texts.builder->finish();
  texts.builder.reset();
  std::vector<float> counts(static_cast<std::size_t>(terms.num_items()), 0.0f);
  texts.content = std::make_unique<TfIdf>(std::move(terms), std::move(counts), "{}");
}

const Binding kTable[] = {
    constructor<ItemTexts, int>("ItemTexts"),
    method("add", &add),
    method("finish", &finish),
    destructor<ItemTexts>(),
};
const Bindings kBindings(kTable);

}  // namespace
