// What `trace` answers: where a file leads, as one tree. Credential and mark of the file itself, then the entries of
// logs that speak of it or of a work that it resembles, and what differs from that work.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "provenance/provenance.h"
#include "report/log/facts.h"
#include "report/prints.h"

namespace bonafide::report {

/// How a file and an entry came together.
enum class TraceReason {
  same_file,  ///< byte for byte
  mark,       ///< the id in its mark is the entry's
  print,      ///< it looks or sounds like the registered work
  map,        ///< only its map fits: cut so far that the print does not
};
std::string_view to_string(TraceReason reason);

struct TraceHit {
  TraceReason reason = TraceReason::print;
  std::string place;      ///< where it was found: a log's folder or address
  std::string name = {};  ///< of the work, as it was registered
  LogEntryFacts entry = {};
  LogProofFacts::State state = LogProofFacts::State::untrusted;  ///< of the entry in its log
  std::string problem = {};                                      ///< plain sentence unless proven
  provenance::log::Checkpoint tree = {};
  std::vector<provenance::log::CheckpointCheck::Cosigned> witnesses = {};
  std::string issuer = {};  ///< from a certificate that fits the entry; nobody has vouched for the name
  std::optional<provenance::print::WorkMatch> match = {};
  std::string content = {};                   ///< "same", "altered", "no_match"; empty: could not be compared
  std::vector<std::string> differences = {};  ///< plain sentences
  std::vector<LogEntryFacts> later = {};      ///< entries that speak of this one: revoked, disputed, superseded
  Bytes map = {};                             ///< of the registered work, to compare with
};

/// Where it was looked.
struct TracePlace {
  std::string place, origin;
  std::uint64_t entries = 0;
  std::size_t works = 0, prints = 0;  ///< that could be compared
  std::string problem = {};           ///< why it could not be asked
};

struct TraceReport {
  PrintedWork work = {};
  provenance::Source credential = {}, mark = {};
  std::vector<std::string> chain = {};  ///< the credential's manifests, the active one first
  std::vector<TracePlace> places = {};
  std::vector<TraceHit> hits = {};  ///< the most telling first
  std::string unprinted = {};       ///< why the file has no prints, or empty
};

enum class TraceAnswer {
  original,   ///< this very file was registered
  copy,       ///< another file of the same content
  altered,    ///< a registered work, changed
  resembles,  ///< it resembles a registered work; what differs could not be told
  broken,     ///< an entry or a registry does not hold: nothing that rests on it is to be believed
  unknown,    ///< nothing here knows it
};
TraceAnswer answer_of(const TraceReport& report);
std::string_view to_string(TraceAnswer answer);

/// Schema bonafide.trace/1: docs/schema/bonafide.trace-1.json.
Json trace_json(const TraceReport& report);
std::string trace_text(const TraceReport& report, const TextStyle& style);

}  // namespace bonafide::report
