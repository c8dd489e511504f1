// Clips and sounds: everything that happens in time, on one clock. Signs, faces and curves as lanes; the film above.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "base/bytes.h"
#include "base/json.h"
#include "base/time.h"
#include "report/html.h"
#include "report/svg.h"

namespace bonafide::report::html {

using forensics::Curve;
using forensics::Finding;
using forensics::TimeSpan;

namespace {

constexpr std::size_t kMostThumbs = 10;  // more are too narrow to see on a page
constexpr std::size_t kMostCurves = 24;
constexpr std::string_view kHint =
    "<p class=\"small soft needs-js\">Move over the lanes, or focus them and use the arrow keys; Page Up and Page Down "
    "make "
    "larger steps.</p>";

struct CurveLane {
  const Finding* finding;
  const Curve* curve;
};

std::vector<CurveLane> curve_lanes(const Report& report) {
  std::vector<CurveLane> lanes;
  const auto take = [&](const Finding& finding) {
    for (const Curve& curve : finding.curves) {
      if (curve.x_unit == "s" && !curve.x.empty() && lanes.size() < kMostCurves) lanes.push_back({&finding, &curve});
    }
  };
  for (const Finding* finding : signs_of(report)) take(*finding);
  for (const Finding& finding : report.forensics.findings) {
    if (finding.outcome != forensics::Outcome::sign) take(finding);
  }
  return lanes;
}

/// What a mark or a map shows in time. It stands beside the signs, never among them: origin is another axis.
struct ChangeInTime {
  const provenance::Source* source;
  const provenance::Altered* altered;
  TimeSpan span;
};

std::vector<ChangeInTime> changes_of(const Report& report) {
  constexpr std::size_t kMostChanges = 200;
  std::vector<ChangeInTime> changes;
  for (const provenance::Source& source : report.provenance.sources) {
    for (const provenance::Altered& altered : source.altered) {
      if (altered.time && changes.size() < kMostChanges)
        changes.push_back({&source, &altered, {altered.time->begin_s, altered.time->end_s}});
    }
  }
  return changes;
}

std::string change_title(const ChangeInTime& change) { return "Changed: " + one_line(change.source->name); }

/// Per cent of the picture: left, top, width, height. Nothing: the change is not about a part of it.
std::optional<std::array<double, 4>> change_box(const Report& report, const ChangeInTime& change) {
  const auto& box = change.altered->box;
  if (!box || report.media.width <= 0 || report.media.height <= 0) return {};
  const double width = report.media.width, height = report.media.height;
  return std::array<double, 4>{100 * box->x / width, 100 * box->y / height, 100 * box->width / width,
                               100 * box->height / height};
}

struct Extent {
  double left = 0, width = 0;  ///< per cent of the clip
};

Extent extent(const TimeSpan& span, double length) {
  if (!std::isfinite(span.begin_s) || !std::isfinite(span.end_s)) return {};
  const double left = std::clamp(100 * span.begin_s / length, 0.0, 100.0);
  const double right = std::clamp(100 * span.end_s / length, left, 100.0);
  return {left, right - left};
}

void open_lane(std::string& out, const std::string& name, const std::string& note, std::string_view plot_class = "") {
  add(out, "<div class=\"lane\"><div class=\"name\">{}{}</div><div class=\"plot{}\">", name,
      note.empty() ? "" : fmt::format("<small>{}</small>", note), plot_class);
}

void close_lane(std::string& out) { out += "</div></div>"; }

void add_axis(std::string& out, double length) {
  out += "<div class=\"lane axis-lane\"><div class=\"name\"></div><div class=\"plot\">";
  const std::vector<double> marks = clock_marks(length, 10);
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const double left = 100 * marks[i] / length;
    const bool fine = marks.size() > 1 && marks[1] < 1;
    add(out, "<span class=\"{}{}\" style=\"left:{:.3f}%\">{}</span>", i % 2 == 1 ? "odd" : "", left > 96 ? " last" : "",
        left, to_clock(marks[i], fine));
  }
  close_lane(out);
}

// Every preview once: the evenly spread ones are seen, the others wait for the cursor.
void add_film(std::string& out, const Report& report, double length) {
  const std::vector<forensics::Preview>& previews = report.forensics.previews;
  if (previews.empty()) return;
  std::vector<bool> seen(previews.size(), false);
  const std::size_t slots = std::min(kMostThumbs, previews.size());
  for (std::size_t slot = 0; slot < slots; ++slot) {
    const double middle = length * (static_cast<double>(slot) + 0.5) / static_cast<double>(slots);
    std::size_t best = previews.size();
    for (std::size_t i = 0; i < previews.size(); ++i) {
      const bool nearer =
          best == previews.size() || std::fabs(previews[i].time_s - middle) < std::fabs(previews[best].time_s - middle);
      if (!seen[i] && nearer) best = i;
    }
    if (best < previews.size()) seen[best] = true;
  }
  out += "<div class=\"lane\"><div class=\"name\">Film</div><div class=\"plot film\">";
  for (std::size_t i = 0; i < previews.size(); ++i) {
    add(out,
        "<button type=\"button\" class=\"{}\" data-time=\"{:.3f}\" tabindex=\"-1\"><img alt=\"Frame at {}\" "
        "src=\"data:image/jpeg;base64,{}\"></button>",
        seen[i] ? "thumb" : "extra", previews[i].time_s, to_clock(previews[i].time_s, true),
        to_base64(previews[i].jpeg));
  }
  close_lane(out);
}

void add_examined(std::string& out, const Report& report, double length) {
  if (!report.sampled && report.forensics.not_examined.empty()) return;
  if (report.forensics.examined.empty()) return;
  open_lane(out, "Examined", report.sampled ? "samples of a long file" : "");
  for (const TimeSpan& span : report.forensics.examined) {
    const Extent at = extent(span, length);
    add(out, "<div class=\"bar examined\" style=\"left:{:.3f}%;width:{:.3f}%\" title=\"examined {}\"></div>", at.left,
        at.width, span_words(span));
  }
  close_lane(out);
}

void add_sign_lanes(std::string& out, const Report& report, double length) {
  for (const Finding* finding : signs_of(report)) {
    if (finding->spans.empty()) continue;
    const std::string_view weight = grade_words(weight_of(*finding));
    open_lane(out, isolated(title_of(*finding)),
              fmt::format("{} sign{}", weight, finding->face ? fmt::format(", face {}", *finding->face) : ""));
    for (const TimeSpan& span : finding->spans) {
      const Extent at = extent(span, length);
      add(out, "<div class=\"mark {}\" style=\"left:{:.3f}%;width:{:.3f}%\" title=\"{}: {}\">",
          tone(weight_of(*finding)), at.left, at.width, span_words(span), text(finding->sentence));
      if (at.width > 9) add(out, "<b>{}</b>", weight);
      out += "</div>";
    }
    close_lane(out);
  }
}

/// A lane for each source that shows changes; where something is missing, a narrow mark.
void add_change_lanes(std::string& out, const Report& report, double length) {
  const std::vector<ChangeInTime> changes = changes_of(report);
  const provenance::Source* open = nullptr;
  for (const ChangeInTime& change : changes) {
    if (open != change.source) {
      if (open != nullptr) close_lane(out);
      open_lane(out, isolated(change_title(change)), "where it comes from");
      open = change.source;
    }
    const Extent at = extent(change.span, length);
    add(out, "<div class=\"mark strong\" style=\"left:{:.3f}%;width:{:.3f}%\" title=\"{}: {}, {}\"></div>", at.left,
        at.width, span_words(change.span), text(change.altered->sentence), text(chance_words(change.altered->log10_p)));
  }
  if (open != nullptr) close_lane(out);
}

void add_face_lanes(std::string& out, const Report& report, double length) {
  for (const forensics::FaceSummary& face : report.forensics.faces) {
    const Extent at = extent(face.seen, length);
    open_lane(out, fmt::format("Face {}", face.track),
              face.mean_size > 0 ? fmt::format("eyes {:.0f} px apart", face.mean_size) : "");
    add(out, "<div class=\"bar{}\" style=\"left:{:.3f}%;width:{:.3f}%\" title=\"face {} seen {}\"></div>",
        face.track % 2 == 0 ? " second" : "", at.left, at.width, face.track, span_words(face.seen));
    close_lane(out);
  }
}

void add_curve_lane(std::string& out, const CurveLane& lane, std::size_t number, double length) {
  const Curve& curve = *lane.curve;
  const ValueRange range = value_range(curve);
  const bool banded = curve.normal_low || curve.normal_high;
  std::vector<std::string> notes;
  if (banded) notes.emplace_back("shaded: usual range");
  if (!curve.ticks.empty())
    notes.push_back(fmt::format("{} marked event{}", curve.ticks.size(), curve.ticks.size() == 1 ? "" : "s"));
  open_lane(out, isolated(curve.name),
            fmt::format("<span data-readout=\"{}\" class=\"needs-js\"></span>{}", number,
                        notes.empty() ? "" : fmt::format("<span class=\"aside\">{}</span>", fmt::join(notes, ", "))),
            " curve");
  for (const TimeSpan& span : lane.finding->spans) {
    if (lane.finding->outcome != forensics::Outcome::sign) break;
    const Extent at = extent(span, length);
    if (at.width > 97) continue;  // hatching everything says nothing
    add(out, "<div class=\"shade mark-{0}\" style=\"left:{1:.3f}%;width:{2:.3f}%;--tone:var(--{3})\"></div>",
        tone(weight_of(*lane.finding)), at.left, at.width,
        weight_of(*lane.finding) >= forensics::Strength::strong ? "alarm" : "warn");
  }
  out += curve_svg(curve, 0, length);
  add(out, "<span class=\"edge high\">{} {}</span><span class=\"edge low\">{}</span>", rough(range.high),
      text(curve.y_unit), rough(range.low));
  close_lane(out);
}

Json rounded(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) {
    list.push_back(std::isfinite(value) ? Json(std::strtod(fmt::format("{:.5g}", value).c_str(), nullptr)) : Json());
  }
  return list;
}

