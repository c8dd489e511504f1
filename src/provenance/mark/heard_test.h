// Sound that the tests of the sound mark make, mark and read.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "provenance/mark/sound_embed.h"
#include "provenance/mark/sound_read.h"

namespace bonafide::provenance::mark::heard {

using Channels = SoundMarker::Channels;
inline constexpr std::uint64_t kId = 0x0123456789ABCDEF;
inline constexpr std::uint32_t kUpper = 0x01234567;

inline MarkKey key() { return MarkKey::published(kSoundProfile); }

/// Chords of decaying harmonics over a little noise.
inline std::vector<float> music(double seconds, int rate, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  for (float& s : samples) s = 0.002F * normal(random);
  const auto length = static_cast<std::size_t>(rate / 4);
  for (std::size_t begin = 0; begin < samples.size(); begin += length) {
    for (int note = 0; note < 3; ++note) {
      const double base = 110 * std::pow(2.0, static_cast<double>(random() % 36) / 12);
      for (int h = 1; h <= 12 && base * h < rate * 0.45; ++h) {
        const double step = 2 * std::numbers::pi * base * h / rate, phase = static_cast<double>(random() % 628) / 100;
        for (std::size_t i = 0; i < 2 * length && begin + i < samples.size(); ++i)
          samples[begin + i] += static_cast<float>(0.08 / h * std::exp(-3.0 * static_cast<double>(i) / rate) *
                                                   std::sin(step * static_cast<double>(i) + phase));
      }
    }
  }
  return samples;
}

/// Noise in pauses and syllables.
inline std::vector<float> mumble(double seconds, int rate, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> samples(static_cast<std::size_t>(seconds * rate));
  float low = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double t = static_cast<double>(i) / rate;
    const double loud = std::max(0.0, std::sin(2 * std::numbers::pi * 3.1 * t)) * (std::fmod(t, 4.0) < 3.2 ? 1 : 0.01);
    low += 0.25F * (normal(random) - low);
    samples[i] = static_cast<float>(0.3 * loud) * low + 1e-4F * normal(random);
  }
  return samples;
}

inline Channels marked(const Channels& samples, int rate, std::uint64_t id = kId, const MarkKey& with = key(),
                       std::size_t block = 4096) {
  auto marker = SoundMarker::create(with, {.id = id}, rate, static_cast<int>(samples.size())).value();
  Channels out;
  for (std::size_t i = 0; i < samples[0].size(); i += block) {
    Channels part;
    for (const auto& channel : samples) {
      const std::size_t end = std::min(channel.size(), i + block);
      part.emplace_back(channel.begin() + static_cast<std::ptrdiff_t>(i),
                        channel.begin() + static_cast<std::ptrdiff_t>(end));
    }
    EXPECT_TRUE(marker.push(part, out));
  }
  marker.finish(out);
  return out;
}

inline SoundReading read(const Channels& samples, int rate, bool deep = false, const MarkKey& with = key()) {
  auto reader = SoundReader::create(with, rate, static_cast<int>(samples.size())).value();
  EXPECT_TRUE(reader.push(samples));
  return reader.finish({.deep = deep});
}

inline Channels cut(const Channels& samples, std::size_t from, std::size_t to) {
  Channels out;
  for (const auto& channel : samples)
    out.emplace_back(channel.begin() + static_cast<std::ptrdiff_t>(from),
                     channel.begin() + static_cast<std::ptrdiff_t>(std::min(to, channel.size())));
  return out;
}

}  // namespace bonafide::provenance::mark::heard
