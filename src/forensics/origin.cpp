#include "forensics/origin.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace bonafide::forensics {

namespace {
struct Known {
  std::string_view name;
  ProgramKind kind;
};
using enum ProgramKind;
// Lower case. The first name found inside the text decides, so generators stand before the editors that sell them.
constexpr Known kKnown[] = {{"stable diffusion", generator},
                            {"midjourney", generator},
                            {"dall-e", generator},
                            {"dall·e", generator},
                            {"comfyui", generator},
                            {"invokeai", generator},
                            {"novelai", generator},
                            {"fooocus", generator},
                            {"adobe firefly", generator},
                            {"google ai", generator},
                            {"imagen ", generator},
                            {"chatgpt", generator},
                            {"gpt-4o", generator},
                            {"openai", generator},
                            {"ideogram", generator},
                            {"leonardo.ai", generator},
                            {"automatic1111", generator},
                            {"runway", generator},
                            {"synthesia", generator},
                            {"heygen", generator},
                            {"photoshop", editor},
                            {"lightroom", editor},
                            {"camera raw", editor},
                            {"gimp", editor},
                            {"paint.net", editor},
                            {"paint shop", editor},
                            {"paintshop", editor},
                            {"pixelmator", editor},
                            {"affinity", editor},
                            {"snapseed", editor},
                            {"picasa", editor},
                            {"acd systems", editor},
                            {"acdsee", editor},
                            {"capture one", editor},
                            {"darktable", editor},
                            {"rawtherapee", editor},
                            {"imagemagick", editor},
                            {"irfanview", editor},
                            {"xnview", editor},
                            {"facetune", editor},
                            {"picsart", editor},
                            {"vsco", editor},
                            {"photoscape", editor},
                            {"canva", editor},
                            {"luminar", editor},
                            {"topaz", editor},
                            {"corel", editor},
                            {"krita", editor},
                            {"faststone", editor},
                            {"windows photo", editor},
                            {"meitu", editor},
                            {"beautyplus", editor},
                            {"nikon transfer", editor},
                            {"capture nx", editor},
                            {"camedia master", editor},
                            {"fotor", editor},
                            {"faceapp", editor},
                            {"remini", editor},
                            {"premiere", editor},
                            {"after effects", editor},
                            {"final cut", editor},
                            {"imovie", editor},
                            {"davinci", editor},
                            {"capcut", editor},
                            {"inshot", editor},
                            {"kinemaster", editor},
                            {"vegas", editor},
                            {"camtasia", editor},
                            {"filmora", editor},
                            {"lavf", muxer},
                            {"lavc", muxer},
                            {"handbrake", muxer},
                            {"gstreamer", muxer},
                            {"mkvtoolnix", muxer},
                            {"mkvmerge", muxer},
                            {"libmatroska", muxer},
                            {"libebml", muxer},
                            {"gpac", muxer},
                            {"mp4box", muxer},
                            {"vlc", muxer},
                            {"x264", muxer},
                            {"x265", muxer},
                            {"mainconcept", muxer},
                            {"google", muxer},
                            {"shaka", muxer},
                            {"bento4", muxer},
                            {"virtualdub", muxer},
                            {"avidemux", muxer},
                            {"isomedia file produced by", muxer}};

// Fields whose value is the name of a program.
constexpr std::string_view kFields[] = {"Software",
                                        "ProcessingSoftware",
                                        "xmp:CreatorTool",
                                        "stEvt:softwareAgent",
                                        "OriginatingProgram",
                                        "WriterName",
                                        "Encoder",
                                        "EncoderInStream",
                                        "EncodedBy",
                                        "MuxingApp",
                                        "WritingApp",
                                        "EncoderSettings",
                                        "ENCODER",
                                        "encoder",
                                        "com.apple.quicktime.software",
                                        "com.android.version",
                                        "metadatacreator",
                                        "WM/ToolName",
                                        "tiff:Software",
                                        "Vendor",
                                        "photoshop:Credit"};

std::string lowered(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// What image generators store: AUTOMATIC1111's "parameters", ComfyUI's node graph, InvokeAI's records.
bool is_prompt(const media::Fact& fact) {
  if (fact.name == "parameters" || fact.name == "UserComment")
    return contains(fact.value, "Steps: ") && (contains(fact.value, "Sampler") || contains(fact.value, "CFG scale"));
  if (fact.name == "prompt") return contains(fact.value, "class_type");
  if (fact.name == "workflow") return contains(fact.value, "\"nodes\"");
  return fact.name == "sd-metadata" || fact.name == "invokeai_metadata" || fact.name == "Dream";
}
}  // namespace

ProgramKind program_kind(std::string_view name) {
  const std::string lower = lowered(name);
  const auto* const found =
      std::find_if(std::begin(kKnown), std::end(kKnown), [&](const Known& k) { return contains(lower, k.name); });
  return found == std::end(kKnown) ? unknown : found->kind;
}

std::vector<Statement> named_programs(const media::Media& media) {
  std::vector<Statement> statements;
  for (const media::Fact& fact : media.facts) {
    if (std::find(std::begin(kFields), std::end(kFields), fact.name) == std::end(kFields)) continue;
    const bool known =
        std::any_of(statements.begin(), statements.end(), [&](const Statement& s) { return s.value == fact.value; });
    if (!known) statements.push_back({fmt::format("{} {}", fact.group, fact.name), fact.value});
  }
  return statements;
}

std::optional<Statement> generated_by_own_word(const media::Media& media) {
  for (const media::Fact& fact : media.facts) {
    const std::string where = fmt::format("{} {}", fact.group, fact.name);
    // IPTC "Digital Source Type" vocabulary, cv.iptc.org/newscodes/digitalsourcetype.
    if (contains(lowered(fact.name), "digitalsourcetype") && contains(lowered(fact.value), "algorithmicmedia"))
      return Statement{where, fact.value};
    if (is_prompt(fact)) return Statement{where, fact.value};
  }
  for (const Statement& s : named_programs(media))
    if (program_kind(s.value) == generator) return s;
  return std::nullopt;
}

std::optional<double> written_time(std::string_view text) {
  const auto number = [&](std::size_t at, std::size_t count) {
    int value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
      if (i >= text.size() || text[i] < '0' || text[i] > '9') return -1;
      value = value * 10 + (text[i] - '0');
    }
    return value;
  };
  const int year = number(0, 4), month = number(5, 2), day = number(8, 2);
  const int hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
  if (year < 1826 || month < 1 || hour < 0 || minute < 0 || second < 0) return std::nullopt;  // no photograph is older
  const auto date = std::chrono::year(year) / month / day;
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return static_cast<double>(days) * 86400 + hour * 3600 + minute * 60 + second;
}

std::string in_words(double seconds) {
  const double size = std::abs(seconds);
  const auto say = [](double value, std::string_view unit) {
    const double n = std::round(value);
    return fmt::format("{:.0f} {}{}", n, unit, n == 1 ? "" : "s");
  };
  if (size >= 2 * 365.25 * 86400) return say(size / (365.25 * 86400), "year");
  if (size >= 2 * 86400) return say(size / 86400, "day");
  if (size >= 2 * 3600) return say(size / 3600, "hour");
  if (size >= 120) return say(size / 60, "minute");
  return say(size, "second");
}

Finding fact_finding(std::string claim, std::string sentence) {
  Finding finding;
  finding.outcome = Outcome::fact;
  finding.claim = std::move(claim);
  finding.sentence = std::move(sentence);
  return finding;
}

}  // namespace bonafide::forensics