Json face_json(const forensics::FaceSummary& face, const media::Media& media) {
  Json times = Json::array();
  Json boxes = Json::array();
  if (media.width > 0 && media.height > 0) {
    for (const auto& [time, box] : face.boxes) {
      const auto part = [](float value, int whole) {
        const double percent = 100.0 * static_cast<double>(value) / whole;
        return std::isfinite(percent) ? std::round(percent * 100) / 100 : 0;
      };
      times.push_back(std::round(time * 1000) / 1000);
      boxes.push_back({part(box.x, media.width), part(box.y, media.height), part(box.width, media.width),
                       part(box.height, media.height)});
    }
  }
  return {{"track", face.track}, {"t", times}, {"box", boxes}};
}

// What the script needs to move the cursor. JSON in a script element must not hold "</script": no "<" at all.
void add_data(std::string& out, const Report& report, const std::vector<CurveLane>& lanes, double length,
              double start) {
  Json data{{"end", length}, {"start", start}};
  data["pictures"] = Json::array();
  for (const forensics::Preview& preview : report.forensics.previews) data["pictures"].push_back(preview.time_s);
  data["faces"] = Json::array();
  for (const forensics::FaceSummary& face : report.forensics.faces)
    data["faces"].push_back(face_json(face, report.media));
  data["signs"] = Json::array();
  for (const Finding* finding : signs_of(report)) {
    for (const TimeSpan& span : finding->spans) {
      data["signs"].push_back({{"from", span.begin_s}, {"to", span.end_s}, {"text", one_line(finding->sentence)}});
    }
  }
  data["changes"] = Json::array();
  for (const ChangeInTime& change : changes_of(report)) {
    data["signs"].push_back(
        {{"from", change.span.begin_s}, {"to", change.span.end_s}, {"text", one_line(change.altered->sentence)}});
    if (const auto box = change_box(report, change))
      data["changes"].push_back(
          {{"from", change.span.begin_s}, {"to", change.span.end_s}, {"box", *box}, {"text", change_title(change)}});
  }
  data["curves"] = Json::array();
  for (const CurveLane& lane : lanes) {
    const Curve curve = thinned(*lane.curve, 500);
    data["curves"].push_back({{"name", one_line(curve.name)},
                              {"unit", one_line(curve.y_unit)},
                              {"x", rounded(curve.x)},
                              {"y", rounded(curve.y)}});
  }
  std::string json = dump_json(data);
  for (std::size_t at = 0; (at = json.find('<', at)) != std::string::npos; at += 6) json.replace(at, 1, "\\u003c");
  add(out, "<script type=\"application/json\" id=\"clock-data\">{}</script>", json);
}

