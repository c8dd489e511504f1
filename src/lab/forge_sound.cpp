#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "lab/dice.h"
#include "lab/forge.h"
#include "media/dsp/fft.h"

namespace bonafide::lab {

namespace {

using Samples = std::vector<float>;
using media::Spectrum;

constexpr double kShortest_s = 1.5;
constexpr std::size_t kWindow = 512, kHop = 128;

double window(std::size_t i) {
  return 0.5 - 0.5 * std::cos(2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(kWindow));
}

std::vector<Spectrum> analysed(const Samples& x) {
  std::vector<Spectrum> frames;
  Samples frame(kWindow);
  for (std::size_t at = 0; at + kWindow <= x.size(); at += kHop) {
    for (std::size_t i = 0; i < kWindow; ++i) frame[i] = x[at + i] * static_cast<float>(window(i));
    frames.push_back(media::fft_real(frame));
  }
  return frames;
}

Samples joined(const std::vector<Spectrum>& frames, std::size_t length) {
  std::vector<double> x((frames.size() - 1) * kHop + kWindow, 0);
  std::vector<double> weight(x.size(), 1e-9);
  for (std::size_t f = 0; f < frames.size(); ++f) {
    const Samples frame = media::ifft_real(frames[f], static_cast<int>(kWindow));
    for (std::size_t i = 0; i < kWindow; ++i) {
      x[f * kHop + i] += static_cast<double>(frame[i]) * window(i);
      weight[f * kHop + i] += window(i) * window(i);
    }
  }
  Samples out(length);
  for (std::size_t i = 0; i < length; ++i) out[i] = static_cast<float>(x[i] / weight[i]);
  return out;
}

Samples padded(const Samples& in) {
  Samples out = in;
  out.resize(((in.size() + kWindow) / kHop + 1) * kHop + kWindow, 0);
  return out;
}

// A plain vocoder: magnitudes smoothed over three bins and phases forgotten, found again by the iteration of Griffin &
// Lim (1984). The voice stays that of the recording.
Samples vocoded(const Samples& in, Dice& dice) {
  const std::size_t length = padded(in).size();
  std::vector<Spectrum> frames = analysed(padded(in));
  std::vector<Samples> level;
  for (Spectrum& frame : frames) {
    Samples now(frame.size());
    for (std::size_t b = 0; b < frame.size(); ++b) {
      const std::size_t before = b == 0 ? 0 : b - 1;
      const std::size_t after = std::min(b + 1, frame.size() - 1);
      now[b] = (std::abs(frame[before]) + 2 * std::abs(frame[b]) + std::abs(frame[after])) / 4;
    }
    for (std::size_t b = 0; b < frame.size(); ++b)
      frame[b] = std::polar(now[b], static_cast<float>(2 * std::numbers::pi * dice.unit()));
    level.push_back(std::move(now));
  }
  constexpr int kRounds = 24;
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<Spectrum> seen = analysed(joined(frames, length));
    for (std::size_t f = 0; f < std::min(frames.size(), seen.size()); ++f)
      for (std::size_t b = 0; b < frames[f].size(); ++b) frames[f][b] = std::polar(level[f][b], std::arg(seen[f][b]));
  }
  return joined(frames, in.size());
}

// A plain transform codec: every window's lines in steps of a share of its loudest, the weak ones zero.
Samples coded(const Samples& in) {
  std::vector<Spectrum> frames = analysed(padded(in));
  for (Spectrum& frame : frames) {
    float most = 0;
    for (const auto& line : frame) most = std::max(most, std::abs(line));
    const float step = std::max(most / 24, 1e-6F);
    for (auto& line : frame) line = {step * std::round(line.real() / step), step * std::round(line.imag() / step)};
  }
  return joined(frames, in.size());
}

// Overlapping grains laid at another pace (WSOLA without its search): the pitch stays.
Samples retimed(const Samples& in, double pace, int rate) {
  const auto grain = static_cast<std::size_t>(0.04 * rate) & ~std::size_t{1};
  const std::size_t hop = grain / 2;
  const auto length = static_cast<std::size_t>(static_cast<double>(in.size()) / pace);
  std::vector<double> out(length + grain, 0);
  std::vector<double> weight(out.size(), 1e-6);
  for (std::size_t at = 0; at < length; at += hop) {
    const auto from = static_cast<std::size_t>(static_cast<double>(at) * pace);
    for (std::size_t i = 0; i < grain && from + i < in.size(); ++i) {
      const double w = std::sin(std::numbers::pi * (static_cast<double>(i) + 0.5) / static_cast<double>(grain));
      out[at + i] += w * w * static_cast<double>(in[from + i]);
      weight[at + i] += w * w;
    }
  }
  Samples done(length);
  for (std::size_t i = 0; i < length; ++i) done[i] = static_cast<float>(out[i] / weight[i]);
  return done;
}

Samples part(const Samples& x, std::size_t from, std::size_t to) {
  return {x.begin() + static_cast<std::ptrdiff_t>(from), x.begin() + static_cast<std::ptrdiff_t>(to)};
}

void append(Samples& x, const Samples& more) { x.insert(x.end(), more.begin(), more.end()); }

}  // namespace

Result<ForgedSound> forge_sound(const Sound& sound, std::string_view method, std::uint64_t seed) {
  const std::size_t all = sound.length();
  if (static_cast<double>(all) < kShortest_s * sound.rate)
    return make_error(Code::unsupported, "the sound is too short");
  Dice dice(seed);
  const std::size_t span = all / 5 + dice.below(all / 5);
  const std::size_t from = all / 10 + dice.below(all * 9 / 10 - span);
  const std::size_t to = from + span;
  const double pace = dice.below(2) == 0 ? 0.8 + 0.1 * dice.unit() : 1.1 + 0.15 * dice.unit();
  const std::size_t target = dice.below(2) == 0 ? from / 2 : to + (all - to) / 2;
  ForgedSound forged;
  forged.sound.rate = sound.rate;
  std::size_t begin = from;
  std::size_t end = to;
  for (const Samples& channel : sound.channels) {
    Samples out;
    const Samples piece = part(channel, from, to);
    if (method == "cut") {
      out = part(channel, 0, from);
      append(out, part(channel, to, all));
      const auto rim = static_cast<std::size_t>(sound.rate / 100);  // a cut has no length: 10 ms on each side
      begin = from - std::min(from, rim);
      end = std::min(out.size(), from + rim);
    } else if (method == "insert") {
      out = part(channel, 0, target);
      append(out, piece);
      append(out, part(channel, target, all));
      begin = target;
      end = target + span;
    } else {
      Dice phases(seed + 1);
      Samples changed;
      if (method == "vocoder") changed = vocoded(piece, phases);
      if (method == "codec") changed = coded(piece);
      if (method == "re-time") changed = retimed(piece, pace, sound.rate);
      if (changed.empty()) return make_error(Code::invalid_argument, "no such method for sounds");
      out = part(channel, 0, from);
      append(out, changed);
      append(out, part(channel, to, all));
      end = from + changed.size();
    }
    forged.sound.channels.push_back(std::move(out));
  }
  forged.begin_s = static_cast<double>(begin) / sound.rate;
  forged.end_s = static_cast<double>(end) / sound.rate;
  return forged;
}

}  // namespace bonafide::lab
