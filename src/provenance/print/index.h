// The index of prints: one flat file that is mapped into memory and never written to; rebuilt from the registry
// whenever that changed. Nothing in it is believed: every offset and number is checked against the file's size before
// it is used.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "provenance/print/prints.h"

namespace bonafide::provenance::print {

/// What a work is known by: its entry's leaf hash in the log, or zeros, and a name for people.
struct IndexedWork {
  std::array<std::uint8_t, 32> leaf = {};
  std::string name = {};
};

/// A single print near to the one that was asked about.
struct PrintHit {
  std::uint32_t work = 0;
  std::uint32_t tenths = 0;  ///< of a second; kStill: of a picture
  int distance = 0;
};
inline constexpr std::uint32_t kStill = UINT32_MAX;

struct SoundPlace {
  std::uint32_t item = 0, work = 0, position = 0;
};

class PrintIndex {
 public:
  /// not_found, corrupt; unsupported: of another version.
  static Result<PrintIndex> open(const std::string& path);
  /// Of bytes in memory, which it keeps.
  static Result<PrintIndex> over(Bytes bytes);

  std::size_t works() const { return layout_.works; }
  std::size_t prints() const { return layout_.prints; }
  std::size_t sound_items() const { return layout_.sounds; }
  IndexedWork work(std::size_t number) const;

  /// Every print within `most` bits, in no order, at most `limit` of them. Exact: up to 31 bits by sixteen slots of 16
  /// bits, one of which differs in at most one bit (multi-index hashing, Norouzi et al., CVPR 2012); beyond, and in
  /// small indexes, by comparing them all.
  std::vector<PrintHit> near(const Bits& bits, int most, std::size_t limit = 1000) const;
  /// Where this item of sound stands, unless it stands in more than `limit` places.
  std::vector<SoundPlace> places(std::uint32_t item, std::size_t limit = 200) const;
  /// A work's sound, item by item; empty: it has none.
  std::vector<std::uint32_t> sound(std::size_t work) const;
  std::uint32_t frames(std::size_t work) const;

 private:
  friend class IndexBuilder;
  struct Layout {
    std::uint64_t works = 0, prints = 0, sounds = 0, names = 0, slots = 0;
    std::uint64_t at_works = 0, at_bits = 0, at_refs = 0, at_offsets = 0, at_postings = 0, at_sounds = 0, at_order = 0,
                  at_names = 0, end = 0;
  };
  static Layout lay_out(std::uint64_t works, std::uint64_t prints, std::uint64_t sounds, std::uint64_t names,
                        std::uint64_t slots);
  struct Mapping;
  static Result<PrintIndex> checked(std::shared_ptr<const Mapping> mapping);
  std::uint32_t u32(std::uint64_t at) const;
  int distance_at(std::uint64_t print, const Bits& bits) const;
  std::optional<PrintHit> hit(std::uint64_t print, int distance) const;
  std::vector<PrintHit> near_by_slots(const Bits& bits, int most, std::size_t limit) const;
  std::pair<std::uint64_t, std::uint64_t> sound_range(std::size_t work) const;

  std::shared_ptr<const Mapping> mapping_;
  ByteView bytes_;
  Layout layout_;
};

class IndexBuilder {
 public:
  /// `slots_from`: that many prints get slots; fewer are compared one by one, which is as quick.
  explicit IndexBuilder(std::size_t slots_from = 65'536) : slots_from_(slots_from) {}
  /// limit: more than 2^31 prints or items.
  Result<void> add(const IndexedWork& work, const WorkPrints& prints);
  /// The file's bytes.
  Bytes finish() const;

 private:
  struct Work {
    std::array<std::uint8_t, 32> leaf;
    std::uint32_t name_at, name_size, sound_at, sound_size, frames;
  };
  struct Ref {
    std::uint32_t work, tenths;
  };
  std::size_t slots_from_;
  std::vector<Work> works_;
  std::vector<Bits> bits_;
  std::vector<Ref> refs_;
  std::vector<std::uint32_t> sounds_;
  std::string names_;
};

}  // namespace bonafide::provenance::print
