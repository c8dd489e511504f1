// The report for a terminal: a label column, plain sentences, the strongest first.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/time.h"
#include "base/columns.h"
#include "report/names.h"
#include "report/report.h"

namespace bonafide::report {

namespace {

using forensics::Finding;
using forensics::Outcome;
using forensics::Strength;

constexpr int kLabel = 13;         // "What would" and a gap
constexpr int kNarrowest = 40;     // below this nothing lines up any more
constexpr std::size_t kMost = 6;   // lines of one kind before "and N more"
constexpr std::size_t kSpans = 3;  // times or places named for one finding

enum class Ink { plain, label, dim, bold, alarm, warn };

class Page {
 public:
  explicit Page(const TextStyle& style) : colour_(style.colour), width_(std::max(style.width, kNarrowest)) {}

  int room() const { return width_ - kLabel; }
  void gap() { text_ += '\n'; }
  /// The next lines stand beside this label, itself broken over lines.
  void label(std::string_view words) { label_ = wrap(words, kLabel - 1); }

  void line(std::string_view content, Ink ink = Ink::plain) {
    std::string label;
    if (next_ < label_.size()) label = label_[next_++];
    const std::string padded = pad(label, kLabel);
    text_ += label.empty() ? padded : paint(padded, Ink::label);
    text_ += paint(content, ink);
    text_ += '\n';
  }
  /// Wrapped, later lines indented by `hang` columns.
  void paragraph(std::string_view content, Ink ink = Ink::plain, int hang = 0) {
    const std::string indent(static_cast<std::size_t>(hang), ' ');
    bool first = true;
    for (const std::string& part : wrap(content, room() - hang)) {
      line(first ? part : indent + part, ink);
      first = false;
    }
  }
  /// Wrapped, every line two columns in.
  void inset(std::string_view content, Ink ink = Ink::plain) {
    for (const std::string& part : wrap(content, room() - 2)) line(fmt::format("  {}", part), ink);
  }
  void bullet(std::string_view content) {
    bool first = true;
    for (const std::string& part : wrap(content, room() - 2)) {
      line(fmt::format("{} {}", first ? "·" : " ", part));
      first = false;
    }
  }
  void raw(std::string_view content, Ink ink = Ink::plain) {
    text_ += paint(content, ink);
    text_ += '\n';
  }
  /// Ends a block: what is left of a two-line label, then an empty line.
  void end() {
    while (next_ < label_.size()) line("");
    label_.clear();
    next_ = 0;
    gap();
  }
  int width() const { return width_; }
  std::string take() {
    while (text_.size() > 1 && text_[text_.size() - 2] == '\n') text_.pop_back();
    return tidy();
  }

 private:
  std::string paint(std::string_view content, Ink ink) const {
    if (!colour_ || ink == Ink::plain || content.empty()) return std::string(content);
    // Yellow and red only, never green: there is no good news in this scale.
    constexpr std::array<std::string_view, 6> kCodes{"", "2", "2", "1", "1;31", "1;33"};
    return fmt::format("\x1b[{}m{}\x1b[0m", kCodes[static_cast<std::size_t>(ink)], content);
  }
  // No line ends in spaces.
  std::string tidy() const {
    std::string out;
    out.reserve(text_.size());
    for (const char c : text_) {
      if (c == '\n') {
        while (!out.empty() && out.back() == ' ') out.pop_back();
      }
      out += c;
    }
    return out;
  }

