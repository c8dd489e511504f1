#include "media/decode/rewrite.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "media/decode/test_media.h"
#include "support/support.h"

namespace bonafide::media {
namespace {

Result<Rewritten> rewrite_sound(const Media& media, RewriteRequest request, const SoundFilter& filter,
                                const Context& context) {
  request.sound = &filter;
  return rewrite(media, request, context);
}

/// Halves every sample and keeps 1,000 back until the end, as a mark does.
SoundFilter halving(std::vector<float>& held) {
  SoundFilter filter;
  filter.start = [](int, int) { return Result<void>(); };
  filter.push = [&held](const SoundFilter::Channels& in, SoundFilter::Channels& out) -> Result<void> {
    for (std::size_t c = 0; c < in.size(); ++c) {
      if (c > 0) {
        for (const float s : in[c]) out[c].push_back(0.5F * s);
        continue;
      }
      for (const float s : in[0]) held.push_back(0.5F * s);
      const std::size_t ready = held.size() > 1000 ? held.size() - 1000 : 0;
      out[0].assign(held.begin(), held.begin() + static_cast<std::ptrdiff_t>(ready));
      held.erase(held.begin(), held.begin() + static_cast<std::ptrdiff_t>(ready));
    }
    return {};
  };
  filter.finish = [&held](SoundFilter::Channels& out) { out[0] = held; };
  return filter;
}

std::string tone() {
  return testing::made("tone.wav", "ffmpeg -v error -y -f lavfi -i sine=frequency=500:sample_rate=44100 -t 3 \"$OUT\"");
}

TEST(RewriteSound, SamplesArriveChangedAndComplete) {
  const testing::TemporaryFolder folder;
  const std::vector<float> before = decode_all(probed(tone())).native();
  for (const char* const name : {"a.wav", "a.flac", "a.mka"}) {
    std::vector<float> held;
    const auto done = rewrite_sound(probed(tone()), {.path = folder.file(name)}, halving(held), {});
    ASSERT_TRUE(done) << done.error().to_string();
    EXPECT_NEAR(done->seconds, 3, 1e-6);
    const std::vector<float> after = decode_all(probed(folder.file(name))).native();
    ASSERT_EQ(after.size(), before.size()) << name;
    for (std::size_t i = 0; i < after.size(); i += 97) EXPECT_NEAR(after[i], 0.5F * before[i], 1.0 / 32768) << name;
  }
}

TEST(RewriteSound, LossyContainersToo) {
  const testing::TemporaryFolder folder;
  for (const char* const name : {"a.mp3", "a.ogg", "a.opus", "a.m4a", "a.webm"}) {
    std::vector<float> held;
    const auto done = rewrite_sound(probed(tone()), {.path = folder.file(name)}, halving(held), {});
    ASSERT_TRUE(done) << name << ": " << done.error().to_string();
    EXPECT_NEAR(decode_all(probed(folder.file(name))).result.audio_s, 3, 0.1) << name;
  }
}

TEST(RewriteSound, PicturesAreCopied) {
  const std::string clip =
      testing::made("rewrite.mp4",
                    "ffmpeg -v error -y -f lavfi -i testsrc2=size=320x240:rate=25 -f lavfi -i sine -t 2 -c:v libx264 "
                    "-preset ultrafast -c:a aac \"$OUT\"");
  const testing::TemporaryFolder folder;
  std::vector<float> held;
  const std::string out = folder.file("out.mkv");
  const auto done = rewrite_sound(probed(clip), {.path = out}, halving(held), {});
  ASSERT_TRUE(done) << done.error().to_string();
  EXPECT_EQ(done->copied, 1);
  const Seen before = decode_all(probed(clip), {}, true), after = decode_all(probed(out), {}, true);
  EXPECT_EQ(before.pictures, after.pictures);
  EXPECT_NEAR(after.result.audio_s, before.result.audio_s, 0.1);
}

TEST(RewriteSound, RefusesAndLeavesNothing) {
  const testing::TemporaryFolder folder;
  std::vector<float> held;
  const std::string out = folder.file("a.wav");
  ASSERT_TRUE(rewrite_sound(probed(tone()), {.path = out}, halving(held), {}));
  held.clear();
  const auto again = rewrite_sound(probed(tone()), {.path = out}, halving(held), {});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::invalid_argument);
  const auto unknown = rewrite_sound(probed(tone()), {.path = folder.file("a.nothing")}, halving(held), {});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, Code::unsupported);
  SoundFilter failing = halving(held);
  failing.push = [](const SoundFilter::Channels&, SoundFilter::Channels&) -> Result<void> {
    return make_error(Code::limit, "enough");
  };
  const auto stopped = rewrite_sound(probed(tone()), {.path = folder.file("b.wav")}, failing, {});
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().message, "enough");
  EXPECT_FALSE(rewrite_sound(probed(tone()), {.path = folder.file("no/such/folder.wav")}, halving(held), {}));
  const std::string mute = testing::made(
      "mute.mp4", "ffmpeg -v error -y -f lavfi -i testsrc2=size=160x120 -t 1 -c:v libx264 -preset ultrafast \"$OUT\"");
  const auto silent = rewrite_sound(probed(mute), {.path = folder.file("c.mp4")}, halving(held), {});
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().code, Code::not_found);
  int files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path())) ++files;
  EXPECT_EQ(files, 1);
}

}  // namespace
}  // namespace bonafide::media
