// The verbs of the record, for a program's table of contents.
#pragma once
#include "cli/kit/verb.h"

namespace bonafide::cli {

void add_log(VerbTable& verbs);
/// For `sign --log`: see Recorder.
Result<Recorded> record_signed(const std::string& folder, const std::string& work, const app::KeySource& key,
                               const std::string& mark, const Context& context);

}  // namespace bonafide::cli
