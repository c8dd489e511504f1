// The tables ITU-T T.81 prints as examples and most of the world copied: quantisation (annex K.1), Huffman (K.3).
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"

namespace bonafide::media {

/// Row-by-row position of the n-th coefficient in zigzag order (T.81 figure A.6).
extern const std::array<std::uint8_t, 64> kZigzag;

/// T.81 table K.1 (luma) or K.2 (chroma) as libjpeg scales it for `quality` 1…100 (clamped): entries 1…255, row by row.
std::array<std::uint16_t, 64> ijg_table(int quality, bool chroma);

/// The quality setting 1…100 whose libjpeg table this is: T.81 table K.1 (luma) or K.2 (chroma), scaled by the
/// Independent JPEG Group's rule, clamped to 1…255. `values` row by row. Where several settings give the same
/// table (1 and 2 do for luma in places), the highest.
std::optional<int> ijg_quality(std::span<const std::uint16_t> values, bool chroma);

/// Whether a DHT table (16 counts, then the symbols) is one of the four of annex K.3.
bool is_annex_k_huffman(ByteView table);

}  // namespace bonafide::media
