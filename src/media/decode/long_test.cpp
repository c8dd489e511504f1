// Long files, and every file of the development set: what takes more than a moment.
#include <gtest/gtest.h>
#include <malloc.h>

#include <filesystem>
#include <fstream>

#include "media/decode/test_media.h"
#include "support/support.h"

namespace bonafide::media {

namespace {

/// Resident memory now, in MiB (proc(5), statm: the second number counts pages).
double resident_mib() {
  std::ifstream statm("/proc/self/statm");
  long size = 0;
  long resident = 0;
  statm >> size >> resident;
  return static_cast<double>(resident) * 4096 / (1 << 20);
}

}  // namespace

TEST(PassSlow, MemoryStaysConstantOverAnHour) {
  const Media media = probed(testing::made("hour.mp4",
                                           "ffmpeg -v error -f lavfi -i color=gray:s=160x120:r=25:d=3600 -f lavfi -i "
                                           "sine=r=16000:d=3600 -c:v mpeg4 -g 250 -c:a aac -b:a 24k \"$OUT\""));
  EXPECT_NEAR(media.duration_s, 3600, 0.2);
  double after_a_minute = 0;
  double most = 0;
  PassSink sink;
  sink.on_frame = [&](const Frame& frame) {
    (void)frame.luma();
    if (frame.info().index == 1500) after_a_minute = resident_mib();
    if (frame.info().index % 1500 == 0) most = std::max(most, resident_mib());
  };
  sink.on_audio = [](AudioBlock&&) {};
  const auto result = run_pass(media, {}, sink, {});
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_EQ(result->frames, 90000);
  EXPECT_NEAR(result->audio_s, 3600, 0.2);
  EXPECT_LT(most - after_a_minute, 16);
}

TEST(DecodeShared, EveryFileOfTheDevelopmentSetIsReadWithoutComplaint) {
  const auto folder = testing::shared("media/dev");
  if (!folder) GTEST_SKIP() << testing::skip_line("media/dev");
  int stills = 0;
  int clips = 0;
  int damaged = 0;
  int unsupported = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(*folder)) {
    const std::string extension = entry.path().extension();
    if (!entry.is_regular_file() || extension == ".csv" || extension == ".md") continue;
    SCOPED_TRACE(entry.path().string());
    Media media = opened(entry.path());
    const auto done = probe(media, {});
    EXPECT_TRUE(done) << done.error().to_string();
    if (media.kind == Kind::image) {
      const auto frame = read_still(media, {});
      EXPECT_TRUE(frame) << frame.error().to_string();
      damaged += !frame || !frame->info().damage.empty() ? 1 : 0;
      ++stills;
    } else {
      PassPlan plan;  // the beginning, and one place that must be sought
      plan.spans = {{0, 0.5}};
      if (media.duration_s > 4) plan.spans.push_back({media.duration_s / 2, media.duration_s / 2 + 0.5});
      PassSink sink;
      sink.on_frame = [](const Frame& frame) { EXPECT_FALSE(frame.luma().empty()); };
      sink.on_audio = [](AudioBlock&& block) { EXPECT_FALSE(block.native.empty()); };
      const auto result = run_pass(media, plan, sink, {});
      ++clips;
      if (!result) {
        EXPECT_EQ(result.error().code, Code::unsupported) << result.error().to_string();
        ++unsupported;
        continue;
      }
      EXPECT_EQ(result->examined.size(), plan.spans.size());
      damaged += result->damage.empty() ? 0 : 1;
      for (const std::string& line : result->damage) std::printf("%s: %s\n", entry.path().c_str(), line.c_str());
    }
  }
  std::printf("%d stills, %d clips and recordings, %d unsupported, %d with damage\n", stills, clips, unsupported,
              damaged);
  EXPECT_GT(stills + clips, 0);
}

}  // namespace bonafide::media
