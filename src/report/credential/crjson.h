// A manifest store as crJSON (C2PA 2.4 and later): every manifest with its assertions decoded, and what validation
// says. The form that C2PA's conformance rubrics are run on.
#pragma once
#include "base/json.h"
#include "provenance/c2pa/validate.h"

namespace bonafide::report {

/// Fits c2pa-rs's crJSON-schema.json. Beyond it: isUpdateManifest and isCompressedManifest, written only where they are
/// true. `at`: the validation clock. An unreadable store gives no manifests, and validationResults at the top.
Json crjson(const provenance::c2pa::Validation& validation, crypto::UnixTime at);

}  // namespace bonafide::report
