#include "lab/page.h"

#include <fmt/format.h>

#include <cmath>

#include "media/dsp/acontrario.h"

namespace bonafide::lab {

namespace {

Json number(double value) { return std::isfinite(value) ? Json(std::round(value * 1e4) / 1e4) : Json(nullptr); }

Json tally_json(const Tally& tally) {
  const auto interval =
      media::clopper_pearson(static_cast<std::int64_t>(tally.moderate), static_cast<std::int64_t>(tally.files));
  return {{"files", tally.files},   {"judged", tally.judged},
          {"weak", tally.weak},     {"moderate", tally.moderate},
          {"strong", tally.strong}, {"moderate_rate", {number(interval.low), number(interval.high)}}};
}

Json figures_json(const Figures& figures) {
  return {{"genuine", tally_json(figures.genuine)},
          {"fake", tally_json(figures.fake)},
          {"auc", number(figures.auc)},
          {"auc_interval", {number(figures.auc_range.low), number(figures.auc_range.high)}},
          {"eer", number(figures.eer)},
          {"detection_at_1_percent", number(figures.detection)},
          {"cllr", number(figures.cllr)},
          {"cllr_min", number(figures.cllr_min)}};
}

Json table_json(const Table& table) {
  Json sources = Json::object(), generators = Json::object();
  for (const auto& [name, figures] : table.by_source) sources[name] = figures_json(figures);
  for (const auto& [name, figures] : table.by_generator) generators[name] = figures_json(figures);
  return {{"name", table.name}, {"all", figures_json(table.all)}, {"sources", sources}, {"generators", generators}};
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string two(double value) { return std::isfinite(value) ? fmt::format("{:.2f}", value) : "–"; }
std::string percent(double value) { return std::isfinite(value) ? fmt::format("{:.0f} %", 100 * value) : "–"; }

// "3 of 120 (1–7 %)": how many were called at least that strength, with the exact 95 % interval.
std::string rate(std::size_t count, std::size_t files) {
  if (files == 0) return "–";
  const auto interval = media::clopper_pearson(static_cast<std::int64_t>(count), static_cast<std::int64_t>(files));
  return fmt::format("{} of {} ({:.1f}–{:.1f} %)", count, files, 100 * interval.low, 100 * interval.high);
}

std::vector<std::string> row(const std::string& name, const Figures& f) {
  return {
      name,
      rate(f.genuine.weak, f.genuine.files),
      rate(f.genuine.moderate, f.genuine.files),
      rate(f.fake.weak, f.fake.files),
      rate(f.fake.moderate, f.fake.files),
      fmt::format("{}", f.genuine.files + f.fake.files - f.genuine.judged - f.fake.judged),
      std::isfinite(f.auc) ? fmt::format("{} ({}–{})", two(f.auc), two(f.auc_range.low), two(f.auc_range.high)) : "–",
      percent(f.eer),
      percent(f.detection),
      two(f.cllr),
      two(f.cllr_min)};
}

const std::vector<std::string>& columns() {
  static const std::vector<std::string> list{"",
                                             "genuine, weak or more",
                                             "genuine, moderate or more",
                                             "fake, weak or more",
                                             "fake, moderate or more",
                                             "abstained",
                                             "AUC",
                                             "EER",
                                             "detected at 1 %",
                                             "Cllr",
                                             "Cllr min"};
  return list;
}

using Rows = std::vector<std::vector<std::string>>;

std::string html_table(const Rows& rows) {
  std::string out = "<table><tr>";
  for (const std::string& column : columns()) out += "<th scope=\"col\">" + escaped(column) + "</th>";
  out += "</tr>";
  for (const auto& cells : rows) {
    out += "<tr>";
    for (std::size_t i = 0; i < cells.size(); ++i) {
      out += (i == 0 ? "<th scope=\"row\">" : "<td>") + escaped(cells[i]) + (i == 0 ? "</th>" : "</td>");
    }
    out += "</tr>";
  }
  return out + "</table>";
}

std::string markdown_table(const Rows& rows) {
  std::string out = "|", rule = "|";
  for (const std::string& column : columns()) {
    out += " " + column + " |";
    rule += "---|";
  }
  out += "\n" + rule + "\n";
  for (const auto& cells : rows) {
    out += "|";
    for (const std::string& cell : cells) out += " " + cell + " |";
    out += "\n";
  }
  return out;
}

Rows overview(const Summary& summary) {
  Rows rows;
  for (const Table& table : summary.detectors) rows.push_back(row(table.name, table.all));
  rows.push_back(row("verdict", summary.verdict.all));
  for (const Table& table : summary.baselines) rows.push_back(row(table.name, table.all));
  return rows;
}

Rows rows_of(const std::map<std::string, Figures>& parts) {
  Rows rows;
  for (const auto& [name, figures] : parts) rows.push_back(row(name, figures));
  return rows;
}

constexpr const char* kWords =
    "Rates stand with the exact 95 % interval. Every rate is of all files of the label, abstentions included; AUC, "
    "EER, "
    "detection and Cllr are of the files that were judged. Cllr rests on likelihood ratios fitted on the other sources "
    "only. A detector that does not beat the dull baseline on the same files has shown nothing.";

std::string section(const Table& table) {
  std::string out = "<section><h2>" + escaped(table.name) + "</h2><div class=\"plots\">";
  out += "<figure>" + det_svg(table) +
         "<figcaption>Misses against false alarms, 0.1 to 90 % on normal deviates (DET)</figcaption></figure>";
  out += "<figure>" + tippett_svg(table) +
         "<figcaption>Share of files above a log10 LR from -4 to 4, genuine and fake (Tippett)</figcaption></figure>";
  out += "<figure>" + reliability_svg(table) +
         "<figcaption>Share of fakes against the probability stated (reliability)</figcaption></figure></div>";
  out += "<details><summary>By source</summary>" + html_table(rows_of(table.by_source)) + "</details>";
  out += "<details><summary>By generator</summary>" + html_table(rows_of(table.by_generator)) + "</details></section>";
  return out;
}

constexpr const char* kStyle =
    "body{font:15px/1.5 system-ui,sans-serif;max-width:80rem;margin:2rem auto;padding:0 "
    "1rem;color:#1b1b1b;background:#fff}"
    "table{border-collapse:collapse;font-size:13px;display:block;overflow-x:auto}th,td{padding:.25rem "
    ".6rem;text-align:left;"
    "border-bottom:1px solid #ddd;font-weight:normal}tr:first-child th{font-weight:600}.plots{display:flex;gap:1.5rem;"
    "flex-wrap:wrap}figure{margin:0;width:14rem}svg{width:14rem}.field{fill:none;stroke:#999}.grid{stroke:#ccc;fill:"
    "none}"
    ".fake{stroke:#b3261e;fill:none;stroke-width:2}.genuine{stroke:#1f5fae;fill:none;stroke-width:2}.dot{fill:#b3261e}"
    "figcaption{font-size:12px;color:#555}@media(prefers-color-scheme:dark){body{background:#111;color:#eee}"
    "figcaption{color:#aaa}th,td{border-color:#333}}";

}  // namespace

Json to_json(const Summary& summary, const Heading& heading) {
  Json detectors = Json::array(), baselines = Json::array();
  for (const Table& table : summary.detectors) detectors.push_back(table_json(table));
  for (const Table& table : summary.baselines) baselines.push_back(table_json(table));
  return {{"schema", "bonafide.eval/1"}, {"made_at", heading.made_at}, {"version", heading.version},
          {"command", heading.command},  {"journal", heading.journal}, {"files", summary.files},
          {"failed", summary.failed},    {"detectors", detectors},     {"verdict", table_json(summary.verdict)},
          {"baselines", baselines}};
}

std::string to_html(const Summary& summary, const Heading& heading) {
  std::string out =
      "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>bonafide eval</title><style>";
  out += kStyle;
  out += "</style></head><body><h1>What the tests are worth</h1><p>" +
         escaped(fmt::format("{} files, {} could not be read. Made {} by bonafide {}.", summary.files, summary.failed,
                             heading.made_at, heading.version)) +
         "</p><p>" + escaped(kWords) + "</p><p><code>" + escaped(heading.command) + "</code></p>";
  out += html_table(overview(summary));
  for (const Table& table : summary.detectors) out += section(table);
  out += section(summary.verdict);
  return out + "</body></html>\n";
}

std::string to_markdown(const Summary& summary, const Heading& heading) {
  std::string out = fmt::format("{} files, {} could not be read. `{}`\n\n{}\n\n", summary.files, summary.failed,
                                heading.command, kWords);
  out += markdown_table(overview(summary));
  for (const Table& table : summary.detectors) {
    out += "\n### " + table.name + ", by source\n" + markdown_table(rows_of(table.by_source));
  }
  out += "\n### verdict, by source\n" + markdown_table(rows_of(summary.verdict.by_source));
  return out;
}

}  // namespace bonafide::lab
