// check: the main use case. Every front door (command line, server, C API) calls this.
#pragma once
#include <string>

#include "app/credential/trust.h"
#include "base/context.h"
#include "forensics/pipeline.h"
#include "report/inspect.h"
#include "report/report.h"
#include "verdict/calibration.h"

namespace bonafide::app {

struct CheckRequest {
  std::string path;
  forensics::PipelineSettings pipeline;
  std::optional<double> budget_s;  ///< stop in time and say what was not examined
  std::string command;             ///< for the report: how to run this again
  const Trust* trust = nullptr;    ///< whom to believe about a credential; nobody when absent
  std::string original;            ///< what it should be: compared with its map, or with the file; empty: nothing
  std::string log_folder;          ///< a log that is looked through for a revocation of an issuer's key; empty: none
  const verdict::Calibration* calibration = nullptr;  ///< measured tables; none: nothing above moderate
  std::string log_policy;                             ///< a file that says which logs to believe; empty: none
};

Result<report::Report> check(const CheckRequest& request, const Context& context);

/// Opens and probes, decodes nothing, and hashes with every digest people quote.
Result<report::Inspection> inspect(const std::string& path, const Context& context);

}  // namespace bonafide::app
