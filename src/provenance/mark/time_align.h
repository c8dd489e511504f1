// Which stretch of a suspect shows which stretch of an original, both known as rows of numbers in time: what was cut out,
// put in or moved. Private to this room.
#pragma once
#include <cstddef>
#include <vector>

namespace bonafide::provenance::mark {

/// Rows of `width` values each, at even steps of time.
struct TimeRows {
  std::size_t width = 0;
  std::vector<float> values{};
  std::size_t rows() const { return width == 0 ? 0 : values.size() / width; }
  const float* row(std::size_t i) const { return values.data() + i * width; }
};

struct TimeScale {
  double slot_s = 0;       ///< between two rows of the original
  std::size_t ratio = 1;   ///< rows of the suspect in one of the original
  double independent = 1;  ///< how many independent values a row is worth
  double noise = 1;        ///< energy of a row below which it says little
};

/// Slots [first, last) of the original, which the suspect shows `offset_s` later.
struct TimePiece {
  std::size_t first = 0, last = 0;
  double offset_s = 0;
  double gain = 0;  ///< log likelihood ratio against unrelated rows
};

/// In order of the original's time; empty when nothing stands out. Slots between two pieces are nowhere in the suspect.
std::vector<TimePiece> align_times(const TimeRows& original, const TimeRows& suspect, const TimeScale& scale);

}  // namespace bonafide::provenance::mark
