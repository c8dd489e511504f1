// Inside this room only: rows of a sound map laid over each other by the mark's period, the search for its sync chips,
// and what the chips found there say.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "provenance/mark/sound_layout.h"
#include "provenance/mark/sound_map.h"

namespace bonafide::provenance::mark {

/// Sums of rows that lie four blocks (20 s) apart.
class SoundFold {
 public:
  explicit SoundFold(const SoundMap& map) : SoundFold(map, 0, map.rows()) {}
  SoundFold(const SoundMap& map, std::size_t from, std::size_t to);
  /// `row` counts from the map's beginning, modulo four blocks.
  std::span<const float> at(std::size_t row) const;
  /// The same, one block (5 s) over the other.
  std::span<const float> brief_at(std::size_t row) const;

 private:
  std::size_t bands_;
  std::vector<float> full_, brief_;
};

struct SoundPeak {
  std::size_t offset = 0;  ///< of a block's first slot, in rows
  double z = 0;
};

/// A key's layout in the forms that reading wants.
class SoundChips {
 public:
  explicit SoundChips(const MarkKey& key);
  const SoundLayout& layout() const { return layout_; }

  /// The best places of the sync chips, at least two steps apart, best first. z is exact in deviation 1 for an unmarked
  /// sound, because the key's signs are independent of it.
  std::vector<SoundPeak> peaks(const SoundFold& fold, std::size_t count) const;

  struct Brief {
    std::uint32_t upper = 0;
    bool holds = false;  ///< CRC-16
  };
  Brief read_brief(const SoundFold& fold, std::size_t offset) const;
  /// The whole id, if one of the four ways to number the blocks gives one that its CRC-24 confirms. `phase`: which of
  /// the four blocks begins at `offset`.
  struct Full {
    std::uint64_t id = 0;
    int phase = 0;
  };
  std::optional<Full> read_rest(const SoundFold& fold, std::size_t offset, std::uint32_t upper) const;

 private:
  struct Sync {
    std::uint32_t at;  ///< row · bands + band, from the block's beginning
    float sign;
  };
  SoundLayout layout_;
  std::vector<Sync> sync_;
};

}  // namespace bonafide::provenance::mark
