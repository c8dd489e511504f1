// Names: the stable keys of the JSON and the words people read. Each word stands here and nowhere else.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "report/report.h"

namespace bonafide::report {

/// Every value of an enum with its key in bonafide.report/1. Keys never change within a schema version.
template <typename E>
struct Key {
  E value;
  std::string_view key;
};

std::span<const Key<media::Format>> keys(media::Format);
std::span<const Key<media::Kind>> keys(media::Kind);
std::span<const Key<media::Track::Kind>> keys(media::Track::Kind);
std::span<const Key<forensics::Outcome>> keys(forensics::Outcome);
std::span<const Key<forensics::Strength>> keys(forensics::Strength);
std::span<const Key<forensics::Group>> keys(forensics::Group);
std::span<const Key<provenance::State>> keys(provenance::State);

template <typename E>
std::string_view key_of(E value) {
  for (const Key<E>& entry : keys(E{})) {
    if (entry.value == value) return entry.key;
  }
  return "unknown";
}

/// The strength of one finding in a word: "weak", "moderate", "strong", "very strong"; "none" for none.
std::string_view grade_words(forensics::Strength strength);
/// What a finding weighs: its calibrated word, or its own grade, at most moderate when uncalibrated.
forensics::Strength weight_of(const forensics::Finding& finding);
/// "found a sign", "found nothing", "states a fact", "does not apply", "not examined", "failed".
std::string_view outcome_words(forensics::Outcome outcome);
/// "not examined yet", "none found", "intact, signer not known", "intact and trusted", "broken".
std::string_view state_words(provenance::State state);
/// The sentence for a provenance of which no reader spoke.
std::string_view state_sentence(provenance::State state);

/// What each source of provenance says, those that say the same on one line: "credential, mark: not examined yet".
std::vector<std::string> source_lines(const provenance::Provenance& provenance);
/// Where sources show that the work was changed: "178×112 at 40,60: … (mark.tamper, p < 1e-9)".
std::vector<std::string> altered_lines(const provenance::Provenance& provenance);
/// "p < 1e-9", never below 1e-300.
std::string chance_words(double log10_p);

/// The last part of the path, cleaned for showing.
std::string file_name(const media::Media& media);
std::string_view format_words(media::Format format);  ///< "JPEG", "MP4", "Matroska"
std::string_view kind_words(media::Kind kind);        ///< "picture", "video", "sound", "document", "file"
std::string codec_words(std::string_view codec);      ///< "h264" -> "H.264"
std::string size_words(std::uint64_t bytes);          ///< "812 bytes", "1.4 MB" (powers of 1000)
std::string number_words(double value);               ///< four significant digits, no exponent where it can be helped
/// "0:42", "1920×1080", "H.264/AAC", …: what the file is, in short pieces.
std::vector<std::string> file_pieces(const media::Media& media);
std::string span_words(const forensics::TimeSpan& span);  ///< "0:07–0:19"
/// clean_utf8 and without what could disturb the line: C1 controls, direction overrides, line breaks.
std::string one_line(std::string_view text);

}  // namespace bonafide::report
