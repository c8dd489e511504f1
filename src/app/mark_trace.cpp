#include "app/mark_trace.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/mark_id.h"
#include "base/files.h"
#include "media/container/byte_source.h"
#include "provenance/c2pa/embed.h"
#include "provenance/credential.h"

namespace bonafide::app {

namespace {

using provenance::Credential;

/// The work's credential; one that lies by itself is read for what it says, whatever file it is held against.
Result<Credential> credential_of(const std::string& path, const std::string& held_against,
                                 const MarkTraceRequest& request, const Trust& trust, const Context& context) {
  const FileReader file = TRY(FileReader::open(path));
  const auto located = TRY(provenance::c2pa::locate(media::FileSource(file), context));
  provenance::CredentialRequest question;
  question.trust = &trust.store;
  question.at = request.at;
  if (located.container != provenance::c2pa::Container::sidecar)
    return provenance::read_credential(file, question, context);
  question.sidecar = path;
  const FileReader other = TRY(FileReader::open(held_against));
  return provenance::read_credential(other, question, context);
}

bool signature_holds(const Credential& credential) {
  return credential.validation && !credential.validation->manifests.empty() &&
         credential.validation->manifests.front().signature_holds;
}

std::vector<std::string> ids_named_by(const provenance::c2pa::ManifestReport& manifest) {
  std::vector<std::string> ids;
  for (const auto& binding : manifest.soft_bindings) {
    if (!binding.alg.starts_with("org.bonafide.mark.")) continue;
    for (const auto& block : binding.blocks)
      if (std::ranges::find(ids, block.value) == ids.end()) ids.push_back(block.value);
  }
  if (ids.empty()) ids.push_back(fmt::format("{:016x}", mark_id_of_label(manifest.label)));
  return ids;
}

bool names(const std::vector<std::string>& ids, const FoundMark& mark) {
  const std::string id = mark.id ? fmt::format("{:016x}", *mark.id) : fmt::format("{:08x}", mark.upper);
  return std::ranges::any_of(ids, [&](const std::string& named) { return named.starts_with(id); });
}

/// What the file's own credential says of how it came about; "" without one that holds.
std::string own_origin(const MarkTraceRequest& request, const Trust& trust, const Context& context) {
  const auto credential = credential_of(request.file, request.file, request, trust, context);
  if (!credential || !signature_holds(*credential) || credential->source.state == provenance::State::broken) return {};
  return origin_of(*credential->validation);
}

void compare_content(const MarkTraceRequest& request, const Trust& trust, const Context& context, MarkTrace& trace) {
  auto comparison = compare({request.work, request.file, request.at}, trust, context);
  if (!comparison) {
    trace.answer = Traced::unsure;
    trace.sentences.push_back("the content could not be compared: " + comparison.error().message);
    return;
  }
  switch (std::visit([](const auto& one) { return report::answer_of(one); }, *comparison)) {
    case report::Compared::same:
      trace.answer = Traced::same;
      trace.sentences.emplace_back("the content is that work's, as far as its map tells");
      break;
    case report::Compared::altered:
      trace.answer = Traced::altered;
      for (std::string& sentence :
           std::visit([](const auto& one) { return report::comparison_sentences(one); }, *comparison))
        trace.sentences.push_back(std::move(sentence));
      break;
    case report::Compared::no_match:
      trace.answer = Traced::other_work;
      trace.sentences.emplace_back(
          "the mark belongs to another work: what that work shows was not found in this file, so its mark was copied "
          "here, "
          "or too little of it is left");
      break;
  }
  trace.comparison = std::move(*comparison);
}

}  // namespace

std::string_view to_string(Traced answer) {
  switch (answer) {
    case Traced::same: return "same";
    case Traced::altered: return "altered";
    case Traced::other_work: return "other_work";
    case Traced::other_id: return "other_id";
    case Traced::contradiction: return "contradiction";
    case Traced::unsure: return "unsure";
    case Traced::no_mark: return "no_mark";
  }
  return "";
}

std::string origin_of(const provenance::c2pa::Validation& validation) {
  if (validation.manifests.empty()) return {};
  bool captured = false, generated = false;
  for (const auto& action : validation.manifests.front().actions) {
    const std::string& type = action.source_type;
    const std::string term = type.substr(type.rfind('/') + 1);  // rfind gives npos, and npos + 1 is 0
    captured |= term == "digitalCapture" || term == "computationalCapture" || term == "negativeFilm" ||
                term == "positiveFilm" || term == "print";
    generated |= term == "trainedAlgorithmicMedia" || term == "compositeWithTrainedAlgorithmicMedia" ||
                 term == "compositeSynthetic" || term == "algorithmicMedia";
  }
  if (captured == generated) return {};
  return captured ? "captured" : "generated";
}

Result<MarkTrace> trace_mark(const MarkTraceRequest& request, const Trust& trust, const Context& context) {
  MarkTrace trace{.file = request.file, .work = request.work};
  const Credential credential = TRY(credential_of(request.work, request.file, request, trust, context));
  if (!credential.validation || credential.validation->manifests.empty()) {
    Error error = make_error(Code::not_found, "carries no Content Credential, so no id stands for it");
    error.file = request.work;
    return error;
  }
  if (!signature_holds(credential)) {
    Error error = make_error(Code::denied, "its Content Credential does not hold, so it is no record of anything");
    error.file = request.work;
    return error;
  }
  trace.named = ids_named_by(credential.validation->manifests.front());
  trace.found = TRY(find_marks(request.file, request.keys, request.deep, context));
  if (trace.found.marks.empty()) return trace;
  if (std::ranges::none_of(trace.found.marks, [&](const FoundMark& mark) { return names(trace.named, mark); })) {
    trace.answer = Traced::other_id;
    trace.sentences.push_back(
        fmt::format("that work's credential names another id ({}): the mark does not lead to it", trace.named[0]));
    return trace;
  }
  trace.sentences.emplace_back("that work's credential names this id");
  compare_content(request, trust, context, trace);
  const std::string theirs = origin_of(*credential.validation), ours = own_origin(request, trust, context);
  if (!theirs.empty() && !ours.empty() && theirs != ours) {
    if (trace.answer == Traced::same || trace.answer == Traced::unsure) trace.answer = Traced::contradiction;
    trace.sentences.push_back(
        fmt::format("the two contradict each other: what the mark leads to was {}, this file's own credential says {}",
                    theirs, ours));
  }
  return trace;
}

Json mark_trace_json(const MarkTrace& trace) {
  Json json{{"schema", "bonafide.mark_trace/1"}, {"file", clean_utf8(trace.file)}, {"work", clean_utf8(trace.work)},
            {"answer", to_string(trace.answer)}, {"marks", Json::array()},         {"named", trace.named},
            {"sentences", trace.sentences}};
  for (const FoundMark& mark : trace.found.marks)
    json["marks"].push_back({{"in", mark.in}, {"id", id_words(mark)}, {"log10_p", mark.evidence.log10_p}});
  json["comparison"] = Json();
  if (trace.comparison)
    json["comparison"] = std::visit([](const auto& one) { return report::comparison_json(one); }, *trace.comparison);
  return json;
}

}  // namespace bonafide::app
