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

struct BoxListOptions {
  /// JPEG: the pictures of a Multi-Picture file are listed one after the other instead of as "c2pa.after", as long as
  /// each begins where the last one ended; §16.3.3.3.1 allows both.
  bool every_picture = false;
};

/// Every byte of the file in order, without gaps; what follows the format's end is "c2pa.after". Names of four
/// characters keep their spaces ("fmt ", "JXL "). The store is taken from the first of `located.framing` and not read,
/// so that a file whose frame is still empty can be listed too. unsupported: a kind of file that has no box hash;
/// corrupt, limit: as locate().
Result<std::vector<NamedBox>> list_boxes(const media::ByteSource& source, const Located& located,
                                         const Context& context, const BoxListOptions& options = {});

}  // namespace bonafide::provenance::c2pa
