#include "report/trace.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/columns.h"
#include "base/time.h"
#include "report/credential/page.h"
#include "report/log/render.h"
#include "report/names.h"

namespace bonafide::report {

namespace {

using provenance::log::EntryType;

std::string when(std::uint64_t time) {
  constexpr std::uint64_t kLast = 253402300799;  // the end of the year 9999
  return unix_to_rfc3339(static_cast<std::int64_t>(std::min(time, kLast)));
}

std::string_view state_word(LogProofFacts::State state) {
  switch (state) {
    case LogProofFacts::State::proven: return "proven";
    case LogProofFacts::State::broken: return "broken";
    case LogProofFacts::State::untrusted: return "untrusted";
  }
  return "broken";
}

std::string reason_words(TraceReason reason) {
  switch (reason) {
    case TraceReason::same_file: return "this very file, byte for byte";
    case TraceReason::mark: return "the mark in it carries this entry's id";
    case TraceReason::print: return "it resembles the registered work";
    case TraceReason::map: return "its print is far away, but the map of the registered work fits";
  }
  return {};
}

std::string type_of(const LogEntryFacts& entry) {
  return entry.entry ? std::string(provenance::log::to_string(entry.entry->entry.type)) : "an unknown statement";
}

/// Witnesses are the only clocks that a log has.
std::string witness_words(const TraceHit& hit) {
  if (hit.witnesses.empty()) return "no witness: time and order rest on the log's word alone";
  std::string words;
  for (const auto& one : hit.witnesses)
    words += fmt::format("{}{}, {}", words.empty() ? "there at the latest when a witness saw it: " : "; ", one.witness,
                         when(one.time));
  return words;
}

std::string state_words(const TraceHit& hit) {
  const std::string where = fmt::format("of the {} entries of {}", hit.tree.size, hit.tree.origin);
  if (hit.state == LogProofFacts::State::proven) return "proven to be one " + where;
  if (hit.state == LogProofFacts::State::untrusted) return "stands " + where.substr(3) + ", but: " + hit.problem;
  return "DOES NOT HOLD: " + hit.problem;
}

std::string content_words(const TraceHit& hit) {
  if (hit.reason == TraceReason::same_file) return {};
  if (hit.content == "same") return "the same content, in another file";
  if (hit.content == "altered") return "altered:";
  if (hit.content == "no_match") return "but the content is another:";
  return "what differs could not be told:";
}

std::string answer_words(const TraceReport& report) {
  const auto title = [&] {
    const TraceHit& hit = report.hits.front();
    return fmt::format("{} (entry {} of {})", hit.name.empty() ? "a work without a name" : hit.name, hit.entry.number,
                       hit.tree.origin);
  };
  switch (answer_of(report)) {
    case TraceAnswer::original: return "REGISTERED: this very file is " + title();
    case TraceAnswer::copy: return "COPY of " + title() + "; the content is the same";
    case TraceAnswer::altered: return "ALTERED COPY of " + title();
    case TraceAnswer::resembles: return "RESEMBLES " + title();
    case TraceAnswer::broken: return "DOES NOT HOLD: what was found cannot be believed";
    case TraceAnswer::unknown: break;
  }
  return "UNKNOWN HERE: no log that was asked knows it; this says nothing of whether it is genuine";
}

/// Lines below a node, each behind the right piece of a tree.
class Tree {
 public:
  explicit Tree(const TextStyle& style) : width_(static_cast<std::size_t>(std::max(40, style.width))) {}
  void line(const std::vector<bool>& last, std::string_view text) {
    std::string lead, next;
    for (std::size_t i = 0; i < last.size(); ++i) {
      const bool end = i + 1 == last.size();
      lead += end ? (last[i] ? "└─ " : "├─ ") : (last[i] ? "   " : "│  ");
      next += last[i] ? "   " : "│  ";
    }
    const std::size_t room = width_ > 3 * last.size() + 20 ? width_ - 3 * last.size() : 20;
    bool first = true;
    for (const std::string& part : wrap(one_safe_line(text), static_cast<int>(room))) {
      text_ += (first ? lead : next) + part + "\n";
      first = false;
    }
  }
  std::string take() { return std::move(text_); }

