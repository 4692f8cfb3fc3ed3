// Words of any bytes; the fast and the plain way must find the same.

#include <string_view>

#include "content/tokenizer.h"
#include "input_bytes.h"
#include "memory_limit.h"

using namespace inkling;
using namespace inkling::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const MemoryLimit limit(4096 + 16 * size);
  const std::string_view text = as_text({data, size});
  Tokenizer fast(text);
  Tokenizer plain(text);
  std::string_view word;
  std::string_view same;
  std::size_t num_words = 0;
  while (fast.next(word)) {
    require(plain.next_naive(same), "both ways find as many words");
    require(word == same, "both ways find the same words");
    require(!word.empty(), "no word is empty");
    require(++num_words <= size, "there are no more words than bytes");
  }
  require(!plain.next_naive(same), "both ways end together");
  return 0;
}
