// What every section of the page uses: escaping, icons, titles, charts.
#include <algorithm>
#include <cctype>
#include <cmath>

#include "base/time.h"
#include "report/html.h"
#include "report/svg.h"

namespace bonafide::report::html {

using forensics::Finding;
using forensics::Outcome;
using forensics::Strength;

std::string text(std::string_view hostile) {
  std::string out;
  for (const char c : one_line(hostile)) {
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

std::string isolated(std::string_view hostile) { return fmt::format("<bdi>{}</bdi>", text(hostile)); }

std::string_view tone(std::optional<Strength> strength) { return strength ? key_of(*strength) : "unknown"; }

// Every icon differs in shape, not only in colour: ring, triangle, octagon, full octagon, question mark.
std::string_view strength_icon(std::optional<Strength> strength) {
  if (!strength)
    return R"(<svg viewBox="0 0 32 32" aria-hidden="true"><circle cx="16" cy="16" r="13" fill="none" stroke="currentColor" stroke-width="2.5" stroke-dasharray="5 3.2"/><path d="M12 12.5a4 4 0 1 1 5.5 3.7c-1 .5-1.5 1.1-1.5 2.3v.7" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round"/><circle cx="16" cy="23.3" r="1.6" fill="currentColor"/></svg>)";
  switch (*strength) {
    case Strength::none:
      return R"(<svg viewBox="0 0 32 32" aria-hidden="true"><circle cx="14" cy="14" r="9.5" fill="none" stroke="currentColor" stroke-width="2.5"/><path d="M21 21l8 8M10 14h8" stroke="currentColor" stroke-width="2.5" stroke-linecap="round"/></svg>)";
    case Strength::weak:
      return R"(<svg viewBox="0 0 32 32" aria-hidden="true"><path d="M16 4 29 27H3Z" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="4 2.6" stroke-linejoin="round"/><circle cx="16" cy="21" r="1.9" fill="currentColor"/></svg>)";
    case Strength::moderate:
      return R"(<svg viewBox="0 0 32 32" aria-hidden="true"><path d="M16 4 29 27H3Z" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linejoin="round"/><path d="M16 12v7" stroke="currentColor" stroke-width="2.8" stroke-linecap="round"/><circle cx="16" cy="23.2" r="1.7" fill="currentColor"/></svg>)";
    case Strength::strong:
      return R"(<svg viewBox="0 0 32 32" aria-hidden="true"><path d="M11 3h10l8 8v10l-8 8H11l-8-8V11Z" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linejoin="round"/><path d="M16 9v9" stroke="currentColor" stroke-width="3" stroke-linecap="round"/><circle cx="16" cy="23" r="1.8" fill="currentColor"/></svg>)";
    case Strength::very_strong:
      return R"(<svg viewBox="0 0 32 32" aria-hidden="true"><path fill-rule="evenodd" d="M11 3h10l8 8v10l-8 8H11l-8-8V11Zm0 5v10h3V8Zm7 0v10h3V8Zm-7 13v3h3v-3Zm7 0v3h3v-3Z" fill="currentColor"/></svg>)";
  }
  return "";
}

std::string_view outcome_icon(Outcome outcome) {
  switch (outcome) {
    case Outcome::sign:
      return R"(<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 3 22 20H2Z" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round"/><path d="M12 9v5" stroke="currentColor" stroke-width="2" stroke-linecap="round"/><circle cx="12" cy="17" r="1.2" fill="currentColor"/></svg>)";
    case Outcome::nothing_found:
      return R"(<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="10.5" cy="10.5" r="6.5" fill="none" stroke="currentColor" stroke-width="2"/><path d="m15.5 15.5 5.5 5.5M8 10.5h5" stroke="currentColor" stroke-width="2" stroke-linecap="round"/></svg>)";
    case Outcome::fact:
      return R"(<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 3h10l4 4v14H5Z" fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round"/><path d="M8.5 10h7M8.5 14h7M8.5 18h4" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/></svg>)";
    case Outcome::not_applicable:
      return R"(<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="9" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="3.5 2.5"/><path d="M8 12h8" stroke="currentColor" stroke-width="2" stroke-linecap="round"/></svg>)";
    case Outcome::not_examined:
      return R"(<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="9" fill="none" stroke="currentColor" stroke-width="2"/><path d="M12 7v5.5l3.5 2" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round"/></svg>)";
    case Outcome::failed:
      return R"(<svg viewBox="0 0 24 24" aria-hidden="true"><path d="m5 5 14 14M19 5 5 19" stroke="currentColor" stroke-width="2.4" stroke-linecap="round"/></svg>)";
  }
  return "";
}

std::string_view state_icon(provenance::State state) {
  switch (state) {
    case provenance::State::not_examined:
    case provenance::State::none:
      return R"(<svg viewBox="0 0 32 32" aria-hidden="true"><path d="M16 3l11 4v8c0 7-4.5 11.5-11 14C9.5 26.5 5 22 5 15V7Z" fill="none" stroke="currentColor" stroke-width="2.4" stroke-dasharray="4.5 3" stroke-linejoin="round"/><path d="M11.5 15.5h9" stroke="currentColor" stroke-width="2.4" stroke-linecap="round"/></svg>)";
    case provenance::State::found:
    case provenance::State::intact:
      return R"(<svg viewBox="0 0 32 32" aria-hidden="true"><path d="M16 3l11 4v8c0 7-4.5 11.5-11 14C9.5 26.5 5 22 5 15V7Z" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linejoin="round"/><circle cx="11.5" cy="15.5" r="1.6" fill="currentColor"/><circle cx="16" cy="15.5" r="1.6" fill="currentColor"/><circle cx="20.5" cy="15.5" r="1.6" fill="currentColor"/></svg>)";
    case provenance::State::trusted:
      return R"(<svg viewBox="0 0 32 32" aria-hidden="true"><path d="M16 3l11 4v8c0 7-4.5 11.5-11 14C9.5 26.5 5 22 5 15V7Z" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linejoin="round"/><path d="m11 15.5 3.8 4 6.7-8" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round"/></svg>)";
    case provenance::State::broken:
    case provenance::State::altered:
      return R"(<svg viewBox="0 0 32 32" aria-hidden="true"><path d="M16 3l11 4v8c0 7-4.5 11.5-11 14C9.5 26.5 5 22 5 15V7Z" fill="none" stroke="currentColor" stroke-width="2.4" stroke-linejoin="round"/><path d="m18 3-4 8 5 5-5 5 2 8" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linejoin="round"/></svg>)";
  }
  return "";
}

