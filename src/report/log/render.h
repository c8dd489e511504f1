// The record's answers as text and as JSON (schema bonafide.log/1); pure functions.
#pragma once
#include "base/json.h"
#include "base/text_style.h"
#include "report/log/facts.h"

namespace bonafide::report {

Json log_json(const LogFacts& log);
std::string log_text(const LogFacts& log);
Json log_json(const LogAdded& added);
std::string log_text(const LogAdded& added);
Json log_json(const LogMonitorFacts& look);
std::string log_text(const LogMonitorFacts& look);
Json log_json(const LogEntryFacts& entry);
Json log_json(const LogTail& tail);
std::string log_text(const LogTail& tail);
Json log_json(const LogProofFacts& proof);
std::string log_text(const LogProofFacts& proof, const TextStyle& style);
Json log_json(const LogGrowthFacts& growth);
std::string log_text(const LogGrowthFacts& growth);
Json log_json(const LogIndexFacts& index);
std::string log_text(const LogIndexFacts& index);
Json log_json(const LogIndexProofFacts& proof);
std::string log_text(const LogIndexProofFacts& proof);
Json log_json(const LogAnchored& anchored);
std::string log_text(const LogAnchored& anchored);
Json log_json(const LogAnchorFacts& anchor);
std::string log_text(const LogAnchorFacts& anchor);
Json log_json(const provenance::log::FsckReport& report);
std::string log_text(const provenance::log::FsckReport& report);

}  // namespace bonafide::report
