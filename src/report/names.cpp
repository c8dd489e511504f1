#include "report/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/time.h"

namespace bonafide::report {

using forensics::Group;
using forensics::Outcome;
using forensics::Strength;
using media::Format;
using media::Kind;
using provenance::State;

std::string_view words(std::optional<Strength> strength) {
  if (!strength) return "Could not tell";
  switch (*strength) {
    case Strength::very_strong: return "Very strong signs of manipulation";
    case Strength::strong: return "Strong signs of manipulation";
    case Strength::moderate: return "Some signs — suspicious, not conclusive";
    case Strength::weak: return "Faint signs — do not rely on this";
    case Strength::none: return "No signs found — this does not prove it is genuine";
  }
  return "Could not tell";
}

std::string_view grade_words(Strength strength) {
  switch (strength) {
    case Strength::very_strong: return "very strong";
    case Strength::strong: return "strong";
    case Strength::moderate: return "moderate";
    case Strength::weak: return "weak";
    case Strength::none: return "none";
  }
  return "none";
}

Strength weight_of(const forensics::Finding& finding) { return verdict::strength_of(verdict::contribution(finding)); }

std::string_view outcome_words(Outcome outcome) {
  switch (outcome) {
    case Outcome::sign: return "found a sign";
    case Outcome::nothing_found: return "found nothing";
    case Outcome::fact: return "states a fact";
    case Outcome::not_applicable: return "does not apply";
    case Outcome::not_examined: return "not examined";
    case Outcome::failed: return "failed";
  }
  return "failed";
}

std::string_view state_words(State state) {
  switch (state) {
    case State::not_examined: return "not examined yet";
    case State::none: return "nothing found";
    case State::intact: return "intact, signer not known";
    case State::trusted: return "intact and trusted";
    case State::broken: return "present but broken";
    case State::found: return "a mark was read";
    case State::altered: return "changed, and shows where";
  }
  return "not examined yet";
}

std::string_view state_sentence(State state) {
  switch (state) {
    case State::not_examined: return "No credential, mark or log entry could be examined.";
    case State::none: return "Nothing of what was looked for was found. Most files carry none.";
    case State::intact: return "What it says of its origin is intact, but its signer is not on the trust list.";
    case State::trusted: return "What it says of its origin is intact and signed by a trusted signer.";
    case State::broken: return "It carries a statement of origin that no longer fits the file.";
    case State::found:
      return "It carries an invisible mark with an id. What the id stands for must be looked up, and match this file.";
    case State::altered:
      return "A mark in it, or a signed map of it, shows where it was changed since. Honest editing shows the same.";
  }
  return "";
}

std::vector<std::string> source_lines(const provenance::Provenance& provenance) {
  std::vector<std::pair<std::string, std::vector<std::string>>> said;  // sentence, names
  for (const provenance::Source& source : provenance.sources) {
    const std::string sentence =
        source.sentence.empty() ? std::string(state_words(source.state)) : one_line(source.sentence);
    auto at = std::find_if(said.begin(), said.end(), [&](const auto& entry) { return entry.first == sentence; });
    if (at == said.end()) at = said.insert(said.end(), {sentence, {}});
    at->second.push_back(one_line(source.name));
  }
  std::vector<std::string> lines;
  for (const auto& [sentence, names] : said) lines.push_back(fmt::format("{}: {}", fmt::join(names, ", "), sentence));
  return lines;
}

std::string chance_words(double log10_p) {
  if (log10_p > -2) return fmt::format("p = {:.2g}", std::pow(10.0, log10_p));
  return fmt::format("p < 1e{:.0f}", std::max(-300.0, std::ceil(log10_p)));
}

std::vector<std::string> altered_lines(const provenance::Provenance& provenance) {
  std::vector<std::string> lines;
  for (const provenance::Source& source : provenance.sources) {
    for (const provenance::Altered& altered : source.altered) {
      std::vector<std::string> where;
      if (const auto& time = altered.time)
        where.push_back(time->begin_s < time->end_s ? span_words({time->begin_s, time->end_s})
                                                    : to_clock(time->begin_s, true));
      if (const auto& box = altered.box)
        where.push_back(fmt::format("{}×{} at {},{}", box->width, box->height, box->x, box->y));
      lines.push_back(fmt::format("{}{}{} ({}, {})", fmt::join(where, " · "), where.empty() ? "" : ": ",
                                  one_line(altered.sentence), one_line(altered.method), chance_words(altered.log10_p)));
    }
  }
  return lines;
}

std::span<const Key<Format>> keys(Format) {
  static constexpr std::array<Key<Format>, 29> kKeys{{
      {Format::unknown, "unknown"}, {Format::jpeg, "jpeg"},     {Format::png, "png"},           {Format::webp, "webp"},
      {Format::tiff, "tiff"},       {Format::gif, "gif"},       {Format::bmp, "bmp"},           {Format::avif, "avif"},
      {Format::heic, "heic"},       {Format::jxl, "jxl"},       {Format::svg, "svg"},           {Format::pdf, "pdf"},
      {Format::mp4, "mp4"},         {Format::mov, "mov"},       {Format::matroska, "matroska"}, {Format::avi, "avi"},
      {Format::mpegts, "mpegts"},   {Format::mpegps, "mpegps"}, {Format::flv, "flv"},           {Format::asf, "asf"},
      {Format::wav, "wav"},         {Format::flac, "flac"},     {Format::mp3, "mp3"},           {Format::m4a, "m4a"},
      {Format::ogg, "ogg"},         {Format::aac, "aac"},       {Format::aiff, "aiff"},         {Format::amr, "amr"},
      {Format::caf, "caf"},
  }};
  return kKeys;
}

std::span<const Key<Kind>> keys(Kind) {
  static constexpr std::array<Key<Kind>, 5> kKeys{{{Kind::unknown, "unknown"},
                                                   {Kind::image, "image"},
                                                   {Kind::video, "video"},
                                                   {Kind::audio, "audio"},
                                                   {Kind::document, "document"}}};
  return kKeys;
}

std::span<const Key<media::Track::Kind>> keys(media::Track::Kind) {
  using T = media::Track::Kind;
  static constexpr std::array<Key<T>, 3> kKeys{{{T::video, "video"}, {T::audio, "audio"}, {T::other, "other"}}};
  return kKeys;
}

std::span<const Key<Outcome>> keys(Outcome) {
  static constexpr std::array<Key<Outcome>, 6> kKeys{{{Outcome::sign, "sign"},
                                                      {Outcome::nothing_found, "nothing_found"},
                                                      {Outcome::fact, "fact"},
                                                      {Outcome::not_applicable, "not_applicable"},
                                                      {Outcome::not_examined, "not_examined"},
                                                      {Outcome::failed, "failed"}}};
  return kKeys;
}

std::span<const Key<Strength>> keys(Strength) {
  static constexpr std::array<Key<Strength>, 5> kKeys{{{Strength::none, "none"},
                                                       {Strength::weak, "weak"},
                                                       {Strength::moderate, "moderate"},
                                                       {Strength::strong, "strong"},
                                                       {Strength::very_strong, "very_strong"}}};
  return kKeys;
}

std::span<const Key<Group>> keys(Group) {
  static constexpr std::array<Key<Group>, 7> kKeys{{{Group::file, "file"},
                                                    {Group::compression, "compression"},
                                                    {Group::noise, "noise"},
                                                    {Group::synthesis, "synthesis"},
                                                    {Group::content, "content"},
                                                    {Group::face, "face"},
                                                    {Group::sync, "sync"}}};
  return kKeys;
}

std::span<const Key<State>> keys(State) {
  static constexpr std::array<Key<State>, 7> kKeys{{{State::not_examined, "not_examined"},
                                                    {State::none, "none"},
                                                    {State::intact, "intact"},
                                                    {State::trusted, "trusted"},
                                                    {State::broken, "broken"},
                                                    {State::found, "found"},
                                                    {State::altered, "altered"}}};
  return kKeys;
}

std::string one_line(std::string_view text) {
  const std::string clean = clean_utf8(text);
  std::string line;
  line.reserve(clean.size());
  for (std::size_t i = 0; i < clean.size(); ++i) {
    const auto at = [&](std::size_t k) { return k < clean.size() ? static_cast<unsigned char>(clean[k]) : 0U; };
    const unsigned a = at(i);
    if (a == 0xC2 && at(i + 1) >= 0x80 && at(i + 1) <= 0x9F) {  // C1: some terminals obey U+009B
      line += ' ';
      i += 1;
    } else if (a == 0xE2 && at(i + 1) == 0x80 && at(i + 2) >= 0xA8 && at(i + 2) <= 0xAE) {
      line += ' ';  // U+2028…202E: line separators, direction embeddings and overrides
      i += 2;
    } else if (a == 0xE2 && at(i + 1) == 0x81 && at(i + 2) >= 0xA6 && at(i + 2) <= 0xA9) {
      i += 2;  // U+2066…2069: direction isolates
    } else {
      line += a == '\n' || a == '\t' ? ' ' : clean[i];
    }
  }
  return line;
}

std::string file_name(const media::Media& media) {
  const std::size_t slash = media.path.find_last_of('/');
  const std::string name = one_line(slash == std::string::npos ? media.path : media.path.substr(slash + 1));
  return name.empty() ? "(no name)" : name;
}

std::string_view format_words(Format format) {
  return format == Format::unknown ? "unknown format" : media::to_string(format);
}

std::string_view kind_words(Kind kind) {
  switch (kind) {
    case Kind::image: return "picture";
    case Kind::video: return "video";
    case Kind::audio: return "sound";
    case Kind::document: return "document";
    case Kind::unknown: return "file";
  }
  return "file";
}

std::string codec_words(std::string_view codec) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 16> kNames{{{"h264", "H.264"},
                                                                                         {"hevc", "H.265"},
                                                                                         {"av1", "AV1"},
                                                                                         {"vp8", "VP8"},
                                                                                         {"vp9", "VP9"},
                                                                                         {"mpeg4", "MPEG-4"},
                                                                                         {"mpeg2video", "MPEG-2"},
                                                                                         {"mjpeg", "JPEG"},
                                                                                         {"aac", "AAC"},
                                                                                         {"mp3", "MP3"},
                                                                                         {"opus", "Opus"},
                                                                                         {"vorbis", "Vorbis"},
                                                                                         {"flac", "FLAC"},
                                                                                         {"ac3", "AC-3"},
                                                                                         {"pcm_s16le", "PCM 16 bit"},
                                                                                         {"pcm_s24le", "PCM 24 bit"}}};
  for (const auto& [key, name] : kNames) {
    if (codec == key) return std::string(name);
  }
  return one_line(codec);
}

