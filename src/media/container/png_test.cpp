#include <gmock/gmock.h>

#include "media/container/test_bytes.h"

namespace bonafide::media {
namespace {
using namespace std::string_view_literals;
using testing::fact;
using ::testing::IsEmpty;
using testing::open_memory;
using testing::Writer;

Bytes chunk(std::string_view type, std::string_view body) {
  return Writer().u32(body.size()).text(type).text(body).u32(0).bytes();
}
constexpr std::string_view kHead = "\0\0\0\x40\0\0\0\x30\x08\x02\0\0\0"sv;

Bytes png(const Bytes& extra) {
  return Writer()
      .text("\x89PNG\r\n\x1A\n")
      .raw(chunk("IHDR", kHead))
      .raw(extra)
      .raw(chunk("IDAT", "abc"))
      .raw(chunk("IDAT", "def"))
      .raw(chunk("IEND", ""))
      .bytes();
}

TEST(Png, ReadsHeaderAndText) {
  Writer extra;
  extra.raw(chunk("tEXt", "Software\0caf\xE9"sv));
  extra.raw(chunk("iTXt", "parameters\0\0\0\0\0a cat, Steps: 20"sv));
  extra.raw(chunk("iTXt", "XML:com.adobe.xmp\0\0\0\0\0<rdf:D xmp:CreatorTool='T'/>"sv));
  extra.raw(chunk("zTXt", "Comment\0\0zzzz"sv));
  extra.raw(chunk("tIME", "\x07\xE8\5\6\7\x08\x09"sv));
  extra.raw(chunk("eXIf", "II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\3\0\0\0\0\0\0\0"sv));
  const auto media = open_memory(png(extra.bytes()), "x.png");
  ASSERT_TRUE(media);
  EXPECT_EQ(media->width, 64);
  EXPECT_EQ(media->height, 48);
  EXPECT_EQ(fact(*media, "PNG", "ColorType"), "RGB");
  EXPECT_EQ(fact(*media, "PNG", "Software"), "caf\xC3\xA9");
  EXPECT_EQ(fact(*media, "PNG", "parameters"), "a cat, Steps: 20");
  EXPECT_EQ(fact(*media, "PNG", "Comment"), "(compressed text)");
  EXPECT_EQ(fact(*media, "PNG", "ModifyDate"), "2024:05:06 07:08:09");
  EXPECT_EQ(fact(*media, "XMP", "xmp:CreatorTool"), "T");
  EXPECT_EQ(media->orientation, 3);
  EXPECT_EQ(testing::node(*media, "IDAT")->note, "2 chunks");
  EXPECT_THAT(media->damage, IsEmpty());
}

TEST(Png, SaysWhereItIsCutOff) {
  const Bytes whole = png({});
  for (std::size_t length = 8; length < whole.size(); ++length) {
    const auto media = open_memory(ByteView(whole).first(length), "x.png");
    ASSERT_TRUE(media) << length;
    EXPECT_EQ(media->damage.size(), 1U) << length;
  }
}

TEST(Png, ReportsDataAfterTheEnd) {
  Bytes bytes = png({});
  bytes.push_back(1);
  EXPECT_EQ(fact(*open_memory(bytes), "PNG", "DataAfterEnd"), "1 bytes");
}

}  // namespace
}  // namespace bonafide::media