 private:
  std::size_t width_;
  std::string text_;
};

/// A node: its words and what hangs below it.
struct Branch {
  std::string text;
  std::vector<Branch> below = {};
};

void draw(Tree& tree, const Branch& branch, std::vector<bool>& last) {
  tree.line(last, branch.text);
  for (std::size_t i = 0; i < branch.below.size(); ++i) {
    last.push_back(i + 1 == branch.below.size());
    draw(tree, branch.below[i], last);
    last.pop_back();
  }
}

Branch hit_branch(const TraceHit& hit) {
  Branch branch{fmt::format("entry {}: {} {}", hit.entry.number, type_of(hit.entry),
                            hit.name.empty() ? "a work without a name" : hit.name)};
  branch.below.push_back({reason_words(hit.reason)});
  if (hit.match && hit.reason != TraceReason::same_file)
    for (std::string& sentence : match_sentences(*hit.match)) branch.below.push_back({std::move(sentence)});
  if (const std::string words = content_words(hit); !words.empty()) {
    Branch content{words};
    for (const std::string& sentence : hit.differences) content.below.push_back({sentence});
    branch.below.push_back(std::move(content));
  }
  branch.below.push_back({state_words(hit)});
  branch.below.push_back({witness_words(hit)});
  if (!hit.issuer.empty()) branch.below.push_back({"signed by a key named " + hit.issuer});
  for (const LogEntryFacts& later : hit.later)
    branch.below.push_back({fmt::format("later, entry {}: {}", later.number, type_of(later))});
  return branch;
}

Branch place_branch(const TraceReport& report, const TracePlace& place) {
  if (!place.problem.empty()) return {fmt::format("log {}: could not be asked: {}", place.place, place.problem)};
  Branch branch{fmt::format("log {} ({}): {} entries, {} works to compare with", place.origin, place.place,
                            place.entries, place.works)};
  for (const TraceHit& hit : report.hits)
    if (hit.place == place.place) branch.below.push_back(hit_branch(hit));
  if (branch.below.empty()) branch.below.push_back({"nothing about this file, nothing that it resembles"});
  return branch;
}

Json source_json(const provenance::Source& source) {
  return Json{{"state", key_of(source.state)}, {"sentence", clean_utf8(source.sentence)}};
}

Json hit_json(const TraceHit& hit) {
  Json json{{"reason", to_string(hit.reason)},    {"place", clean_utf8(hit.place)}, {"name", clean_utf8(hit.name)},
            {"log", clean_utf8(hit.tree.origin)}, {"number", hit.entry.number},     {"leaf", to_hex(hit.entry.leaf)},
            {"type", type_of(hit.entry)},         {"state", state_word(hit.state)}};
  if (!hit.problem.empty()) json["problem"] = clean_utf8(hit.problem);
  json["witnesses"] = Json::array();
  for (const auto& one : hit.witnesses)
    json["witnesses"].push_back({{"name", clean_utf8(one.witness)}, {"time", when(one.time)}});
  if (!hit.issuer.empty()) json["issuer"] = clean_utf8(hit.issuer);
  if (hit.match) json["match"] = match_json(*hit.match);
  if (!hit.content.empty()) json["content"] = hit.content;
  json["differences"] = hit.differences;
  json["later"] = Json::array();
  for (const LogEntryFacts& later : hit.later)
    json["later"].push_back({{"number", later.number}, {"type", type_of(later)}});
  return json;
}

}  // namespace

std::string_view to_string(TraceReason reason) {
  switch (reason) {
    case TraceReason::same_file: return "same_file";
    case TraceReason::mark: return "mark";
    case TraceReason::print: return "print";
    case TraceReason::map: return "map";
  }
  return "print";
}

std::string_view to_string(TraceAnswer answer) {
  switch (answer) {
    case TraceAnswer::original: return "original";
    case TraceAnswer::copy: return "copy";
    case TraceAnswer::altered: return "altered";
    case TraceAnswer::resembles: return "resembles";
    case TraceAnswer::broken: return "broken";
    case TraceAnswer::unknown: return "unknown";
  }
  return "unknown";
}

TraceAnswer answer_of(const TraceReport& report) {
  if (report.hits.empty()) return TraceAnswer::unknown;
  const TraceHit& best = report.hits.front();
  if (best.state == LogProofFacts::State::broken) return TraceAnswer::broken;
  if (best.reason == TraceReason::same_file) return TraceAnswer::original;
  if (best.content == "same") return TraceAnswer::copy;
  if (best.content == "altered") return TraceAnswer::altered;
  // a mark on other content was laid over it; a print on other content is chance or a likeness
  if (best.content == "no_match" && best.reason == TraceReason::mark) return TraceAnswer::altered;
  return TraceAnswer::resembles;
}

Json trace_json(const TraceReport& report) {
  Json json{{"schema", "bonafide.trace/1"},           {"file", clean_utf8(report.work.path)},
            {"sha256", report.work.sha256},           {"kind", media::to_string(report.work.kind)},
            {"answer", to_string(answer_of(report))}, {"sentence", clean_utf8(answer_words(report))}};
  json["credential"] = source_json(report.credential);
  json["credential"]["chain"] = Json::array();
  for (const std::string& manifest : report.chain) json["credential"]["chain"].push_back(clean_utf8(manifest));
  json["mark"] = source_json(report.mark);
  if (!report.unprinted.empty()) json["unprinted"] = clean_utf8(report.unprinted);
  json["places"] = Json::array();
  std::size_t prints = 0;
  for (const TracePlace& place : report.places) {
    Json one{{"place", clean_utf8(place.place)},
             {"log", clean_utf8(place.origin)},
             {"entries", place.entries},
             {"works", place.works},
             {"prints", place.prints}};
    if (!place.problem.empty()) one["problem"] = clean_utf8(place.problem);
    json["places"].push_back(std::move(one));
    prints += place.prints;
  }
  json["hits"] = Json::array();
  for (const TraceHit& hit : report.hits) json["hits"].push_back(hit_json(hit));
  json["false_matches_at_most"] = false_matches_at_most(report.work, prints);
  return json;
}

std::string trace_text(const TraceReport& report, const TextStyle& style) {
  Page page(style);
  page.title(report.work.path);
  page.field("answer", answer_words(report));
  Tree tree(style);
  Branch root{fmt::format("{}, sha256 {}…", media::to_string(report.work.kind), report.work.sha256.substr(0, 16))};
  Branch credential{"credential: " + report.credential.sentence};
  for (const std::string& manifest : report.chain) credential.below.push_back({manifest});
  root.below.push_back(std::move(credential));
  root.below.push_back({"mark: " + report.mark.sentence});
  if (!report.unprinted.empty()) root.below.push_back({"prints: " + report.unprinted});
  std::size_t prints = 0;
  for (const TracePlace& place : report.places) {
    root.below.push_back(place_branch(report, place));
    prints += place.prints;
  }
  const bool by_print = std::ranges::any_of(report.hits, [](const TraceHit& hit) { return hit.match.has_value(); });
  if (by_print && prints > 0) root.below.push_back({"chance: " + false_match_sentence(report.work, prints)});
  std::vector<bool> last;
  draw(tree, root, last);
  return page.take() + tree.take();
}

}  // namespace bonafide::report
