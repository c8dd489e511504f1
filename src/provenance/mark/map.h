// BlockMap: what a picture looked like, block by block, in four bytes each. A signer puts it into the credential; later
// it shows where a copy differs, after compression, resizing and cropping, without any change to the picture itself.
// Signs of differences between distant blocks survive JPEG (Lin and Chang, IEEE CSVT 11(2), 2001, invariant 2).
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace bonafide::provenance::mark {

/// RGB samples of somebody else's, three bytes a pixel, upright as the picture is to be shown.
struct RgbView {
  const std::uint8_t* data = nullptr;
  int width = 0, height = 0;

  const std::uint8_t* row(int y) const { return data + std::ptrdiff_t{3} * width * y; }
};

inline constexpr int kMapSigns = 6;  ///< low frequencies of a block whose sign against a partner is kept

/// One block; the whole of it is four bytes in the map.
struct BlockCode {
  std::uint8_t y = 0, cb = 0, cr = 0;  ///< means, 6 bits: value / 4, rounded down
  std::uint8_t signs = 0;              ///< bit i: frequency i is larger here than in the partner
  std::uint8_t coarse = 0, fine = 0;   ///< detail, 4 bits: energy of periods of 8-16 and of 4-8 in steps of 3 dB
  bool operator==(const BlockCode&) const = default;
};

/// The picture is brought to 512 on its short side; blocks of about `block` by `block` divide it evenly.
struct BlockMap {
  int width = 0, height = 0;  ///< of the picture, in pixels, upright
  int block = 16;             ///< 16 or 32
  int columns = 0, rows = 0;
  std::vector<BlockCode> codes;  ///< row by row

  std::size_t size() const { return codes.size(); }
  bool operator==(const BlockMap&) const = default;
};

inline constexpr int kMapShortSide = 512;
inline constexpr int kMapLeastSide = 64;     ///< pixels; smaller pictures have no map
inline constexpr int kMapLargestAspect = 8;  ///< long side to short side

/// Columns and rows of a picture's map: the short side has 512 / block blocks, the long side as many as come nearest.
struct MapGrid {
  int columns = 0, rows = 0;
};
/// unsupported: too small, too long, or no such block size.
Result<MapGrid> map_grid(int width, int height, int block);

/// Integer arithmetic throughout: equal samples give equal maps on every machine.
Result<BlockMap> make_block_map(RgbView picture, int block = 16);

/// CBOR, deterministic: {"v": 1, "alg": "bonafide.map.1", "width", "height", "block", "columns", "rows", "codes"}.
Bytes encode_block_map(const BlockMap& map);
/// corrupt: not of that form, or of sizes that do not belong together; unsupported: another version.
Result<BlockMap> parse_block_map(ByteView cbor);

/// For each frequency and block, the block it is compared with: one cycle through all blocks a frequency, so each is
/// asked about twice. Part of the format.
std::vector<std::vector<std::uint32_t>> map_partners(std::size_t blocks);

}  // namespace bonafide::provenance::mark
