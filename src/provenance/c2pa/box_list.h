// The parts of a file by the names that the box hash knows them by (C2PA 2.5 §16.3.3): JPEG markers, PNG and RIFF
// chunks, GIF blocks, JPEG XL boxes.
#pragma once
#include <string>
#include <vector>

#include "provenance/c2pa/locate.h"

namespace bonafide::provenance::c2pa {

struct NamedBox {
  std::string name;  ///< "SOI", "APP0", "SOS" (with the scan), "PNGh", "IHDR", "GIF89a", "LSD", …; the store: "C2PA"
  Range range;
};

/// Every byte of the file in order, without gaps; what follows the format's end is "c2pa.after". unsupported: a kind of
/// file that has no box hash.
Result<std::vector<NamedBox>> list_boxes(const media::ByteSource& source, const Located& located,
                                         const Context& context);

}  // namespace bonafide::provenance::c2pa
