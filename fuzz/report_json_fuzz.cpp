// A saved report is a file like any other: reading it back, and showing it, must survive whatever stands in it.
// link: bonafide_report
#include <cstdint>
#include <cstdlib>

#include "base/bytes.h"
#include "base/json.h"
#include "report/report.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bonafide;
  const auto json = parse_json(as_text({data, size}));
  if (!json) return 0;
  const auto report = report::from_json(*json);
  if (!report) {
    if (report.error().code == Code::internal) std::abort();
    return 0;
  }
  // What was read is written and read again as the same.
  const Json written = report::to_json(*report, true);
  const auto again = report::from_json(written);
  if (!again || dump_json(report::to_json(*again, true)) != dump_json(written)) std::abort();
  if (report::to_text(*report, {}).empty() || report::to_html(*report).empty()) std::abort();
  return 0;
}