// Boxes in the page itself, so that the first frame has them without the script.
void add_stage(std::string& out, const Report& report, double start) {
  const std::vector<forensics::Preview>& previews = report.forensics.previews;
  if (previews.empty()) return;
  const auto shown = std::min_element(previews.begin(), previews.end(), [&](const auto& a, const auto& b) {
    return std::fabs(a.time_s - start) < std::fabs(b.time_s - start);
  });
  const double shape = shown->height > 0 ? static_cast<double>(shown->width) / shown->height : 1.5;
  add(out,
      "<div class=\"watch\"><div class=\"stage film-stage\" dir=\"ltr\" style=\"max-width:{:.1f}rem\"><img "
      "class=\"base\" id=\"frame\" "
      "alt=\"Frame at {}\" "
      "width=\"{}\" height=\"{}\" src=\"data:image/jpeg;base64,{}\"><div id=\"frame-boxes\">",
      25 * std::clamp(shape, 0.3, 1.8), to_clock(shown->time_s, true), shown->width, shown->height,
      to_base64(shown->jpeg));
  for (const ChangeInTime& change : changes_of(report)) {
    const auto box = change_box(report, change);
    if (!box || shown->time_s < change.span.begin_s || shown->time_s > change.span.end_s) continue;
    add(out, "<div class=\"box\" style=\"left:{:.2f}%;top:{:.2f}%;width:{:.2f}%;height:{:.2f}%\"><b>{}</b></div>",
        (*box)[0], (*box)[1], (*box)[2], (*box)[3], text(change_title(change)));
  }
  for (const forensics::FaceSummary& face : report.forensics.faces) {
    if (report.media.width <= 0 || report.media.height <= 0) break;
    for (const auto& [time, box] : face.boxes) {
      if (std::fabs(time - shown->time_s) > 0.5) continue;
      add(out,
          "<div class=\"box\" style=\"left:{:.2f}%;top:{:.2f}%;width:{:.2f}%;height:{:.2f}%\"><b>face {}</b></div>",
          100.0 * static_cast<double>(box.x) / report.media.width,
          100.0 * static_cast<double>(box.y) / report.media.height,
          100.0 * static_cast<double>(box.width) / report.media.width,
          100.0 * static_cast<double>(box.height) / report.media.height, face.track);
      break;
    }
  }
  add(out,
      "</div></div><div class=\"now\"><p class=\"needs-js\"><span class=\"soft small\">Cursor</span></p><p "
      "class=\"needs-js\"><span "
      "class=\"clock-face\" id=\"now\">{0}</span></p><p>Frame at <span id=\"frame-time\">{0}</span> <span "
      "class=\"needs-js\">"
      "<button type=\"button\" id=\"before\" aria-label=\"Frame before\">◂</button> <button type=\"button\" "
      "id=\"after\" "
      "aria-label=\"Next frame\">▸</button></span></p><ul class=\"plain small needs-js\" "
      "id=\"here\"></ul>{1}</div></div>",
      to_clock(shown->time_s, true), kHint);
}

