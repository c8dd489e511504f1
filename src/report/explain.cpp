#include "report/explain.h"

#include <fmt/format.h>

#include <array>

#include "base/columns.h"

namespace bonafide::report {

namespace {

using forensics::Finding;
using forensics::Outcome;

constexpr int kLabel = 13;  // columns, as in the report

class Lines {
 public:
  explicit Lines(const TextStyle& style) : width_(std::max(40, style.width) - kLabel) {}
  void put(std::string_view label, std::string_view text) {
    if (text.empty()) return;
    std::string_view before = label;
    for (const std::string& line : wrap(text, width_)) {
      text_ += pad(before, kLabel) + line + "\n";
      before = "";
    }
  }
  std::string take() { return std::move(text_); }

 private:
  int width_;
  std::string text_;
};

/// What a score means, by its name: every detector's score is one of a few kinds.
std::string_view reading_of(std::string_view score_name) {
  struct Reading {
    std::string_view name, words;
  };
  static constexpr std::array kReadings{
      Reading{
          "log10 NFA",
          "how many places as strange as this one chance alone is expected to bring in one picture, as a power of ten: "
          "-3 is one in a thousand, which is the bar. It holds as far as its chance model does."},
      Reading{"z", "how many standard deviations this lies beyond what chance gives: 0 is chance, beyond 4 is rare."},
      Reading{"p", "how often chance alone would give as much."},
      Reading{"log10 p", "how often chance alone would give as much, as a power of ten: -3 is once in a thousand."},
      Reading{"copied pixels", "pixels of the largest place proven to be there twice, at the size that was searched."},
      Reading{"correlation", "1 is the same, 0 is unrelated."},
  };
  for (const Reading& reading : kReadings)
    if (reading.name == score_name) return reading.words;
  return "";
}

std::string_view plain(Outcome outcome) {
  switch (outcome) {
    case Outcome::sign: return "a sign";
    case Outcome::nothing_found: return "it looked and found nothing, which does not mean genuine";
    case Outcome::fact: return "a fact, neither for nor against";
    case Outcome::not_applicable: return "not applicable: the trace cannot be there or be seen";
    case Outcome::not_examined: return "not examined";
    case Outcome::failed: return "it failed";
  }
  return "";
}

void put_finding(const Finding& finding, Lines& lines) {
  std::string outcome(plain(finding.outcome));
  if (finding.outcome == Outcome::sign)
    outcome += finding.log10_lr ? fmt::format(", calibrated: log10 likelihood ratio {:.1f}", *finding.log10_lr)
                                : fmt::format(", {}, not calibrated", forensics::to_string(finding.grade));
  lines.put("Outcome", outcome);
  lines.put("Answer", finding.sentence);
  lines.put("Because", finding.reason);
  if (finding.score) {
    lines.put("Score", fmt::format("{} {:.2f}", finding.score_name, *finding.score));
    lines.put("", reading_of(finding.score_name));
  }
  std::string_view label = "Measured";
  for (const auto& [name, value] : finding.details) {
    lines.put(label, name + ": " + value);
    label = "";
  }
  label = "Where";
  for (const forensics::Region& region : finding.regions) {
    lines.put(label, fmt::format("x {}, y {}, {} × {} pixels", region.x, region.y, region.width, region.height));
    label = "";
  }
  for (const forensics::TimeSpan& span : finding.spans) {
    lines.put(label, fmt::format("{:.2f} s to {:.2f} s", span.begin_s, span.end_s));
    label = "";
  }
  for (const forensics::HeatMap& map : finding.maps)
    lines.put("Map", map.name + ": " + map.reading + " (--html shows it)");
  for (const forensics::Curve& curve : finding.curves) lines.put("Curve", curve.name + " (--html shows it)");
  label = "Cannot see";
  for (const std::string& limit : finding.limits) {
    lines.put(label, limit);
    label = "";
  }
}

}  // namespace

std::string explain(const Report& report, std::string_view id, const TextStyle& style) {
  Lines lines(style);
  bool first = true;
  for (const Finding& finding : report.forensics.findings) {
    if (finding.detector != id) continue;
    if (first) {
      lines.put("Test", fmt::format("{} ({}), version {}", id, finding.title, finding.version));
      lines.put("Asks", finding.question);
      lines.put("Kind", fmt::format("{}: tests of one kind do not add up, the strongest counts",
                                    forensics::to_string(finding.group)));
    }
    first = false;
    put_finding(finding, lines);
  }
  lines.put("More", fmt::format("docs/methods/{}.md: the idea, its paper, measured rates, failure cases", id));
  return lines.take();
}

}  // namespace bonafide::report
