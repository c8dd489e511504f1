// The reader of sound marks against samples nobody meant: any bits of a float (infinities, not-a-number, denormals), any
// rate, any number of channels. It answers without trapping, and claims nothing in what was not marked.
// Byte 0: rate, byte 1: channels, byte 2: how the rest is read and cut into blocks.
// link: bonafide_provenance_mark
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "provenance/mark/sound_places.h"
#include "provenance/mark/sound_read.h"

namespace {

using namespace bonafide;
using namespace bonafide::provenance::mark;

void must(bool promise) {
  if (!promise) std::abort();
}

float sample_of(const std::uint8_t* data, std::size_t size, std::size_t index, bool raw) {
  if (!raw) return static_cast<float>(data[index % size]) / 128 - 1;
  float value = 0;
  std::uint8_t bytes[4];
  for (std::size_t i = 0; i < 4; ++i) bytes[i] = data[(4 * index + i) % size];
  std::memcpy(&value, bytes, 4);
  return value;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  constexpr int kRates[] = {0, 7999, 8000, 11025, 22050, 44100, 48000, 96000, 768001, -1};
  const int rate = kRates[data[0] % std::size(kRates)], channels = data[1] % 4;
  const bool raw = (data[2] & 1) != 0, uneven = (data[2] & 2) != 0;
  auto made = SoundReader::create(MarkKey::published(kSoundProfile), rate, channels);
  if (!made) {
    must(made.error().code != Code::internal);
    return 0;
  }
  // few bytes are repeated into about a second, at most: a search takes longer than the parsing that is tested
  const std::size_t wanted = std::min<std::size_t>(static_cast<std::size_t>(rate), 24000), block = 1 + data[3] * 40U;
  for (std::size_t at = 0; at < wanted; at += block) {
    std::vector<std::vector<float>> samples(static_cast<std::size_t>(channels));
    for (std::size_t c = 0; c < samples.size(); ++c)
      for (std::size_t i = 0; i < block + (uneven ? c : 0); ++i)
        samples[c].push_back(sample_of(data + 3, size - 3, at + i + c, raw && size > 8));
    if (const auto pushed = made->push(samples); !pushed) {
      must(pushed.error().code != Code::internal);
      break;
    }
  }
  const SoundReading reading = made->finish();
  must(!std::isnan(reading.evidence.log10_p) && reading.evidence.log10_p <= 0);
  must(!reading.upper || reading.evidence.log10_p <= kSoundClaimLog10P);
  const SoundPlaces places = locate_sound(made->map(), MarkKey::published(kSoundProfile), 1);
  for (const SoundUnit& unit : places.units) must(unit.begin_s >= 0);
  return 0;
}
