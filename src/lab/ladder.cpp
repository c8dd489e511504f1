#include "lab/ladder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "app/open_media.h"
#include "base/files.h"
#include "base/process.h"
#include "forensics/face/finder.h"
#include "lab/dice.h"
#include "lab/picture.h"
#include "lab/sound_file.h"
#include "media/decode/decode.h"
#include "media/decode/jpeg_encode.h"
#include "report/png.h"

namespace bonafide::lab {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kSeed = 20261125;
using media::Kind;
using Written = Result<std::optional<std::string>>;

constexpr std::array kRungs{
    Rung{kNormalised, Kind::image, "the face, or the middle, at 256 × 256, saved as JPEG 90"},
    Rung{"jpeg90", Kind::image, "saved as JPEG 90"},
    Rung{"jpeg70", Kind::image, "saved as JPEG 70"},
    Rung{"half", Kind::image, "at half its size, saved as JPEG 90"},
    Rung{"screenshot", Kind::image, "at 0.8 of its size between margins, saved as PNG"},
    Rung{"noise", Kind::image, "with noise of 3 grey levels, saved as PNG"},
    Rung{kNormalised, Kind::audio, "the middle 3 s as mono of 16 kHz at one level, saved as MP3 of 64 kbit/s"},
    Rung{"mp3_64", Kind::audio, "saved as MP3 of 64 kbit/s"},
    Rung{"opus_24", Kind::audio, "saved as Opus of 24 kbit/s"},
    Rung{"aac_64", Kind::audio, "saved as AAC of 64 kbit/s"},
    Rung{"noise", Kind::audio, "with white noise 30 dB below it"},
    Rung{"phone", Kind::audio, "through a telephone: 300 to 3,400 Hz, 8 kHz, mu-law"},
};

// A standard normal value (Box & Muller 1958).
double normal(Dice& dice) {
  const double radius = std::sqrt(-2 * std::log(1 - dice.unit()));
  return radius * std::cos(2 * std::numbers::pi * dice.unit());
}

cv::Mat read_picture(const media::Frame& frame) { return matrix_of(frame.rgb()); }

// The widest face with air around it, else the middle; always a square.
cv::Rect square_of(const media::Frame& frame) {
  const int width = frame.width();
  const int height = frame.height();
  const int side = std::min(width, height);
  cv::Rect cut((width - side) / 2, (height - side) / 2, side, side);
  constexpr int kSearch = 640;  // pixels across of what is searched, as the face tracker does
  const media::Plane& small = frame.scaled(kSearch);
  const float scale = static_cast<float>(width) / static_cast<float>(small.width());
  const auto faces = forensics::face::dlib_finder()->find(small, 0);
  if (!faces.empty()) {
    const auto& face = std::max_element(faces.begin(), faces.end(), [](const auto& a, const auto& b) {
                         return a.box.width < b.box.width;
                       })->box;
    const int wide = std::clamp(static_cast<int>(face.width * scale * 1.4F), 16, side);
    const int x = static_cast<int>((face.x + face.width / 2) * scale) - wide / 2;
    const int y = static_cast<int>((face.y + face.height / 2) * scale) - wide / 2;
    cut = cv::Rect(std::clamp(x, 0, width - wide), std::clamp(y, 0, height - wide), wide, wide);
  }
  return cut;
}

Result<Bytes> worked_picture(const media::Frame& frame, std::string_view rung) {
  const cv::Mat rgb = read_picture(frame);
  cv::Mat out;
  if (rung == kNormalised) {
    cv::resize(rgb(square_of(frame)), out, {256, 256}, 0, 0, cv::INTER_AREA);
    return media::encode_jpeg(plane_of(out), 90);
  }
  if (rung == "jpeg90" || rung == "jpeg70") return media::encode_jpeg(plane_of(rgb), rung == "jpeg90" ? 90 : 70);
  if (rung == "half") {
    cv::resize(rgb, out, {std::max(1, rgb.cols / 2), std::max(1, rgb.rows / 2)}, 0, 0, cv::INTER_AREA);
    return media::encode_jpeg(plane_of(out), 90);
  }
  if (rung == "screenshot") {
    cv::resize(rgb, out, {}, 0.8, 0.8, cv::INTER_LINEAR);
    cv::copyMakeBorder(out, out, 61, 43, 17, 17, cv::BORDER_CONSTANT, cv::Scalar(245, 245, 245));
    return report::encode_png(plane_of(out));
  }
  Dice dice(kSeed);
  out = rgb.clone();
  for (int y = 0; y < out.rows; ++y) {
    auto* const row = out.ptr<std::uint8_t>(y);
    for (int i = 0; i < 3 * out.cols; ++i) {
      const double noise = 3 * normal(dice);
      row[i] = static_cast<std::uint8_t>(std::clamp(std::lround(row[i] + noise), 0L, 255L));
    }
  }
  return report::encode_png(plane_of(out));
}

Result<void> ffmpeg(std::vector<std::string> arguments) {
  std::vector<std::string> command{"ffmpeg", "-nostdin", "-v", "error", "-y", "-threads", "1"};
  command.insert(command.end(), std::make_move_iterator(arguments.begin()), std::make_move_iterator(arguments.end()));
  const ProgramAnswer answer = TRY(run_program({.command = std::move(command), .input = {}, .seconds = 300}));
  if (answer.exit_code != 0)
    return make_error(Code::unsupported, "ffmpeg could not work the file over: " + answer.said);
  return {};
}

void add_noise(Sound& sound) {
  double power = 0;
  for (const auto& channel : sound.channels)
    for (const float v : channel) power += static_cast<double>(v) * static_cast<double>(v);
  const auto samples = static_cast<double>(sound.length() * sound.channels.size());
  const double level = std::sqrt(power / std::max(1.0, samples)) * std::pow(10.0, -30.0 / 20);
  Dice dice(kSeed);
  for (auto& channel : sound.channels)
    for (float& v : channel) v += static_cast<float>(level * normal(dice));
}

void level_and_cut(Sound& speech) {
  std::vector<float>& all = speech.channels[0];
  const auto wanted = static_cast<std::size_t>(3 * speech.rate);
  if (all.size() > wanted) {
    const std::size_t from = (all.size() - wanted) / 2;
    all = std::vector<float>(all.begin() + static_cast<std::ptrdiff_t>(from),
                             all.begin() + static_cast<std::ptrdiff_t>(from + wanted));
  }
  double power = 0;
  for (const float v : all) power += static_cast<double>(v) * static_cast<double>(v);
  const double rms = std::sqrt(power / static_cast<double>(std::max<std::size_t>(1, all.size())));
  const double gain = rms > 1e-6 ? 0.05 / rms : 1;  // -26 dBFS, as ITU-T P.56 material is levelled
  for (float& v : all) v = static_cast<float>(v * gain);
}

Result<std::string> worked_sound(const std::string& path, std::string_view rung, const std::string& stem,
                                 const Context& context) {
  const std::string wav = stem + ".wav";
  if (rung == "noise") {
    Sound sound = TRY(read_sound(path, context));
    add_noise(sound);
    TRY(write_wav(wav, sound, ""));
    return wav;
  }
  if (rung == kNormalised) {
    Sound speech = TRY(read_speech(path, context));
    level_and_cut(speech);
    TRY(write_wav(wav, speech, ""));
    const std::string mp3 = stem + ".mp3";
    const auto done = ffmpeg({"-i", wav, "-bitexact", "-c:a", "libmp3lame", "-b:a", "64k", mp3});
    std::error_code ignored;
    fs::remove(wav, ignored);
    if (!done) return Result<void>(done).error();
    return mp3;
  }
  const std::string in = "file:" + path;
  if (rung == "mp3_64") {
    TRY(ffmpeg({"-i", in, "-vn", "-bitexact", "-c:a", "libmp3lame", "-b:a", "64k", stem + ".mp3"}));
    return stem + ".mp3";
  }
  if (rung == "opus_24") {
    TRY(ffmpeg({"-i", in, "-vn", "-bitexact", "-ar", "48000", "-c:a", "libopus", "-b:a", "24k", stem + ".ogg"}));
    return stem + ".ogg";
  }
  if (rung == "aac_64") {
    TRY(ffmpeg({"-i", in, "-vn", "-bitexact", "-c:a", "aac", "-b:a", "64k", stem + ".m4a"}));
    return stem + ".m4a";
  }
  TRY(ffmpeg({"-i", in, "-vn", "-bitexact", "-ac", "1", "-af", "highpass=f=300,lowpass=f=3400", "-ar", "8000", "-c:a",
              "pcm_mulaw", wav}));
  return wav;
}

}  // namespace

std::span<const Rung> ladder() { return kRungs; }

Written work_over(const std::string& path, std::string_view rung, const std::string& folder, const std::string& stem,
                  const Context& context) {
  const media::Media media = TRY(app::open_media(path, context));
  const bool known =
      std::any_of(kRungs.begin(), kRungs.end(), [&](const Rung& r) { return r.name == rung && r.kind == media.kind; });
  if (!known) return std::optional<std::string>();
  const std::string out = (fs::path(folder) / stem).string();
  if (media.kind == Kind::audio) return std::optional<std::string>(TRY(worked_sound(path, rung, out, context)));
  const media::Frame frame = TRY(media::read_still(media, context));
  const Bytes bytes = TRY(worked_picture(frame, rung));
  const std::string name = out + (rung == "screenshot" || rung == "noise" ? ".png" : ".jpg");
  TRY(write_file(name, as_text(bytes), true));
  return std::optional<std::string>(name);
}

}  // namespace bonafide::lab
