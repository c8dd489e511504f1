// video.container: what a clip's packaging tells of the programs it went through. Facts only: see the method card.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "forensics/detector.h"
#include "forensics/origin.h"

namespace bonafide::forensics {

namespace {
// Measured on dev (docs/methods/video.container.md): 0.5 s is beyond what encoder delay and the last frame explain.
constexpr double kLengthGap = 0.5;

std::string value(const media::Media& media, std::string_view group, std::string_view name) {
  const std::string* const found = media.fact(group, name);
  return found == nullptr ? std::string{} : *found;
}

std::string shortened(const std::string& text) {
  return text.size() <= 120 ? text : clean_utf8(text.substr(0, 120)) + "…";
}

void add_writer(const media::Media& media, std::vector<Finding>& findings) {
  std::vector<Statement> programs = named_programs(media);
  for (const media::Fact& fact : media.facts)
    if (fact.name == "HandlerName" && program_kind(fact.value) != ProgramKind::unknown)
      programs.push_back({fact.group + " HandlerName", fact.value});
  std::vector<std::string> names;
  bool edited = false;
  for (const Statement& s : programs) {
    const ProgramKind kind = program_kind(s.value);
    edited = edited || kind == ProgramKind::editor;
    if (kind == ProgramKind::editor || kind == ProgramKind::muxer) names.push_back(shortened(s.value));
  }
  if (names.empty()) return;
  const std::string sentence = edited ? "The clip names an editing program: it was saved again after it was recorded."
                                      : "The clip was packed by a conversion program: it is not the camera's own file.";
  Finding finding = fact_finding(edited ? "video.container.editor" : "video.container.converted", sentence);
  for (const Statement& s : programs) finding.details.emplace_back(s.where, shortened(s.value));
  finding.limits = {"Every platform and most programs convert clips; that says nothing about what they show."};
  findings.push_back(std::move(finding));
}

void add_device(const media::Media& media, std::vector<Finding>& findings) {
  std::string make = value(media, "MP4", "com.apple.quicktime.make"),
              model = value(media, "MP4", "com.apple.quicktime.model");
  if (make.empty()) make = value(media, "MP4", "Make");
  if (model.empty()) model = value(media, "MP4", "Model");
  if (make.empty()) make = value(media, "MP4", "com.android.manufacturer");
  if (model.empty()) model = value(media, "MP4", "com.android.model");
  if (make.empty() && model.empty()) return;
  Finding finding = fact_finding("video.container.device", fmt::format("The file says it was recorded with: {} {}.",
                                                                       shortened(make), shortened(model)));
  for (const std::string_view name :
       {"com.apple.quicktime.software", "com.apple.quicktime.creationdate", "com.android.version", "GPSCoordinates"})
    if (const std::string text = value(media, "MP4", name); !text.empty()) finding.details.emplace_back(name, text);
  findings.push_back(std::move(finding));
}

void add_dates(const media::Media& media, std::vector<Finding>& findings) {
  const std::string created = value(media, "MP4", "CreateDate"), changed = value(media, "MP4", "ModifyDate");
  const auto from = written_time(created), to = written_time(changed);
  if (!from || !to) return;
  Finding finding = fact_finding("video.container.dates",
                                 fmt::format("By its own clock the clip was made on {}.", created.substr(0, 10)));
  if (*to < *from) {
    finding.claim = "video.container.dates_reversed";
    finding.sentence =
        fmt::format("By its own dates the clip was last changed {} before it was made.", in_words(*from - *to));
  } else if (*to - *from > media.duration_s + 3600) {
    finding.claim = "video.container.dates_apart";
    finding.sentence =
        fmt::format("By its own dates the clip was last changed {} after it was made.", in_words(*to - *from));
  }
  finding.details = {{"made", created}, {"changed", changed}};
  finding.limits = {"Dates come from clocks that may be wrong, and can be written at will."};
  findings.push_back(std::move(finding));
}

void add_tracks(const media::Media& media, std::vector<Finding>& findings) {
  const media::Track* const picture = media.first(media::Track::Kind::video);
  const media::Track* const sound = media.first(media::Track::Kind::audio);
  if (picture != nullptr && sound == nullptr)
    findings.push_back(
        fact_finding("video.container.no_sound",
                     "The clip has no sound track: tests of sound and of lips against sound cannot be made."));
  if (picture == nullptr || sound == nullptr) return;
  const double ends[2] = {picture->start_s + picture->duration_s, sound->start_s + sound->duration_s};
  if (picture->duration_s > 0 && sound->duration_s > 0 && std::abs(ends[0] - ends[1]) > kLengthGap) {
    Finding finding = fact_finding("video.container.lengths",
                                   fmt::format("Picture and sound end {:.1f} s apart.", std::abs(ends[0] - ends[1])));
    finding.details = {{"picture ends", fmt::format("{:.3f} s", ends[0])},
                       {"sound ends", fmt::format("{:.3f} s", ends[1])}};
    finding.limits = {"Careless cutting and conversion do this too."};
    findings.push_back(std::move(finding));
  }
  if (std::abs(picture->start_s - sound->start_s) > kLengthGap) {
    Finding finding = fact_finding("video.container.starts", fmt::format("Picture and sound begin {:.1f} s apart.",
                                                                         std::abs(picture->start_s - sound->start_s)));
    finding.details = {{"picture begins", fmt::format("{:.3f} s", picture->start_s)},
                       {"sound begins", fmt::format("{:.3f} s", sound->start_s)}};
    findings.push_back(std::move(finding));
  }
}

Finding structure(const media::Media& media) {
  const media::Track* const picture = media.first(media::Track::Kind::video);
  std::string what = fmt::format("The clip is {}", to_string(media.format));
  if (picture != nullptr && !picture->codec.empty()) what += fmt::format(" with {} pictures", picture->codec);
  if (picture != nullptr && picture->variable_frame_rate)
    what += " at a frame rate that changes, as phones and screen recorders write it";
  Finding finding = fact_finding("video.container.structure", what + ".");
  for (const std::string_view name :
       {"MajorBrand", "CompatibleBrands", "MoovPosition", "Fragments", "MediaDataLength", "DataAfterEnd"})
    if (const std::string text = value(media, "MP4", name); !text.empty()) finding.details.emplace_back(name, text);
  for (const media::Fact& fact : media.facts)
    if (fact.name == "EditList" || fact.name == "SampleTimes" || fact.name == "CompressorName" ||
        fact.name == "KeyFrames")
      finding.details.emplace_back(fact.group + " " + fact.name, shortened(fact.value));
  if (picture != nullptr && picture->frame_rate > 0)
    finding.details.emplace_back("frame rate", fmt::format("{:.3f} pictures/s", picture->frame_rate));
  return finding;
}

class Session : public DetectorSession {
 public:
  explicit Session(const media::Media& media) : media_(media) {}

