// What the tests of sound detectors share: decode a file by the real decoder, and feed samples to one detector.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "forensics/detector.h"
#include "media/decode/decode.h"

namespace bonafide::testing {

struct Sound {
  std::vector<float> samples;  ///< mean of the channels, native rate
  int rate = 0;
};

inline media::Media probed(const std::string& path) {
  media::Media media;
  media.path = path;
  auto opened = FileReader::open(path);
  if (opened) {
    auto known = media::open(*opened, Context());
    if (known) media = std::move(*known);
  }
  const auto done = media::probe(media, Context());
  EXPECT_TRUE(done.has_value()) << path;
  return media;
}

inline Sound read_sound(const std::string& path) {
  Sound sound;
  media::PassPlan plan{.spans = {{0, 1e6}}, .frames = false, .audio = true};
  media::PassSink sink;
  sink.on_audio = [&](media::AudioBlock&& block) {
    sound.rate = block.rate;
    const std::size_t from = sound.samples.size();
    if (block.native.empty()) return;
    sound.samples.resize(from + block.native[0].size(), 0.0F);
    for (const auto& channel : block.native) {
      for (std::size_t i = 0; i < channel.size(); ++i) {
        sound.samples[from + i] += channel[i] / static_cast<float>(block.native.size());
      }
    }
  };
  const auto result = media::run_pass(probed(path), plan, sink, Context());
  EXPECT_TRUE(result.has_value()) << path;
  return sound;
}

inline std::unique_ptr<forensics::DetectorSession> begin(const forensics::Detector& detector,
                                                         const media::Media& media = {}) {
  static const Context context;
  return detector.start({media, context, {}});
}

/// In blocks of 4,096 samples, the first at `begin_s`; channels share the same samples count.
inline void push(forensics::DetectorSession& session, const std::vector<std::vector<float>>& channels, int rate,
                 double begin_s) {
  for (std::size_t i = 0; i < channels.at(0).size(); i += 4096) {
    media::AudioBlock block;
    block.rate = rate;
    block.time_s = begin_s + static_cast<double>(i) / rate;
    block.speech_time_s = block.time_s;
    for (const auto& channel : channels) {
      const std::size_t end = std::min(channel.size(), i + 4096);
      block.native.emplace_back(channel.begin() + static_cast<std::ptrdiff_t>(i),
                                channel.begin() + static_cast<std::ptrdiff_t>(end));
    }
    session.on_audio(block);
  }
}

inline void push(forensics::DetectorSession& session, const std::vector<float>& mono, int rate, double begin_s) {
  push(session, std::vector<std::vector<float>>{mono}, rate, begin_s);
}

/// The first finding of one detector on these samples.
inline forensics::Finding feed(const forensics::Detector& detector, const std::vector<float>& mono, int rate) {
  const auto session = begin(detector);
  push(*session, mono, rate, 0);
  return session->finish().front();
}

}  // namespace bonafide::testing
