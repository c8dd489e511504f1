#include "provenance/mark/sound_layout.h"

#include "media/dsp/crc.h"

namespace bonafide::provenance::mark {

namespace {

// Shares of a block's chips. The upper half must be read from one block, the lower from three of four; sync and place
// get what keeps their peaks above chance in five seconds (docs/decisions/0020).
constexpr double kSyncShare = 0.18;
constexpr double kPlaceShare = 0.10;
constexpr double kBriefShare = 0.48;

std::vector<float> coded(const media::Bits& message) {
  std::vector<float> signs;
  for (const std::uint8_t bit : media::encode(sound_code(), message)) signs.push_back(bit != 0 ? -1.0F : 1.0F);
  return signs;
}

}  // namespace

// 0.43 to 4 kHz in steps of 86 Hz, what telephones pass; up to 8 kHz in steps of 172 Hz, which costs little energy and
// carries much in all but the poorest codecs. Below 0.43 kHz lies most of the energy of speech and music.
std::span<const SoundBand> sound_bands() {
  static const std::vector<SoundBand> bands = [] {
    std::vector<SoundBand> made;
    for (int bin = 10; bin < 94; bin += 2) made.push_back({bin, 2});
    for (int bin = 94; bin < 186; bin += 4) made.push_back({bin, 4});
    return made;
  }();
  return bands;
}

const media::ConvolutionalCode& sound_code() { return media::code_k15_r6(); }

std::size_t SoundLayout::chips_in_block() { return static_cast<std::size_t>(kSoundSlots) * sound_bands().size(); }

SoundLayout::SoundLayout(const MarkKey& key) : key_(key) {
  const std::size_t count = chips_in_block();
  const auto order = key.stream("sound parts").permutation(static_cast<std::uint32_t>(count));
  const auto signs = key.stream("sound signs").signs(count);
  const auto upto = [&](double share) { return static_cast<std::size_t>(share * static_cast<double>(count)); };
  const std::size_t sync = upto(kSyncShare);
  const std::size_t place = sync + upto(kPlaceShare);
  const std::size_t brief = place + upto(kBriefShare);
  const std::size_t rest = count - brief;
  const std::size_t brief_coded = sound_code().coded_size(kBriefBits);
  const std::size_t rest_coded = sound_code().coded_size(kRestBits);
  const auto rest_order = key.stream("sound rest").permutation(static_cast<std::uint32_t>(kSoundQuarters * rest));
  for (std::size_t quarter = 0; quarter < kSoundQuarters; ++quarter) {
    chips_[quarter].resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      SoundChip& chip = chips_[quarter][order[i]];
      chip = {.part = SoundPart::rest, .bit = 0, .sign = signs[order[i]]};
      if (i < sync) {
        chip.part = SoundPart::sync;
      } else if (i < place) {
        chip.part = SoundPart::place;
      } else if (i < brief) {
        chip.part = SoundPart::brief;
        chip.bit = static_cast<std::uint16_t>((i - place) % brief_coded);
      } else {
        chip.bit = static_cast<std::uint16_t>(rest_order[quarter * rest + i - brief] % rest_coded);
      }
    }
  }
}

std::vector<float> SoundLayout::place_signs(std::int64_t block) const {
  return key_.stream("sound place", static_cast<std::uint64_t>(block)).signs(chips_in_block());
}

std::vector<float> SoundLayout::brief_code(std::uint32_t upper) {
  return coded(media::with_crc(media::kCrc16, media::bits_of(upper, 32)));
}

std::vector<float> SoundLayout::rest_code(std::uint64_t id) {
  const media::Bits all = media::with_crc(media::kCrc24, media::bits_of(id, 64));
  return coded(media::Bits(all.begin() + 32, all.end()));
}

std::vector<float> SoundLayout::signs_of(std::uint64_t id, int quarter) const {
  const std::vector<float> brief = brief_code(static_cast<std::uint32_t>(id >> 32));
  const std::vector<float> rest = rest_code(id);
  std::vector<float> signs;
  for (const SoundChip& chip : chips(quarter)) {
    float sign = chip.sign;
    if (chip.part == SoundPart::brief) sign *= brief[chip.bit];
    if (chip.part == SoundPart::rest) sign *= rest[chip.bit];
    signs.push_back(chip.part == SoundPart::place ? 0.0F : sign);
  }
  return signs;
}

}  // namespace bonafide::provenance::mark
