// Maps of clips and sounds out of credentials: an answer for any bytes, never Code::internal; what was read is written
// the same and can be compared with seconds of something else. A few hundred bytes of deflated codes may stand for a
// day: the parser's own bound is what is tested.
// link: bonafide_provenance_mark
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "provenance/mark/clip_compare.h"
#include "provenance/mark/clip_map.h"

namespace {

using namespace bonafide;
using namespace bonafide::provenance::mark;

void must(bool promise) {
  if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView cbor(data, size);
  const auto map = parse_clip_map(cbor);
  if (!map) {
    must(map.error().code != Code::internal && !map.error().message.empty());
    return 0;
  }
  must(parse_clip_map(encode_clip_map(*map)).value() == *map);
  if (map->slots.size() > 40 || map->sound.size() > 200) return 0;
  ClipScout scout(*map);
  std::vector<float> samples(4000);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<float>(data[i % size]) / 128 - 1;
  for (int i = 0; i < 4; ++i) scout.sound(samples, 0.25 * i);
  ClipComparison answer;
  scout.judge_sound(scout.times(), answer);
  return 0;
}
