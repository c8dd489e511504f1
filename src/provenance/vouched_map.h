// The map of a picture that a credential carries, when its signer vouches for it: found even where the file's own hash
// no longer holds, since that is when it is needed.
#pragma once
#include <string_view>

#include "provenance/c2pa/validate.h"

namespace bonafide::provenance {

/// Label of the assertion; its content is the CBOR of mark/map.h.
inline constexpr std::string_view kBlockMapLabel = "org.bonafide.block-map";

/// From the newest manifest that is no mere update. not_found: it has no map; denied: it has one that is not to be
/// believed (the signature does not hold, the claim does not hash to it, the signer does not vouch for it).
Result<Bytes> vouched_map(const c2pa::Validation& validation);

}  // namespace bonafide::provenance
