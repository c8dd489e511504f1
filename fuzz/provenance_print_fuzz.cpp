// Prints and their index out of files: an answer for any bytes, never Code::internal; what was read is written the
// same; whatever an index holds, searching it stays inside its bytes.

// link: bonafide_provenance_print
#include <cstdint>
#include <cstdlib>

#include "provenance/print/search.h"

namespace {

using namespace bonafide;
using namespace bonafide::provenance::print;

void must(bool promise) {
  if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  if (const auto prints = parse_prints(bytes)) {
    const Bytes again = encode_prints(*prints);
    must(std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()));
  } else {
    must(prints.error().code != Code::internal && !prints.error().message.empty());
  }
  const auto index = PrintIndex::over(Bytes(bytes.begin(), bytes.end()));
  if (!index) {
    must(index.error().code != Code::internal && !index.error().message.empty());
    return 0;
  }
  if (index->works() > 1000) return 0;
  Query query;
  for (std::size_t work = 0; work < index->works(); ++work) {
    static_cast<void>(index->work(work));
    const auto sound = index->sound(work);
    query.prints.sound.insert(query.prints.sound.end(), sound.begin(), sound.end());
  }
  if (query.prints.sound.size() > 500) query.prints.sound.resize(500);
  query.prints.frames = {{0, {{}, 99}}, {5, {{1, 2, 3, 4}, 99}}};
  query.turned = EightPrints{};
  for (auto& print : *query.turned) print.quality = 99;
  for (const auto& match : search(*index, query)) must(match.work < index->works());
  return 0;
}
