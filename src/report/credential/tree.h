// What a credential holds, as a tree for a terminal: manifests, their assertions and ingredients, with sizes. Facts in
// the file's own words, no verdict.
#pragma once
#include <string>

#include "base/text_style.h"
#include "report/credential/verification.h"

namespace bonafide::report {

/// `whole` false: the active manifest only, its history as a count.
std::string credential_tree(const Verification& verification, bool whole, const TextStyle& style);

}  // namespace bonafide::report
