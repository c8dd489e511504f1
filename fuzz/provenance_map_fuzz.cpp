// Block maps out of credentials: an answer for any bytes, never Code::internal; what was read is written the same and
// can be compared with a picture. The first byte chooses how large that picture is, and for most values there is none:
// a search for where it fits takes a thousand times as long as the rest.
// link: bonafide_provenance_mark
#include <cstdint>
#include <cstdlib>

#include "provenance/mark/map_compare.h"

namespace {

using namespace bonafide;
using namespace bonafide::provenance::mark;

void must(bool promise) {
  if (!promise) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const ByteView cbor(data + 1, size - 1);
  const auto map = parse_block_map(cbor);
  if (!map) {
    must(map.error().code != Code::internal && !map.error().message.empty());
    return 0;
  }
  must(parse_block_map(encode_block_map(*map)).value() == *map);
  if (map->size() > 400 || data[0] >= 24) return 0;
  const int side = 1 + data[0];
  Bytes picture(static_cast<std::size_t>(side) * static_cast<std::size_t>(side) * 3);
  for (std::size_t i = 0; i < picture.size(); ++i) picture[i] = cbor[i % cbor.size()];
  const auto comparison = compare_block_map(*map, {picture.data(), side, side}, {});
  must(comparison &&
       (comparison->placement.found ? comparison->states.size() == map->size() : comparison->states.empty()));
  return 0;
}
