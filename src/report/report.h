// Report: everything one check found, in one value. Every renderer is a pure function of it.
#pragma once
#include <string>
#include <vector>

#include "base/json.h"
#include "base/text_style.h"
#include "forensics/pipeline.h"
#include "media/container/media.h"
#include "provenance/provenance.h"
#include "verdict/verdict.h"

namespace bonafide::report {

inline constexpr std::string_view kSchema = "bonafide.report/1";

struct Environment {
  std::string version;                                         ///< of bonafide
  std::string made_at;                                         ///< RFC 3339, UTC
  std::string system;                                          ///< "Debian GNU/Linux 12, x86_64"
  std::vector<std::pair<std::string, std::string>> libraries;  ///< name, version
  std::vector<std::pair<std::string, std::string>> models;     ///< name, sha256
  std::string command;                                         ///< what to run to get the same report
  double seconds = 0;                                          ///< wall time of the check
};

struct Report {
  media::Media media;
  provenance::Provenance provenance;
  forensics::PipelineResult forensics;
  bool sampled = false;
  verdict::Verdict verdict;
  Environment environment;
};

/// Canonical JSON, schema docs/schema/bonafide.report-1.json. Previews only when asked for: they are large.
Json to_json(const Report& report, bool with_previews);
/// Only what is known of the file itself.
Json to_json(const media::Media& media);
/// The other way round, so that a saved report can be rendered again without the file.
Result<Report> from_json(const Json& json);

std::string to_text(const Report& report, const TextStyle& style);

/// One self-contained page: no outside request, works without a network and without JavaScript for its words.
std::string to_html(const Report& report);

/// The words of the scale, everywhere the same: "Strong signs of manipulation", …
std::string_view words(std::optional<forensics::Strength> strength);

}  // namespace bonafide::report
