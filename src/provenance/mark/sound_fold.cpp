#include "provenance/mark/sound_fold.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "media/dsp/crc.h"

namespace bonafide::provenance::mark {

namespace {

constexpr std::size_t kPeriod = kStepsInBlock;
constexpr std::size_t kFullPeriod = kPeriod * kSoundQuarters;
constexpr std::size_t kSlots = kSoundSlots;
constexpr std::size_t kSlotRows = kStepsInSlot;

}  // namespace

SoundFold::SoundFold(const SoundMap& map, std::size_t from, std::size_t to)
    : bands_(map.bands()), full_(kFullPeriod * bands_, 0.0F), brief_(kPeriod * bands_, 0.0F) {
  for (std::size_t j = from; j < std::min(to, map.rows()); ++j) {
    const auto row = map.row(j);
    float* const into = full_.data() + j % kFullPeriod * bands_;
    for (std::size_t b = 0; b < bands_; ++b) into[b] += static_cast<float>(row[b]);
  }
  for (std::size_t i = 0; i < full_.size(); ++i) brief_[i % brief_.size()] += full_[i];
}

std::span<const float> SoundFold::at(std::size_t row) const {
  return std::span(full_).subspan(row % kFullPeriod * bands_, bands_);
}

std::span<const float> SoundFold::brief_at(std::size_t row) const {
  return std::span(brief_).subspan(row % kPeriod * bands_, bands_);
}

SoundChips::SoundChips(const MarkKey& key) : layout_(key) {
  const std::size_t bands = sound_bands().size();
  const auto chips = layout_.chips(0);
  for (std::size_t i = 0; i < chips.size(); ++i) {
    if (chips[i].part != SoundPart::sync) continue;
    sync_.push_back({static_cast<std::uint32_t>(i / bands * kSlotRows * bands + i % bands), chips[i].sign});
  }
}

std::vector<SoundPeak> SoundChips::peaks(const SoundFold& fold, std::size_t count) const {
  const std::size_t bands = sound_bands().size();
  std::vector<float> twice;  // so that no index needs a remainder
  twice.reserve(2 * kPeriod * bands);
  for (std::size_t j = 0; j < 2 * kPeriod; ++j) {
    const auto row = fold.brief_at(j);
    twice.insert(twice.end(), row.begin(), row.end());
  }
  std::vector<SoundPeak> all(kPeriod);
  for (std::size_t offset = 0; offset < kPeriod; ++offset) {
    const float* const from = twice.data() + offset * bands;
    float sum = 0, energy = 0;
    for (const Sync& chip : sync_) {
      const float value = from[chip.at];
      sum += chip.sign * value;
      energy += value * value;
    }
    all[offset] = {offset, energy > 0 ? static_cast<double>(sum) / std::sqrt(static_cast<double>(energy)) : 0};
  }
  std::sort(all.begin(), all.end(), [](const SoundPeak& a, const SoundPeak& b) { return a.z > b.z; });
  std::vector<SoundPeak> best;
  for (const SoundPeak& peak : all) {
    if (best.size() == count) break;
    const auto near = [&](const SoundPeak& other) {
      const std::size_t apart = (peak.offset + kPeriod - other.offset) % kPeriod;
      return apart < 2 || apart > kPeriod - 2;
    };
    if (std::none_of(best.begin(), best.end(), near)) best.push_back(peak);
  }
  return best;
}

SoundChips::Brief SoundChips::read_brief(const SoundFold& fold, std::size_t offset) const {
  const std::size_t bands = sound_bands().size();
  std::vector<float> soft(sound_code().coded_size(kBriefBits), 0.0F);
  const auto chips = layout_.chips(0);
  for (std::size_t slot = 0; slot < kSlots; ++slot) {
    const auto row = fold.brief_at(offset + slot * kSlotRows);
    for (std::size_t b = 0; b < bands; ++b) {
      const SoundChip& chip = chips[slot * bands + b];
      if (chip.part == SoundPart::brief) soft[chip.bit] += chip.sign * row[b];
    }
  }
  const media::SoftDecoded decoded = media::decode_soft(sound_code(), soft, kBriefBits);
  const auto upper = static_cast<std::uint32_t>(media::number_of(std::span(decoded.message).first(32)));
  return {upper, media::crc_holds(media::kCrc16, decoded.message)};
}

std::optional<SoundChips::Full> SoundChips::read_rest(const SoundFold& fold, std::size_t offset,
                                                      std::uint32_t upper) const {
  const std::size_t bands = sound_bands().size();
  for (int phase = 0; phase < kSoundQuarters; ++phase) {
    std::vector<float> soft(sound_code().coded_size(kRestBits), 0.0F);
    for (int block = 0; block < kSoundQuarters; ++block) {
      const auto chips = layout_.chips((phase + block) % kSoundQuarters);
      for (std::size_t slot = 0; slot < kSlots; ++slot) {
        const auto row = fold.at(offset + static_cast<std::size_t>(block) * kPeriod + slot * kSlotRows);
        for (std::size_t b = 0; b < bands; ++b) {
          const SoundChip& chip = chips[slot * bands + b];
          if (chip.part == SoundPart::rest) soft[chip.bit] += chip.sign * row[b];
        }
      }
    }
    const media::SoftDecoded decoded = media::decode_soft(sound_code(), soft, kRestBits);
    media::Bits all = media::bits_of(upper, 32);
    all.insert(all.end(), decoded.message.begin(), decoded.message.end());
    if (media::crc_holds(media::kCrc24, all)) return Full{media::number_of(std::span(all).first(64)), phase};
  }
  return std::nullopt;
}

}  // namespace bonafide::provenance::mark
