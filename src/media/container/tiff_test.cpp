#include <gmock/gmock.h>

#include "media/container/exif_tags.h"
#include "media/container/test_bytes.h"

namespace bonafide::media {
namespace {
using namespace std::string_view_literals;
using testing::fact;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::open_memory;
using testing::Writer;

struct Field {
  std::uint16_t tag, type;
  std::uint32_t count, value;
};

// An IFD and the offset of the next one. A short stands in the first bytes of its four.
void ifd(Writer& w, bool big, std::initializer_list<Field> fields, std::uint32_t next) {
  w.u16(fields.size());
  for (const Field& f : fields) {
    w.u16(f.tag).u16(f.type).u32(f.count);
    w.u32(f.type == 3 && big ? f.value << 16 : f.value);
  }
  w.u32(next);
}

// IFD0 at 8 (4 tags, 54 bytes, ends at 62), Exif at 62 (2 tags, 30 bytes, ends at 92), values from 92.
Bytes exif(bool big) {
  Writer w(big);
  w.text(big ? "MM" : "II").u16(42).u32(8);
  ifd(w, big, {{0x010F, 2, 6, 92}, {0x0112, 3, 1, 6}, {0x8769, 4, 1, 62}, {0x9999, 3, 1, 7}}, 0);
  ifd(w, big, {{0x829A, 5, 1, 98}, {0x9003, 2, 20, 106}}, 0);
  w.text("Maker\0"sv).u32(1).u32(250).text("2024:05:06 07:08:09\0"sv);
  return w.bytes();
}

TEST(Tiff, ReadsBothByteOrders) {
  for (const bool big : {false, true}) {
    const auto media = open_memory(exif(big), "x.tif");
    ASSERT_TRUE(media);
    EXPECT_EQ(media->format, Format::tiff);
    EXPECT_EQ(fact(*media, "EXIF", "Make"), "Maker");
    EXPECT_EQ(fact(*media, "EXIF", "ExposureTime"), "1/250 s");
    EXPECT_EQ(fact(*media, "EXIF", "DateTimeOriginal"), "2024:05:06 07:08:09");
    EXPECT_EQ(fact(*media, "EXIF", "Orientation"), "6 (turned by 90° clockwise)");
    EXPECT_EQ(fact(*media, "EXIF", "0x9999"), "7");
    EXPECT_EQ(media->orientation, 6);
    EXPECT_THAT(media->damage, IsEmpty());
  }
}

TEST(Tiff, CountsPagesAndTurnsThePicture) {
  Writer w(false);
  w.text("II").u16(42).u32(8);
  ifd(w, false, {{0x100, 3, 1, 40}, {0x101, 3, 1, 30}, {0x112, 3, 1, 8}}, 50);
  ifd(w, false, {{0x100, 3, 1, 20}, {0x101, 3, 1, 10}}, 0);
  const auto media = open_memory(w.bytes(), "x.tif");
  EXPECT_EQ(fact(*media, "TIFF", "Pages"), "2");
  EXPECT_EQ(media->width, 30);
  EXPECT_EQ(media->height, 40);
}

TEST(Tiff, RefusesLoops) {
  Writer w(false);
  w.text("II").u16(42).u32(8);
  ifd(w, false, {{0x8769, 4, 1, 8}, {0x14A, 4, 1, 8}}, 8);
  const auto media = open_memory(w.bytes(), "x.tif");
  ASSERT_TRUE(media);
  EXPECT_THAT(media->damage, ::testing::Contains(HasSubstr("listed twice")));
  EXPECT_EQ(media->tree.size(), 1U);
}

TEST(Tiff, KeepsToItsBlock) {
  Bytes bytes = exif(false);
  bytes[8 + 2 + 8] = 0xF0;  // where "Make" is said to be
  bytes[8 + 2 + 9] = 0xFF;
  const auto media = open_memory(bytes, "x.tif");
  EXPECT_THAT(media->damage, ::testing::ElementsAre(HasSubstr("value of Make lies outside")));
  EXPECT_EQ(fact(*media, "EXIF", "ExposureTime"), "1/250 s");
}

TEST(Tiff, SurvivesEveryTruncation) {
  const Bytes whole = exif(true);
  for (std::size_t length = 8; length < whole.size(); ++length) {
    const auto media = open_memory(ByteView(whole).first(length), "x.tif");
    ASSERT_TRUE(media) << length;
    if (length < whole.size() - 20) {
      EXPECT_THAT(media->damage, ::testing::Not(IsEmpty())) << length;
    }
  }
}

TEST(Tiff, FindsTheThumbnailInsideAJpeg) {
  Writer w(false);
  w.text("II").u16(42).u32(8);
  ifd(w, false, {{0x112, 3, 1, 1}}, 26);
  ifd(w, false, {{0x103, 3, 1, 6}, {0x201, 4, 1, 68}, {0x202, 4, 1, 6}}, 0);
  w.text("\xFF\xD8..\xFF\xD9"sv);
  const Bytes segment = testing::segment(0xE1, Writer().text("Exif\0\0"sv).raw(w.bytes()).bytes());
  const Bytes file = Writer().u16(0xFFD8).raw(segment).u16(0xFFD9).bytes();
  const auto media = open_memory(file);
  ASSERT_TRUE(media);
  ASSERT_TRUE(media->thumbnail);
  EXPECT_EQ(media->thumbnail->size, 6U);
  EXPECT_EQ(as_text(ByteView(file).subspan(media->thumbnail->offset, 6)), "\xFF\xD8..\xFF\xD9"sv);
}

TEST(ExifTags, HaveNamesAndWords) {
  EXPECT_EQ(tag_name(IfdKind::main, 0x0131), "Software");
  EXPECT_EQ(tag_name(IfdKind::exif, 0xA434), "LensModel");
  EXPECT_EQ(tag_name(IfdKind::gps, 2), "GPSLatitude");
  EXPECT_EQ(tag_name(IfdKind::exif, 0x9999), "0x9999");
  EXPECT_EQ(tag_word(0x9209, 0x10), "off, did not fire");
  EXPECT_EQ(tag_word(0x9209, 0xFF), "");
}

}  // namespace
}  // namespace bonafide::media
