// The lab's report: one self-contained page, the same as JSON (schema bonafide.eval/1) and as a table for a document.
#pragma once
#include <string>

#include "base/json.h"
#include "lab/summary.h"

namespace bonafide::lab {

struct Heading {
  std::string command;  ///< how to run this again
  std::string made_at;  ///< UTC
  std::string version;  ///< of the program
  std::string journal;  ///< "sha256:…" of the journal, or empty
};

Json to_json(const Summary& summary, const Heading& heading);
std::string to_html(const Summary& summary, const Heading& heading);
std::string to_markdown(const Summary& summary, const Heading& heading);

/// Plots of one table, as SVG without text: false alarms against misses on normal deviates (DET, Martin et al. 1997),
/// cumulative log10 LR of both labels (Tippett), and measured against stated odds in ten equal parts (reliability).
std::string det_svg(const Table& table);
std::string tippett_svg(const Table& table);
std::string reliability_svg(const Table& table);

}  // namespace bonafide::lab