std::string size_words(std::uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} bytes", bytes);
  double value = static_cast<double>(bytes);
  for (const std::string_view unit : {"kB", "MB", "GB", "TB"}) {
    value /= 1000;
    if (value < 999.5 || unit == "TB") return fmt::format("{:.{}f} {}", value, value < 9.95 ? 1 : 0, unit);
  }
  return {};
}

std::string number_words(double value) {
  if (!std::isfinite(value)) return "no value";
  const double magnitude = std::fabs(value);
  if (magnitude != 0 && (magnitude < 1e-4 || magnitude >= 1e7)) return fmt::format("{:.3g}", value);
  std::string text = fmt::format("{:.{}f}", value,
                                 magnitude >= 1000  ? 0
                                 : magnitude >= 100 ? 1
                                 : magnitude >= 1   ? 2
                                                    : 4);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

std::vector<std::string> file_pieces(const media::Media& media) {
  std::vector<std::string> pieces;
  if (media.duration_s > 0) pieces.push_back(to_clock(media.duration_s));
  if (media.width > 0 && media.height > 0) pieces.push_back(fmt::format("{}×{}", media.width, media.height));
  pieces.emplace_back(format_words(media.format));
  if (media.kind == Kind::video || media.kind == Kind::audio) {
    std::vector<std::string> codecs;
    for (const media::Track& track : media.tracks) {
      if (track.kind != media::Track::Kind::other && !track.codec.empty()) codecs.push_back(codec_words(track.codec));
    }
    if (!codecs.empty()) pieces.push_back(fmt::format("{}", fmt::join(codecs, "/")));
  }
  pieces.push_back(size_words(media.size));
  return pieces;
}

std::string span_words(const forensics::TimeSpan& span) {
  // Under a second apart the clock needs its tenths to say anything.
  const bool tenths = span.length() < 2;
  return fmt::format("{}–{}", to_clock(span.begin_s, tenths), to_clock(span.end_s, tenths));
}

}  // namespace bonafide::report
