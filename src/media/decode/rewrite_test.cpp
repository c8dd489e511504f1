// Files written again: what is changed is changed, and everything else is as it was.
#include "media/decode/rewrite.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "base/files.h"
#include "media/decode/decode.h"
#include "media/decode/test_media.h"
#include "support/support.h"

namespace bonafide::media {
namespace {

using bonafide::testing::made;
using bonafide::testing::TemporaryFolder;

const std::string kClip = "ffmpeg -v error -y -f lavfi -i testsrc2=size=160x120:rate=25 -f lavfi -i sine -t 2 ";

/// Adds 10 to every sample of luma and keeps the times.
struct Brighter {
  std::vector<double> times;
  PictureFilter filter{[this](std::uint8_t* luma, int width, int height, std::ptrdiff_t stride, double seconds) {
    times.push_back(seconds);
    for (int y = 0; y < height; ++y)
      for (int x = 0; x < width; ++x) {
        std::uint8_t& sample = luma[y * stride + x];
        sample = static_cast<std::uint8_t>(std::min(sample + 10, 235));
      }
    return Result<void>();
  }};
};

std::string probed(const std::string& path, const std::string& what, const TemporaryFolder& folder) {
  const std::string out = folder.file("probe");
  const std::string command = "ffprobe -v error " + what + " -of csv=p=0 '" + path + "' > '" + out + "'";
  EXPECT_EQ(std::system(command.c_str()), 0);
  return read_file(out, 1 << 20).value();
}

Result<Rewritten> rewritten(const std::string& from, const std::string& to, const PictureFilter& filter) {
  const FileReader file = TRY(FileReader::open(from));
  const Media media = TRY(open(file, {}));
  RewriteRequest request;
  request.path = to;
  request.picture = &filter;
  return rewrite(media, request, {});
}

TEST(Rewrite, PicturesChangeAndSoundIsCopiedBitForBit) {
  const TemporaryFolder folder;
  const std::string from = made("rewrite.mp4", kClip + "-c:v libx264 -c:a aac -metadata title=Holiday \"$OUT\"");
  const std::string to = folder.file("out.mp4");
  Brighter brighter;
  const auto done = rewritten(from, to, brighter.filter);
  ASSERT_TRUE(done) << done.error().to_string();
  EXPECT_EQ(done->video_codec, "libx264");
  EXPECT_EQ(done->frames, 50);
  EXPECT_EQ(done->copied, 1);
  const std::string packets = "-select_streams a -show_entries packet=pts_time,size,data_hash -show_data_hash md5";
  EXPECT_EQ(probed(from, packets, folder), probed(to, packets, folder));
  const std::string times = "-select_streams v -show_entries frame=best_effort_timestamp_time";
  EXPECT_EQ(probed(from, times, folder), probed(to, times, folder));
  EXPECT_NE(probed(to, "-show_entries format_tags=title", folder).find("Holiday"), std::string::npos);
  ASSERT_EQ(brighter.times.size(), 50U);
  EXPECT_NEAR(brighter.times.front(), 0, 0.001);
  EXPECT_NEAR(brighter.times.back(), 49 / 25.0, 0.002);
}

TEST(Rewrite, TurnsAndUnevenTimesStay) {
  const TemporaryFolder folder;
  const std::string uneven =
      made("rewrite_vfr.mp4", kClip +
                                  "-vf \"select='not(mod(n,3))+lt(n,10)',transpose=0\" -fps_mode vfr"
                                  " -c:v libx264 -c:a aac \"$OUT\"");
  const std::string from = folder.file("turned.mp4"), to = folder.file("out.mp4");
  ASSERT_EQ(std::system(("ffmpeg -v error -i '" + uneven + "' -c copy -metadata:s:v rotate=90 '" + from + "'").c_str()),
            0);
  Brighter brighter;
  ASSERT_TRUE(rewritten(from, to, brighter.filter));
  for (const std::string what : {"-select_streams v -show_entries frame=best_effort_timestamp_time",
                                 "-select_streams v -show_entries stream_side_data=rotation"}) {
    const std::string before = probed(from, what, folder);
    EXPECT_EQ(before, probed(to, what, folder)) << what;
    EXPECT_GT(before.size(), 2U) << what;
  }
}

TEST(Rewrite, ManyContainersAndCodecs) {
  const TemporaryFolder folder;
  for (const auto& [name, options] : std::vector<std::pair<std::string, std::string>>{
           {"rewrite_a.mov", "-c:v libx264 -pix_fmt yuv444p -c:a pcm_s16le"},
           {"rewrite_b.mkv", "-c:v mpeg4 -c:a libopus"},
           {"rewrite_c.avi", "-c:v mjpeg -pix_fmt yuvj420p -c:a pcm_s16le"},
           {"rewrite_d.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus"},
           {"rewrite_e.mkv", "-c:v libx264 -pix_fmt yuv420p10le -c:a aac"}}) {
    const std::string from = made(name, kClip + options + " \"$OUT\"");
    Brighter brighter;
    const auto done = rewritten(from, folder.file(name), brighter.filter);
    ASSERT_TRUE(done) << name << ": " << done.error().to_string();
    EXPECT_EQ(done->frames, 50) << name;
    EXPECT_EQ(done->copied, 1) << name;
    const std::string count = "-select_streams v -count_frames -show_entries stream=nb_read_frames";
    EXPECT_EQ(probed(folder.file(name), count, folder), probed(from, count, folder)) << name;
  }
}

TEST(Rewrite, NothingIsLeftBehindWhenItFails) {
  const TemporaryFolder folder;
  const std::string from = made("rewrite.mp4", kClip + "-c:v libx264 -c:a aac -metadata title=Holiday \"$OUT\"");
  const PictureFilter refusing{
      [](std::uint8_t*, int, int, std::ptrdiff_t, double) -> Result<void> { return make_error(Code::denied, "no"); }};
  EXPECT_EQ(rewritten(from, folder.file("out.mp4"), refusing).error().code, Code::denied);
  Brighter brighter;
  EXPECT_EQ(rewritten(from, folder.file("out.nothing"), brighter.filter).error().code, Code::unsupported);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  ASSERT_TRUE(write_file(folder.file("out.mp4"), "mine", false));
  EXPECT_EQ(rewritten(from, folder.file("out.mp4"), brighter.filter).error().code, Code::invalid_argument);
  EXPECT_EQ(read_file(folder.file("out.mp4"), 10).value(), "mine");
  const std::string sound = made("rewrite_tone.wav", "ffmpeg -v error -y -f lavfi -i sine -t 1 \"$OUT\"");
  EXPECT_EQ(rewritten(sound, folder.file("tone.wav"), brighter.filter).error().code, Code::not_found);
}

}  // namespace
}  // namespace bonafide::media
