// The report as one self-contained page: frame, answer, words to quote, and how it was made.
#include "report/html.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/time.h"
#include "crypto/hash.h"

namespace bonafide::report {

namespace html {

using forensics::Finding;
using forensics::Outcome;
using forensics::Strength;

namespace {

constexpr std::string_view kNotProof =
    "This is not proof. It says what automatic tests noticed in the file, not whether what it shows happened. Signs "
    "can "
    "have innocent causes, and a good forgery may leave none. Weigh it with the source, the context and other "
    "evidence.";

// "Some signs — suspicious, not conclusive": the words before the dash are set large, the rest beneath.
void add_words(std::string& out, std::string_view all) {
  constexpr std::string_view kDash = " — ";
  const std::size_t dash = all.find(kDash);
  const std::string_view rest = dash == std::string_view::npos ? "" : all.substr(dash + kDash.size());
  add(out, "<strong>{}{}", text(all.substr(0, dash)),
      rest.empty() ? "" : "<span><span class=\"visually-hidden\">— </span>");
  if (!rest.empty()) add(out, "{}</span>", text(rest));
  out += "</strong>";
}

void add_scale(std::string& out, std::optional<Strength> strength) {
  struct Step {
    Strength strength;
    std::string_view word;
  };
  add(out, "<ol class=\"scale{}\" aria-label=\"The scale\">", strength ? "" : " off");
  for (const Step& step :
       {Step{Strength::none, "no signs found"}, Step{Strength::weak, "faint"}, Step{Strength::moderate, "some"},
        Step{Strength::strong, "strong"}, Step{Strength::very_strong, "very strong"}}) {
    const bool here = strength == step.strength;
    add(out, "<li class=\"{}{}\"{}>{}</li>", key_of(step.strength), here ? " on" : "",
        here ? " aria-current=\"true\"" : "", step.word);
  }
  out += "</ol>";
}

void add_provenance_card(std::string& out, const provenance::Provenance& provenance) {
  const bool broken = provenance.state == provenance::State::broken || provenance.state == provenance::State::altered;
  add(out, "<article class=\"axis{}\" aria-labelledby=\"axis-1\"><h2 id=\"axis-1\">Where it comes from</h2>",
      broken ? " strong" : "");
  std::string state(state_words(provenance.state));
  if (!state.empty() && state[0] >= 'a' && state[0] <= 'z') state[0] = static_cast<char>(state[0] - 'a' + 'A');
  add(out, "<div class=\"answer\">{}<strong>{}</strong></div><p>{}</p>", state_icon(provenance.state), state,
      state_sentence(provenance.state));
  if (!provenance.sources.empty()) {
    out += "<ul class=\"plain small\">";
    for (const std::string& line : source_lines(provenance)) add(out, "<li>{}</li>", isolated(line));
    out += "</ul>";
  }
  if (const std::vector<std::string> altered = altered_lines(provenance); !altered.empty()) {
    out += "<h3>Where it was changed</h3><ul class=\"plain small altered\">";
    for (const std::string& line : altered) add(out, "<li>{}</li>", isolated(line));
    out += "</ul>";
  }
  out += "</article>";
}

void add_verdict_card(std::string& out, const verdict::Verdict& verdict) {
  add(out, "<article class=\"axis {}\" aria-labelledby=\"axis-2\"><h2 id=\"axis-2\">What the tests saw</h2>",
      tone(verdict.strength));
  add(out, "<div class=\"answer\">{}", strength_icon(verdict.strength));
  add_words(out, words(verdict.strength));
  add(out,
      "</div><p>{} of {} tests could look at this file. <a href=\"#overview\">Which, and why not the others</a></p>",
      verdict.applied, verdict.tests);
  if (!verdict.strength || *verdict.strength == Strength::none) {
    out += "<ul class=\"plain small\">";
    for (const std::string& reason : verdict.reasons) add(out, "<li>{}</li>", isolated(reason));
    out += "</ul>";
  }
  add_scale(out, verdict.strength);
  out += "</article>";
}

void add_list(std::string& out, const std::vector<std::string>& list) {
  out += "<ul class=\"plain\">";
  for (const std::string& line : list) add(out, "<li>{}</li>", isolated(line));
  out += "</ul>";
}

std::string day_of(const std::string& rfc3339) { return rfc3339.substr(0, 10); }

}  // namespace

void add_banner(std::string& out, const Report& report) {
  out += "<div class=\"axes\">";
  add_provenance_card(out, report.provenance);
  add_verdict_card(out, report.verdict);
  add(out, "</div><div class=\"proof\"><div><h3>This is not proof</h3><p>{}</p></div>",
      kNotProof.substr(kNotProof.find(". ") + 2));
  out += "<div><h3>What would change this answer</h3>";
  add_list(out, report.verdict.change);
  out += "</div></div>";
}

// Careful words for an article: what was done, what was seen, and what that does not show.
void add_paragraph(std::string& out, const Report& report) {
  const verdict::Verdict& verdict = report.verdict;
  out +=
      "<section id=\"quote\"><h2>Words to quote</h2><p class=\"soft\">Careful wording for an article or a file note. "
      "Please quote the limits together with the result.</p><blockquote class=\"quote\" id=\"quotable\"><p>";
  add(out, "The {} {} ({}, SHA-256 {}) was examined on {} with bonafide {}. ", kind_words(report.media.kind),
      isolated(file_name(report.media)), size_words(report.media.size), text(report.media.sha256),
      text(day_of(report.environment.made_at)), text(report.environment.version));
  add(out, "{} of {} automatic tests could look at it. The result reads “{}”. ", verdict.applied, verdict.tests,
      words(verdict.strength));
  const std::vector<const Finding*> signs = signs_of(report);
  if (!signs.empty() && verdict.strength) add(out, "What weighed most: {} ", isolated(signs.front()->sentence));
  if (!verdict.strength && !verdict.reasons.empty()) add(out, "{} ", isolated(verdict.reasons.front()));
  if (verdict.strength && *verdict.strength > Strength::none) {
    out += verdict.calibrated
               ? "Such signs can have innocent causes. "
               : "The error rates of these tests are not calibrated yet, and such signs can have innocent "
                 "causes. ";
  } else {
    out += verdict.strength ? "That no sign was found does not show that the file is genuine. "
                            : "This says nothing about whether the file is genuine. ";
  }
  add(out, "Origin: {}. This is not proof.</p></blockquote>", state_words(report.provenance.state));
  out +=
      "<p class=\"needs-js\"><button type=\"button\" data-copy=\"#quotable\">Copy the words</button> "
      "<span role=\"status\" class=\"soft\"></span></p></section>";
}

void add_making(std::string& out, const Report& report) {
  const Environment& environment = report.environment;
  out +=
      "<section id=\"making\"><h2>How this was made, and how to make it again</h2><p>Run this command on the same file "
      "to get the same findings:</p>";
  add(out, "<pre dir=\"ltr\" id=\"command\">{}</pre>", text(environment.command));
  out +=
      "<p class=\"needs-js\"><button type=\"button\" data-copy=\"#command\">Copy the command</button> <span "
      "role=\"status\" class=\"soft\"></span></p><div class=\"scroll\"><table><caption>Program, time and "
      "place</caption><tbody>";
  const auto row = [&](std::string_view name, std::string_view value) {
    add(out, "<tr><th scope=\"row\">{}</th><td>{}</td></tr>", text(name), isolated(value));
  };
  row("File", file_name(report.media));
  row("SHA-256", report.media.sha256);
  row("bonafide", environment.version);
  row("Made at", environment.made_at);
  row("Took", fmt::format("{:.1f} s", environment.seconds));
  row("System", environment.system);
  for (const auto& [name, version] : environment.libraries) row(name, version);
  for (const auto& [name, sha256] : environment.models) row(fmt::format("Model {}", name), sha256);
  out += "</tbody></table></div></section>";
}

namespace {

void add_head(std::string& out, const Report& report) {
  // Only this very script may run, whatever else found its way into the page.
  const std::string hash = to_base64(crypto::digest(crypto::HashAlgorithm::sha256, as_bytes(kScript)));
  add(out,
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta "
      "http-equiv=\"Content-Security-Policy\" "
      "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{}'; base-uri "
      "'none'; "
      "form-action 'none'\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta "
      "name=\"referrer\" content=\"no-referrer\">\n<meta name=\"generator\" content=\"bonafide {}\">\n",
      hash, text(report.environment.version));
  add(out, "<title>{} · {} · bonafide report</title>\n<style>\n{}</style>\n</head>\n<body>\n",
      text(file_name(report.media)), text(words(report.verdict.strength)), kStyle);
}

void add_title(std::string& out, const Report& report) {
  add(out,
      "<a class=\"skip\" href=\"#answer\">To the answer</a>\n<header class=\"top\"><span "
      "class=\"brand\">bonafide</span>"
      "<span>Report of {}</span></header>\n<main id=\"answer\"><h1>{}</h1><ul class=\"chips\" aria-label=\"The file\">",
      text(report.environment.made_at), isolated(file_name(report.media)));
  for (const std::string& piece : file_pieces(report.media)) add(out, "<li>{}</li>", isolated(piece));
  const std::string& hash = report.media.sha256;
  if (hash.size() >= 12)
    add(out, "<li title=\"{}\">SHA-256 {}…{}</li>", text(hash), text(hash.substr(0, 8)),
        text(hash.substr(hash.size() - 4)));
  out += "</ul>";
  if (!report.media.extension_mismatch.empty()) add(out, "<p>{}</p>", isolated(report.media.extension_mismatch));
}

void add_navigation(std::string& out, const Report& report) {
  out += "<nav aria-label=\"Parts of this report\" class=\"small\"><ul>";
  const auto link = [&](std::string_view id, std::string_view name) {
    add(out, "<li><a href=\"#{}\">{}</a></li>", id, name);
  };
  if (!signs_of(report).empty()) link("signs", "What was found");
  if (has_picture(report)) link("picture", "Picture");
  if (has_timeline(report)) link("timeline", "Timeline");
  link("overview", "Tested and not tested");
  link("tests", "Every test");
  link("quote", "Words to quote");
  link("file", "The file");
  link("making", "Make it again");
  out += "</ul></nav>";
}

}  // namespace
}  // namespace html

std::string to_html(const Report& report) {
  std::string out;
  html::add_head(out, report);
  html::add_title(out, report);
  html::add_banner(out, report);
  html::add_navigation(out, report);
  html::add_signs(out, report);
  html::add_picture(out, report);
  html::add_timeline(out, report);
  html::add_overview(out, report);
  html::add_tests(out, report);
  html::add_paragraph(out, report);
  html::add_file(out, report);
  html::add_making(out, report);
  html::add(
      out,
      "</main>\n<footer>Made by bonafide {}. This page is one file: it loads nothing from anywhere and sends nothing "
      "anywhere.</footer>\n<script>{}</script>\n</body>\n</html>\n",
      html::text(report.environment.version), html::kScript);
  return out;
}

}  // namespace bonafide::report
