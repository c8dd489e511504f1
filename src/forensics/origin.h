// What a file says about where it comes from: programs named in its metadata, and its own word that it was generated.
// Nothing here is proof: metadata can be written and removed by anybody.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forensics/finding.h"
#include "media/container/media.h"

namespace bonafide::forensics {

enum class ProgramKind {
  unknown,    ///< a camera's firmware, as a rule
  editor,     ///< changes pictures or clips
  muxer,      ///< converts and re-packs (FFmpeg, HandBrake, GStreamer, …)
  generator,  ///< makes pictures or clips from nothing
};
/// By a list of names; case does not matter.
ProgramKind program_kind(std::string_view name);

/// One line of the file's metadata that names a program or says how the file came to be.
struct Statement {
  std::string where;  ///< "EXIF Software"
  std::string value;
};

/// All fields that name a program, each value once, in file order.
std::vector<Statement> named_programs(const media::Media& media);

/// The file's own statement that it was generated: IPTC's DigitalSourceType (trainedAlgorithmicMedia and kin), the
/// prompt that image generators store, or a generator named as the program.
std::optional<Statement> generated_by_own_word(const media::Media& media);

/// "2024:05:06 07:08:09" (Exif) or RFC 3339, as seconds from 1970 in the time zone it was written in.
std::optional<double> written_time(std::string_view text);
/// "3 days", "2 hours", "40 seconds".
std::string in_words(double seconds);

/// A fact without a claim to more.
Finding fact_finding(std::string claim, std::string sentence);

}  // namespace bonafide::forensics
