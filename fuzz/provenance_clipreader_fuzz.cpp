// The readers of pictures' and clips' marks against frames nobody meant: sizes that change, times that stand still, run
// backwards or are not numbers. They answer without trapping, and claim nothing in what was not marked.
// Three bytes a frame: width, height, what becomes of the clock; the rest of the input is what is painted.
// link: bonafide_provenance_mark
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <vector>

#include "provenance/mark/clip_reader.h"
#include "provenance/mark/tile_layout.h"
#include "provenance/mark/tile_reader.h"

namespace {

using namespace bonafide;
using namespace bonafide::provenance::mark;

void must(bool promise) {
  if (!promise) std::abort();
}

double later(double now, std::uint8_t how) {
  if (how == 255) return std::numeric_limits<double>::quiet_NaN();
  if (how == 254) return std::numeric_limits<double>::infinity();
  if (how == 253) return -1e300;
  if (how == 252) return 1e300;
  return now + (static_cast<double>(how) - 20) / 40;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMost = 12;  // frames: each costs as much as thousands of bytes of a parser
  if (size < 4) return 0;
  const MarkKey key = MarkKey::published(kTileProfile);
  ClipReader reader(key, {.threads = 1});
  double now = 0;
  std::vector<std::uint8_t> frame;
  for (std::size_t at = 0; at + 3 <= size && at / 3 < kMost; at += 3) {
    const int width = data[at], height = data[at + 1];
    now = later(now, data[at + 2]);
    frame.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) + 1);
    for (std::size_t i = 0; i < frame.size(); ++i)
      frame[i] = static_cast<std::uint8_t>(data[(i + at) % size] + 31 * (i / 7 % 5));
    const auto added = reader.add({frame.data(), width, height, width}, now, {});
    must(added || added.error().code != Code::internal);
    if (std::isnan(now) || std::isinf(now)) now = 0;
    if (at == 0 && width > 0 && height > 0) {
      const auto still = TileReader(key).read({frame.data(), width, height, width}, {.threads = 1}, {});
      must(still && (!still->reading || still->reading->evidence.log10_p <= -7));
    }
  }
  const auto answer = reader.finish({});
  must(answer || answer.error().code != Code::internal);
  if (!answer) return 0;
  for (const ClipReading& reading : answer->readings) must(reading.evidence.log10_p <= -7);
  return 0;
}
