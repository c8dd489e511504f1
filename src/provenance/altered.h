// Where a mark or a signed map shows that a work was changed after it was placed or signed: in the picture, in time, or
// both, each with the chance that an unchanged work shows as much.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bonafide::provenance {

/// Pixels of the picture as shown.
struct AlteredBox {
  int x = 0, y = 0, width = 0, height = 0;
};

/// Seconds on the file's clock; begin and end are equal where something is missing.
struct AlteredTime {
  double begin_s = 0, end_s = 0;
};

struct Altered {
  std::string method;    ///< "mark.tamper", "mark.map", "mark.sound": the name of its card in docs/methods
  std::string sentence;  ///< plain: what shows there
  double log10_p = 0;    ///< everything that was looked at is counted in it
  std::optional<AlteredBox> box{};
  std::optional<AlteredTime> time{};
};

/// A map over the whole picture as shown, row by row: 0 unaltered or not to be told, 255 surely altered.
struct AlteredMap {
  std::string method;
  std::string name;     ///< "tamper-revealing mark"
  std::string reading;  ///< how to read it, one sentence
  int width = 0, height = 0;
  std::vector<std::uint8_t> values{};
};

}  // namespace bonafide::provenance
