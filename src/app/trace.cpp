#include "app/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "app/compare.h"
#include "app/mark.h"
#include "app/open_media.h"
#include "app/print.h"
#include "base/time.h"
#include "provenance/credential.h"

namespace bonafide::app {

namespace {

using provenance::Source;
using provenance::State;
using report::LogProofFacts;
using report::TraceHit;
using report::TraceReason;

std::string manifest_line(const provenance::c2pa::ManifestReport& manifest) {
  std::string line = manifest.title.empty() ? manifest.label : manifest.title;
  line += manifest.signer && !manifest.signer->name.empty() ? ", signed by " + manifest.signer->name
                                                            : ", without a signer that could be read";
  if (manifest.signer && manifest.signer->trusted_by.empty()) line += " (whom nobody here vouches for)";
  if (manifest.stamped) line += ", stamped " + unix_to_rfc3339(*manifest.stamped);
  if (!manifest.actions.empty()) {
    line += ": ";
    for (std::size_t i = 0; i < manifest.actions.size(); ++i) line += (i == 0 ? "" : ", ") + manifest.actions[i].name;
  }
  return line;
}

void read_credential(const TraceRequest& request, const Trust& trust, const Context& context,
                     report::TraceReport& report) {
  const auto file = FileReader::open(request.file);
  if (!file) return;
  const auto credential =
      provenance::read_credential(*file, {.trust = &trust.store, .at = request.at, .sidecar = {}}, context);
  if (!credential) {
    report.credential = {"credential", State::not_examined, "could not be examined: " + credential.error().message};
    return;
  }
  report.credential = credential->source;
  if (!credential->validation) return;
  for (const auto& manifest : credential->validation->manifests) report.chain.push_back(manifest_line(manifest));
}

Bytes id_bytes(std::uint64_t id) {
  Bytes bytes;
  for (int byte = 7; byte >= 0; --byte) bytes.push_back(static_cast<std::uint8_t>(id >> (8 * byte)));
  return bytes;
}

std::vector<Bytes> read_marks(const TraceRequest& request, const Context& context, report::TraceReport& report) {
  const auto keys = mark_keys({});
  const auto found = keys ? find_marks(request.file, *keys, request.deep, context) : Result<FoundMarks>(keys.error());
  if (!found) {
    report.mark = {"mark", State::not_examined, "could not be read: " + found.error().message};
    return {};
  }
  std::vector<Bytes> ids;
  report.mark = {"mark", State::none,
                 request.deep ? "none of the published key was found"
                              : "none of the published key was found (changed scale, speed and tempo: --deep)"};
  for (const FoundMark& mark : found->marks) {
    const std::string words =
        fmt::format("id {} in the {}, {}", id_words(mark), mark.in, provenance::mark::to_string(mark.evidence));
    report.mark.sentence = report.mark.state == State::found ? report.mark.sentence + "; " + words : words;
    report.mark.state = State::found;
    if (mark.id && std::ranges::find(ids, id_bytes(*mark.id)) == ids.end()) ids.push_back(id_bytes(*mark.id));
  }
  return ids;
}

/// What became of the registered work, by the map that its registry keeps.
void compare_content(TraceHit& hit, const std::string& file, const Context& context) {
  if (hit.reason == TraceReason::same_file) return;
  if (hit.map.empty()) {
    hit.differences = {"no map of the registered work is kept"};
    return;
  }
  const auto compared = compare_map(hit.map, file, context);
  if (!compared) {
    hit.differences = {compared.error().message};
    return;
  }
  hit.content = std::visit([](const auto& any) { return std::string(to_string(report::answer_of(any))); }, *compared);
  hit.differences = std::visit([](const auto& any) { return report::comparison_sentences(any); }, *compared);
  const auto* const still = std::get_if<report::Comparison>(&*compared);
  if (still == nullptr || hit.content == "no_match") return;
  hit.differences.insert(
      hit.differences.begin(),
      fmt::format("{}; {} by {} pixels, registered with {} by {}", report::placement_words(still->result.placement),
                  still->width, still->height, still->map.width, still->map.height));
}

void sort_hits(std::vector<TraceHit>& hits) {
  // a print is only a likeness once its map was held against the file; what only a map found must be confirmed by it
  std::erase_if(hits, [](const TraceHit& hit) {
    return hit.reason == TraceReason::map && hit.content != "same" && hit.content != "altered";
  });
  const auto rank = [](const TraceHit& hit) {
    const int content = hit.reason == TraceReason::same_file ? 0
                        : hit.content == "same"              ? 1
                        : hit.content == "altered"           ? 2
                        : hit.content.empty()                ? 3
                                                             : 4;
    const bool registers = hit.entry.entry && hit.entry.entry->entry.type == provenance::log::EntryType::register_work;
    const int distance = hit.match ? hit.match->distance.value_or(provenance::print::kBits) : provenance::print::kBits;
    return std::tuple(hit.state == LogProofFacts::State::broken, content, hit.reason, !registers, distance,
                      hit.entry.number);
  };
  std::ranges::stable_sort(hits, {}, rank);
}

}  // namespace

Result<report::TraceReport> trace(const TraceRequest& request, const Trust& trust, const Context& context) {
  report::TraceReport report;
  auto printed = print_work(request.file, context);
  if (printed) {
    report.work = std::move(*printed);
  } else {  // a file without prints can still be registered, byte for byte
    if (printed.error().code == Code::cancelled) return printed.error();
    const media::Media media = TRY(open_media(request.file, context));
    report.work.path = request.file;
    report.work.kind = media.kind;
    report.work.sha256 = media.sha256;
    report.unprinted = printed.error().message;
  }
  read_credential(request, trust, context, report);
  TraceQuestion question;
  question.work = &report.work;
  const Bytes digest = TRY(from_hex(report.work.sha256));
  question.asset = TRY(provenance::log::to_hash(digest));
  question.marks = read_marks(request, context, report);
  for (const auto& source : request.sources) {
    auto answers = source->ask(question, context);
    if (!answers) {
      if (answers.error().code == Code::cancelled) return answers.error();
      report.places.push_back({.place = source->name(), .origin = {}, .problem = answers.error().message});
      continue;
    }
    report.places.push_back(std::move(answers->place));
    for (TraceHit& hit : answers->hits) {
      compare_content(hit, request.file, context);
      if (context.stopped()) return make_error(Code::cancelled, "stopped");
      report.hits.push_back(std::move(hit));
    }
  }
  sort_hits(report.hits);
  return report;
}

}  // namespace bonafide::app
