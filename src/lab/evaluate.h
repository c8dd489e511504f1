// The run over datasets: every file checked once, each answer kept at once in a journal, so that a stopped run goes on.
#pragma once
#include <string>
#include <vector>

#include "lab/trial.h"

namespace bonafide::lab {

struct EvaluateRequest {
  std::vector<std::string> datasets;  ///< folders with manifest.csv, or manifests
  std::vector<std::string> kinds;     ///< only these; empty: all
  forensics::PipelineSettings pipeline;
  std::size_t limit = 0;  ///< at most so many files a dataset and label, spread evenly over the manifest; 0: all
  std::string worn;       ///< a rung of ladder(): every file is worked over first, and those of other kinds are left out
  int jobs = 1;
  std::string journal;  ///< JSON lines; made when missing. Files that stand in it are not checked again
};

/// All trials, the journal's included, in the order of the manifests. Error: an unreadable manifest or journal, a
/// journal of other tests (its first line states them), or a stop (what was done is in the journal).
Result<std::vector<Trial>> evaluate(const EvaluateRequest& request, const Context& context);

}  // namespace bonafide::lab
