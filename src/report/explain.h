// One test's answer at length: what it asked, what it measured, and how to read that. Built from the finding alone, so
// every detector is explained without code of its own.
#pragma once
#include <string>
#include <string_view>

#include "base/text_style.h"
#include "report/report.h"

namespace bonafide::report {

/// All findings of the detector `id`, one below the other.
std::string explain(const Report& report, std::string_view id, const TextStyle& style);

}  // namespace bonafide::report
