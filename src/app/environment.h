// What a court needs to run the same check again: versions, models, system.
#pragma once
#include <string>

#include "report/report.h"

namespace bonafide::app {

/// "0.1.0".
std::string version();
/// `with_faces`: name the landmark model too (its 100 MB are hashed once per process).
report::Environment environment(const std::string& command, bool with_faces);

}  // namespace bonafide::app
