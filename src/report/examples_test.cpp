#include "report/examples_test.h"

#include <cmath>
#include <limits>

namespace bonafide::report {

using forensics::Curve;
using forensics::Finding;
using forensics::Group;
using forensics::Outcome;
using forensics::Strength;

namespace {

Environment example_environment(std::string command) {
  Environment environment;
  environment.version = "0.1.0";
  environment.made_at = "2026-11-23T12:30:00Z";
  environment.system = "Debian GNU/Linux 12, x86_64";
  environment.libraries = {{"FFmpeg", "5.1.6"}, {"OpenCV", "4.6.0"}, {"dlib", "19.24"}};
  environment.models = {
      {"shape_predictor_68_face_landmarks.dat", "fbdc2cb8000000000000000000000000000000000000000000000000ca4cb81e"}};
  environment.command = std::move(command);
  environment.seconds = 6.4;
  return environment;
}

Finding found(std::string detector, Group group, Outcome outcome, std::string text) {
  Finding finding;
  finding.detector = std::move(detector);
  finding.group = group;
  finding.outcome = outcome;
  const bool looked = outcome == Outcome::sign || outcome == Outcome::nothing_found || outcome == Outcome::fact;
  (looked ? finding.sentence : finding.reason) = std::move(text);
  finding.claim = finding.detector + (looked ? ".claim" : ".none");
  return finding;
}

// Eyes open at 0.3 with two blinks; a stretch without a face is a gap.
Curve eye_curve() {
  Curve curve;
  curve.name = "eye opening, face 1";
  curve.y_unit = "ratio";
  curve.normal_low = 0.2;
  curve.normal_high = 0.38;
  curve.ticks = {6.2, 31.4};
  for (int i = 0; i <= 420; ++i) {
    const double t = i / 10.0;
    double value = 0.3 + 0.015 * std::sin(t * 1.7) + 0.008 * std::sin(t * 9.1);
    for (const double tick : curve.ticks) value -= 0.2 * std::exp(-std::pow((t - tick) / 0.12, 2));
    curve.x.push_back(t);
    curve.y.push_back(t > 22 && t < 24 ? std::numeric_limits<double>::quiet_NaN() : value);
  }
  return curve;
}

Curve energy_curve(std::string name, double shift) {
  Curve curve;
  curve.name = std::move(name);
  curve.y_unit = "relative";
  for (int i = 0; i <= 840; ++i) {
    const double t = i / 20.0;
    const double s = t + shift;
    curve.x.push_back(t);
    curve.y.push_back(std::max(0.0, std::sin(s * 4.1) * std::sin(s * 0.9) + 0.3 * std::sin(s * 11)));
  }
  return curve;
}

media::Track track_of(media::Track::Kind kind, std::string codec) {
  media::Track track;
  track.kind = kind;
  track.codec = std::move(codec);
  track.duration_s = 42.08;
  track.bitrate = kind == media::Track::Kind::video ? 2'300'000 : 128'000;
  return track;
}

media::Media clip_media() {
  media::Media media;
  media.path = "clips/clip.mp4";
  media.size = 12'804'113;
  media.sha256 = "9f2c4a1b00000000000000000000000000000000000000000000000000007171";
  media.format = media::Format::mp4;
  media.kind = media::Kind::video;
  media.width = 1920;
  media.height = 1080;
  media.duration_s = 42.08;
  media.tracks = {track_of(media::Track::Kind::video, "h264"), track_of(media::Track::Kind::audio, "aac")};
  media.tracks[0].width = 1920;
  media.tracks[0].height = 1080;
  media.tracks[0].frame_rate = 29.97;
  media.tracks[0].pixel_format = "yuv420p";
  media.tracks[0].bit_depth = 8;
  media.tracks[1].index = 1;
  media.tracks[1].sample_rate = 48000;
  media.tracks[1].channels = 2;
  media.facts = {{"MP4", "major brand", "isom"}, {"MP4", "encoder", "Lavf59.27.100"}};
  media.tree = {{"ftyp", 0, 32, 0, "isom"},
                {"moov", 32, 24'113, 0, ""},
                {"mvhd", 40, 108, 1, "42.080 s"},
                {"trak", 148, 12'000, 1, "video"},
                {"mdat", 24'145, 12'779'968, 0, ""}};
  return media;
}

Finding lip_sync() {
  Finding finding = found("av.lip_sync", Group::sync, Outcome::sign,
                          "The lips of face 1 and the sound run about 0.32 s apart between 0:07 and 0:19.");
  finding.grade = Strength::moderate;
  finding.score_name = "p";
  finding.score = 0.0012;
  finding.spans = {{7, 19}};
  finding.face = 1;
  finding.details = {{"lag", "+320 ms"}, {"correlation at the lag", "0.61"}, {"usual lag", "-80 to +80 ms"}};
  finding.limits = {"A dubbed or badly muxed clip looks the same as a manipulated one."};
  finding.curves = {energy_curve("mouth opening, face 1", 0), energy_curve("speech energy", 0.32)};
  return finding;
}

Finding blinking() {
  Finding finding = found("video.blink", Group::face, Outcome::sign,
                          "Face 1 blinks twice in 42 s; people talking "
                          "blink 15 to 30 times a minute.");
  finding.grade = Strength::weak;
  finding.spans = {{0, 42}};
  finding.face = 1;
  finding.details = {{"blinks", "2"}, {"rate", "2.9 a minute"}, {"usual rate", "8 to 35 a minute"}};
  finding.limits = {"Reading, staring into a lens and some illnesses make people blink rarely."};
  finding.curves = {eye_curve()};
  return finding;
}

void add_faces(Report& report) {
  forensics::FaceSummary one{1, {0.4, 41.8}, 118, {}};
  forensics::FaceSummary two{2, {12.0, 30.5}, 61, {}};
  for (double t = 0.5; t < 41.8; t += 0.5) {
    const auto drift = static_cast<float>(40 * std::sin(t / 5));
    one.boxes.push_back({t, {700 + drift, 220, 420, 470}});
    if (t > 12 && t < 30.5) two.boxes.push_back({t, {1300 - drift, 300, 220, 250}});
  }
  report.forensics.faces = {one, two};
}

}  // namespace

Report example_clip() {
  Report report;
  report.media = clip_media();
  Finding comb = found("audio.upsampling_comb", Group::synthesis, Outcome::nothing_found,
                       "No spectral lines at the spacings that neural vocoders leave.");
  comb.score_name = "z";
  comb.score = 1.7;
  Finding container = found("video.container", Group::file, Outcome::fact,
                            "Written by FFmpeg (Lavf59.27.100): the file was re-encoded or re-wrapped by a program.");
  report.forensics.findings = {
      comb,
      lip_sync(),
      found("image.jpeg_grid", Group::compression, Outcome::not_applicable, "It works on still pictures."),
      found("image.double_jpeg", Group::compression, Outcome::not_applicable, "It works on still pictures."),
      found("audio.band", Group::synthesis, Outcome::failed, "the sound ended in the middle of a block"),
      blinking(),
      container,
  };
  report.forensics.examined = {{0, 42.08}};
  report.forensics.frames = 1261;
  add_faces(report);
  for (int i = 0; i < 5; ++i) report.forensics.previews.push_back({i * 10.0, 160, 90, {0xFF, 0xD8, 0xFF, 0xD9}});
  report.verdict = verdict::fuse(report.forensics.findings);
  report.environment = example_environment("bonafide check clips/clip.mp4");
  return report;
}

Report example_photo() {
  Report report;
  report.media.path = "ela_modified.jpg";
  report.media.size = 234'567;
  report.media.sha256 = "12ab000000000000000000000000000000000000000000000000000000009988";
  report.media.format = media::Format::jpeg;
  report.media.kind = media::Kind::image;
  report.media.width = 800;
  report.media.height = 600;
  report.media.facts = {{"EXIF", "Software", "Adobe Photoshop 21.2"}, {"EXIF", "Model", "PENTAX K-5"}};
  report.media.jpeg = media::JpegInfo{{{0, 8, std::vector<std::uint16_t>(64, 7)}}, false, 3, "4:2:0", true, 1, 92.0};
  report.media.thumbnail = media::Thumbnail{310, 5120};
  Finding grid = found("image.jpeg_grid", Group::compression, Outcome::sign,
                       "One area carries the traces of another JPEG picture: it was probably pasted in.");
  grid.grade = Strength::moderate;
  grid.score_name = "log10 NFA";
  grid.score = -8.25;
  grid.regions = {{120, 80, 200, 160}};
  std::vector<std::uint8_t> samples(100 * 75);
  for (int y = 0; y < 75; ++y) {
    for (int x = 0; x < 100; ++x) {
      const double far = std::hypot((x - 27) / 14.0, (y - 20) / 11.0);
      samples[static_cast<std::size_t>(y * 100 + x)] = static_cast<std::uint8_t>(255 * std::exp(-far * far));
    }
  }
  grid.maps = {{"foreign grid", "Bright: blocks whose grid does not fit the rest.",
                media::Plane(100, 75, 1, std::move(samples))}};
  Finding file =
      found("image.file", Group::file, Outcome::fact, "Saved by Adobe Photoshop 21.2, says the file itself.");
  report.forensics.findings = {
      grid,
      found("image.double_jpeg", Group::compression, Outcome::nothing_found,
            "No area was compressed once while the rest was compressed twice."),
      file,
      found("video.blink", Group::face, Outcome::not_applicable, "A still picture has no blinks."),
  };
  report.forensics.previews = {{0, 800, 600, {0xFF, 0xD8, 0xFF, 0xD9}}};
  report.forensics.frames = 1;
  report.verdict = verdict::fuse(report.forensics.findings);
  report.environment = example_environment("bonafide check ela_modified.jpg");
  return report;
}

Report example_altered() {
  Report report = example_photo();
  provenance::Source mark{"mark", provenance::State::altered,
                          "id 00000000000000ff in the picture; changed in 2 places"};
  mark.altered = {{"mark.tamper", "this part does not carry the mark", -31.4, provenance::AlteredBox{200, 150, 80, 60}},
                  {"mark.sound", "0.75 s removed here", -6.2, {}, provenance::AlteredTime{61.5, 61.5}}};
  mark.maps = {{"mark.tamper", "tamper-revealing mark", "Bright: the mark is not there.", 2, 2, {0, 255, 128, 7}}};
  report.provenance = {provenance::State::altered,
                       {{"credential", provenance::State::none, "no Content Credential"}, std::move(mark)}};
  return report;
}

Report example_altered_clip() {
  Report report = example_clip();
  const double middle = report.media.duration_s / 2;
  provenance::Source map{"map", provenance::State::altered, "compared with original.mp4: it differs in 2 places"};
  map.altered = {{"mark.map", "upper left: other content", -31.4,
                  provenance::AlteredBox{report.media.width / 4, report.media.height / 4, report.media.width / 8,
                                         report.media.height / 8},
                  provenance::AlteredTime{middle - 6, middle + 6}},
                 {"mark.map", "0.8 s of sound were cut out here", -6.2, {}, provenance::AlteredTime{3.5, 3.5}}};
  report.provenance = {provenance::State::altered, {std::move(map)}};
  return report;
}

Report example_sound() {
  Report report;
  report.media.path = "speech.wav";
  report.media.size = 160'044;
  report.media.sha256 = "00000000000000000000000000000000000000000000000000000000000000aa";
  report.media.format = media::Format::wav;
  report.media.kind = media::Kind::audio;
  report.media.duration_s = 5;
  report.media.tracks = {track_of(media::Track::Kind::audio, "pcm_s16le")};
  report.media.damage = {"the file ends inside chunk data (expected 812 more bytes)"};
  report.forensics.findings = {
      found("audio.upsampling_comb", Group::synthesis, Outcome::nothing_found,
            "No spectral lines at the spacings that neural vocoders leave."),
      found("av.lip_sync", Group::sync, Outcome::not_applicable, "There is no picture."),
  };
  report.verdict = verdict::fuse(report.forensics.findings);
  report.environment = example_environment("bonafide check speech.wav");
  return report;
}

Report example_hostile() {
  const std::string attack =
      "</script></style></textarea><img src=x onerror=alert(1)>\"'`&{{}}\x1b[2J\xc2\x9b\xe2\x80\xae gnp\xff\xfe";
  Report report = example_clip();
  report.media.path = "folder/" + attack + ".mp4";
  report.media.extension_mismatch = attack;
  report.media.facts = {{attack, attack, attack + std::string(5000, 'w')}};
  report.media.tree = {{attack, 0, 8, 0, attack}, {attack, 8, 8, 31, attack}};
  report.media.damage = {attack};
  for (media::Track& track : report.media.tracks) {
    track.codec = track.profile = track.colour = track.pixel_format = track.encoder = attack;
  }
  for (Finding& finding : report.forensics.findings) {
    finding.sentence += attack;
    finding.reason += attack;
    finding.limits.push_back(attack);
    finding.details.push_back({attack, attack});
    for (Curve& curve : finding.curves) curve.name = curve.y_unit = attack;
  }
  provenance::Source mark{attack, provenance::State::altered, attack};
  mark.altered = {{attack, attack, -9, provenance::AlteredBox{1, 2, 3, 4}, provenance::AlteredTime{1, 2}}};
  mark.maps = {{attack, attack, attack, 1, 1, {9}}};
  report.provenance = {provenance::State::altered, {std::move(mark)}};
  report.forensics.not_examined = {attack};
  report.forensics.damage = {attack};
  report.verdict = verdict::fuse(report.forensics.findings);
  report.environment.command = "bonafide check '" + attack + "'";
  report.environment.libraries = {{attack, attack}};
  report.environment.models = {{attack, attack}};
  report.environment.system = report.environment.version = report.environment.made_at = attack;
  return report;
}

}  // namespace bonafide::report
