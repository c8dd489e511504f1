// Prints of works: what a file looks and sounds like, from one decoding, and the works of an index that resemble it.
#pragma once
#include <string>
#include <vector>

#include "app/log/log.h"
#include "base/context.h"
#include "base/work_prints.h"
#include "report/prints.h"

namespace bonafide::app {

/// unsupported: neither picture nor clip nor sound, or nothing of it could be decoded.
Result<report::PrintedWork> print_work(const std::string& path, const Context& context);

/// For the registry: the prints, and the map by which a copy is compared later.
WorkPrinter work_printer();

/// An index of these files, or of everything in a log's registry that has prints and was not erased.
Result<Bytes> index_of_files(const std::vector<std::string>& files, const Context& context);
Result<Bytes> index_of_registry(const LogPlace& place);

/// The works of an index that a file resembles, the best first.
Result<report::MatchedWork> match_work(const std::string& path, const provenance::print::PrintIndex& index,
                                       const Context& context);

}  // namespace bonafide::app
