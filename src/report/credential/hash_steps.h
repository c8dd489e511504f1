// How the hash over a file came about, for whoever debugs another implementation (--explain-hash).
#pragma once
#include "base/json.h"
#include "provenance/c2pa/validate.h"
#include "report/credential/page.h"

namespace bonafide::report {

Json hash_trace_json(const provenance::c2pa::HashTrace& trace);
void put_hash_trace(Page& page, const provenance::c2pa::HashTrace& trace);

/// "success", "informational", "failure".
std::string_view kind_word(provenance::c2pa::Kind kind);

}  // namespace bonafide::report