  bool colour_;
  int width_;
  std::string text_;
  std::vector<std::string> label_;
  std::size_t next_ = 0;
};

Ink ink_of(std::optional<Strength> strength) {
  if (!strength) return Ink::bold;
  if (*strength >= Strength::strong) return Ink::alarm;
  return *strength >= Strength::weak ? Ink::warn : Ink::bold;
}

void put_list(Page& page, std::string_view label, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  page.label(label);
  // One line too many is shown rather than announced.
  const std::size_t shown = lines.size() <= kMost + 1 ? lines.size() : kMost;
  for (std::size_t i = 0; i < shown; ++i) page.bullet(one_line(lines[i]));
  if (shown < lines.size())
    page.line(fmt::format("  and {} more, see --json or --html", lines.size() - shown), Ink::dim);
  page.end();
}

std::string places(const Finding& finding) {
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < std::min(kSpans, finding.spans.size()); ++i)
    parts.push_back(span_words(finding.spans[i]));
  if (finding.spans.size() > kSpans) parts.push_back(fmt::format("{} more", finding.spans.size() - kSpans));
  if (finding.face) parts.push_back(fmt::format("face {}", *finding.face));
  for (std::size_t i = 0; i < std::min(kSpans, finding.regions.size()); ++i) {
    const forensics::Region& r = finding.regions[i];
    parts.push_back(fmt::format("{}×{} at {},{}", r.width, r.height, r.x, r.y));
  }
  if (finding.regions.size() > kSpans) parts.push_back(fmt::format("{} more", finding.regions.size() - kSpans));
  return fmt::format("{}", fmt::join(parts, " · "));
}

void put_head(Page& page, const Report& report) {
  page.raw(shorten(file_name(report.media), page.width()), Ink::bold);
  std::vector<std::string> pieces = file_pieces(report.media);
  const std::string& hash = report.media.sha256;
  if (hash.size() >= 12) pieces.push_back(fmt::format("sha256 {}…{}", hash.substr(0, 8), hash.substr(hash.size() - 4)));
  for (const std::string& part : wrap(fmt::format("{}", fmt::join(pieces, " · ")), page.width()))
    page.raw(part, Ink::dim);
  if (!report.media.extension_mismatch.empty()) {
    for (const std::string& part : wrap(one_line(report.media.extension_mismatch), page.width()))
      page.raw(part, Ink::warn);
  }
  page.gap();
}

void put_altered(Page& page, const provenance::Provenance& provenance) {
  const std::vector<std::string> lines = altered_lines(provenance);
  const std::size_t shown = lines.size() <= kMost + 1 ? lines.size() : kMost;
  for (std::size_t i = 0; i < shown; ++i) page.bullet(lines[i]);
  if (shown < lines.size())
    page.line(fmt::format("  and {} more, see --json or --html", lines.size() - shown), Ink::dim);
}

void put_answer(Page& page, const Report& report) {
  const verdict::Verdict& verdict = report.verdict;
  page.label("Provenance");
  page.line(fmt::format("{}", state_words(report.provenance.state)), Ink::bold);
  if (report.provenance.sources.empty()) page.paragraph(state_sentence(report.provenance.state));
  for (const std::string& line : source_lines(report.provenance)) page.paragraph(line);
  put_altered(page, report.provenance);
  page.end();
  page.label("Forensics");
  page.paragraph(words(verdict.strength), ink_of(verdict.strength));
  page.paragraph(fmt::format("{} of {} tests could look at this file.", verdict.applied, verdict.tests), Ink::dim);
  if (!verdict.strength || *verdict.strength == Strength::none) {
    for (const std::string& reason : verdict.reasons) page.bullet(one_line(reason));
  }
  page.end();
}

void put_signs(Page& page, const std::vector<Finding>& findings) {
  std::vector<const Finding*> signs;
  for (const Finding& finding : findings) {
    if (finding.outcome == Outcome::sign) signs.push_back(&finding);
  }
  std::stable_sort(signs.begin(), signs.end(), [](const Finding* a, const Finding* b) {
    return verdict::contribution(*a) > verdict::contribution(*b);
  });
  if (signs.empty()) return;
  page.label("Signs");
  for (const Finding* finding : signs) {
    const Strength weight = weight_of(*finding);
    const std::string where = places(*finding);
    page.paragraph(fmt::format("{}{}{}", grade_words(weight), where.empty() ? "" : " · ", where), ink_of(weight));
    page.inset(one_line(finding->sentence));
    page.inset(fmt::format("{}{}", one_line(finding->detector), finding->log10_lr ? "" : ", not calibrated"), Ink::dim);
  }
  page.end();
}

void put_facts(Page& page, const std::vector<Finding>& findings) {
  std::vector<std::string> facts;
  for (const Finding& finding : findings) {
    if (finding.outcome == Outcome::fact) facts.push_back(finding.sentence);
  }
  put_list(page, "Facts", facts);
}

void put_silent(Page& page, const std::vector<Finding>& findings) {
  bool any = false;
  for (const Finding& finding : findings) {
    if (finding.outcome != Outcome::nothing_found) continue;
    if (!any) page.label("No sign in");
    any = true;
    page.paragraph(fmt::format("{}: {}", one_line(finding.detector), one_line(finding.sentence)), Ink::plain, 2);
  }
  if (any) page.end();
}

// Tests that did not look, the ones with the same reason together.
void put_others(Page& page, std::string_view label, const std::vector<Finding>& findings, Outcome outcome) {
  std::vector<std::string> reasons;
  std::map<std::string, std::vector<std::string>> tests;
  for (const Finding& finding : findings) {
    if (finding.outcome != outcome) continue;
    const std::string reason = one_line(finding.reason.empty() ? finding.sentence : finding.reason);
    std::vector<std::string>& names = tests[reason];
    if (names.empty()) reasons.push_back(reason);
    const std::string name = one_line(finding.detector);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  if (reasons.empty()) return;
  page.label(label);
  for (const std::string& reason : reasons) {
    page.paragraph(fmt::format("{}: {}", fmt::join(tests[reason], ", "), reason), Ink::plain, 2);
  }
  page.end();
}

std::string shell_quoted(std::string_view path) {
  const std::string clean = one_line(path);
  const bool plain = !clean.empty() && clean.find_first_not_of(
                                           "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                           "0123456789_./-+,:@") == std::string::npos;
  std::string text = clean.starts_with('-') ? "./" + clean : clean;
  if (plain) return text;
  for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 4) text.replace(at, 1, "'\\''");
  return fmt::format("'{}'", text);
}

}  // namespace

std::string to_text(const Report& report, const TextStyle& style) {
  Page page(style);
  const std::vector<Finding>& findings = report.forensics.findings;
  put_head(page, report);
  put_answer(page, report);
  put_signs(page, findings);
  put_facts(page, findings);
  put_silent(page, findings);
  put_others(page, "Failed", findings, Outcome::failed);
  put_others(page, "Not examined", findings, Outcome::not_examined);
  put_others(page, "Not applicable", findings, Outcome::not_applicable);
  put_list(page, "Left out", report.forensics.not_examined);
  std::vector<std::string> damage = report.media.damage;
  damage.insert(damage.end(), report.forensics.damage.begin(), report.forensics.damage.end());
  put_list(page, "Damage", damage);
  put_list(page, "Limits", report.verdict.limits);
  put_list(page, "What would change this", report.verdict.change);
  page.label("Next");
  page.line(fmt::format("bonafide check {} --html report.html", shell_quoted(report.media.path)));
  page.end();
  return page.take();
}

}  // namespace bonafide::report
