// trace: where does a file lead? Its credential, its mark, the entries of logs about it, and the registered works that
// it resembles, with what differs.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "app/credential/trust.h"
#include "app/trace_source.h"

namespace bonafide::app {

struct TraceRequest {
  std::string file;
  std::vector<std::unique_ptr<TraceSource>> sources = {};
  bool deep = false;        ///< marks in other scales, speeds and tempos too
  crypto::UnixTime at = 0;  ///< validation clock
};

Result<report::TraceReport> trace(const TraceRequest& request, const Trust& trust, const Context& context);

}  // namespace bonafide::app
