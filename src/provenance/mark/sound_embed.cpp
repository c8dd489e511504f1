#include "provenance/mark/sound_embed.h"

#include <algorithm>
#include <cmath>

#include "media/dsp/sinc_resample.h"
#include "provenance/mark/sound_slots.h"

namespace bonafide::provenance::mark {

struct SoundMarker::State {
  State(const MarkKey& key, const SoundMarkOptions& options, int rate, int channels)
      : slots(key, options, static_cast<std::size_t>(channels)),
        mark(static_cast<std::size_t>(channels)),
        waiting(static_cast<std::size_t>(channels)) {
    if (rate == kSoundRate) return;
    const double ratio = static_cast<double>(kSoundRate) / rate;
    up.assign(mark.size(), media::SincResampler(ratio));
    down.assign(mark.size(), media::SincResampler(1 / ratio));
  }

  void take(Channels& out);
  void emit(Channels& out, std::size_t count);

  SlotMarker slots;
  Channels mark;                               ///< at the stream's rate, not yet added
  Channels waiting;                            ///< samples whose mark has not come yet
  std::vector<media::SincResampler> up, down;  ///< none at 44.1 kHz
};

/// Only the mark is resampled, never the sound it is added to.
void SoundMarker::State::take(Channels& out) {
  Channels made(mark.size());
  slots.run(made);
  for (std::size_t c = 0; c < mark.size(); ++c) {
    if (down.empty()) {
      mark[c].insert(mark[c].end(), made[c].begin(), made[c].end());
    } else {
      down[c].push(made[c], mark[c]);
    }
  }
  emit(out, std::min(mark[0].size(), waiting[0].size()));
}

void SoundMarker::State::emit(Channels& out, std::size_t count) {
  out.resize(mark.size());
  for (std::size_t c = 0; c < mark.size(); ++c) {
    out[c].reserve(out[c].size() + count);
    for (std::size_t i = 0; i < count; ++i) {
      const float sample = waiting[c][i];
      // the limiter: the mark gives way before it clips
      const float room = std::max(std::abs(sample), 0.99996F);
      out[c].push_back(std::clamp(sample + mark[c][i], -room, room));
    }
    const auto used = static_cast<std::ptrdiff_t>(count);
    waiting[c].erase(waiting[c].begin(), waiting[c].begin() + used);
    mark[c].erase(mark[c].begin(), mark[c].begin() + used);
  }
}

SoundMarker::SoundMarker(std::unique_ptr<State> state) : state_(std::move(state)) {}
SoundMarker::SoundMarker(SoundMarker&&) noexcept = default;
SoundMarker& SoundMarker::operator=(SoundMarker&&) noexcept = default;
SoundMarker::~SoundMarker() = default;

Result<SoundMarker> SoundMarker::create(const MarkKey& key, const SoundMarkOptions& options, int rate, int channels) {
  if (rate < 8000 || rate > 768000)
    return make_error(Code::unsupported, "a sound mark needs a sampling rate of 8 to 768 kHz");
  if (channels < 1 || channels > 64) return make_error(Code::unsupported, "a sound mark needs 1 to 64 channels");
  if (!(options.signal_to_mark_db >= 10 && options.signal_to_mark_db <= 60))
    return make_error(Code::invalid_argument, "the signal stands 10 to 60 dB above a sound mark");
  return SoundMarker(std::make_unique<State>(key, options, rate, channels));
}

Result<void> SoundMarker::push(const Channels& samples, Channels& out) {
  State& s = *state_;
  const auto as_first = [&](const std::vector<float>& channel) { return channel.size() == samples[0].size(); };
  if (samples.size() != s.mark.size() || !std::all_of(samples.begin(), samples.end(), as_first))
    return make_error(Code::invalid_argument, "channels of different number or length");
  constexpr std::size_t kStep = 1 << 16;  // so that a huge block does not multiply the memory
  for (std::size_t from = 0; from < samples[0].size(); from += kStep) {
    for (std::size_t c = 0; c < samples.size(); ++c) {
      const auto part = std::span(samples[c]).subspan(from, std::min(kStep, samples[c].size() - from));
      std::vector<float>& waiting = s.waiting[c];
      const std::size_t known = waiting.size();
      for (const float sample : part) waiting.push_back(std::isfinite(sample) ? sample : 0.0F);
      const auto added = std::span(waiting).subspan(known);
      std::vector<float>& in = s.slots.input()[c];
      if (s.up.empty()) {
        in.insert(in.end(), added.begin(), added.end());
      } else {
        s.up[c].push(added, in);
      }
    }
    s.take(out);
  }
  return {};
}

void SoundMarker::finish(Channels& out) {
  State& s = *state_;
  for (std::size_t c = 0; c < s.mark.size(); ++c) {
    std::vector<float>& in = s.slots.input()[c];
    if (!s.up.empty()) s.up[c].finish(in);
    in.insert(in.end(), SlotMarker::flush_samples(), 0.0F);
  }
  s.take(out);
  for (std::size_t c = 0; c < s.mark.size(); ++c) {
    if (!s.down.empty()) s.down[c].finish(s.mark[c]);
    s.mark[c].resize(std::max(s.mark[c].size(), s.waiting[c].size()), 0.0F);
  }
  s.emit(out, s.waiting[0].size());
}

}  // namespace bonafide::provenance::mark
