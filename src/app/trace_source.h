// Where `trace` asks for entries: a log's folder with its registry today; whatever answers the same questions (a
// server) is one more class.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "app/log/log.h"
#include "base/context.h"
#include "report/trace.h"

namespace bonafide::app {

struct TraceQuestion {
  const report::PrintedWork* work = nullptr;  ///< with its SHA-256 and prints; prints may be empty
  provenance::log::Hash asset = {};
  std::vector<Bytes> marks = {};  ///< ids that were read in it
};

struct TraceAnswers {
  report::TracePlace place = {};
  std::vector<report::TraceHit> hits = {};  ///< with maps; content is compared by who asked
};

class TraceSource {
 public:
  TraceSource() = default;
  TraceSource(const TraceSource&) = delete;
  TraceSource& operator=(const TraceSource&) = delete;
  virtual ~TraceSource() = default;
  virtual std::string name() const = 0;
  /// Every entry that is about this file, carries its mark or is about a work that it resembles. Nothing is believed
  /// for being here: each hit says how it holds up against the log's signed root.
  virtual Result<TraceAnswers> ask(const TraceQuestion& question, const Context& context) = 0;
};

/// `policy`: a file; empty: the policy in the folder that is kept, which believes its own log.
std::unique_ptr<TraceSource> trace_folder(LogPlace place, std::string policy, std::vector<std::string> witnesses);

}  // namespace bonafide::app
