// Changing a manifest that somebody else signed, in the one way that is allowed: taking an assertion out (redaction,
// C2PA 2.5 §9.6).
#pragma once
#include <string_view>

#include "provenance/c2pa/jumbf.h"

namespace bonafide::provenance::c2pa {

/// The manifest's superbox without the assertion of this label. not_found: it has none.
Result<Bytes> without_assertion(ByteView manifest, std::string_view label);

}  // namespace bonafide::provenance::c2pa
