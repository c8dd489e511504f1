// The verbs of the record, for a program's table of contents.
#pragma once
#include "base/ask.h"
#include "base/serve.h"
#include "cli/kit/verb.h"

namespace bonafide::cli {

void add_log(VerbTable& verbs);
/// What a program with a network lends to these verbs.
struct LogNetwork {
  AskNetwork ask = {};
  Serve serve = {};
};
void add_log_on(VerbTable& verbs, LogNetwork network);
/// For `sign --log`: see Recorder.
Result<Recorded> record_signed(const std::string& folder, const std::string& work, const app::KeySource& key,
                               const std::string& mark, const WorkPrinter& prints, const Context& context);

}  // namespace bonafide::cli
