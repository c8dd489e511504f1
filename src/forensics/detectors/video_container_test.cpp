#include <gmock/gmock.h>

#include "forensics/detector.h"
#include "media/decode/decode.h"
#include "support/support.h"

namespace bonafide::forensics {
extern const Detector detector_video_container;

namespace {
using ::testing::HasSubstr;

std::vector<Finding> findings_of(const std::string& path) {
  const auto file = FileReader::open(path);
  const Context context;
  auto media = media::open(*file, context);
  EXPECT_TRUE(media);
  EXPECT_TRUE(media::probe(*media, context));
  EXPECT_FALSE(detector_video_container.not_applicable(*media));
  return detector_video_container.start({*media, context, {}})->finish();
}

const Finding* find(const std::vector<Finding>& findings, std::string_view claim) {
  for (const Finding& f : findings)
    if (f.claim == claim) return &f;
  return nullptr;
}

std::string clip(const char* name, const char* options) {
  return bonafide::testing::made(
      name, std::string("ffmpeg -v error -f lavfi -i testsrc=s=64x48:r=25:d=2 ") + options + " \"$OUT\"");
}

// Facts that are there to be found: FFmpeg's name, sound that ends a second early, dates, the index at the end.
TEST(VideoContainer, KnownPositive) {
  const auto findings = findings_of(clip(
      "short_sound.mp4", "-f lavfi -i sine=d=1 -c:v libx264 -c:a aac -metadata creation_time=2024-05-06T07:08:09Z"));
  const Finding* const writer = find(findings, "video.container.converted");
  ASSERT_NE(writer, nullptr);
  EXPECT_EQ(writer->outcome, Outcome::fact);
  const Finding* const lengths = find(findings, "video.container.lengths");
  ASSERT_NE(lengths, nullptr);
  EXPECT_THAT(lengths->sentence, HasSubstr("1.0 s apart"));
  const Finding* const dates = find(findings, "video.container.dates");
  ASSERT_NE(dates, nullptr);
  EXPECT_THAT(dates->sentence, HasSubstr("2024-05-06"));
  const Finding* const structure = find(findings, "video.container.structure");
  ASSERT_NE(structure, nullptr);
  EXPECT_THAT(structure->details,
              ::testing::Contains(std::pair<std::string, std::string>{"MoovPosition", "after the media data"}));
}

TEST(VideoContainer, KnownNegative) {
  const auto findings =
      findings_of(clip("even.mp4", "-f lavfi -i sine=d=2 -c:v mpeg4 -c:a aac -bitexact -movflags +faststart"));
  EXPECT_EQ(find(findings, "video.container.lengths"), nullptr);
  EXPECT_EQ(find(findings, "video.container.no_sound"), nullptr);
  EXPECT_EQ(find(findings, "video.container.dates"), nullptr);
  EXPECT_EQ(find(findings, "video.container.editor"), nullptr);
  for (const Finding& f : findings) EXPECT_NE(f.outcome, Outcome::sign) << f.claim;
}

TEST(VideoContainer, NotApplicable) {
  media::Media media;
  media.kind = media::Kind::image;
  EXPECT_TRUE(detector_video_container.not_applicable(media));
  media.kind = media::Kind::audio;
  EXPECT_TRUE(detector_video_container.not_applicable(media));
}

TEST(VideoContainer, SaysWhenThereIsNoSound) {
  EXPECT_NE(find(findings_of(clip("silent.mkv", "-c:v mpeg4")), "video.container.no_sound"), nullptr);
}

TEST(VideoContainer, NamesTheDevice) {
  media::Media media;
  media.kind = media::Kind::video;
  media.format = media::Format::mov;
  media.facts = {{"MP4", "com.apple.quicktime.make", "Apple"},
                 {"MP4", "com.apple.quicktime.model", "iPhone 12"},
                 {"MP4", "CreateDate", "2024-05-06T07:08:09Z"},
                 {"MP4", "ModifyDate", "2024-05-05T07:08:09Z"}};
  const Context context;
  const auto findings = detector_video_container.start({media, context, {}})->finish();
  ASSERT_NE(find(findings, "video.container.device"), nullptr);
  EXPECT_THAT(find(findings, "video.container.device")->sentence, HasSubstr("Apple iPhone 12"));
  ASSERT_NE(find(findings, "video.container.dates_reversed"), nullptr);
  EXPECT_THAT(find(findings, "video.container.dates_reversed")->sentence, HasSubstr("24 hours before"));
}

}  // namespace
}  // namespace bonafide::forensics
