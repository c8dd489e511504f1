// The verbs of the whole program, for its table of contents.
#pragma once
#include "cli/kit/verb.h"

namespace bonafide::cli {

void add_check(VerbTable& verbs);
void add_compare(VerbTable& verbs);
void add_inspect(VerbTable& verbs);
void add_mark(VerbTable& verbs);
void add_mark_key(VerbTable& verbs, CLI::App& group);
void add_mark_tamper(VerbTable& verbs, CLI::App& group);
void add_mark_trace(VerbTable& verbs, CLI::App& group);
void add_print(VerbTable& verbs);
void add_match(VerbTable& verbs);
void add_report(VerbTable& verbs);
void add_eval(VerbTable& verbs);
void add_calibrate(VerbTable& verbs);
void add_trace(VerbTable& verbs);
void add_detectors(VerbTable& verbs);
void add_doctor(VerbTable& verbs);
void add_config(VerbTable& verbs);
void add_version(VerbTable& verbs);

/// For `sign --mark`: see Marker.
Result<std::vector<PlacedMark>> mark_for_signing(const std::string& in, const std::string& out, const Marking& marking,
                                                 const Context& context);

}  // namespace bonafide::cli