void add_twins(std::string& out, const Report& report, const std::vector<CurveLane>& lanes, double length) {
  out += "<details class=\"twin\"><summary>The timeline as tables</summary>";
  out +=
      "<div class=\"scroll\"><table><caption>Signs, changes and faces in time</caption><thead><tr><th "
      "scope=\"col\">From – "
      "to</th><th "
      "scope=\"col\">What</th><th scope=\"col\">Strength</th></tr></thead><tbody>";
  for (const Finding* finding : signs_of(report)) {
    for (const TimeSpan& span : finding->spans) {
      add(out, "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>", span_words(span),
          isolated(finding->sentence), grade_words(weight_of(*finding)));
    }
  }
  for (const ChangeInTime& change : changes_of(report)) {
    add(out, "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td></tr>", span_words(change.span),
        isolated(change_title(change) + ": " + change.altered->sentence), text(chance_words(change.altered->log10_p)));
  }
  for (const forensics::FaceSummary& face : report.forensics.faces) {
    add(out, "<tr><th scope=\"row\">{}</th><td>Face {} seen</td><td>–</td></tr>", span_words(face.seen), face.track);
  }
  out += "</tbody></table></div><div class=\"tables\">";
  for (const CurveLane& lane : lanes) add_curve_table(out, *lane.curve, length);
  out += "</div></details>";
}

// Where the page opens: in the middle of the surest change, else of the strongest short sign.
double opening_time(const Report& report, double length) {
  for (const ChangeInTime& change : changes_of(report))
    if (change.span.length() < 0.9 * length)
      return std::clamp((change.span.begin_s + change.span.end_s) / 2, 0.0, length);
  for (const Finding* finding : signs_of(report)) {
    for (const TimeSpan& span : finding->spans) {
      if (span.length() < 0.9 * length) return std::clamp((span.begin_s + span.end_s) / 2, 0.0, length);
    }
  }
  return 0;
}

}  // namespace

void add_timeline(std::string& out, const Report& report) {
  if (!has_timeline(report)) return;
  const double length = clip_length(report);
  const double start = opening_time(report, length);
  const std::vector<CurveLane> lanes = curve_lanes(report);
  out += "<section id=\"timeline\"><h2>Timeline</h2>";
  add_stage(out, report, start);
  if (report.forensics.previews.empty()) {
    add(out, "<div class=\"now needs-js\"><p>Cursor at <span id=\"now\">{}</span></p>{}</div>", to_clock(start, true),
        kHint);
  }
  add(out,
      "<div class=\"timeline\" id=\"lanes\" tabindex=\"0\" role=\"slider\" aria-label=\"Position in the clip\" "
      "aria-valuemin=\"0\" aria-valuemax=\"{:.1f}\" aria-valuenow=\"{:.1f}\" aria-valuetext=\"{}\">",
      length, start, to_clock(start, true));
  add_film(out, report, length);
  add_examined(out, report, length);
  add_change_lanes(out, report, length);
  add_sign_lanes(out, report, length);
  add_face_lanes(out, report, length);
  for (std::size_t i = 0; i < lanes.size(); ++i) add_curve_lane(out, lanes[i], i, length);
  add_axis(out, length);
  out += "</div>";
  add_twins(out, report, lanes, length);
  add_data(out, report, lanes, length, start);
  out += "</section>";
}

}  // namespace bonafide::report::html