std::string title_of(const Finding& finding) {
  if (!finding.title.empty()) return finding.title;
  std::string title = finding.detector.substr(std::min(finding.detector.find('.') + 1, finding.detector.size()));
  std::replace(title.begin(), title.end(), '_', ' ');
  if (!title.empty()) title[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(title[0])));
  return title.empty() ? "Test" : title;
}

std::string anchor(std::string_view prefix, std::string_view id) {
  std::string out(prefix);
  for (const char c : id) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += plain ? c : '-';
  }
  return out;
}

std::vector<const Finding*> signs_of(const Report& report) {
  std::vector<const Finding*> signs;
  for (const Finding& finding : report.forensics.findings) {
    if (finding.outcome == Outcome::sign) signs.push_back(&finding);
  }
  std::stable_sort(signs.begin(), signs.end(), [](const Finding* a, const Finding* b) {
    return verdict::contribution(*a) > verdict::contribution(*b);
  });
  return signs;
}

double clip_length(const Report& report) {
  if (report.media.kind == media::Kind::image) return 0;
  double length = report.media.duration_s;
  if (!(length > 0) || !std::isfinite(length)) {
    length = 0;
    for (const forensics::TimeSpan& span : report.forensics.examined) length = std::max(length, span.end_s);
  }
  return length;
}

bool has_picture(const Report& report) { return clip_length(report) <= 0 && !report.forensics.previews.empty(); }

bool has_timeline(const Report& report) { return clip_length(report) > 0; }

std::string rough(double value) { return number_words(std::strtod(fmt::format("{:.3g}", value).c_str(), nullptr)); }

void add_curve_table(std::string& out, const forensics::Curve& curve, double length) {
  constexpr std::size_t kRows = 24;
  const std::size_t count = std::min(curve.x.size(), curve.y.size());
  const bool in_time = curve.x_unit == "s";
  const auto place = [&](double x) {
    return in_time ? to_clock(x, length < 600) : fmt::format("{} {}", number_words(x), text(curve.x_unit));
  };
  add(out, "<div class=\"scroll\"><table><caption>{}{}{}", text(curve.name), curve.y_unit.empty() ? "" : ", ",
      text(curve.y_unit));
  if (curve.normal_low || curve.normal_high) {
    add(out, "; usual range {} to {}", curve.normal_low ? number_words(*curve.normal_low) : "any",
        curve.normal_high ? number_words(*curve.normal_high) : "any");
  }
  if (count > kRows) add(out, "; {} of {} values, all of them are in the JSON report", kRows, count);
  add(out, "</caption><thead><tr><th scope=\"col\">{}</th><th scope=\"col\">Value</th></tr></thead><tbody>",
      in_time ? "Time" : "At");
  for (std::size_t row = 0; row < std::min(kRows, count); ++row) {
    const std::size_t i = count <= kRows ? row : row * (count - 1) / (kRows - 1);
    add(out, "<tr><th scope=\"row\">{}</th><td>{}</td></tr>", place(curve.x[i]), number_words(curve.y[i]));
  }
  out += "</tbody></table>";
  if (!curve.ticks.empty()) {
    std::vector<std::string> events;
    for (std::size_t i = 0; i < std::min<std::size_t>(curve.ticks.size(), 60); ++i)
      events.push_back(place(curve.ticks[i]));
    add(out, "<p class=\"small\">Events ({}): {}{}</p>", curve.ticks.size(), fmt::join(events, ", "),
        events.size() < curve.ticks.size() ? " …" : "");
  }
  out += "</div>";
}

void add_chart(std::string& out, const forensics::Curve& curve) {
  double low = 0;
  double high = 0;
  bool any = false;
  for (const double x : curve.x) {
    if (!std::isfinite(x)) continue;
    low = any ? std::min(low, x) : x;
    high = any ? std::max(high, x) : x;
    any = true;
  }
  if (!any) return;
  const ValueRange range = value_range(curve);
  add(out,
      "<figure class=\"chart\"><figcaption>{}{}</figcaption><div class=\"plot curve\">{}<span class=\"edge high\">{} {}"
      "</span><span class=\"edge low\">{}</span></div><div class=\"xs\"><span>{} {}</span><span>{} {}</span></div>",
      text(curve.name), curve.normal_low || curve.normal_high ? " (shaded: usual range)" : "",
      curve_svg(curve, low, high), rough(range.high), text(curve.y_unit), rough(range.low), rough(low),
      text(curve.x_unit), rough(high), text(curve.x_unit));
  out += "<details class=\"twin\"><summary>The same as a table</summary>";
  add_curve_table(out, curve, 0);
  out += "</details></figure>";
}

}  // namespace bonafide::report::html
