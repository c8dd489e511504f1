// The report as one self-contained page.
#include <fmt/format.h>

#include "report/names.h"
#include "report/report.h"

namespace bonafide::report {

namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace

// The words only, for now: timeline and pictures follow.
std::string to_html(const Report& report) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>{}</title></head>"
      "<body><pre>{}</pre></body></html>\n",
      escaped(file_name(report.media)), escaped(to_text(report, {})));
}

}  // namespace bonafide::report
