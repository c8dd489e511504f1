#include "media/decode/sound.h"

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/frame.h>
#include <libavutil/opt.h>
#include <libavutil/samplefmt.h>
#include <libswresample/swresample.h>
}
#include <algorithm>
#include <cmath>
#include <cstring>
#include <new>

namespace bonafide::media {

void FreeResampler::operator()(SwrContext* resampler) const { swr_free(&resampler); }

namespace {

// A quarter of a second: short enough for bounded queues, long enough that the calls cost nothing.
constexpr int kBlocksPerSecond = 4;
// Matroska and FLV round to 1 ms, MPEG-TS players accept far more; only what is larger is a gap in the sound.
constexpr double kGap = 0.04;

float value(const std::uint8_t* at, AVSampleFormat packed) {
  const auto read = [&]<typename T>(T into) {
    std::memcpy(&into, at, sizeof into);
    return into;
  };
  switch (packed) {
    case AV_SAMPLE_FMT_U8: return (static_cast<float>(*at) - 128.0F) / 128.0F;
    case AV_SAMPLE_FMT_S16: return static_cast<float>(read(std::int16_t{})) / 32768.0F;
    case AV_SAMPLE_FMT_S32: return static_cast<float>(static_cast<double>(read(std::int32_t{})) / 2147483648.0);
    case AV_SAMPLE_FMT_S64:
      return static_cast<float>(static_cast<double>(read(std::int64_t{})) / 9223372036854775808.0);
    case AV_SAMPLE_FMT_FLT: return read(float{});
    case AV_SAMPLE_FMT_DBL: return static_cast<float>(read(double{}));
    default: return 0;
  }
}

/// Damaged float streams carry infinities that would poison every later sum.
float bounded(float sample) { return std::isfinite(sample) ? std::clamp(sample, -8.0F, 8.0F) : 0.0F; }

}  // namespace

void SoundAssembler::begin(const TimeSpan& span) {
  span_ = span;
  started_ = false;
  rate_ = 0;
  native_.clear();
  resampler_.reset();
}

bool SoundAssembler::restart(int rate, std::size_t channels) {
  emit_block(true);
  rate_ = rate;
  native_.assign(channels, {});
  native_done_ = speech_done_ = 0;
  stretch_time_s_ = clock_;
  resampler_.reset();
  if (rate == kSpeechRate) return true;
  AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
  SwrContext* made = nullptr;
  const int status =
      swr_alloc_set_opts2(&made, &mono, AV_SAMPLE_FMT_FLT, kSpeechRate, &mono, AV_SAMPLE_FMT_FLT, rate, 0, nullptr);
  resampler_.reset(made);
  return status >= 0 && swr_init(made) >= 0;
}

bool SoundAssembler::add(const AVFrame& frame, const double* time_s) {
  const int channels = frame.ch_layout.nb_channels;
  const auto packed = av_get_packed_sample_fmt(static_cast<AVSampleFormat>(frame.format));
  // 64 channels is what AVChannelLayout masks can name; more is no recording.
  if (channels < 1 || channels > 64 || frame.sample_rate < 1000 || frame.sample_rate > 768000 ||
      packed == AV_SAMPLE_FMT_NONE)
    return false;
  if (frame.nb_samples < 1) return true;

  const double before = clock_;
  bool gap = !started_;
  if (time_s != nullptr) {
    if (!started_ || *time_s - clock_ > kGap) {
      gap = true;
      clock_ = *time_s;
    } else if (clock_ - *time_s > kGap) {
      ++disorders_;
    }
  }
  if (!started_ && time_s == nullptr) clock_ = span_.begin_s;
  const double rate = frame.sample_rate;
  const double first_time = clock_;
  const auto count = static_cast<double>(frame.nb_samples);
  // Sample k is in the span when begin <= first_time + k / rate < end; 1e-6 samples absorb rounding.
  const auto index = [&](double limit) {
    return static_cast<std::size_t>(std::clamp(std::ceil((limit - first_time) * rate - 1e-6), 0.0, count));
  };
  const std::size_t from = index(span_.begin_s);
  const std::size_t to = index(span_.end_s);
  const double end = first_time + count / rate;
  if (from < to) {
    const bool changed = rate_ != frame.sample_rate || native_.size() != static_cast<std::size_t>(channels);
    if (gap || changed) {
      if (rate_ != 0) clock_ = before;
      emit_block(true);
      clock_ = first_time + static_cast<double>(from) / rate;
      if (!restart(frame.sample_rate, static_cast<std::size_t>(channels))) return false;
    }
    append(frame, from, to);
  }
  started_ = true;
  clock_ = end;
  if (rate_ != 0 && !native_.empty() && native_[0].size() >= static_cast<std::size_t>(rate_ / kBlocksPerSecond))
    emit_block(false);
  return true;
}

void SoundAssembler::append(const AVFrame& frame, std::size_t from, std::size_t to) {
  const auto format = static_cast<AVSampleFormat>(frame.format);
  const bool planar = av_sample_fmt_is_planar(format) != 0;
  const AVSampleFormat packed = av_get_packed_sample_fmt(format);
  const auto size = static_cast<std::size_t>(av_get_bytes_per_sample(format));
  const std::size_t channels = native_.size();
  for (std::size_t channel = 0; channel < channels; ++channel) {
    const std::uint8_t* const data = planar ? frame.extended_data[channel] : frame.extended_data[0] + channel * size;
    const std::size_t step = planar ? size : size * channels;
    std::vector<float>& into = native_[channel];
    into.reserve(into.size() + (to - from));
    for (std::size_t k = from; k < to; ++k) into.push_back(bounded(value(data + k * step, packed)));
  }
}

void SoundAssembler::resample(bool last, std::vector<float>& speech) {
  const std::size_t count = native_.empty() ? 0 : native_[0].size();
  std::vector<float> mono(count, 0.0F);
  for (const std::vector<float>& channel : native_)
    for (std::size_t k = 0; k < count; ++k) mono[k] += channel[k];
  for (float& sample : mono) sample /= static_cast<float>(native_.size());
  if (!resampler_) {
    speech = std::move(mono);
    return;
  }
  const auto convert = [&](const float* from, int samples) {
    const int room = std::max(0, swr_get_out_samples(resampler_.get(), samples)) + 64;
    const std::size_t filled = speech.size();
    speech.resize(filled + static_cast<std::size_t>(room));
    auto* out = reinterpret_cast<std::uint8_t*>(speech.data() + filled);
    const auto* in = reinterpret_cast<const std::uint8_t*>(from);
    const int made = swr_convert(resampler_.get(), &out, room, from != nullptr ? &in : nullptr, samples);
    speech.resize(filled + static_cast<std::size_t>(std::max(0, made)));
  };
  if (count > 0) convert(mono.data(), static_cast<int>(count));
  if (last) convert(nullptr, 0);
}

void SoundAssembler::emit_block(bool last) {
  if (rate_ == 0 || native_.empty()) return;
  AudioBlock block;
  block.rate = rate_;
  block.time_s = stretch_time_s_ + static_cast<double>(native_done_) / rate_;
  block.speech_time_s = stretch_time_s_ + static_cast<double>(speech_done_) / kSpeechRate;
  resample(last, block.speech);
  const std::size_t count = native_[0].size();
  native_done_ += static_cast<std::int64_t>(count);
  speech_done_ += static_cast<std::int64_t>(block.speech.size());
  emitted_s_ += static_cast<double>(count) / rate_;
  const std::size_t channels = native_.size();
  block.native = std::move(native_);
  native_.assign(channels, {});
  if (last) rate_ = 0;
  if (count > 0 || !block.speech.empty()) emit_(std::move(block));
}

void SoundAssembler::finish() { emit_block(true); }

}  // namespace bonafide::media
