// Trial: one labelled file and what every detector and the verdict said of it; a line of the journal.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "app/check.h"
#include "base/json.h"
#include "lab/dataset.h"

namespace bonafide::lab {

/// One detector's answer on one file: its findings taken together, the strongest sign before silence before abstention.
struct Answer {
  bool judged = false;  ///< it looked: a sign or nothing found
  forensics::Strength grade = forensics::Strength::none;
  /// Higher speaks more for "fake": the detector's score, turned round where small values are strange (log10 NFA, p).
  /// The grade's number where a detector gives no score.
  double score = 0;
};

struct Trial {
  std::string dataset, file, kind, source, generator;
  bool fake = false;
  std::string error;  ///< why it could not be checked; then the rest is empty
  double bytes = 0, width = 0, height = 0, duration_s = 0, rate = 0;  ///< what a dull baseline may know
  std::map<std::string, Answer> answers;                              ///< by detector
  std::optional<forensics::Strength> verdict;                         ///< nothing: could not tell
  double verdict_log10_lr = 0;
  double seconds = 0;
};

/// Checks the file. Failures to read it are part of the trial; only a stop is an error.
Result<Trial> run_trial(const Item& item, const std::string& dataset, const forensics::PipelineSettings& settings,
                        const Context& context);

Json to_json(const Trial& trial);
Result<Trial> trial_from_json(const Json& json);

/// The answer that a report's findings of one detector amount to.
Answer answer_of(const std::vector<forensics::Finding>& findings, const std::string& detector);

}  // namespace bonafide::lab
