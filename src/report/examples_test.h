// Reports made by hand, for the tests of every renderer: a talking clip, a doctored photograph, a sound that allows
// no answer, and one whose every text is hostile.
#pragma once
#include "report/report.h"

namespace bonafide::report {

Report example_clip();
Report example_photo();
/// The photograph, whose mark shows where and when it was changed.
Report example_altered();
/// The clip, which a map shows to differ in a place and in time.
Report example_altered_clip();
Report example_sound();
/// Markup, control characters, broken UTF-8 and endless words wherever a file can put text.
Report example_hostile();

}  // namespace bonafide::report
