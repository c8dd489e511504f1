#include <gmock/gmock.h>

#include <cstdio>

#include "forensics/detector.h"
#include "media/decode/decode.h"
#include "support/support.h"

namespace bonafide::forensics {
extern const Detector detector_image_file;

namespace {
using ::testing::HasSubstr;

std::string bytes_of(const std::string& path) {
  const auto text = read_file(path, 10'000'000);
  return text ? *text : std::string{};
}

std::string be(std::size_t value, int count) {
  std::string text;
  for (int i = count - 1; i >= 0; --i) text += static_cast<char>(value >> 8 * i & 0xFF);
  return text;
}

std::string segment(char marker, const std::string& body) {
  return std::string("\xFF") + marker + be(body.size() + 2, 2) + body;
}

// An Exif block with camera, program, dates and a thumbnail.
std::string exif(const std::string& thumbnail, const std::string& software) {
  const auto entry = [](std::size_t tag, std::size_t type, std::size_t count, std::size_t value) {
    return be(tag, 2) + be(type, 2) + be(count, 4) + be(value, 4);
  };
  const std::size_t values = 8 + (2 + 4 * 12 + 4) + (2 + 12 + 4) + (2 + 3 * 12 + 4);
  const std::string make = std::string("Acme") + '\0', program = software + '\0';
  const std::string changed = std::string("2024:05:09 10:00:00") + '\0',
                    taken = std::string("2024:05:06 10:00:00") + '\0';
  const std::size_t at_program = values + make.size(), at_changed = at_program + program.size();
  const std::size_t at_taken = at_changed + changed.size(), at_thumbnail = at_taken + taken.size();
  std::string block = std::string("MM") + be(42, 2) + be(8, 4);
  block += be(4, 2) + entry(0x010F, 2, make.size(), values) + entry(0x0131, 2, program.size(), at_program);
  block += entry(0x0132, 2, 20, at_changed) + entry(0x8769, 4, 1, 8 + 54) + be(8 + 54 + 18, 4);
  block += be(1, 2) + entry(0x9003, 2, 20, at_taken) + be(0, 4);
  block += be(3, 2) + be(0x0103, 2) + be(3, 2) + be(1, 4) + be(6, 2) + be(0, 2);
  block += entry(0x0201, 4, 1, at_thumbnail) + entry(0x0202, 4, 1, thumbnail.size()) + be(0, 4);
  return std::string("Exif") + '\0' + '\0' + block + make + program + changed + taken + thumbnail;
}

// The picture of one file with the small picture of another in its metadata.
std::string with_thumbnail(const bonafide::testing::TemporaryFolder& folder, const std::string& picture,
                           const std::string& small, const std::string& software) {
  const std::string jpeg = bytes_of(picture);
  const std::string out = folder.file("picture.jpg");
  const std::string whole = jpeg.substr(0, 2) + segment('\xE1', exif(bytes_of(small), software)) + jpeg.substr(2);
  EXPECT_TRUE(write_file(out, whole, true));
  return out;
}

std::string scene(const char* source, const char* size, const char* name) {
  return bonafide::testing::made(name, std::string("ffmpeg -v error -f lavfi -i ") + source +
                                           "=s=640x480 -frames:v 1 -vf \"scale=" + size + "\"" + " -q:v 3 \"$OUT\"");
}

std::vector<Finding> findings_of(const std::string& path) {
  const auto file = FileReader::open(path);
  const Context context;
  auto media = media::open(*file, context);
  EXPECT_TRUE(media);
  const auto still = media::read_still(*media, context);
  EXPECT_TRUE(still);
  const DetectorInput input{*media, context, {}};
  auto session = detector_image_file.start(input);
  session->on_still(*still);
  return session->finish();
}

const Finding* find(const std::vector<Finding>& findings, std::string_view claim) {
  for (const Finding& f : findings)
    if (f.claim == claim) return &f;
  return nullptr;
}

TEST(ImageFile, KnownPositive) {
  const bonafide::testing::TemporaryFolder folder;
  const auto findings = findings_of(with_thumbnail(folder, scene("testsrc", "640:480", "a.jpg"),
                                                   scene("mandelbrot", "160:120", "b.jpg"), "GIMP 2.10"));
  const Finding* const sign = find(findings, "image.file.thumbnail_differs");
  ASSERT_NE(sign, nullptr);
  EXPECT_EQ(sign->outcome, Outcome::sign);
  EXPECT_LE(sign->grade, Strength::moderate);
  EXPECT_LT(*sign->score, 0.8);
  const Finding* const editor = find(findings, "image.file.editor");
  ASSERT_NE(editor, nullptr);
  EXPECT_EQ(editor->outcome, Outcome::fact);
  EXPECT_THAT(editor->sentence, HasSubstr("GIMP 2.10"));
  const Finding* const dates = find(findings, "image.file.dates");
  ASSERT_NE(dates, nullptr);
  EXPECT_THAT(dates->sentence, HasSubstr("3 days after"));
}

TEST(ImageFile, KnownNegative) {
  const bonafide::testing::TemporaryFolder folder;
  const std::pair<const char*, const char*> sizes[] = {{"640:480", "160:120"},
                                                       {"600:400", "160:107,pad=160:120:-1:-1"}};
  for (const auto& [size, small] : sizes) {
    const auto findings = findings_of(
        with_thumbnail(folder, scene("testsrc", size, "a.jpg"), scene("testsrc", small, "s.jpg"), "Ver.1.00"));
    const Finding* const same = find(findings, "image.file.thumbnail");
    ASSERT_NE(same, nullptr) << size;
    EXPECT_EQ(same->outcome, Outcome::nothing_found);
    EXPECT_EQ(find(findings, "image.file.editor"), nullptr);
    EXPECT_NE(find(findings, "image.file.camera"), nullptr);
    for (const Finding& f : findings) EXPECT_NE(f.outcome, Outcome::sign) << f.claim;
  }
}

TEST(ImageFile, NotApplicable) {
  media::Media media;
  media.kind = media::Kind::video;
  ASSERT_TRUE(detector_image_file.not_applicable(media));
  media.kind = media::Kind::image;
  EXPECT_FALSE(detector_image_file.not_applicable(media));
}

TEST(ImageFile, SaysWhenThereIsNothingToSay) {
  const auto findings = findings_of(
      bonafide::testing::made("bare.png", "ffmpeg -v error -f lavfi -i testsrc=s=64x48 -frames:v 1 \"$OUT\""));
  ASSERT_NE(find(findings, "image.file.no_metadata"), nullptr);
}

TEST(ImageFile, RepeatsTheFilesOwnWordThatItWasGenerated) {
  media::Media media;
  media.kind = media::Kind::image;
  media.format = media::Format::png;
  media.facts = {{"PNG", "parameters", "a cat\nSteps: 20, Sampler: Euler a, CFG scale: 7"}};
  const Context context;
  const auto findings = detector_image_file.start({media, context, {}})->finish();
  const Finding* const own = find(findings, "image.file.generated");
  ASSERT_NE(own, nullptr);
  EXPECT_EQ(own->outcome, Outcome::fact);
}

}  // namespace
}  // namespace bonafide::forensics
