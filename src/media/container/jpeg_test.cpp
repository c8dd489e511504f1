#include <gmock/gmock.h>

#include "media/container/jpeg_tables.h"
#include "media/container/test_bytes.h"
#include "support/support.h"

namespace bonafide::media {
namespace {
using namespace std::string_view_literals;
using testing::fact;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::open_memory;
using testing::segment;
using testing::Writer;

Bytes with_length(std::size_t length) { return Bytes(length, 0); }

// The smallest thing that has a JPEG's shape. `extra` goes in after SOI.
Bytes small_jpeg(const Bytes& extra, int across = 2, int down = 2) {
  Writer table;
  table.u8(0);
  for (int i = 0; i < 64; ++i) table.u8(static_cast<std::uint64_t>(i + 1));
  Writer frame;
  frame.u8(8).u16(48).u16(64).u8(3);
  frame.u8(1).u8(static_cast<std::uint64_t>(across * 16 + down)).u8(0).u8(2).u8(0x11).u8(0).u8(3).u8(0x11).u8(0);
  return Writer()
      .u16(0xFFD8)
      .raw(extra)
      .raw(segment(0xDB, table.bytes()))
      .raw(segment(0xC0, frame.bytes()))
      .raw(segment(0xDA, with_length(10)))
      .text("data\xFF\0more\xFF\xD0more"sv)
      .u16(0xFFD9)
      .bytes();
}

TEST(Jpeg, ReadsTablesFrameAndScan) {
  const auto media = open_memory(small_jpeg({}));
  ASSERT_TRUE(media);
  EXPECT_EQ(media->width, 64);
  EXPECT_EQ(media->height, 48);
  ASSERT_TRUE(media->jpeg);
  EXPECT_EQ(media->jpeg->components, 3);
  EXPECT_EQ(media->jpeg->subsampling, "4:2:0");
  EXPECT_EQ(media->jpeg->scans, 1);
  EXPECT_FALSE(media->jpeg->progressive);
  ASSERT_EQ(media->jpeg->tables.size(), 1U);
  // Stored in zigzag order, kept row by row: T.81 figure A.6.
  EXPECT_EQ(media->jpeg->tables[0].values[1], 2);
  EXPECT_EQ(media->jpeg->tables[0].values[8], 3);
  EXPECT_EQ(media->jpeg->tables[0].values[63], 64);
  EXPECT_FALSE(media->jpeg->ijg_quality);
  EXPECT_THAT(media->damage, IsEmpty());
  EXPECT_NE(testing::node(*media, "EOI"), nullptr);
}

TEST(Jpeg, NamesSubsampling) {
  EXPECT_EQ(open_memory(small_jpeg({}, 1, 1))->jpeg->subsampling, "4:4:4");
  EXPECT_EQ(open_memory(small_jpeg({}, 2, 1))->jpeg->subsampling, "4:2:2");
  EXPECT_EQ(open_memory(small_jpeg({}, 1, 2))->jpeg->subsampling, "4:4:0");
  EXPECT_EQ(open_memory(small_jpeg({}, 4, 1))->jpeg->subsampling, "4:1:1");
}

TEST(Jpeg, ReportsDataAfterTheEnd) {
  Bytes bytes = small_jpeg({});
  const Bytes tail = Writer()
                         .zeros(3)
                         .text(
                             "\0\0\0\x18"
                             "ftypisom\0\0\0\0isom"sv)
                         .bytes();
  bytes.insert(bytes.end(), tail.begin(), tail.end());
  const auto media = open_memory(bytes);
  // The zeros of the box's own length are skipped too; what follows is not a whole box any more.
  EXPECT_THAT(fact(*media, "JPEG", "DataAfterEnd"), HasSubstr("23 bytes"));
  bytes = small_jpeg({});
  bytes.insert(bytes.end(), bytes.begin(), bytes.end());
  EXPECT_THAT(fact(*open_memory(bytes), "JPEG", "DataAfterEnd"), HasSubstr("a JPEG"));
}

TEST(Jpeg, SaysWhereItIsCutOff) {
  const Bytes whole = small_jpeg({});
  for (std::size_t length = 3; length < whole.size(); ++length) {
    const auto media = open_memory(ByteView(whole).first(length));
    ASSERT_TRUE(media) << length;
    EXPECT_THAT(media->damage, ::testing::Not(IsEmpty())) << length;
  }
}

TEST(Jpeg, ReadsApplicationSegments) {
  const std::string xmp = R"(http://ns.adobe.com/xap/1.0/)" + std::string(1, '\0') +
                          R"(<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 5.6"><rdf:RDF><rdf:Description
 xmp:CreatorTool="Tool &amp; Co" photoshop:ColorMode='3'><xmpMM:History><rdf:Seq><rdf:li stEvt:action="saved"
 stEvt:softwareAgent="Adobe Photoshop 24.0"/></rdf:Seq></xmpMM:History><dc:title><rdf:Alt><rdf:li xml:lang="x-default">A
 title</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF></x:xmpmeta>)";
  Writer extra;
  extra.raw(segment(0xE0, as_bytes("JFIF\0\1\2\1\0\x48\0\x48\0\0"sv)));
  extra.raw(segment(0xE1, as_bytes(xmp)));
  extra.raw(segment(0xED, as_bytes("Photoshop 3.0\0"
                                   "8BIM\x04\x06\0\0\0\0\0\x07\0\x08\0\0\0\1\0\0"
                                   "8BIM\x04\x04\0\0\0\0\0\x09\x1C\x02\x41\0\4Prog\0"sv)));
  extra.raw(segment(0xEE, as_bytes("Adobe\0\x64\0\0\0\0\1"sv)));
  extra.raw(segment(0xEB, as_bytes("JP\0\1\0\0\0\1\0\0\0\x10jumb"sv)));
  extra.raw(segment(0xFE, as_bytes("a comment")));
  const auto media = open_memory(small_jpeg(extra.bytes()));
  ASSERT_TRUE(media);
  EXPECT_EQ(fact(*media, "JFIF", "JFIFVersion"), "1.02");
  EXPECT_EQ(fact(*media, "JFIF", "Resolution"), "72 × 72 dots per inch");
  EXPECT_EQ(fact(*media, "XMP", "x:xmptk"), "XMP Core 5.6");
  EXPECT_EQ(fact(*media, "XMP", "xmp:CreatorTool"), "Tool & Co");
  EXPECT_EQ(fact(*media, "XMP", "photoshop:ColorMode"), "3");
  EXPECT_EQ(fact(*media, "XMP", "stEvt:softwareAgent"), "Adobe Photoshop 24.0");
  EXPECT_EQ(fact(*media, "XMP", "dc:title"), "A\n title");
  EXPECT_EQ(fact(*media, "Photoshop", "Quality"), "12 of 12");
  EXPECT_EQ(fact(*media, "IPTC", "OriginatingProgram"), "Prog");
  EXPECT_EQ(fact(*media, "JPEG", "AdobeTransform"), "YCbCr");
  EXPECT_EQ(fact(*media, "JPEG", "JUMBF"), "1 APP11 segments");
  EXPECT_EQ(fact(*media, "JPEG", "Comment"), "a comment");
  EXPECT_NE(testing::node(*media, "8BIM 0406"), nullptr);
  EXPECT_THAT(media->damage, IsEmpty());
}

TEST(Jpeg, PutsExtendedXmpTogether) {
  const std::string head = std::string("http://ns.adobe.com/xmp/extension/") + '\0' + std::string(32, 'A');
  const auto piece = [&](std::uint32_t at, std::string_view text) {
    return segment(0xE1, Writer().text(head).u32(40).u32(at).text(text).bytes());
  };
  const Bytes extra = Writer().raw(piece(20, "il' b:two='x'/>")).raw(piece(0, "<rdf:D a:one='first t")).bytes();
  EXPECT_EQ(fact(*open_memory(small_jpeg(extra)), "XMP", "a:one"), "first til");
  EXPECT_EQ(fact(*open_memory(small_jpeg(extra)), "XMP", "b:two"), "x");
}

// The luma table cjpeg -quality 75 writes, as it is printed all over the literature.
TEST(JpegTables, KnowsLibjpegQuality) {
  std::vector<std::uint16_t> seventy_five = {8,  6,  5,  8,  12, 20, 26, 31, 6,  6,  7,  10, 13, 29, 30, 28,
                                             7,  7,  8,  12, 20, 29, 35, 28, 7,  9,  11, 15, 26, 44, 40, 31,
                                             9,  11, 19, 28, 34, 55, 52, 39, 12, 18, 28, 32, 41, 52, 57, 46,
                                             25, 32, 39, 44, 52, 61, 60, 51, 36, 46, 48, 49, 56, 50, 52, 50};
  EXPECT_EQ(ijg_quality(seventy_five, false), 75);
  EXPECT_FALSE(ijg_quality(seventy_five, true));
  seventy_five[63] = 51;
  EXPECT_FALSE(ijg_quality(seventy_five, false));
  const std::vector<std::uint16_t> ones(64, 1);
  EXPECT_EQ(ijg_quality(ones, false), 100);
  EXPECT_EQ(ijg_quality(ones, true), 100);
  EXPECT_FALSE(ijg_quality(std::vector<std::uint16_t>(63, 1), false));
}

TEST(JpegTables, ReadsDebiansPhotographs) {
  const auto path = bonafide::testing::sample("fruits.jpg");
  if (!path) GTEST_SKIP() << "opencv-doc is not installed";
  const auto media = open(*FileReader::open(*path), Context{});
  ASSERT_TRUE(media);
  EXPECT_EQ(media->width, 512);
  EXPECT_EQ(media->height, 480);
  ASSERT_TRUE(media->jpeg);
  EXPECT_EQ(media->jpeg->subsampling, "4:2:2");
  EXPECT_FALSE(media->jpeg->ijg_quality);  // not a libjpeg table
  EXPECT_THAT(media->damage, IsEmpty());
}

// FFmpeg writes annex K's Huffman tables when told to, and its own otherwise.
TEST(JpegTables, TellsStandardFromOptimisedHuffman) {
  const auto open_made = [](const char* huffman) {
    const std::string path = bonafide::testing::made(
        "h.jpg",
        std::string("ffmpeg -v error -f lavfi -i testsrc=s=64x48 -frames:v 1 -huffman ") + huffman + " \"$OUT\"");
    return open(*FileReader::open(path), Context{});
  };
  EXPECT_TRUE(open_made("default")->jpeg->standard_huffman);
  EXPECT_FALSE(open_made("optimal")->jpeg->standard_huffman);
}

}  // namespace
}  // namespace bonafide::media