  std::vector<Finding> finish() override {
    std::vector<Finding> findings;
    if (const auto generated = generated_by_own_word(media_)) {
      findings.push_back(
          fact_finding("video.container.generated",
                       "The file itself says that the clip was generated by a program, in whole or in part."));
      findings.back().details = {{generated->where, shortened(generated->value)}};
      findings.back().limits = {"Such a line can be written, copied or removed by anybody."};
    }
    if (!media_.extension_mismatch.empty())
      findings.push_back(
          fact_finding("video.container.name", fmt::format("The file is {}.", media_.extension_mismatch)));
    add_writer(media_, findings);
    add_device(media_, findings);
    add_dates(media_, findings);
    add_tracks(media_, findings);
    findings.push_back(structure(media_));
    return findings;
  }

 private:
  const media::Media& media_;
};

std::optional<std::string> why_not(const media::Media& media) {
  const bool moving =
      media.kind == media::Kind::video || (media.duration_s > 0 && media.first(media::Track::Kind::video) != nullptr);
  if (moving && media.kind != media::Kind::audio) return std::nullopt;
  return "The file holds no moving pictures.";
}

std::unique_ptr<DetectorSession> start(const DetectorInput& input) { return std::make_unique<Session>(input.media); }
}  // namespace

extern const Detector detector_video_container;
const Detector detector_video_container{
    .id = "video.container",
    .version = 1,
    .group = Group::file,
    .needs = kNeedsNothing,
    .title = "How the clip is packed",
    .question = "What does the clip's packaging tell of the programs it went through?",
    .not_applicable = why_not,
    .start = start};

}  // namespace bonafide::forensics
