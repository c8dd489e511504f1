// Where a mark leads: is this file the work that its id stands for? An id can be copied onto anything; what it leads to
// must match in name and content, and the two must not tell different stories.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "app/compare.h"
#include "app/credential/trust.h"
#include "app/mark.h"
#include "provenance/c2pa/validate.h"

namespace bonafide::app {

enum class Traced {
  same,           ///< the work names this id, and the content is the work's
  altered,        ///< the same, but for places that differ
  other_work,     ///< the work names this id, and the content is another: the mark was laid over it
  other_id,       ///< the work names another id
  contradiction,  ///< mark and content fit; the two credentials say opposite things of how it came about
  unsure,         ///< what ties them, or the content, could not be compared
  no_mark,
};
std::string_view to_string(Traced answer);

struct MarkTraceRequest {
  std::string file;
  std::string work;  ///< signed, or its credential alone (.c2pa)
  MarkKeys keys;
  bool deep = false;
  crypto::UnixTime at = 0;  ///< validation clock
};

struct MarkTrace {
  std::string file = {}, work = {};
  Traced answer = Traced::no_mark;
  FoundMarks found = {};
  std::vector<std::string> named = {};           ///< ids that the work's credential names; else the one of its label
  std::optional<AnyComparison> comparison = {};  ///< of the content, where it could be compared
  std::vector<std::string> sentences = {};
};

/// denied: the work's credential does not hold; not_found: it has none.
Result<MarkTrace> trace_mark(const MarkTraceRequest& request, const Trust& trust, const Context& context);
/// Schema bonafide.mark_trace/1.
Json mark_trace_json(const MarkTrace& trace);

/// What a credential's actions say: "captured" or "generated" (IPTC digital source types), or "" for neither or both.
std::string origin_of(const provenance::c2pa::Validation& validation);

}  // namespace bonafide::app
