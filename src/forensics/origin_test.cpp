#include "forensics/origin.h"

#include <gtest/gtest.h>

namespace bonafide::forensics {
namespace {

TEST(Origin, KnowsPrograms) {
  EXPECT_EQ(program_kind("Adobe Photoshop CS2 Windows"), ProgramKind::editor);
  EXPECT_EQ(program_kind("Lavf58.29.100"), ProgramKind::muxer);
  EXPECT_EQ(program_kind("Midjourney v6"), ProgramKind::generator);
  EXPECT_EQ(program_kind("Adobe Firefly"), ProgramKind::generator);
  EXPECT_EQ(program_kind("Ver.1.02"), ProgramKind::unknown);
  EXPECT_EQ(program_kind(""), ProgramKind::unknown);
}

TEST(Origin, ReadsDates) {
  EXPECT_EQ(written_time("1970:01:02 00:00:01"), 86401);
  EXPECT_EQ(written_time("2024-05-06T07:08:09Z"), 1714979289);
  EXPECT_FALSE(written_time("2024:13:06 07:08:09"));
  EXPECT_FALSE(written_time("0000:00:00 00:00:00"));
  EXPECT_FALSE(written_time("not set"));
  EXPECT_EQ(in_words(1), "1 second");
  EXPECT_EQ(in_words(3 * 86400), "3 days");
}

TEST(Origin, HearsWhatAFileSaysOfItself) {
  const auto says = [](std::string group, std::string name, std::string value) {
    media::Media media;
    media.facts = {{std::move(group), std::move(name), std::move(value)}};
    return generated_by_own_word(media).has_value();
  };
  EXPECT_TRUE(says("XMP", "Iptc4xmpExt:DigitalSourceType",
                   "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"));
  EXPECT_TRUE(says("PNG", "prompt", R"({"3": {"class_type": "KSampler"}})"));
  EXPECT_TRUE(says("EXIF", "Software", "Stable Diffusion 1.5"));
  EXPECT_TRUE(says("EXIF", "UserComment", "a dog Steps: 30, Sampler: DDIM"));
  EXPECT_FALSE(
      says("XMP", "Iptc4xmpExt:DigitalSourceType", "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"));
  EXPECT_FALSE(says("PNG", "parameters", "none"));
  EXPECT_FALSE(says("EXIF", "ImageDescription", "made with stable diffusion"));
}

TEST(Origin, ListsEachProgramOnce) {
  media::Media media;
  media.facts = {{"EXIF", "Software", "A"},
                 {"XMP", "xmp:CreatorTool", "A"},
                 {"XMP", "stEvt:softwareAgent", "B"},
                 {"EXIF", "Make", "C"}};
  const auto programs = named_programs(media);
  ASSERT_EQ(programs.size(), 2U);
  EXPECT_EQ(programs[0].where, "EXIF Software");
  EXPECT_EQ(programs[1].value, "B");
}

}  // namespace
}  // namespace bonafide::forensics
