// For this room's tests: files opened the way a user's are, and everything a pass says, collected.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "media/container/media.h"
#include "media/decode/decode.h"

namespace bonafide::media {

/// By hand, for files whose structure is too broken for media::open.
inline Media media_as(const std::string& path, Format format) {
  Media media;
  media.path = path;
  media.format = format;
  media.kind = kind_of(format);
  if (const auto file = FileReader::open(path)) media.size = file->size();
  return media;
}

inline Media opened(const std::string& path) {
  const auto file = FileReader::open(path);
  EXPECT_TRUE(file) << path;
  if (!file) return {};
  auto media = open(*file, {});
  EXPECT_TRUE(media) << media.error().to_string();
  return media ? std::move(*media) : Media{};
}

inline Media probed(const std::string& path) {
  Media media = opened(path);
  const auto done = probe(media, {});
  EXPECT_TRUE(done) << done.error().to_string();
  return media;
}

using Samples = std::vector<std::uint8_t>;
inline Samples samples_of(const Plane& plane) {
  return {plane.data(), plane.data() + plane.stride() * static_cast<std::size_t>(plane.height())};
}

struct Seen {
  std::vector<double> times;
  std::vector<Samples> pictures;  ///< brightness, when asked for
  std::vector<AudioBlock> blocks;
  std::vector<TimeSpan> spans;
  int width = 0, height = 0;
  PassResult result;

  /// Channel 0 of all blocks in a row.
  std::vector<float> native() const {
    std::vector<float> all;
    for (const AudioBlock& block : blocks) all.insert(all.end(), block.native[0].begin(), block.native[0].end());
    return all;
  }
  std::vector<float> speech() const {
    std::vector<float> all;
    for (const AudioBlock& block : blocks) all.insert(all.end(), block.speech.begin(), block.speech.end());
    return all;
  }
};

inline Seen decode_all(const Media& media, const PassPlan& plan = {}, bool keep = false) {
  Seen seen;
  PassSink sink;
  sink.on_span = [&](const TimeSpan& span) { seen.spans.push_back(span); };
  sink.on_frame = [&](const Frame& frame) {
    if (!seen.times.empty() && seen.spans.size() == 1) {
      EXPECT_GT(frame.time_s(), seen.times.back());
    }
    EXPECT_EQ(frame.info().index, static_cast<std::int64_t>(seen.times.size()));
    seen.times.push_back(frame.time_s());
    seen.width = frame.width();
    seen.height = frame.height();
    if (keep) seen.pictures.push_back(samples_of(frame.luma()));
  };
  sink.on_audio = [&](AudioBlock&& block) {
    for (const auto& channel : block.native) EXPECT_EQ(channel.size(), block.native.at(0).size());
    seen.blocks.push_back(std::move(block));
  };
  auto result = run_pass(media, plan, sink, {});
  EXPECT_TRUE(result) << result.error().to_string();
  if (result) seen.result = std::move(*result);
  return seen;
}

}  // namespace bonafide::media
