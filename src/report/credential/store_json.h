// A manifest store in the JSON that users of c2patool know: manifests by label, what they say, and validation's
// results.
#pragma once
#include "base/json.h"
#include "provenance/c2pa/validate.h"

namespace bonafide::report {

/// active_manifest, manifests, validation_status (failures, when there are any), validation_results, validation_state.
/// As c2patool leaves them out, hard bindings by data hash are not among the assertions; labels and values are the
/// file's own (c2patool shows c2pa.actions as c2pa.actions.v2). Without a readable store there are no manifests.
Json store_json(const provenance::c2pa::Validation& validation);

}  // namespace bonafide::report
