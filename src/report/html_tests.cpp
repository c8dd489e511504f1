// What was found, what was tested and what could not be, and every test with its measurements.
#include <algorithm>
#include <array>
#include <map>

#include "base/time.h"
#include "report/html.h"

namespace bonafide::report::html {

using forensics::Finding;
using forensics::Group;
using forensics::Outcome;
using forensics::Strength;

namespace {

constexpr std::size_t kMostPlaces = 6;

// The part of the page where a reader looks for a test.
enum class Room { picture, face, sound, sync, file };

Room room_of(const Finding& finding) {
  if (finding.group == Group::file) return Room::file;
  if (finding.group == Group::face) return Room::face;
  if (finding.group == Group::sync) return Room::sync;
  return finding.detector.starts_with("audio.") ? Room::sound : Room::picture;
}

std::string_view title_of(Room room) {
  switch (room) {
    case Room::picture: return "Picture";
    case Room::face: return "Faces";
    case Room::sound: return "Voice and sound";
    case Room::sync: return "Picture and sound together";
    case Room::file: return "The file itself";
  }
  return "";
}

void add_where(std::string& out, const Finding& finding) {
  if (finding.spans.empty() && finding.regions.empty() && !finding.face && finding.log10_lr) return;
  out += "<div class=\"where\">";
  for (std::size_t i = 0; i < std::min(kMostPlaces, finding.spans.size()); ++i) {
    const forensics::TimeSpan& span = finding.spans[i];
    add(out, "<button type=\"button\" data-time=\"{:.3f}\" title=\"Show on the timeline\">{}</button>",
        (span.begin_s + span.end_s) / 2, span_words(span));
  }
  if (finding.spans.size() > kMostPlaces) add(out, "<span>{} more</span>", finding.spans.size() - kMostPlaces);
  if (finding.face) add(out, "<span>face {}</span>", *finding.face);
  for (std::size_t i = 0; i < std::min(kMostPlaces, finding.regions.size()); ++i) {
    const forensics::Region& r = finding.regions[i];
    add(out, "<a href=\"#picture\">{} × {} pixels at {}, {}</a>", r.width, r.height, r.x, r.y);
  }
  if (finding.regions.size() > kMostPlaces) add(out, "<span>{} more</span>", finding.regions.size() - kMostPlaces);
  if (!finding.log10_lr && finding.outcome == Outcome::sign) out += "<span>not calibrated</span>";
  out += "</div>";
}

std::string_view status_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::sign: return "Found a sign";
    case Outcome::nothing_found: return "Looked, no sign";
    case Outcome::fact: return "Fact, neither for nor against";
    case Outcome::not_applicable: return "Cannot apply here";
    case Outcome::not_examined: return "Not examined";
    case Outcome::failed: return "Failed";
  }
  return "";
}

// What a reader wants first.
int rank(Outcome outcome) {
  constexpr std::array kOrder{Outcome::sign,   Outcome::nothing_found, Outcome::fact,
                              Outcome::failed, Outcome::not_examined,  Outcome::not_applicable};
  return static_cast<int>(std::find(kOrder.begin(), kOrder.end(), outcome) - kOrder.begin());
}

/// All findings of one detector, in the order of the report.
struct Test {
  std::vector<const Finding*> findings;
  const Finding& first() const { return *findings.front(); }
  Outcome outcome() const {
    return (*std::min_element(findings.begin(), findings.end(),
                              [](const Finding* a, const Finding* b) { return rank(a->outcome) < rank(b->outcome); }))
        ->outcome;
  }
};

std::vector<Test> tests_of(const Report& report) {
  std::vector<Test> tests;
  std::map<std::string, std::size_t> index;
  for (const Finding& finding : report.forensics.findings) {
    const auto [at, fresh] = index.try_emplace(finding.detector, tests.size());
    if (fresh) tests.emplace_back();
    tests[at->second].findings.push_back(&finding);
  }
  std::stable_sort(tests.begin(), tests.end(),
                   [](const Test& a, const Test& b) { return rank(a.outcome()) < rank(b.outcome()); });
  return tests;
}

// The sentence of the finding that decided the outcome, or why there is none.
std::string short_answer(const Test& test) {
  for (const Finding* finding : test.findings) {
    if (finding->outcome == test.outcome()) return finding->sentence.empty() ? finding->reason : finding->sentence;
  }
  return {};
}

void add_definition(std::string& out, std::string_view name, std::string_view value) {
  if (!value.empty()) add(out, "<dt>{}</dt><dd>{}</dd>", name, value);
}

void add_measured(std::string& out, const Finding& finding) {
  if (finding.details.empty() && !finding.score) return;
  out += "<div class=\"scroll\"><table class=\"measured\"><caption>Measured</caption><tbody>";
  for (const auto& [name, value] : finding.details) {
    add(out, "<tr><th scope=\"row\">{}</th><td>{}</td></tr>", isolated(name), isolated(value));
  }
  if (finding.score) {
    add(out, "<tr><th scope=\"row\">{} (the test’s own score)</th><td>{}</td></tr>",
        finding.score_name.empty() ? "score" : isolated(finding.score_name), number_words(*finding.score));
  }
  out += "</tbody></table></div>";
}

