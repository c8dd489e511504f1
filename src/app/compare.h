// compare: is a picture, clip or sound the one that was signed (or another file holds), and where and when does it
// differ? And maps of them for the half of the program that only knows credentials.
#pragma once
#include <string>
#include <variant>

#include "app/credential/trust.h"
#include "base/context.h"
#include "base/picture_maps.h"
#include "report/clip_comparison.h"
#include "report/comparison.h"

namespace bonafide::app {

struct CompareRequest {
  std::string original;     ///< a work, with a credential or without, or a credential by itself (.c2pa)
  std::string suspect;      ///< a work of the same kind
  crypto::UnixTime at = 0;  ///< validation clock
};

using AnyComparison = std::variant<report::Comparison, report::ClipComparison>;

/// The map comes from the original's credential when it has one, else it is made of the file. denied: the credential
/// holds a map that is not to be believed. unsupported: nothing that can be compared, or of two kinds.
Result<AnyComparison> compare(const CompareRequest& request, const Trust& trust, const Context& context);

/// `map`: as a credential holds it; `original`, `basis` and `credential` stay empty.
Result<AnyComparison> compare_with_map(ByteView map, const std::string& suspect, const Context& context);

/// A work held against a map (CBOR) that was kept of the original.
Result<AnyComparison> compare_map(ByteView map, const std::string& suspect, const Context& context);

/// A work's map as CBOR, and what became of it.
PictureMaps picture_maps();

}  // namespace bonafide::app
