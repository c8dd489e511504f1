#include "lab/sound_file.h"

#include <algorithm>
#include <cmath>

#include "app/open_media.h"
#include "base/files.h"
#include "media/decode/decode.h"

namespace bonafide::lab {

namespace {

Result<Sound> read(const std::string& path, bool speech, const Context& context) {
  const media::Media media = TRY(app::open_media(path, context));
  if (media.first(media::Track::Kind::audio) == nullptr) return make_error(Code::unsupported, "the file has no sound");
  if (media.duration_s > kLongestSound_s) return make_error(Code::limit, "the sound is longer than ten minutes");
  Sound sound;
  media::PassSink sink;
  sink.on_audio = [&](media::AudioBlock&& block) {
    if (speech) {
      sound.rate = media::kSpeechRate;
      sound.channels.resize(1);
      sound.channels[0].insert(sound.channels[0].end(), block.speech.begin(), block.speech.end());
      return;
    }
    if (sound.rate == 0) {
      sound.rate = block.rate;
      sound.channels.resize(block.native.size());
    }
    if (block.rate != sound.rate || block.native.size() != sound.channels.size()) return;
    if (static_cast<double>(sound.length()) > kLongestSound_s * sound.rate) return;
    for (std::size_t c = 0; c < sound.channels.size(); ++c)
      sound.channels[c].insert(sound.channels[c].end(), block.native[c].begin(), block.native[c].end());
  };
  media::PassPlan plan;
  plan.frames = false;
  TRY(media::run_pass(media, plan, sink, context));
  if (sound.length() == 0) return make_error(Code::corrupt, "the file holds no sound that can be decoded");
  return sound;
}

void put(Bytes& bytes, std::string_view tag) { bytes.insert(bytes.end(), tag.begin(), tag.end()); }
void put(Bytes& bytes, std::uint32_t value, int count) {
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

}  // namespace

Result<Sound> read_sound(const std::string& path, const Context& context) { return read(path, false, context); }
Result<Sound> read_speech(const std::string& path, const Context& context) { return read(path, true, context); }

Result<void> write_wav(const std::string& path, const Sound& sound, const std::string& comment) {
  const auto channels = static_cast<std::uint32_t>(sound.channels.size());
  const auto rate = static_cast<std::uint32_t>(sound.rate);
  const auto data = static_cast<std::uint32_t>(2 * channels * sound.length());
  std::string note = comment.empty() ? "" : comment + '\0';
  if (note.size() % 2 == 1) note += '\0';
  const std::uint32_t list = note.empty() ? 0 : static_cast<std::uint32_t>(12 + note.size());  // after "LIST" and size
  Bytes bytes;
  put(bytes, "RIFF");
  put(bytes, 4 + 24 + (list > 0 ? 8 + list : 0) + 8 + data, 4);
  put(bytes, "WAVEfmt ");
  put(bytes, 16, 4);
  put(bytes, 1, 2);
  put(bytes, channels, 2);
  put(bytes, rate, 4);
  put(bytes, rate * 2 * channels, 4);
  put(bytes, 2 * channels, 2);
  put(bytes, 16, 2);
  if (list > 0) {
    put(bytes, "LIST");
    put(bytes, list, 4);
    put(bytes, "INFOICMT");
    put(bytes, static_cast<std::uint32_t>(note.size()), 4);
    put(bytes, note);
  }
  put(bytes, "data");
  put(bytes, data, 4);
  for (std::size_t i = 0; i < sound.length(); ++i) {
    for (const std::vector<float>& channel : sound.channels) {
      const double value = std::clamp(static_cast<double>(channel[i]), -1.0, 1.0);
      const auto sample = static_cast<std::int16_t>(std::lround(value * 32767));
      put(bytes, static_cast<std::uint16_t>(sample), 2);
    }
  }
  return write_file(path, as_text(bytes), true);
}

}  // namespace bonafide::lab
