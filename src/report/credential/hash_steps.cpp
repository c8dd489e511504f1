#include "report/credential/hash_steps.h"

namespace bonafide::report {

using provenance::c2pa::HashStep;
using provenance::c2pa::HashTrace;
using provenance::c2pa::Kind;

namespace {

std::string place(const HashStep& step) {
  if (step.range.length == 0) return {};
  return fmt::format("bytes {} to {}", step.range.start, step.range.end() - 1);
}

void put_step(Page& page, const HashStep& step) {
  std::string words = step.name;
  const auto join = [&](const std::string& more) {
    if (!more.empty()) words += (words.empty() ? "" : ", ") + more;
  };
  join(place(step));
  if (!step.literal.empty()) join("the bytes " + step.literal);
  page.field(to_string(step.kind), words.empty() ? "the whole" : words);
  if (!step.digest.empty()) page.more("digest " + step.digest);
  if (!step.wanted.empty()) {
    page.more("signed " + step.wanted + (step.wanted == step.digest ? ": the same" : ": DIFFERENT"));
  }
}

}  // namespace

Json hash_trace_json(const HashTrace& trace) {
  Json steps = Json::array();
  for (const HashStep& step : trace.steps) {
    Json json{{"kind", to_string(step.kind)}};
    if (!step.name.empty()) json["name"] = clean_utf8(step.name);
    if (step.range.length > 0) {
      json["start"] = step.range.start;
      json["length"] = step.range.length;
    }
    if (!step.literal.empty()) json["literal"] = step.literal;
    if (!step.digest.empty()) json["digest"] = step.digest;
    if (!step.wanted.empty()) json["wanted"] = step.wanted;
    steps.push_back(std::move(json));
  }
  return {{"steps", std::move(steps)}, {"left_out", trace.left_out}};
}

void put_hash_trace(Page& page, const HashTrace& trace) {
  page.title("how the hash came about");
  if (trace.steps.empty()) page.field("", "nothing was hashed");
  for (const HashStep& step : trace.steps) put_step(page, step);
  if (trace.left_out > 0) page.field("", fmt::format("{} more steps are not shown", trace.left_out));
}

std::string_view kind_word(Kind kind) {
  return kind == Kind::success ? "success" : kind == Kind::failure ? "failure" : "informational";
}

}  // namespace bonafide::report
