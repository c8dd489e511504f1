// The multi-asset hash (C2PA 2.5 §14.12.4): when the hash over a whole file of several parts (a picture with a gain
// map, a motion photo) does not hold, its parts are checked one by one; optional ones may have been taken off.
#pragma once
#include <functional>

#include "provenance/c2pa/binding.h"

namespace bonafide::provenance::c2pa {

/// The assertion that a part's hashed reference names, in the same manifest and with the hash that the reference says;
/// nothing when there is none such.
using PartFinder = std::function<const JumbfBox*(const HashedUri& reference)>;

/// `request.value` is the content of c2pa.hash.multi-asset. Codes assertion.multiAssetHash.{match, missingPart,
/// malformed, mismatch}. After an update nothing has moved along: sizes are held to those that were signed.
/// An Error only when the file cannot be read or the work was stopped.
Result<BindingCheck> check_multi_asset(const BindingRequest& request, const PartFinder& find,
                                       const media::ByteSource& source, const Located& located, const Context& context);

}  // namespace bonafide::provenance::c2pa