void add_finding(std::string& out, const Finding& finding) {
  add(out, "<div class=\"part\"><dl>");
  const bool sign = finding.outcome == Outcome::sign;
  const std::string weight = sign ? fmt::format(" · {}", grade_words(weight_of(finding))) : std::string();
  add_definition(out, "Result", fmt::format("{}{}", status_of(finding.outcome), weight));
  if (!finding.sentence.empty()) add_definition(out, "In words", isolated(finding.sentence));
  if (!finding.reason.empty()) add_definition(out, "Because", isolated(finding.reason));
  if (finding.log10_lr) {
    add_definition(out, "Likelihood ratio",
                   fmt::format("10<sup>{}</sup> for manipulation (calibrated)", number_words(*finding.log10_lr)));
  }
  out += "</dl>";
  if (!finding.spans.empty() || !finding.regions.empty() || finding.face) add_where(out, finding);
  add_measured(out, finding);
  for (const forensics::Curve& curve : finding.curves) {
    if (curve.x_unit != "s") add_chart(out, curve);
  }
  if (!finding.limits.empty()) {
    out += "<p class=\"small\"><strong>What this test cannot see</strong></p><ul class=\"plain small\">";
    for (const std::string& limit : finding.limits) add(out, "<li>{}</li>", isolated(limit));
    out += "</ul>";
  }
  out += "</div>";
}

void add_test(std::string& out, const Test& test) {
  const Finding& first = test.first();
  const bool sign = test.outcome() == Outcome::sign;
  add(out,
      "<details class=\"test{}\" id=\"{}\"{}><summary><span class=\"title\">{}</span><span class=\"status\">{}{}</span>"
      "</summary><div class=\"inside\">",
      sign ? " is-sign" : "", anchor("test-", first.detector), sign ? " open" : "", isolated(html::title_of(first)),
      outcome_icon(test.outcome()), status_of(test.outcome()));
  if (!first.question.empty()) add(out, "<p>{}</p>", isolated(first.question));
  for (const Finding* finding : test.findings) add_finding(out, *finding);
  add(out,
      "<p class=\"small soft\">Test <code>{}</code>, version {}. Method, measured error rates and failure cases: "
      "<code>docs/methods/{}.md</code></p></div></details>",
      text(first.detector), first.version, text(first.detector));
}

}  // namespace

void add_signs(std::string& out, const Report& report) {
  const std::vector<const Finding*> signs = signs_of(report);
  if (signs.empty()) return;
  out +=
      "<section id=\"signs\"><h2>What was found</h2><p class=\"soft\">Strongest first. Each can have an innocent "
      "cause.</p><ol class=\"signs\">";
  for (const Finding* finding : signs) {
    const Strength weight = weight_of(*finding);
    add(out,
        "<li class=\"sign {}\">{}<div><p>{}</p><p class=\"small\"><span class=\"word\">{} sign</span> · <a "
        "href=\"#{}\">{}</a></p>",
        tone(weight), strength_icon(weight), isolated(finding->sentence),
        weight == Strength::none ? "no weight as a" : grade_words(weight), anchor("test-", finding->detector),
        isolated(html::title_of(*finding)));
    add_where(out, *finding);
    out += "</div></li>";
  }
  out += "</ol></section>";
}

void add_overview(std::string& out, const Report& report) {
  out += "<section id=\"overview\"><h2>What was tested, and what could not be</h2>";
  const std::vector<Test> tests = tests_of(report);
  if (tests.empty()) {
    out += "<p>No test was run.</p>";
  } else {
    out +=
        "<div class=\"scroll\"><table class=\"overview\"><thead><tr><th scope=\"col\">Result</th><th scope=\"col\">Test"
        "</th><th scope=\"col\">In short</th></tr></thead><tbody>";
    for (const Test& test : tests) {
      add(out, "<tr{}><td>{}{}</td><th scope=\"row\"><a href=\"#{}\">{}</a></th><td>{}</td></tr>",
          test.outcome() == Outcome::sign ? " class=\"sign-row\"" : "", outcome_icon(test.outcome()),
          status_of(test.outcome()), anchor("test-", test.first().detector), isolated(html::title_of(test.first())),
          isolated(short_answer(test)));
    }
    out += "</tbody></table></div>";
  }
  const auto list = [&](std::string_view title, const std::vector<std::string>& lines) {
    if (lines.empty()) return;
    add(out, "<h3>{}</h3><ul class=\"plain\">", title);
    for (const std::string& line : lines) add(out, "<li>{}</li>", isolated(line));
    out += "</ul>";
  };
  list("Left out of this run", report.forensics.not_examined);
  std::vector<std::string> damage = report.media.damage;
  damage.insert(damage.end(), report.forensics.damage.begin(), report.forensics.damage.end());
  list("Damage", damage);
  list("Limits of this answer", report.verdict.limits);
  out += "</section>";
}

void add_tests(std::string& out, const Report& report) {
  out +=
      "<section id=\"tests\"><h2>Every test</h2><p class=\"soft\">“No sign” means that the trace a test looks for was "
      "not seen. It never means that the file is genuine.</p>";
  const std::vector<Test> tests = tests_of(report);
  for (const Room room : {Room::picture, Room::face, Room::sound, Room::sync, Room::file}) {
    bool any = false;
    for (const Test& test : tests) {
      if (room_of(test.first()) != room) continue;
      if (!any) add(out, "<h3>{}</h3>", title_of(room));
      any = true;
      add_test(out, test);
    }
  }
  out += "</section>";
}

}  // namespace bonafide::report::html
